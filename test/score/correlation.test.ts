import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { pearsonOf, spearmanOf } from '../../main/score/correlation.ts'
import { mse } from '../../main/score/mse.ts'
import { pearson } from '../../main/score/pearson.ts'
import { spearmanr } from '../../main/score/spearmanr.ts'
import { createResampler } from '../../main/stats/bootstrap.ts'
import { compare } from '../../main/stats/degradation.ts'
import { valueOf, type Column } from '../../main/stats/measure.ts'
import { choiceQuestion, makeAnswer, numberQuestion, report } from '../make/questions.ts'

interface Case {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly counts: readonly number[]
  readonly pearson: number
  readonly spearman: number
}
/** Numbers from SciPy; test/golden/make/correlation_scipy.py says how they were made. */
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'correlation-scipy.json'), 'utf8')) as { cases: Case[] } // prettier-ignore

/** What was said, here of 60 items, and what is right; more noise is less to correlate. */
function column(noise: number): Column {
  const [truth, rng] = [createRng('gold'), createRng(`said ${noise}`)]
  const gold = Float64Array.from({ length: 60 }, () => Math.round(20 * truth.float()) / 4)
  return { value: gold.map((x) => x + noise * (rng.float() - 0.5)), gold, weight: null }
}

describe('correlations', () => {
  it('are those of SciPy, with ties and however often an item counts', () => {
    expect(cases.length).toBeGreaterThan(9)
    for (const { x, y, counts, ...golden } of cases) {
      const [value, gold] = [Float64Array.from(x), Float64Array.from(y)]
      // 1e-9 where means are a million times the spread, and ten digits of it are lost to both
      expect(pearsonOf(value, gold, counts)).toBeCloseTo(golden.pearson, 9)
      expect(spearmanOf(value, gold)(counts)).toBeCloseTo(golden.spearman, 12)
    }
  })
  it('are 0 where one side says the same to all, as that of a constant predictor is', () => {
    const [same, gold] = [Float64Array.of(2, 2, 2), Float64Array.of(1, 2, 4)]
    expect([pearsonOf(same, gold, [1, 1, 1]), spearmanOf(same, gold)([1, 1, 1])]).toEqual([0, 0])
    // a resample may draw one item alone
    expect([pearsonOf(gold, gold, [0, 3, 0]), spearmanOf(gold, gold)([0, 3, 0])]).toEqual([0, 0])
    expect(pearson.chance([numberQuestion(1)])).toBe(0)
  })
  it('are made of what each item was told and should have been told', () => {
    const said = [1, 4, 2.5]
    const questions = [0, 5, 2].map(numberQuestion)
    const answers = said.map((number) => makeAnswer({ number }))
    expect(pearson.score(questions[1]!, answers[1]!)).toEqual([{ value: 4, weight: 1, gold: 5 }])
    expect(report(spearmanr, questions, answers)).toBe(1)
    expect(report(mse, questions, answers)).toBeCloseTo((1 + 1 + 0.25) / 3, 12)
    // the variance of 0, 5 and 2, as NumPy has it
    expect(mse.chance(questions)).toBeCloseTo(38 / 9, 12)
  })
  it('refuse a head that says no number, and a question that asks for none', () => {
    for (const number of [NaN, Infinity]) {
      expect(() => pearson.score(numberQuestion(1), makeAnswer({ number }))).toThrow(/finite number from the head for pearson, got (NaN|Infinity) \(number\)/) // prettier-ignore
    }
    expect(() => mse.score(numberQuestion(1), makeAnswer({}))).toThrow(/got undefined/)
    expect(() => spearmanr.score(choiceQuestion(['a', 'b'], 0), makeAnswer({ number: 1 }))).toThrow(/kind "number" for spearmanr, got "choice"/) // prettier-ignore
  })
})

describe('intervals of a correlation', () => {
  it('meet the very resamples that means do', () => {
    const one = column(4)
    const mean = { better: 'higher', finish: (means: ArrayLike<number>) => means[0]! } as const
    const whole = { ...mean, whole: ({ value }: Column) => (counts: ArrayLike<number>) => value.reduce((sum, x, i) => sum + x * counts[i]!, 0) / 60 } // prettier-ignore
    const resampler = () => createResampler(60, createRng('resamples'), 300)
    const [a, b] = [resampler().values(one, mean), resampler().values(one, whole)]
    // sums in another order
    a.forEach((x, i) => expect(b[i]).toBeCloseTo(x, 12))
    // blocks that are drawn again, where counts would take too much memory
    const again = createResampler(60, createRng('resamples'), 300, 1).values(one, whole)
    expect([...again]).toEqual([...b])
  })
  it('lie about it, are paired in the drop, and reach 0 where nothing is left', () => {
    const [dense, worse, gone] = [
      column(1),
      column(6),
      { ...column(1), value: column(40).value.map((x, i) => (i % 2 === 0 ? x : -x)) },
    ]
    for (const measure of [pearson, spearmanr]) {
      const resampler = createResampler(60, createRng('r'), 1000)
      const found = compare(dense, worse, measure, 0, resampler)
      expect(found.dense).toBeGreaterThan(0.9)
      expect([found.low < found.value, found.value < found.high, found.isFloor, found.isDenseFloor]).toEqual([true, true, false, false]) // prettier-ignore
      expect(found.drop).toBeCloseTo(1 - found.value / found.dense, 12)
      expect(found.dropLow!).toBeGreaterThan(0)
      expect([found.lost, found.mcnemar]).toEqual([null, null]) // nothing is right or wrong
      expect(compare(dense, gone, measure, 0, resampler).isFloor).toBe(true)
      expect(compare(dense, dense, measure, 0, resampler)).toMatchObject({ drop: 0, dropLow: 0, dropHigh: 0 })
    }
  })
  it('can be bias-corrected: each item left out in turn', () => {
    const found = compare(column(1), column(6), pearson, 0, createResampler(60, createRng('r'), 1000), 'bca')
    expect([found.low < found.value, found.value < found.high]).toEqual([true, true])
    expect(found.value).toBe(valueOf(column(6), pearson))
  })
})
