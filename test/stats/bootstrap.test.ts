import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { bcaInterval, createResampler, jackknife, percentileInterval, quantile } from '../../main/stats/bootstrap.ts'
import { valueOf } from '../../main/stats/measure.ts'
import type { Column, Measure } from '../../main/stats/measure.ts'
import { makeColumn, measures } from '../make/columns.ts'
import { apart, golden } from './golden.ts'
import type { BootstrapCase } from './golden.ts'

const { mean, perplexity, matthews } = measures

/** The statistic of each golden case in our terms. */
const cases: Readonly<
  Record<string, { readonly measure: Measure; readonly formula: (first: number, second: number) => number }>
> = {
  accuracy: { measure: mean, formula: (d) => d },
  'drop of an accuracy': { measure: mean, formula: (d, v) => 1 - v / d },
  'retention of an accuracy': { measure: mean, formula: (d, v) => (v - 0.5) / (d - 0.5) },
  'drop of a perplexity': { measure: perplexity, formula: (d, v) => v / d - 1 },
  'Matthews correlation': { measure: matthews, formula: (d) => d },
}

function numbersOf({ name, data }: BootstrapCase, numbers: (column: Column, measure: Measure) => Float64Array): Float64Array {
  const { measure, formula } = cases[name]!
  const [first, second = first!] = data.map((values) => numbers(makeColumn(values), measure))
  return first!.map((x, i) => formula(x, second[i]!))
}

describe.each(golden.bootstrap)('the bootstrap of $name', (given) => {
  const samples = Float64Array.from(given.samples)
  const leftOut = numbersOf(given, jackknife)

  it("makes SciPy's percentile interval of SciPy's resamples", () => {
    const found = percentileInterval(samples)!
    expect(apart(found.low, given.percentile[0])).toBeLessThan(1e-12)
    expect(apart(found.high, given.percentile[1])).toBeLessThan(1e-12)
  })

  it("makes SciPy's BCa interval of SciPy's resamples", () => {
    const found = bcaInterval(samples, given.estimate, leftOut)!
    expect(apart(found.low, given.BCa[0])).toBeLessThan(1e-9)
    expect(apart(found.high, given.BCa[1])).toBeLessThan(1e-9)
  })

  it('draws resamples of its own whose intervals agree with 50,000 of SciPy', () => {
    const resampler = createResampler(given.data[0]!.length, createRng('golden'), 20_000)
    const own = numbersOf(given, (column, measure) => resampler.values(column, measure))
    // an end of 20,000 resamples strays by √(0.025·0.975/20000)/φ(1.96) = 0.019 standard errors, that of BCa by 0.03 for its bias is
    // estimated too; four times that, and a step of a proportion (1/150, 0.2 standard errors) where numbers come in steps
    const limit = 0.3 * given.error
    const percentile = percentileInterval(own)!
    const bca = bcaInterval(own, given.estimate, leftOut)!
    for (const [found, [low, high]] of [
      [percentile, given.longpercentile],
      [bca, given.longBCa],
    ] as const) {
      expect(Math.abs(found.low - low)).toBeLessThan(limit)
      expect(Math.abs(found.high - high)).toBeLessThan(limit)
    }
  })
})

