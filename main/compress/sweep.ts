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
  /** Columns that are looked at together when the sweep comes to the first of them: all updates before must have reached them. One where left out. */
  readonly together?: number
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
  const a = transposed(copyBlock(upper, width, from, middle, k, m), k, m)
  yield // laying out a large product takes its time
  const change = yield { a, b: errors.slice(from * out, middle * out), m, k, n: out, isTransposed: false }
  for (let i = 0, at = middle * out; i < change.length; i++, at++) w[at]! -= change[i]!
  yield* sweepPart(columns, errors, { ...part, from: middle })
}

/** Columns that are updated one by one; those after them get the updates of several at once, and are read and written less often. */
const LEAF = 16

function sweepBlock(columns: Columns, errors: Float64Array, { from, to, decision }: Part): void {
  decision.block?.(from, to)
  const { together = 1 } = decision
  const leaf = together * Math.ceil(LEAF / together)
  const becomes = new Float64Array(columns.out)
  for (let start = from; start < to; start += leaf) {
    const end = Math.min(start + leaf, to)
    for (let i = start; i < end; i++) sweepColumn(columns, errors, i, end, becomes, decision)
    for (let j = end; j < to; j++) subtractAll(columns, errors, start, end, j)
  }
}

function sweepColumn(
  { out, in: width, w, upper }: Columns,
  errors: Float64Array,
  i: number,
  end: number,
  becomes: Float64Array,
  decision: Decision,
): void {
  decision.column(i, becomes)
  const [at, pivot] = [i * out, upper[i * width + i]!]
  for (let row = 0; row < out; row++) {
    errors[at + row] = (w[at + row]! - becomes[row]!) / pivot
    w[at + row] = becomes[row]!
  }
  for (let j = i + 1; j < end; j++) {
    const [to, factor] = [j * out, upper[i * width + j]!]
    if (factor !== 0) for (let row = 0; row < out; row++) w[to + row]! -= errors[at + row]! * factor
  }
}

/** Takes the errors of the columns `start` to before `end` off column j. */
function subtractAll({ out, in: width, w, upper }: Columns, errors: Float64Array, start: number, end: number, j: number): void {
  const to = j * out
  let i = start
  for (; i + 4 <= end; i += 4) {
    const [u0, u1, u2, u3] = [
      upper[i * width + j]!,
      upper[(i + 1) * width + j]!,
      upper[(i + 2) * width + j]!,
      upper[(i + 3) * width + j]!,
    ]
    const [e0, e1, e2, e3] = [i * out, (i + 1) * out, (i + 2) * out, (i + 3) * out]
    for (let row = 0; row < out; row++) {
      w[to + row]! -= errors[e0 + row]! * u0 + errors[e1 + row]! * u1 + errors[e2 + row]! * u2 + errors[e3 + row]! * u3
    }
  }
  for (; i < end; i++) {
    const [from, factor] = [i * out, upper[i * width + j]!]
    for (let row = 0; row < out; row++) w[to + row]! -= errors[from + row]! * factor
  }
}

/** Columns of a square piece that both its rows and its columns are read from the cache. */
const TILE = 32

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const b = new Float64Array(a.length)
  for (let top = 0; top < rows; top += TILE) {
    for (let left = 0; left < columns; left += TILE) {
      const [bottom, right] = [Math.min(top + TILE, rows), Math.min(left + TILE, columns)]
      for (let i = top; i < bottom; i++) for (let j = left; j < right; j++) b[j * rows + i] = a[i * columns + j]!
    }
  }
  return b
}
