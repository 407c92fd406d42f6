import { LabError } from '../base/errors.ts'
import type { Rng } from '../base/rng.ts'
import { sum, terms } from './measure.ts'
import type { Column, Measure } from './measure.ts'
import { normalQuantile, upperTail } from './normal.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Bootstrap resamples of the items of one task: each draws `items` of them with replacement. */
export interface Resampler {
  readonly items: number
  readonly resamples: number
  /**
   * The reported number in each resample. Every column meets the same resamples, so that two of them can be compared pair by pair.
   * Remembered per column, which therefore belongs to one measure.
   */
  values(column: Column, measure: Measure): Float64Array
}

/** Counts drawn in one go: as many as the nearer caches hold, for they are written in random order. */
const BLOCK = 2 ** 22

/**
 * Resamples fixed by `rng`. Fork it per task: tasks are drawn independently. Counts of draws are kept, a byte each, where all of them fit
 * `memory` bytes, else drawn again for each column.
 */
export function createResampler(items: number, rng: Rng, resamples = 2000, memory = 2 ** 27): Resampler {
  const size = Math.max(1, Math.min(resamples, Math.floor(BLOCK / items)))
  const blocks = Array.from({ length: Math.ceil(resamples / size) }, (_, b) => b)
  const drawBlock = (b: number) => draw(items, Math.min(size, resamples - b * size), rng.fork(`block/${b}`))
  const kept = items * resamples <= memory ? blocks.map(drawBlock) : undefined
  const known = new WeakMap<Column, Float64Array>()

  /** Σ count·x over the items, for each resample. */
  function sums(columns: readonly Float64Array[]): Float64Array[] {
    const totals = columns.map(() => new Float64Array(resamples))
    for (const b of blocks) {
      const counts = kept?.[b] ?? drawBlock(b)
      columns.forEach((x, c) => addCounts(counts, x, totals[c]!.subarray(b * size, (b + 1) * size)))
    }
    return totals
  }
  /** A number of the whole column, for each resample. */
  function wholes(of: (counts: Uint8Array) => number): Float64Array {
    const values = new Float64Array(resamples)
    const mine = new Uint8Array(items)
    for (const b of blocks) {
      const counts = kept?.[b] ?? drawBlock(b)
      const inside = counts.length / items
      for (let r = 0; r < inside; r++) {
        for (let i = 0; i < items; i++) mine[i] = counts[i * inside + r]!
        values[b * size + r] = of(mine)
      }
    }
    return values
  }
  return {
    items,
    resamples,
    values(column, measure) {
      const found = known.get(column)
      if (found) return found
      if (column.value.length !== items) {
        throw new LabError('app/unexpected', `Expected a column of ${items} items to resample, got ${column.value.length}.`)
      }
      if (measure.whole) {
        const values = wholes(measure.whole(column))
        known.set(column, values)
        return values
      }
      const parts = terms(column, measure)
      const totals = sums(column.weight ? [...parts, column.weight] : parts)
      const means = new Float64Array(parts.length)
      const values = new Float64Array(resamples)
      for (let b = 0; b < resamples; b++) {
        const total = column.weight ? totals.at(-1)![b]! : items
        for (let p = 0; p < means.length; p++) means[p] = totals[p]![b]! / total
        values[b] = measure.finish(means)
      }
      known.set(column, values)
      return values
    },
  }
}

/** counts[item · size + resample]: how often each resample drew the item. A byte is enough: the chance of 256 times is below 1e-500. */
function draw(items: number, size: number, rng: Rng): Uint8Array {
  const counts = new Uint8Array(items * size)
  for (let b = 0; b < size; b++) {
    // the bias of scaling 32 bits to n is below n / 2^32, far less than what 2,000 resamples can show
    for (let i = 0; i < items; i++) counts[Math.floor((rng.uint32() / 4294967296) * items) * size + b]!++
  }
  return counts
}

/** Item by item, so that what is added to stays in the nearest cache and items of value 0 cost nothing. */
function addCounts(counts: Uint8Array, x: Float64Array, totals: Float64Array): void {
  const size = totals.length
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!
    if (value === 0) continue
    const from = i * size
    for (let b = 0; b < size; b++) totals[b]! += value * counts[from + b]!
  }
}

/**
 * The middle `level` of the resampled numbers; quantiles between two numbers are interpolated. A resample without a number (NaN) counts as lower
 * than all others for the lower end and as higher for the upper one. Undefined where an end is not finite.
 */
export function percentileInterval(samples: Float64Array, level = 0.95): Interval | undefined {
  return between(samples, (1 - level) / 2, (1 + level) / 2)
}

/**
 * Bias-corrected and accelerated interval (Efron 1987). `estimate` is the number of the whole sample, `jackknife` that of the sample without
 * each item in turn. Where no resample differs from the others there is nothing to correct: the interval is that point.
 */
export function bcaInterval(
  samples: Float64Array,
  estimate: number,
  jackknife: Float64Array,
  level = 0.95,
): Interval | undefined {
  if (samples.every((x) => x === samples[0])) return between(samples, 0, 1)
  let below = 0
  for (const x of samples) below += x < estimate ? 1 : x === estimate ? 0.5 : 0
  const bias = normalQuantile(below / samples.length)
  const acceleration = skew(jackknife)
  const corrected = (p: number) => {
    const z = bias + normalQuantile(p)
    return 1 - upperTail(bias + z / (1 - acceleration * z))
  }
  return between(samples, corrected((1 - level) / 2), corrected((1 + level) / 2))
}

function between(samples: Float64Array, from: number, to: number): Interval | undefined {
  const sorted = samples.toSorted() // NaN comes last
  const hasGap = Number.isNaN(sorted.at(-1))
  const high = quantile(sorted, to)
  const low = quantile(hasGap ? samples.map((x) => (Number.isNaN(x) ? -Infinity : x)).sort() : sorted, from)
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined
}

/** Σ d³ / (6 (Σ d²)^1.5) with d the distance of each jackknife value below their mean; 0 where all are equal. */
function skew(jackknife: Float64Array): number {
  const mean = jackknife.reduce((total, x) => total + x, 0) / jackknife.length
  let squares = 0
  let cubes = 0
  for (const x of jackknife) {
    const d = mean - x
    squares += d * d
    cubes += d * d * d
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

/** The reported number without each item in turn. */
export function jackknife(column: Column, measure: Measure): Float64Array {
  if (measure.whole) {
    const of = measure.whole(column)
    return column.value.map((_, i) => of(Uint8Array.from(column.value, (_, j) => Number(i !== j))))
  }
  const parts = terms(column, measure)
  const totals = parts.map(sum)
  const weight = column.weight ? sum(column.weight) : column.value.length
  const means = new Float64Array(parts.length)
  return column.value.map((_, i) => {
    for (let p = 0; p < means.length; p++) means[p] = (totals[p]! - parts[p]![i]!) / (weight - (column.weight?.[i] ?? 1))
    return measure.finish(means)
  })
}

/** Quantile p of sorted numbers, linear between neighbours (NumPy's default). */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return low === high ? low : low + (high - low) * (at - Math.floor(at))
}
