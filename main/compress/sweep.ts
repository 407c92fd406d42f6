import type { Linear } from './method.ts'
import { partOf, runPlain, takeProduct, whole, type Doubles, type Steps } from './products.ts'
import type { Prepared } from './hessian.ts'

/** Weights during a sweep over their columns, column by column in the order of the sweep: column i of all rows is contiguous. */
export interface Columns {
  readonly out: number
  readonly in: number
  /** [in, out], in float32 as in the papers' code; changed as the sweep goes on. */
  readonly w: Float32Array
  /** [in, in], as in `Prepared`. */
  readonly upper: Float64Array
}

/** Some rows of the few columns that the sweep is in, with all updates before; in float64 until these columns are done. */
export interface Strip {
  /** First column, and the one after the last. */
  readonly from: number
  readonly to: number
  /** First row. */
  readonly row: number
  readonly rows: number
  /** Column i, from its first row on, is at (i − from) · rows. */
  readonly w: Float64Array
}

/** What a method does with the columns it comes to. */
export interface Decision {
  /** Columns that are looked at together when the sweep comes to the first of them: all updates before must have reached them. One where left out. */
  readonly together?: number
  /** Before the columns `from` up to `to` are swept. */
  block?(from: number, to: number): void
  /** Writes what column i becomes in the rows of a strip, a number per row. */
  column(i: number, strip: Strip, becomes: Float64Array): void
}

/** The weights in the order of a prepared Hessian, those of dead inputs 0. */
export function columnsOf({ out, in: width, w }: Linear, { upper, order, isDead }: Prepared): Columns {
  const columns = new Float32Array(width * out)
  for (const [top, bottom, left, right] of squares(out, width)) {
    for (let i = left; i < right; i++) {
      const input = order[i]!
      if (isDead[input]) continue
      for (let row = top, at = row * width + input; row < bottom; row++, at += width) columns[i * out + row] = w[at]!
    }
  }
  return { out, in: width, w: columns, upper }
}

/** Rows and columns of a piece that both are read from the cache. */
const SQUARE = 64

/** The pieces of a matrix, each as its rows from and up to, and its columns, so that it can be read along the one and written along the other. */
export function* squares(
  rows: number,
  columns: number,
): Generator<readonly [top: number, bottom: number, left: number, right: number]> {
  for (let top = 0; top < rows; top += SQUARE) {
    for (let left = 0; left < columns; left += SQUARE) yield [top, Math.min(top + SQUARE, rows), left, Math.min(left + SQUARE, columns)] // prettier-ignore
  }
}

/**
 * Left to right in blocks (paper.md 4.6, 4.9): each column becomes what `decision` says, and what that changed, over U_ii, is made up for in
 * the columns after it, in those beyond the block once the block is done. Afterwards `w` is what was decided.
 */
export function sweep(columns: Columns, blockSize: number, decision: Decision): void {
  runPlain(sweeping(columns, blockSize, decision))
}

/** As `sweep`, its products left to the driver. */
export function* sweeping(columns: Columns, blockSize: number, decision: Decision): Steps<void> {
  const narrow = leafOf(decision, NARROW)
  const room = new Float64Array(Math.min(narrow, columns.in) * Math.min(ROWS, columns.out))
  const errors = new Float32Array(columns.in * columns.out)
  const work: Work = { columns, errors, decision, w: room, e: room.slice(), becomes: new Float64Array(ROWS) }
  yield* sweepHalves(work, 0, columns.in, blockSize, function* (from, to) {
    decision.block?.(from, to)
    yield* sweepHalves(work, from, to, narrow, function* (left, right) {
      yield // some columns take well below a second
      sweepColumns(work, left, right)
    })
  })
}

interface Work {
  readonly columns: Columns
  /** What each column swept left to make up for, [in, out]. */
  readonly errors: Float32Array
  readonly decision: Decision
  /** Room for a strip, for its errors, and for a column of it. */
  readonly w: Float64Array
  readonly e: Float64Array
  readonly becomes: Float64Array
}

/** The right half is made up to with all errors of the left one in a single product, before any of it is swept; no further than to `unit` columns. */
function* sweepHalves(
  work: Work,
  from: number,
  to: number,
  unit: number,
  sweepUnit: (from: number, to: number) => Steps<void>,
): Steps<void> {
  if (to - from <= unit) return yield* sweepUnit(from, to)
  const { out, in: width, w, upper } = work.columns
  const middle = from + unit * Math.ceil((to - from) / unit / 2)
  yield* sweepHalves(work, from, middle, unit, sweepUnit)
  const between = {
    a: partOf(whole(upper, width), from, middle),
    isATransposed: true,
    b: partOf(whole(work.errors, out), from, 0),
  }
  yield { ...between, c: partOf(whole(w, out), middle, 0), m: to - middle, k: middle - from, n: out, isSubtracted: true }
  yield* sweepHalves(work, middle, to, unit, sweepUnit)
}

/** Columns that are swept strip by strip; more of them go by halves. */
const NARROW = 32
/** Columns that are updated one by one; more of them go by halves within a strip. */
const LEAF = 4

/** The least number of columns from this on that none lie apart which are looked at together. */
function leafOf({ together = 1 }: Decision, columns: number): number {
  return together * Math.ceil(columns / together)
}

/** Rows of a strip, which stays in the cache with its errors. */
const ROWS = 256

function sweepColumns(work: Work, from: number, to: number): void {
  const { columns, errors } = work
  const { out, w } = columns
  for (let row = 0; row < out; row += ROWS) {
    const rows = Math.min(ROWS, out - row)
    const strip: Strip = { from, to, row, rows, w: work.w }
    for (let i = from; i < to; i++) strip.w.set(w.subarray(i * out + row, i * out + row + rows), (i - from) * rows)
    sweepStrip(work, strip, from, to)
    for (let i = from; i < to; i++) {
      const at = (i - from) * rows
      w.set(strip.w.subarray(at, at + rows), i * out + row)
      errors.set(work.e.subarray(at, at + rows), i * out + row)
    }
  }
}

function sweepStrip(work: Work, strip: Strip, from: number, to: number): void {
  const leaf = leafOf(work.decision, LEAF)
  if (to - from <= leaf) {
    for (let i = from; i < to; i++) sweepColumn(work, strip, i, to)
    return
  }
  const middle = from + leaf * Math.ceil((to - from) / leaf / 2)
  sweepStrip(work, strip, from, middle)
  const { in: width, upper } = work.columns
  const a = { ...(partOf(whole(upper, width), from, middle) as Doubles), isTransposed: true }
  const [c, b] = [strip.w, work.e].map((data, i) => ({ data, at: ((i ? from : middle) - strip.from) * strip.rows, stride: strip.rows })) // prettier-ignore
  takeProduct(c!, a, b!, { m: to - middle, k: middle - from, n: strip.rows, sign: -1 })
  sweepStrip(work, strip, middle, to)
}

function sweepColumn({ columns, decision, e, becomes }: Work, strip: Strip, i: number, end: number): void {
  const { in: width, upper } = columns
  const { w, rows } = strip
  decision.column(i, strip, becomes)
  const [at, pivot] = [(i - strip.from) * rows, upper[i * width + i]!]
  for (let row = 0; row < rows; row++) {
    e[at + row] = (w[at + row]! - becomes[row]!) / pivot
    w[at + row] = becomes[row]!
  }
  for (let j = i + 1; j < end; j++) {
    const to = (j - strip.from) * rows
    const factor = upper[i * width + j]!
    for (let row = 0; row < rows; row++) w[to + row]! -= e[at + row]! * factor
  }
}