describe('resamples', () => {
  it('draw as many items as there are, with replacement', () => {
    const resampler = createResampler(7, createRng(3), 500)
    // item i has the value 10^i: the sum spells how often each was drawn
    const column = makeColumn(Array.from({ length: 7 }, (_, i) => 10 ** i))
    const digits = [...resampler.values(column, mean)].map((x) => [...String(Math.round(7 * x)).padStart(8, '0')].map(Number))
    expect(digits.every((counts) => counts.reduce((sum, c) => sum + c, 0) === 7)).toBe(true)
    expect(new Set(digits.map(String)).size).toBeGreaterThan(300)
  })

  it('draw each item alike often: chi-squared stays below its 0.1 % point', () => {
    const n = 20
    const resampler = createResampler(n, createRng('fair'), 5000)
    let chi = 0
    for (let item = 0; item < n; item++) {
      const drawn = resampler.values(makeColumn(Array.from({ length: n }, (_, i) => Number(i === item))), mean)
      const count = drawn.reduce((sum, share) => sum + share * n, 0)
      chi += (count - 5000) ** 2 / 5000
    }
    expect(chi).toBeLessThan(43.8) // 19 degrees of freedom
    expect(chi).toBeGreaterThan(5.4) // and not suspiciously even
  })

  it('are the same for every column, so that equal columns never differ in any resample', () => {
    const resampler = createResampler(50, createRng(1))
    const values = Array.from({ length: 50 }, (_, i) => Number(i % 3 === 0))
    expect(resampler.values(makeColumn(values), mean)).toEqual(resampler.values(makeColumn(values), mean))
    expect(createResampler(50, createRng(1)).values(makeColumn(values), mean)).toEqual(resampler.values(makeColumn(values), mean))
    expect(createResampler(50, createRng(2)).values(makeColumn(values), mean)).not.toEqual(
      resampler.values(makeColumn(values), mean),
    )
  })

  it('that do not fit the memory are drawn again, the same ones', () => {
    // three blocks of resamples
    const values = Array.from({ length: 5000 }, (_, i) => Number(i % 50 === 0))
    const kept = createResampler(5000, createRng(1)).values(makeColumn(values), mean)
    expect(createResampler(5000, createRng(1), 2000, 0).values(makeColumn(values), mean)).toEqual(kept)
    // a share of 0.02 with standard error √(0.02·0.98/5000)
    const average = kept.reduce((sum, x) => sum + x, 0) / 2000
    const spread = Math.sqrt(kept.reduce((sum, x) => sum + (x - average) ** 2, 0) / 2000)
    expect(average).toBeCloseTo(0.02, 3)
    expect(spread / Math.sqrt((0.02 * 0.98) / 5000)).toBeCloseTo(1, 1)
  })

  it('weigh items by their weight', () => {
    const resampler = createResampler(2, createRng(1), 200)
    const column = { value: Float64Array.of(0, 1), weight: Float64Array.of(3, 1) }
    // both: (0·3 + 1·1) / 4; or twice the same one
    expect([...new Set(resampler.values(column, mean))].sort()).toEqual([0, 0.25, 1])
    expect(valueOf(column, mean)).toBe(0.25)
    expect([...jackknife(column, mean)]).toEqual([1, 0])
  })

  it('refuse a column of other items', () => {
    expect(() => createResampler(3, createRng(1)).values(makeColumn([1, 0]), mean)).toThrow('Expected a column of 3 items')
  })
})

describe('intervals', () => {
  it('of one item, or of items that agree, are that number', () => {
    for (const values of [[1], [1, 1, 1], [0.25, 0.25]]) {
      const samples = createResampler(values.length, createRng(1)).values(makeColumn(values), mean)
      const point = { low: values[0], high: values[0] }
      expect(percentileInterval(samples)).toEqual(point)
      expect(bcaInterval(samples, values[0]!, jackknife(makeColumn(values), mean))).toEqual(point)
    }
  })

  it('interpolate between neighbours as NumPy does', () => {
    const sorted = Float64Array.of(0, 1, 2, 10)
    expect([0, 0.5, 0.75, 1].map((p) => quantile(sorted, p))).toEqual([0, 1.5, 4, 10])
    expect(
      percentileInterval(
        Float64Array.from({ length: 101 }, (_, i) => 100 - i),
        0.5,
      ),
    ).toEqual({ low: 25, high: 75 })
  })

  it('take resamples without a number for lower than all and for higher than all', () => {
    const samples = Float64Array.from({ length: 1000 }, (_, i) => i)
    samples.fill(NaN, 0, 20)
    const found = percentileInterval(samples)!
    // 20 of the lowest 24 are without a number, so that only 5 of the rest count; at the top only 4 do
    expect(found.low).toBeCloseTo(24.975, 9)
    expect(found.high).toBeCloseTo(994.025, 9)
    expect(percentileInterval(samples.fill(NaN, 0, 30))).toBeUndefined()
  })
})
