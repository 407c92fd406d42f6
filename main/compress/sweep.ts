import type { Linear } from './method.ts'
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
export function sweep({ out, in: width, w, upper }: Columns, blockSize: number, decision: Decision): void {
  const errors = new Float64Array(blockSize * out)
  const becomes = new Float64Array(out)
  for (let from = 0; from < width; from += blockSize) {
    const to = Math.min(from + blockSize, width)
    decision.block?.(from, to)
    for (let i = from; i < to; i++) {
      decision.column(i, becomes)
      const error = errors.subarray((i - from) * out, (i - from + 1) * out)
      const column = w.subarray(i * out, (i + 1) * out)
      const pivot = upper[i * width + i]!
      for (let row = 0; row < out; row++) error[row] = (column[row]! - becomes[row]!) / pivot
      for (let j = i + 1; j < to; j++) subtract(w, j * out, error, upper[i * width + j]!)
      column.set(becomes)
    }
    for (let j = to; j < width; j++) {
      for (let i = from; i < to; i++) {
        subtract(w, j * out, errors.subarray((i - from) * out, (i - from + 1) * out), upper[i * width + j]!)
      }
    }
  }
}

function subtract(w: Float64Array, at: number, error: Float64Array, factor: number): void {
  if (factor === 0) return
  for (let row = 0; row < error.length; row++) w[at + row]! -= error[row]! * factor
}
