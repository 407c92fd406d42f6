import { LabError } from '../base/errors.ts'
import { bcaInterval, jackknife, percentileInterval } from './bootstrap.ts'
import type { Interval, Resampler } from './bootstrap.ts'
import { rightOf, sum, valueOf } from './measure.ts'
import type { Column, Measure } from './measure.ts'
import { flips, mcnemar } from './paired.ts'
import { wilson } from './wilson.ts'

/** What compression did to one task and scorer; fields as in ResultRow (preload/contract.ts). */
export interface Comparison {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly n: number
  readonly chance: number | null
  readonly dense: number
  readonly normalised: number | null
  readonly drop: number | null
  readonly dropLow: number | null
  readonly dropHigh: number | null
  readonly retention: number | null
  readonly retentionLow: number | null
  readonly retentionHigh: number | null
  readonly isFloor: boolean
  readonly isDenseFloor: boolean
  readonly lost: number | null
  readonly gained: number | null
  readonly mcnemar: number | null
}

export type IntervalKind = 'percentile' | 'bca'

/** Numbers and what bootstraps of them are made of: one per resample, one per item left out. */
interface Estimate {
  readonly value: number
  readonly samples: Float64Array
  readonly without: () => Float64Array
}

/**
 * Dense against compressed, item by item (paper.md 1.2 and 1.4). Both columns hold the same items in the same order and meet the same resamples,
 * so an interval of a drop or of a retention is paired. `chance` is the score of the best constant predictor, null where there is none.
 */
export function compare(
  dense: Column,
  compressed: Column,
  measure: Measure,
  chance: number | null,
  resampler: Resampler,
  kind: IntervalKind = 'percentile',
): Comparison {
  if (dense.value.length !== compressed.value.length) {
    throw new LabError(
      'app/unexpected',
      `Expected the same items dense and compressed, got ${dense.value.length} and ${compressed.value.length}.`,
    )
  }
  const [before, after] = [estimate(dense, measure, resampler), estimate(compressed, measure, resampler)]
  const own = valueInterval(compressed, measure, after, kind)
  const isDenseFloor = reaches(chance, valueInterval(dense, measure, before, kind), measure)
  const dropped = combine(before, after, (d, v) => dropOf(d, v, measure), kind)
  const kept =
    chance === null || isDenseFloor ? NOTHING : combine(before, after, (d, v) => retentionOf(d, v, chance, measure), kind)
  return {
    ...{ value: after.value, low: own.low, high: own.high, n: dense.value.length, chance, dense: before.value },
    normalised: finite(100 * ratio(after.value, before.value)),
    ...{ drop: dropped.value, dropLow: dropped.low, dropHigh: dropped.high },
    ...{ retention: kept.value, retentionLow: kept.low, retentionHigh: kept.high },
    ...{ isFloor: reaches(chance, own, measure), isDenseFloor },
    ...flipsOf(dense, compressed, measure),
  }
}

const NOTHING = { value: null, low: null, high: null }

function estimate(column: Column, measure: Measure, resampler: Resampler): Estimate {
  return {
    value: valueOf(column, measure),
    samples: resampler.values(column, measure),
    without: () => jackknife(column, measure),
  }
}

/** 1 − value/dense, or value/dense − 1 where lower is better; positive = worse. */
function dropOf(dense: number, value: number, { better }: Measure): number {
  return better === 'higher' ? 1 - ratio(value, dense) : ratio(value, dense) - 1
}

/** (value − chance) / (dense − chance), both turned round where lower is better. */
function retentionOf(dense: number, value: number, chance: number, { better }: Measure): number {
  return better === 'higher' ? ratio(value - chance, dense - chance) : ratio(chance - value, chance - dense)
}

/** Towards a denominator of 0 a ratio grows beyond bounds, and at or beyond it there is none: infinite, or NaN where the numerator is gone too. */
function ratio(numerator: number, denominator: number): number {
  if (denominator > 0) return numerator / denominator
  return numerator === 0 ? NaN : Math.sign(numerator) * Infinity
}

function combine(before: Estimate, after: Estimate, formula: (dense: number, value: number) => number, kind: IntervalKind) {
  const value = finite(formula(before.value, after.value))
  if (value === null) return NOTHING
  const both = (a: Float64Array, b: Float64Array) => a.map((dense, i) => formula(dense, b[i]!))
  const found = intervalOf(value, both(before.samples, after.samples), () => both(before.without(), after.without()), kind)
  return { value, low: found?.low ?? null, high: found?.high ?? null }
}

function intervalOf(value: number, samples: Float64Array, without: () => Float64Array, kind: IntervalKind): Interval | undefined {
  if (kind === 'percentile') return percentileInterval(samples)
  const leftOut = without()
  return leftOut.every(Number.isFinite) ? bcaInterval(samples, value, leftOut) : undefined
}

/** By bootstrap; where all items are right, or all wrong, no resample can differ, so Wilson's interval speaks for them. */
function valueInterval(column: Column, measure: Measure, own: Estimate, kind: IntervalKind): Interval {
  const right = measure.classes === undefined ? rightOf(column, measure) : undefined
  const agreed = right && sum(right)
  if (agreed !== undefined && (agreed === 0 || agreed === right!.length)) return wilson(agreed, right!.length)
  return intervalOf(own.value, own.samples, own.without, kind) ?? { low: own.value, high: own.value }
}

/** Whether an interval comes down to chance, or lies on the wrong side of it: in both cases there is nothing to lose. */
function reaches(chance: number | null, { low, high }: Interval, { better }: Measure): boolean {
  return chance !== null && (better === 'higher' ? low <= chance : high >= chance)
}

function flipsOf(dense: Column, compressed: Column, measure: Measure) {
  const [before, after] = [rightOf(dense, measure), rightOf(compressed, measure)]
  if (!before || !after) return { lost: null, gained: null, mcnemar: null }
  const found = flips(before, after)
  return { ...found, mcnemar: mcnemar(found) }
}

const finite = (x: number) => (Number.isFinite(x) ? x : null)

/** One task of a group. */
export interface Member {
  readonly dense: Column
  readonly compressed: Column
  readonly measure: Measure
  readonly resampler: Resampler
}

/** Mean over the tasks of a group, each of which counts alike. */
export interface GroupMean {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly dense: number
  /** 100 · mean value / mean dense; null where the latter is not positive. */
  readonly normalised: number | null
  readonly normalisedLow: number | null
  readonly normalisedHigh: number | null
}

/**
 * Group of tasks that share a scorer. Items are resampled within each task, for each task by itself; the tasks are held fixed. The interval is thus
 * about other items of these tasks and says nothing about other tasks. Members need resamplers of their own with equally many resamples.
 */
export function groupMean(members: readonly Member[]): GroupMean {
  const meanOf = (numbers: readonly number[]) => sum(numbers) / numbers.length
  const pool = (side: 'dense' | 'compressed'): Estimate => {
    const all = members.map((m) => m.resampler.values(m[side], m.measure))
    return {
      value: meanOf(members.map((m) => valueOf(m[side], m.measure))),
      samples: all[0]!.map((_, b) => meanOf(all.map((samples) => samples[b]!))),
      without: () => new Float64Array(),
    }
  }
  const [before, after] = [pool('dense'), pool('compressed')]
  const own = percentileInterval(after.samples) ?? { low: after.value, high: after.value }
  const share = combine(before, after, (d, v) => 100 * ratio(v, d), 'percentile')
  return {
    ...{ value: after.value, low: own.low, high: own.high, dense: before.value },
    ...{ normalised: share.value, normalisedLow: share.low, normalisedHigh: share.high },
  }
}
