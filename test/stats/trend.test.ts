import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { kendall, trend } from '../../main/stats/trend.ts'
import { apart, golden } from './golden.ts'

describe("Kendall's tau", () => {
  it('and its p are what SciPy has, with and without ties', () => {
    for (const { x, y, method, tau, p } of golden.kendall) {
      const found = kendall(x, y)
      const label = `${method}, n = ${x.length}`
      expect(apart(found.tau!, tau), label).toBeLessThan(1e-12)
      expect(apart(found.p!, p), label).toBeLessThan(1e-9)
    }
  })

  it('counts a tie as neither agreement nor disagreement', () => {
    // 4 of 6 pairs agree, 1 is tied in x and 1 in y: 4 / √(5 · 5)
    expect(kendall([1, 1, 2, 3], [1, 2, 3, 3]).tau).toBeCloseTo(0.8, 12)
  })

  it('has no value where one side says nothing', () => {
    const none = { tau: null, p: null }
    expect(kendall([1, 1, 1], [1, 2, 3])).toEqual(none)
    expect(kendall([1, 2, 3], [5, 5, 5])).toEqual(none)
    expect(kendall([1], [1])).toEqual(none)
    expect(kendall([], [])).toEqual(none)
  })
})

describe('a trend', () => {
  const rng = createRng('trend')
  const pairs = Array.from({ length: 40 }, () => {
    const x = rng.float()
    return [x, x + 0.5 * rng.float()] as const
  })

  it('has an interval around tau, the same whenever it is asked', () => {
    const found = trend(pairs, createRng(1))
    expect(found.low!).toBeLessThan(found.tau!)
    expect(found.high!).toBeGreaterThan(found.tau!)
    expect(found.low!).toBeGreaterThan(0)
    expect(trend(pairs, createRng(1))).toEqual(found)
  })

  it('turns its sign and its interval when the order of difficulty is turned', () => {
    const found = trend(pairs, createRng(1))
    const turned = trend(pairs.map(([x, y]) => [-x, y]), createRng(1)) // prettier-ignore
    expect(turned.tau).toBe(-found.tau!)
    expect(turned.p).toBe(found.p)
    expect(turned.low).toBeCloseTo(-found.high!, 12)
    expect(turned.high).toBeCloseTo(-found.low!, 12)
  })

  it('has no interval from fewer than five tasks', () => {
    const found = trend(pairs.slice(0, 4), createRng(1))
    expect(found.tau).not.toBeNull()
    expect([found.low, found.high]).toEqual([null, null])
  })

  it('covers the tau of the population nine times in ten or more', () => {
    // x and y normal with correlation r have tau = 2/π · asin(r)
    const r = 0.5
    const truth = (2 / Math.PI) * Math.asin(r)
    const world = createRng('population')
    const normal = () => Math.sqrt(-2 * Math.log(1 - world.float())) * Math.cos(2 * Math.PI * world.float())
    let covered = 0
    for (let i = 0; i < 200; i++) {
      const sample = Array.from({ length: 67 }, () => {
        const x = normal()
        return [x, r * x + Math.sqrt(1 - r * r) * normal()] as const
      })
      const { low, high } = trend(sample, world.fork(`${i}`), 300)
      if (low! <= truth && truth <= high!) covered++
    }
    // 200 draws of 0.95 give 190 ± 3.1; ties among repeated tasks and 300 resamples cost a little
    expect(covered).toBeGreaterThanOrEqual(180)
    expect(covered).toBeLessThanOrEqual(199)
  })
})
