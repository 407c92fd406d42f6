import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { above, below, equivalent, errorOf } from '../../main/stats/equivalence.ts'
import { apart } from './golden.ts'
import { golden } from './verdict-golden.ts'

describe('equivalence and superiority', () => {
  it('have the p of statsmodels’ two one-sided z tests and of its z test', () => {
    for (const { difference, error, margin, p, above: over, below: under, superior } of golden.equivalence) {
      expect(apart(equivalent(difference, error, margin), p)).toBeLessThan(1e-9)
      expect(apart(above(difference, error, -margin), over)).toBeLessThan(1e-9)
      expect(apart(below(difference, error, margin), under)).toBeLessThan(1e-9)
      expect(apart(above(difference, error), superior)).toBeLessThan(1e-9)
    }
  })
  it('take a standard error from the middle of the resamples, as NumPy’s quantiles give it', () => {
    expect(errorOf(Float64Array.from(golden.error.samples))).toBeCloseTo(golden.error.error, 10)
  })
  it('take the standard deviation of what is normal', () => {
    const rng = createRng('normal')
    const samples = Float64Array.from({ length: 20000 }, () => 3 * Math.sqrt(-2 * Math.log(1 - rng.float())) * Math.cos(2 * Math.PI * rng.float())) // prettier-ignore
    expect(Math.abs(errorOf(samples) - 3)).toBeLessThan(0.08)
  })
  it('believe everything where nothing varies and nothing where the error is unknown', () => {
    expect([above(0.1, 0), above(-0.1, 0), above(0.1, NaN)]).toEqual([0, 1, 1])
  })
})
