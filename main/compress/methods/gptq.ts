import { z } from 'zod'
import { codeOf, gridOf, mostOf, weightOf } from '../grid.ts'
import { preparing, type Prepared } from '../hessian.ts'
import type { CodeMethod, Codes, Linear, Stats } from '../method.ts'
import {
  bits,
  blockSize,
  checkScales,
  damping,
  filled,
  groupSize,
  per,
  range,
  shrink,
  symmetric,
  withDefaults,
} from '../params.ts'
import { runPlain, type Steps } from '../products.ts'
import { columnsOf, sweeping, type Columns } from '../sweep.ts'

const DEFAULTS = {
  ...{ symmetric: false, shrink: false, per: 'row' as 'row' | 'tensor' },
  ...{ damping: 0.01, blockSize: 128, actOrder: false, staticGroups: false },
}
const params = withDefaults(
  {
    ...{ bits, groupSize, per, symmetric, range, shrink, damping, blockSize },
    actOrder: z.boolean().optional().meta({
      label: 'Act-order',
      description: 'Columns of the strongest inputs first (by falling diagonal of the Hessian).',
    }),
    staticGroups: z.boolean().optional().meta({
      label: 'Static groups',
      description:
        'Scales of all groups are taken before anything is changed, from columns as they stand in the matrix; otherwise from columns as updated, in the order in which they come.',
    }),
  },
  DEFAULTS,
).superRefine(checkScales)
type Settings = ReturnType<typeof filled<typeof DEFAULTS, z.output<typeof params>>>

/**
 * Columns become codes one after the other, and those after them make up for the rounding: err = (w − Q(w)) / U_jj with H⁻¹ = UᵀU (Frantar
 * et al. 2023; paper.md 4.9). Scales of a group come from its columns as all blocks before have updated them. Dead inputs become 0.
 */
export const gptq: CodeMethod<z.output<typeof params>, 'hessian'> = {
  kind: 'code',
  id: 'gptq',
  label: 'GPTQ',
  cite: 'Frantar et al. 2023, arXiv 2210.17323',
  formula: 'Q as in rtn; err = (w − Q(w)) / U_jj is made up for in later columns',
  about: 'Weights are rounded column by column, and the columns after them are changed so that the outputs stay.',
  cost: 'the calibration text once, and in³/3 + out · in² operations a matrix',
  needs: ['hessian'],
  params,
  bits: (p) => p.bits,
  isSymmetric: (p) => p.symmetric ?? DEFAULTS.symmetric,
  code: (l, s, p) => runPlain(coding(l, s, p)),
  coding,
}

function* coding(l: Linear, { hessian }: Pick<Stats, 'hessian'>, p: z.output<typeof params>, isSpare = false): Steps<Codes> {
  const settings = filled(DEFAULTS, p)
  const prepared = yield* preparing(l, hessian, settings.damping, { byDiagonal: settings.actOrder, isSpare })
  const columns = columnsOf(l, prepared)
  const grids = openGrids(l, columns, prepared, settings)
  const [codes, most] = [new Uint8Array(l.out * l.in), mostOf(settings.bits)]
  yield* sweeping(columns, settings.blockSize, {
    block: grids.block,
    column(i, { from, row: first, rows, w }, becomes) {
      const { scale, zero } = grids.at(i)
      const [at, step, input] = [(i - from) * rows, l.in, prepared.order[i]!]
      for (let row = 0, to = first * step + input; row < rows; row++, to += step) {
        const size = scale[first + row]!
        const origin = zero[first + row]!
        const code = codeOf(Math.fround(w[at + row]!), size, origin, most)
        codes[to] = code
        becomes[row] = weightOf(code, size, origin)
      }
    },
  })
  return { codes, ...grids.done() }
}

/** Scales and codes of 0 of a group of columns, one of each for every row. */
interface Grids {
  readonly scale: Float32Array
  readonly zero: Uint8Array
}

/** The grids of all groups, each found when the sweep comes to it. */
interface Groups {
  /** A block begins: scales of the groups that begin in it are taken from the weights as they are now. */
  block(from: number, to: number): void
  /** Those of the column at a place in the sweep. */
  at(i: number): Grids
  done(): Omit<Codes, 'codes'>
}

function openGrids(l: Linear, columns: Columns, { order, isDead }: Prepared, settings: Settings): Groups {
  const { out, in: width } = l
  const isShared = settings.per === 'tensor'
  const isWhole = isShared || (settings.groupSize ?? width) >= width
  const size = isWhole ? width : settings.groupSize!
  const groups = Array.from({ length: Math.ceil(width / size) }, (): Grids => {
    return { scale: new Float32Array(out), zero: new Uint8Array(out) }
  })
  const isStatic = settings.staticGroups || isWhole
  const groupAt = (i: number) => Math.floor((isStatic ? order[i]! : i) / size)
  const find = (group: number, weightAt: (row: number, i: number) => number) => {
    const { scale, zero } = groups[group]!
    const from = group * size
    const weights = new Float32Array(Math.min(size, width - from))
    for (let row = 0; row < out; row++) {
      for (let k = 0; k < weights.length; k++) weights[k] = weightAt(row, from + k)
      const grid = gridOf(weights, settings)
      scale[row] = grid.scale
      zero[row] = grid.zero
    }
  }
  // the published code takes scales of whole rows before it removes dead inputs, those of groups after
  if (isShared) {
    const grid = gridOf(l.w, settings)
    groups[0]!.scale.fill(grid.scale)
    groups[0]!.zero.fill(grid.zero)
  } else if (isStatic) {
    groups.forEach((_, group) => find(group, (row, i) => (isDead[i] && !isWhole ? 0 : l.w[row * width + i]!)))
  }
  return {
    block(from, to) {
      if (isStatic) return
      for (let i = Math.ceil(from / size) * size; i < to; i += size) find(i / size, (row, at) => columns.w[at * out + row]!)
    },
    at: (i) => groups[groupAt(i)]!,
    done() {
      const groupOf = new Int32Array(width)
      for (let i = 0; i < width; i++) groupOf[order[i]!] = groupAt(i)
      const [scale, zero] = [new Float32Array(out * groups.length), new Uint8Array(out * groups.length)]
      groups.forEach((group, g) => {
        for (let row = 0; row < out; row++) {
          scale[row * groups.length + g] = group.scale[row]!
          zero[row * groups.length + g] = group.zero[row]!
        }
      })
      return { scale, zero, groupOf, ...(isShared && { isShared }) }
    },
  }
}
