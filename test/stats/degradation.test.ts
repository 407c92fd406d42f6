import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { createResampler } from '../../main/stats/bootstrap.ts'
import { compare, groupMean } from '../../main/stats/degradation.ts'
import type { Member } from '../../main/stats/degradation.ts'
import type { Column, Measure } from '../../main/stats/measure.ts'
import { makeColumn, makePair, measures } from '../make/columns.ts'

const { mean, perplexity, matthews } = measures
const resampler = (n: number) => createResampler(n, createRng('test'), 1000)

/** `right` ones, then zeros, n in all. */
const column = (right: number, n: number) => makeColumn(Array.from({ length: n }, (_, i) => Number(i < right)))
const against = (dense: Column, compressed: Column, measure: Measure, chance: number | null) =>
  compare(dense, compressed, measure, chance, resampler(dense.value.length))

describe('an accuracy against that of the dense model', () => {
  it('drops by the share that is gone and keeps the share above chance that is left', () => {
    const found = against(column(80, 100), column(70, 100), mean, 0.5)
    expect(found).toMatchObject({
      value: 0.7,
      dense: 0.8,
      n: 100,
      chance: 0.5,
      lost: 10,
      gained: 0,
      isFloor: false,
      isDenseFloor: false,
    })
    expect(found.normalised).toBeCloseTo(87.5, 10)
    expect(found.drop).toBeCloseTo(0.125, 10)
    expect(found.retention).toBeCloseTo(2 / 3, 10)
    expect(found.mcnemar).toBe(2 / 1024)
    for (const [low, point, high] of [
      [found.low, found.value, found.high],
      [found.dropLow!, found.drop!, found.dropHigh!],
      [found.retentionLow!, found.retention!, found.retentionHigh!],
    ] as const) {
      expect(low).toBeLessThan(point)
      expect(high).toBeGreaterThan(point)
    }
  })

  it('is told apart more sharply by items in pairs than by two samples of items', () => {
    const pair = makePair(500, { both: 0.7, lost: 0.1, gained: 0.03 }, createRng(1))
    const { dropLow, dropHigh } = against(pair.dense, pair.compressed, mean, null)
    // order within a column is all that pairs them
    const unpaired = { value: createRng(2).shuffle([...pair.compressed.value]), weight: null }
    const loose = against(pair.dense, makeColumn(unpaired.value), mean, null)
    expect(dropHigh! - dropLow!).toBeLessThan(0.75 * (loose.dropHigh! - loose.dropLow!))
    expect(loose.drop).toBe(against(pair.dense, pair.compressed, mean, null).drop)
  })

  it('has lost nothing, for certain, where it is the dense model itself', () => {
    const dense = column(80, 100)
    const found = against(dense, dense, mean, 0.5)
    expect(found).toMatchObject({ drop: 0, dropLow: 0, dropHigh: 0, retention: 1, retentionLow: 1, retentionHigh: 1 })
    expect(found).toMatchObject({ lost: 0, gained: 0, mcnemar: 1 })
  })

  it('may rise: the drop is then negative', () => {
    const found = against(column(50, 100), column(60, 100), mean, null)
    expect(found.drop).toBeCloseTo(-0.2, 12)
    expect([found.lost, found.gained]).toEqual([0, 10])
  })
})

describe('the floor', () => {
  it('is where the interval of the value comes down to chance, or where the value lies below it', () => {
    const dense = column(90, 100)
    expect(against(dense, column(58, 100), mean, 0.5)).toMatchObject({ isFloor: true, isDenseFloor: false })
    expect(against(dense, column(20, 100), mean, 0.5)).toMatchObject({ isFloor: true, isDenseFloor: false })
    expect(against(dense, column(65, 100), mean, 0.5)).toMatchObject({ isFloor: false, isDenseFloor: false })
  })

  it('of the dense model leaves no retention to speak of', () => {
    const found = against(column(53, 100), column(80, 100), mean, 0.5)
    expect(found).toMatchObject({ isFloor: false, isDenseFloor: true, retention: null, retentionLow: null, retentionHigh: null })
    expect(found.drop).toBeCloseTo(1 - 80 / 53, 12)
  })

  it('is not left by three right answers of three, though no resample of them differs', () => {
    expect(against(column(3, 3), column(3, 3), mean, 0.5)).toMatchObject({ isFloor: true, high: 1 })
    expect(against(column(30, 30), column(30, 30), mean, 0.5)).toMatchObject({ isFloor: false, high: 1 })
    expect(against(column(30, 30), column(0, 30), mean, 0.5)).toMatchObject({ isFloor: true, low: 0, value: 0 })
  })

  it('does not exist without a chance level', () => {
    const found = against(column(5, 100), column(0, 100), mean, null)
    expect(found).toMatchObject({ isFloor: false, isDenseFloor: false, retention: null, chance: null })
  })

  it('lies above, where lower is better', () => {
    const brier: Measure = { better: 'lower', finish: (means) => means[0]! }
    const spread = (centre: number) => makeColumn(Array.from({ length: 200 }, (_, i) => centre + 0.2 * Math.sin(i)))
    expect(against(spread(0.2), spread(0.49), brier, 0.5)).toMatchObject({ isFloor: true, isDenseFloor: false })
    const found = against(spread(0.2), spread(0.4), brier, 0.5)
    expect(found).toMatchObject({ isFloor: false, lost: null, gained: null, mcnemar: null })
    expect(found.retention).toBeCloseTo((found.value - 0.5) / (found.dense - 0.5), 12)
  })
})

