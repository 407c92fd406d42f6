import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { keepAll } from '../bits.ts'
import { preparing } from '../hessian.ts'
import type { Linear, Quota, Solved, SolveMethod, Stats } from '../method.ts'
import { blockSize, damping, filled, withDefaults } from '../params.ts'
import { runPlain, type Steps } from '../products.ts'
import { findPlace } from '../rank.ts'
import { columnsOf, squares, sweeping, type Columns, type Decision } from '../sweep.ts'

const DEFAULTS = { damping: 0.01, blockSize: 128 }
const params = withDefaults(
  {
    damping,
    blockSize,
    threshold: z.literal('published').optional().meta({
      label: 'Threshold',
      description:
        'Where left out, exactly ⌊n·s⌋ weights go, spread evenly over the blocks, ties by lowest index. published: in each block the ⌊n·s⌋ + 1 of least cost and their ties go, which is more than was asked for.',
    }),
  },
  DEFAULTS,
)

/**
 * Weights whose removal costs least go, column by column, and those after them make up for it: cost = w² / U_jj² with H⁻¹ = UᵀU, shared by
 * all rows of a block of columns; N:M with weights as already updated (Frantar and Alistarh 2023; paper.md 4.6). Dead inputs lose their
 * column.
 */
export const sparsegpt: SolveMethod<z.output<typeof params>, 'hessian'> = {
  kind: 'solve',
  id: 'sparsegpt',
  label: 'SparseGPT',
  cite: 'Frantar and Alistarh 2023, arXiv 2301.00774',
  formula: 'cost = w² / U_jj², H⁻¹ = UᵀU; the rest makes up for it',
  about:
    'Weights whose removal costs least go, column by column, and the columns after them are changed so that the outputs stay.',
  cost: 'the calibration text once, and in³/3 + out · in² operations a matrix',
  needs: ['hessian'],
  params,
  group: 'layer',
  groups: ['layer', 'row'],
  problem: problemOf,
  solve: (l, s, quota, p) => runPlain(solving(l, s, quota, p)),
  solving,
}

function* solving(
  l: Linear,
  { hessian }: Pick<Stats, 'hessian'>,
  quota: Quota,
  p: z.output<typeof params>,
  isSpare = false,
): Steps<Solved> {
  const settings = filled(DEFAULTS, p)
  const { pattern } = quota
  const problem = problemOf(quota, p)
  if (problem) throw new LabError('compress/pattern', `Expected ${problem.wanted} for ${l.name}, got ${problem.came}.`)
  const columns = columnsOf(l, yield* preparing(l, hessian, settings.damping, { isSpare }))
  // 1 where a weight goes, [in, out]
  const gone = new Uint8Array(columns.w.length)
  const mark =
    pattern === 'free' ? markFree(columns, gone, quota, settings.threshold === 'published') : markPattern(columns, gone, pattern)
  yield* sweeping(columns, settings.blockSize, {
    ...mark,
    column(i, strip, becomes) {
      mark.column?.(i, strip, becomes)
      const [at, from] = [i * l.out + strip.row, (i - strip.from) * strip.rows]
      for (let row = 0; row < strip.rows; row++) becomes[row] = gone[at + row] ? 0 : strip.w[from + row]!
    },
  })
  return solved(columns, gone)
}

/** Groups of a pattern must not lie across two blocks. */
function problemOf({ pattern }: Quota, { blockSize = DEFAULTS.blockSize }: z.output<typeof params>) {
  if (pattern === 'free' || blockSize % pattern.of === 0) return undefined
  return {
    wanted: `a blockSize that is a multiple of ${pattern.of}, the size of a group of the pattern`,
    came: `${blockSize} (number)`,
  }
}

/** Marks what goes of each block before it is swept: the rows together, or each for itself. */
function markFree(
  { out, in: width, w, upper }: Columns,
  gone: Uint8Array,
  { sparsity, group }: Quota,
  isPublished: boolean,
): Partial<Decision> {
  const rowsAtOnce = group === 'row' ? 1 : out
  const block: Decision['block'] = (from, to) => {
    const cost = new Float32Array(rowsAtOnce * (to - from))
    const before = (column: number) => Math.floor(rowsAtOnce * column * sparsity)
    const rank = isPublished ? Math.floor(cost.length * sparsity) : before(to) - before(from)
    for (let first = 0; first < out; first += rowsAtOnce) {
      for (let i = from, k = 0; i < to; i++) {
        const pivot = upper[i * width + i]!
        for (let row = 0, at = i * out + first; row < rowsAtOnce; row++, k++, at++) cost[k] = (w[at]! / pivot) ** 2
      }
      const { value, ties } = findPlace(cost.slice(), rank)
      const equal: number[] = []
      for (let i = from, k = 0; i < to; i++) {
        for (let row = 0, at = i * out + first; row < rowsAtOnce; row++, k++, at++) {
          if (cost[k]! < value) gone[at] = 1
          else if (cost[k] === value) equal.push(row * width + i)
        }
      }
      // ties are broken in the order of rows
      const going = isPublished ? equal : equal.sort((a, b) => a - b).slice(0, ties)
      for (const place of going) gone[(place % width) * out + first + Math.floor(place / width)] = 1
    }
  }
  return { block }
}

/** Marks what goes of each full group of `of` columns when the sweep comes to it; columns beyond the last stay. */
function markPattern({ out, in: width, upper }: Columns, gone: Uint8Array, { keep, of }: { keep: number; of: number }) {
  const costs = new Float64Array(of)
  const column: Decision['column'] = (i, { from, row: first, rows, w }) => {
    if (i % of !== 0 || i + of > width) return
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < of; k++) costs[k] = (w[(i + k - from) * rows + row]! / upper[(i + k) * (width + 1)]!) ** 2
      for (let goes = keep; goes < of; goes++) {
        let least = 0
        for (let k = 1; k < of; k++) if (costs[k]! < costs[least]!) least = k
        costs[least] = Infinity
        gone[(i + least) * out + first + row] = 1
      }
    }
  }
  return { together: of, column }
}

function solved({ out, in: width, w }: Columns, gone: Uint8Array) {
  const mask = keepAll(out * width)
  const after = new Float32Array(out * width)
  for (const [top, bottom, left, right] of squares(out, width)) {
    for (let row = top; row < bottom; row++) {
      for (let i = left, at = row * width + left, from = left * out + row; i < right; i++, at++, from += out) {
        if (gone[from]) mask.bits[at >>> 3]! ^= 128 >>> (at & 7)
        else after[at] = w[from]!
      }
    }
  }
  return { mask, w: after }
}
