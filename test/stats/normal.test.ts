import { describe, expect, it } from 'vitest'
import { normalQuantile, upperTail } from '../../main/stats/normal.ts'
import { apart, golden } from './golden.ts'

describe('the normal distribution', () => {
  it('has the tails that SciPy has, however small', () => {
    for (const [z, p] of golden.normal.tail) expect(apart(upperTail(z), p), `z = ${z}`).toBeLessThan(1e-12)
  })

  it('has the quantiles that SciPy has', () => {
    for (const [p, z] of golden.normal.quantile) expect(apart(normalQuantile(p), z), `p = ${p}`).toBeLessThan(1e-12)
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
  })

  it('is symmetric, and nothing lies beyond infinity', () => {
    expect(upperTail(-1.3) + upperTail(1.3)).toBe(1)
    expect([upperTail(Infinity), upperTail(-Infinity)]).toEqual([0, 1])
  })
})
