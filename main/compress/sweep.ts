import type { Linear } from './method.ts'
import { copyBlock, runPlain, type Steps } from './products.ts'
import type { Prepared } from './hessian.ts'

/** Weights during a sweep over their columns, column by column in the order of the sweep: column i of all rows is contiguous. */
export interface Columns {
  readonly out: number
  readonly in: number
  /** [in, out]; changed as the sweep goes on. */
  readonly w: Float64Array
  /** [in, in], as in `Prepared`. */
  readonly upper: Float64Array
}

/** What a method does with the columns it comes to. */
export interface Decision {
  /** Before the columns `from` up to `to` are swept. */
  block?(from: number, to: number): void
  /** Writes what column i becomes, a number per row. */
  column(i: number, becomes: Float64Array): void
}

/** The weights in the order of a prepared Hessian, those of dead inputs 0. */
export function columnsOf({ out, in: width, w }: Linear, { upper, order, isDead }: Prepared): Columns {
  const columns = new Float64Array(width * out)
  for (let i = 0; i < width; i++) {
    const input = order[i]!
    if (isDead[input]) continue
    for (let row = 0; row < out; row++) columns[i * out + row] = w[row * width + input]!
  }
  return { out, in: width, w: columns, upper }
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
  const errors = new Float64Array(columns.in * columns.out)
  yield* sweepPart(columns, errors, { from: 0, to: columns.in, blockSize, decision })
}

interface Part {
  readonly from: number
  readonly to: number
  readonly blockSize: number
  readonly decision: Decision
}

/** Blocks by halves: the right half is made up to with all errors of the left one in a single product, before any of it is swept. */
function* sweepPart(columns: Columns, errors: Float64Array, part: Part): Steps<void> {
  const { from, to, blockSize } = part
  if (to - from <= blockSize) {
    yield // a block takes well below a second
    sweepBlock(columns, errors, part)
    return
  }
  const { out, in: width, w, upper } = columns
  const middle = from + blockSize * Math.ceil((to - from) / blockSize / 2)
  yield* sweepPart(columns, errors, { ...part, to: middle })
  const [m, k] = [to - middle, middle - from]
  const change = yield {
    a: transposed(copyBlock(upper, width, from, middle, k, m), k, m),
    b: errors.slice(from * out, middle * out),
    ...{ m, k, n: out, isTransposed: false },
  }
  for (let i = 0, at = middle * out; i < change.length; i++, at++) w[at]! -= change[i]!
  yield* sweepPart(columns, errors, { ...part, from: middle })
}

function sweepBlock({ out, in: width, w, upper }: Columns, errors: Float64Array, { from, to, decision }: Part): void {
  const becomes = new Float64Array(out)
  decision.block?.(from, to)
  for (let i = from; i < to; i++) {
    decision.column(i, becomes)
    const error = errors.subarray(i * out, (i + 1) * out)
    const column = w.subarray(i * out, (i + 1) * out)
    const pivot = upper[i * width + i]!
    for (let row = 0; row < out; row++) error[row] = (column[row]! - becomes[row]!) / pivot
    for (let j = i + 1; j < to; j++) subtract(w, j * out, error, upper[i * width + j]!)
    column.set(becomes)
  }
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const b = new Float64Array(a.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) b[j * rows + i] = a[i * columns + j]!
  return b
}

function subtract(w: Float64Array, at: number, error: Float64Array, factor: number): void {
  if (factor === 0) return
  for (let row = 0; row < error.length; row++) w[at + row]! -= error[row]! * factor
}