describe('numbers without a meaning', () => {
  it('are null, not infinite: nothing drops from nothing', () => {
    const found = against(column(0, 50), column(10, 50), mean, null)
    expect(found).toMatchObject({ dense: 0, normalised: null, drop: null, dropLow: null, dropHigh: null })
  })

  it('are null where many resamples have none, and wide where a few have none', () => {
    expect(against(column(1, 50), column(1, 50), mean, null)).toMatchObject({ drop: 0, dropLow: null, dropHigh: null })
    const few = against(column(6, 50), column(3, 50), mean, null)
    expect(few.dropLow!).toBeGreaterThanOrEqual(0)
    expect(few.dropHigh!).toBeLessThanOrEqual(1)
  })
})

describe('other measures', () => {
  it('a perplexity drops by what it has grown, and counts words, not pages', () => {
    const weight = Float64Array.of(100, 300)
    const dense = { value: Float64Array.of(-2, -3), weight }
    const compressed = { value: Float64Array.of(-2.5, -3.5), weight }
    const found = against(dense, compressed, perplexity, null)
    expect(found.dense).toBeCloseTo(Math.exp(2.75), 10)
    expect(found.drop).toBeCloseTo(Math.exp(0.5) - 1, 10)
    // every page has lost half a nat, so every resample has
    expect(found.dropLow).toBeCloseTo(found.drop!, 10)
    expect(found.dropHigh).toBeCloseTo(found.drop!, 10)
    expect(found.normalised).toBeCloseTo(100 * Math.exp(0.5), 8)
  })

  it("Matthews' correlation is resampled as a whole and knows right from wrong", () => {
    const classes = (tn: number, fp: number, fn: number, tp: number) =>
      makeColumn([tn, fp, fn, tp].flatMap((count, c) => Array.from({ length: count }, () => c)))
    const found = against(classes(40, 10, 10, 40), classes(40, 10, 40, 10), matthews, 0)
    expect(found.dense).toBeCloseTo(0.6, 12)
    expect(found.value).toBeCloseTo(0, 12)
    expect(found).toMatchObject({ isFloor: true, isDenseFloor: false, lost: 30, gained: 0 })
    expect(found.low).toBeLessThan(-0.1)
    expect(found.high).toBeGreaterThan(0.1)
  })

  it('take BCa intervals where asked', () => {
    const pair = makePair(100, { both: 0.85, lost: 0.1, gained: 0 }, createRng(5))
    const shared = resampler(100)
    const plain = compare(pair.dense, pair.compressed, mean, 0.5, shared)
    const bca = compare(pair.dense, pair.compressed, mean, 0.5, shared, 'bca')
    expect({ ...bca, low: 0, high: 0 }).not.toEqual({ ...plain, low: 0, high: 0 })
    expect(bca.drop).toBe(plain.drop)
    expect(Math.abs(bca.dropHigh! - plain.dropHigh!)).toBeLessThan(0.03)
  })

  it('refuse columns of different items', () => {
    expect(() => against(column(1, 3), column(1, 4), mean, null)).toThrow('Expected the same items')
  })
})

describe('a group of tasks', () => {
  const rng = createRng('group')
  const member = (i: number): Member => ({
    ...makePair(200, { both: 0.6, lost: 0.2, gained: 0.05 }, rng.fork(`data ${i}`)),
    measure: mean,
    resampler: createResampler(200, rng.fork(`resamples ${i}`), 1000),
  })

  it('is the mean of its tasks, each counting alike', () => {
    const members = [0, 1, 2].map(member)
    const found = groupMean(members)
    const values = members.map((m) => compare(m.dense, m.compressed, mean, null, m.resampler))
    expect(found.value).toBeCloseTo((values[0]!.value + values[1]!.value + values[2]!.value) / 3, 12)
    expect(found.normalised).toBeCloseTo((100 * found.value) / found.dense, 12)
  })

  it('of one task has the interval of that task', () => {
    const one = member(7)
    const alone = compare(one.dense, one.compressed, mean, null, one.resampler)
    const found = groupMean([one])
    expect(found).toMatchObject({ value: alone.value, low: alone.low, high: alone.high })
    expect(found.normalisedLow).toBeCloseTo(100 * (1 - alone.dropHigh!), 10)
    expect(found.normalisedHigh).toBeCloseTo(100 * (1 - alone.dropLow!), 10)
  })

  it('is surer than a task by the root of their number', () => {
    const width = (members: readonly Member[]) => {
      const { low, high } = groupMean(members)
      return high - low
    }
    const sixteen = Array.from({ length: 16 }, (_, i) => member(i))
    expect(width(sixteen) / width(sixteen.slice(0, 1))).toBeCloseTo(1 / 4, 1)
  })
})
