/** Numbers of single items of one cell and scorer, in the order of the task; `weight` null means 1 for each. */
export interface Column {
  readonly value: Float64Array
  readonly weight: Float64Array | null
  /** What each value should have been, of measures of both sides. */
  readonly gold?: Float64Array
}

/** How the numbers of items become the reported one; a Scorer (score/scorer.ts) is a Measure. */
export interface Measure {
  readonly better: 'higher' | 'lower'
  /** Where item values are classes 0 … classes − 1 (Matthews, F1). */
  readonly classes?: number
  /** means[0] = Σ value·weight / Σ weight; with `classes`, means[c] is the share of items in class c. */
  finish(means: ArrayLike<number>): number
  /** Of measures that are no function of means (correlations): the number of a column, its i-th item counted counts[i] times, in place of `finish`. */
  whole?(column: Column): (counts: ArrayLike<number>) => number
  /** Whether an item value means right; absent where items are not right or wrong. */
  isRight?(value: number): boolean
}

/** One number per item whose sum, divided by the sum of `weight`, is a mean that `finish` takes. One per class, or the values themselves. */
export function terms({ value, weight }: Column, { classes }: Measure): readonly Float64Array[] {
  if (classes === undefined) return [weight ? value.map((x, i) => x * weight[i]!) : value]
  return Array.from({ length: classes }, (_, c) => value.map((x) => (x === c ? 1 : 0)))
}

/** The reported number of a column. */
export function valueOf(column: Column, measure: Measure): number {
  if (measure.whole) return measure.whole(column)(new Uint8Array(column.value.length).fill(1))
  const total = column.weight ? sum(column.weight) : column.value.length
  return measure.finish(terms(column, measure).map((term) => sum(term) / total))
}

/** Number of items that are right; undefined where items are not right or wrong. */
export function rightOf({ value }: Column, measure: Measure): Uint8Array | undefined {
  return measure.isRight && Uint8Array.from(value, (x) => Number(measure.isRight!(x)))
}

/** Sum in double precision, corrected for rounding (Neumaier 1974), so that it does not depend on n. */
export function sum(x: ArrayLike<number>): number {
  let total = 0
  let lost = 0
  for (let i = 0; i < x.length; i++) {
    const next = total + x[i]!
    lost += Math.abs(total) >= Math.abs(x[i]!) ? total - next + x[i]! : x[i]! - next + total
    total = next
  }
  return total + lost
}
