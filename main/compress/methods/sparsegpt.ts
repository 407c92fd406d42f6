import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { keepAll } from '../bits.ts'
import { preparing } from '../hessian.ts'
import type { Linear, Quota, Solved, SolveMethod, Stats } from '../method.ts'
import { blockSize, damping, filled, withDefaults } from '../params.ts'
import { runPlain, type Steps } from '../products.ts'
import { findPlace } from '../rank.ts'
import { columnsOf, sweeping, type Columns, type Decision } from '../sweep.ts'

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

function* solving(l: Linear, { hessian }: Pick<Stats, 'hessian'>, quota: Quota, p: z.output<typeof params>): Steps<Solved> {
  const settings = filled(DEFAULTS, p)
  const { pattern } = quota
  const problem = problemOf(quota, p)
  if (problem) throw new LabError('compress/pattern', `Expected ${problem.wanted} for ${l.name}, got ${problem.came}.`)
  const columns = columnsOf(l, yield* preparing(l, hessian, settings.damping))
  // 1 where a weight goes, [in, out]
  const gone = new Uint8Array(columns.w.length)
  const mark =
    pattern === 'free' ? markFree(columns, gone, quota, settings.threshold === 'published') : markPattern(columns, gone, pattern)
  yield* sweeping(columns, settings.blockSize, {
    ...mark,
    column(i, becomes) {
      mark.column?.(i, becomes)
      for (let row = 0; row < l.out; row++) becomes[row] = gone[i * l.out + row] ? 0 : columns.w[i * l.out + row]!
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

/** What it would cost to remove the weight of a row in column i. */
function costOf({ out, in: width, w, upper }: Columns, row: number, i: number): number {
  return (w[i * out + row]! / upper[i * width + i]!) ** 2
}

/** The same of the weights of some rows in the columns `from` to before `to`, row by row. */
function costsOf({ out, in: width, w, upper }: Columns, first: number, rows: number, from: number, to: number): Float32Array {
  const cost = new Float32Array(rows * (to - from))
  for (let i = from; i < to; i++) {
    const pivot = upper[i * width + i]!
    for (let row = 0, k = i - from; row < rows; row++, k += to - from) cost[k] = (w[i * out + first + row]! / pivot) ** 2
  }
  return cost
}

/** Marks what goes of each block before it is swept: the rows together, or each for itself. */
function markFree(columns: Columns, gone: Uint8Array, { sparsity, group }: Quota, isPublished: boolean): Partial<Decision> {
  const { out } = columns
  const rowsAtOnce = group === 'row' ? 1 : out
  return {
    block(from, to) {
      for (let first = 0; first < out; first += rowsAtOnce) {
        // in the order of rows, for that is how ties are broken
        const cost = costsOf(columns, first, rowsAtOnce, from, to)
        const before = (column: number) => Math.floor(rowsAtOnce * column * sparsity)
        const rank = isPublished ? Math.floor(cost.length * sparsity) : before(to) - before(from)
        const { value, ties } = findPlace(Float32Array.from(cost), rank)
        let left = isPublished ? Infinity : ties
        for (let row = 0, k = 0; row < rowsAtOnce; row++) {
          for (let i = from; i < to; i++, k++) {
            const x = cost[k]!
            if (x < value || (x === value && left-- > 0)) gone[i * out + first + row] = 1
          }
        }
      }
    },
  }
}

/** Marks what goes of each full group of `of` columns when the sweep comes to it; columns beyond the last stay. */
function markPattern(columns: Columns, gone: Uint8Array, { keep, of }: { keep: number; of: number }): Partial<Decision> {
  const { out, in: width } = columns
  return {
    together: of,
    column(i) {
      if (i % of !== 0 || i + of > width) return
      for (let row = 0; row < out; row++) {
        const costs = Array.from({ length: of }, (_, k) => ({ k, cost: costOf(columns, row, i + k) }))
        costs.sort((a, b) => a.cost - b.cost || a.k - b.k)
        for (const { k } of costs.slice(0, of - keep)) gone[(i + k) * out + row] = 1
      }
    },
  }
}

function solved({ out, in: width, w }: Columns, gone: Uint8Array) {
  const mask = keepAll(out * width)
  const after = new Float32Array(out * width)
  for (let i = 0; i < width; i++) {
    for (let row = 0; row < out; row++) {
      const at = row * width + i
      if (gone[i * out + row]) mask.bits[at >>> 3]! ^= 128 >>> (at & 7)
      else after[at] = w[i * out + row]!
    }
  }
  return { mask, w: after }
}
