import { describe, expect, it } from 'vitest'
import { holm } from '../../main/stats/correct.ts'
import { golden } from './verdict-golden.ts'

describe('Holm', () => {
  it('has the p of statsmodels', () => {
    for (const { ps, holm: expected } of golden.holm) holm(ps).forEach((p, i) => expect(p).toBeCloseTo(expected[i]!, 12))
  })

  it('multiplies the smallest p by all questions, the next by one fewer, and never goes back down', () => {
    // sorted: 0.005·4, 0.01·3, 0.03·2, 0.04·1 → the last is raised to the one before it
    const expected = [0.03, 0.06, 0.06, 0.02]
    holm([0.01, 0.04, 0.03, 0.005]).forEach((p, i) => expect(p).toBeCloseTo(expected[i]!, 12))
  })

  it('leaves a single p as it is and knows no p above 1', () => {
    expect(holm([0.2])).toEqual([0.2])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
    expect(holm([])).toEqual([])
  })
})
