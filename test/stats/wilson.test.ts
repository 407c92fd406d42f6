import { describe, expect, it } from 'vitest'
import { wilson } from '../../main/stats/wilson.ts'
import { apart, golden } from './golden.ts'

describe("Wilson's interval", () => {
  it.each(golden.wilson)('of $right among $n is what SciPy has', ({ right, n, low, high }) => {
    const found = wilson(right, n)
    expect(apart(found.low, low)).toBeLessThan(1e-12)
    expect(apart(found.high, high)).toBeLessThan(1e-12)
  })
})
