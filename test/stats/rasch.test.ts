import { describe, expect, it } from 'vitest'
import { fitRasch } from '../../main/stats/rasch.ts'
import { golden } from '../make/golden.ts'

interface Case {
  readonly answers: readonly number[][]
  readonly ability: readonly number[]
  readonly difficulty: readonly number[]
}
const { cases } = golden<{ cases: readonly Case[] }>('rasch-scipy.json')

describe('the Rasch model', () => {
  it.each(cases.map((one) => ({ ...one, size: `${one.answers.length} persons, ${one.answers[0]!.length} items` })))(
    'has the maximum that SciPy finds item by item: $size',
    ({ answers, ability, difficulty }) => {
      const fit = fitRasch(answers)
      // SciPy stops at a slope of 1e-11; curvatures are at least 1/9
      difficulty.forEach((value, i) => expect(fit.difficulty[i]).toBeCloseTo(value, 6))
      ability.forEach((value, p) => expect(fit.ability[p]).toBeCloseTo(value, 6))
    },
  )

  it('finds a maximum where everybody or nobody is right', () => {
    const { ability, difficulty } = fitRasch([new Uint8Array(50).fill(1), new Uint8Array(50)])
    expect(ability[0]).toBeCloseTo(-ability[1]!, 8)
    expect([...difficulty].every((value) => Math.abs(value) < 1e-8)).toBe(true)
    expect(ability[0]).toBeGreaterThan(2)
  })
})
