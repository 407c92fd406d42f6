import { describe, expect, it } from 'vitest'
import { detectableDrop, detectableErrors, powerOf } from '../../main/stats/power.ts'
import { mcnemar } from '../../main/stats/paired.ts'
import { golden } from './verdict-golden.ts'

describe('the drop that a paired test detects', () => {
  it('is the root of the exact test’s power as SciPy sums and finds it', () => {
    // 40 halvings of at most 1 leave 1e-12; the sums differ in the order they are made in
    for (const { n, p, alpha, power, drop } of golden.power) expect(detectableDrop(n, p, alpha, power)).toBeCloseTo(drop, 9)
  })
  it('is detected by the exact McNemar test in four of five simulated studies', () => {
    const seen = golden.power.filter(({ simulated }) => simulated !== undefined)
    expect(seen.length).toBeGreaterThan(3)
    // four standard errors of a share of 0.8 in 20,000 runs
    for (const { simulated } of seen) expect(Math.abs(simulated! - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 20_000))
  })
  it('is a root at all: the power never falls as the drop grows', () => {
    for (const [n, p] of [
      [30, 0.3],
      [60, 0.55],
      [277, 0.85],
      [400, 0.98],
    ] as const) {
      // prettier-ignore
      const powers = Array.from({ length: 60 }, (_, i) => powerOf(n, p, ((i + 1) / 60) * p))
      // near certainty, sums of a hundred terms differ by their rounding
      for (const [i, power] of powers.entries()) expect(power - (powers[i - 1] ?? 0)).toBeGreaterThan(-1e-13)
      // where nothing falls, a fall is found in at most half of the errors that alpha allows
      expect(powerOf(n, p, 0)).toBeLessThanOrEqual(0.025)
    }
  })
  it('counts what the test on each outcome finds: every outcome of few items, weighed by how likely it is', () => {
    const [n, p, drop] = [9, 0.8, 0.6]
    const [lost, gained] = [p * (1 - p + drop), (1 - p) * (p - drop)]
    const ways = (k: number, of: number): number => (k === 0 ? 1 : (ways(k - 1, of - 1) * of) / k)
    let sum = 0
    for (let b = 0; b <= n; b++)
      for (let c = 0; c + b <= n; c++)
        if (b > c && mcnemar({ lost: b, gained: c }) <= 0.05) sum += ways(b, n) * ways(c, n - b) * lost ** b * gained ** c * (1 - lost - gained) ** (n - b - c) // prettier-ignore
    expect(sum).toBeGreaterThan(0.1)
    expect(powerOf(n, p, drop)).toBeCloseTo(sum, 12)
  })
  it('shrinks as items are added, and is nothing where a handful cannot show even total loss', () => {
    const drops = [50, 200, 1000, 5000].map((n) => detectableDrop(n, 0.8)!)
    expect(drops).toEqual([...drops].sort((a, b) => b - a))
    expect(detectableDrop(3, 0.8)).toBeNull()
    expect(detectableDrop(100, 0)).toBeNull()
  })
  it('of ten thousand items is found within a tenth of a second', () => {
    const before = process.cpuUsage()
    expect(detectableDrop(10_000, 0.75)).toBeCloseTo(0.0178, 3)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500) // 20 ms measured
  })
  it('is 2.49 standard errors of a one-sided test at 5 %', () => {
    expect(detectableErrors()).toBeCloseTo(1.6448536 + 0.8416212, 6)
  })
})
