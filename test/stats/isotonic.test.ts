import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { isotonic, isotonicResidual, isotonicTest, ordersOf } from '../../main/stats/isotonic.ts'
import { golden } from './verdict-golden.ts'

describe('isotonic regression', () => {
  it('fits what scikit-learn fits, weights and all', () => {
    for (const { values, weights, fitted, residual } of golden.isotonic) {
      isotonic({ values, weights }).forEach((x, i) => expect(x).toBeCloseTo(fitted[i]!, 12))
      expect(isotonicResidual({ values, weights })).toBeCloseTo(residual, 10)
    }
  })
})

describe('the test that values rise', () => {
  it('has the p of all orders tried one by one', () => {
    const exact = golden.isotonic.filter(({ p }) => p !== undefined)
    expect(exact.length).toBeGreaterThan(8)
    for (const { values, weights, p } of exact) expect(isotonicTest([{ values, weights }], createRng(1))!.p).toBeCloseTo(p!, 12)
  })
  it('samples orders of longer and of several curves, and then comes near the exact p', () => {
    // two curves of three rising values: 1/6 · 1/6 of the orders rise in both
    const rising = { values: [0, 1, 2], weights: [1, 1, 1] }
    const { p } = isotonicTest([rising, rising], createRng(1))!
    // 2,000 draws of 1/36 have a standard deviation of 0.0037
    expect(Math.abs(p - 1 / 36)).toBeLessThan(0.012)
  })
  it('keeps its word where nothing rises: p below 0.05 about once in twenty', () => {
    const rng = createRng('null')
    const ps = Array.from({ length: 300 }, (_, i) => {
      const curve = { values: Array.from({ length: 5 }, () => rng.float()), weights: [1, 1, 1, 1, 1] }
      return isotonicTest([curve], rng.fork(String(i)))!.p
    })
    // 300 draws of at most 0.05: 15 ± 3.8
    expect(ps.filter((p) => p <= 0.05).length).toBeLessThanOrEqual(27)
    expect(ps.filter((p) => p <= 0.5).length).toBeGreaterThan(100)
  })
  it('says nothing of single values', () => {
    expect(isotonicTest([{ values: [1], weights: [1] }], createRng(1))).toBeNull()
    expect(isotonicTest([], createRng(1))).toBeNull()
  })
  it('lists every order once', () => {
    const all = ordersOf(5).map((order) => order.join(''))
    expect([all.length, new Set(all).size, all.every((order) => [...order].sort().join('') === '01234')]).toEqual([
      120,
      120,
      true,
    ])
  })
})
