import { z } from 'zod'
import { codeOf, gridOf, weightOf, type Grid } from '../grid.ts'
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

function* coding(l: Linear, { hessian }: Pick<Stats, 'hessian'>, p: z.output<typeof params>): Steps<Codes> {
  const settings = filled(DEFAULTS, p)
  const prepared = yield* preparing(l, hessian, settings.damping, settings.actOrder)
  const columns = columnsOf(l, prepared)
  const grids = openGrids(l, columns, prepared, settings)
  const codes = new Uint8Array(l.out * l.in)
  yield* sweeping(columns, settings.blockSize, {
    block: grids.block,
    column(i, becomes) {
      const group = grids.groupAt(i)
      const input = prepared.order[i]!
      for (let row = 0; row < l.out; row++) {
        const grid = grids.at(row, group)
        const code = codeOf(Math.fround(columns.w[i * l.out + row]!), grid)
        codes[row * l.in + input] = code
        becomes[row] = weightOf(code, grid.scale, grid.zero)
      }
    },
  })
  return { codes, ...grids.done() }
}

interface Grids {
  /** A block begins: scales of the groups that begin in it are taken from the weights as they are now. */
  block(from: number, to: number): void
  /** Group of the column at a place in the sweep. */
  groupAt(i: number): number
  at(row: number, group: number): Grid
  done(): Omit<Codes, 'codes'>
}

/** Grids of all rows and groups, each found when the sweep comes to it. */
function openGrids(l: Linear, columns: Columns, { order, isDead }: Prepared, settings: Settings): Grids {
  const { out, in: width } = l
  const isShared = settings.per === 'tensor'
  const isWhole = isShared || (settings.groupSize ?? width) >= width
  const size = isWhole ? width : settings.groupSize!
  const grids: Grid[][] = Array.from({ length: Math.ceil(width / size) }, () => [])
  const isStatic = settings.staticGroups || isWhole
  const groupAt = (i: number) => Math.floor((isStatic ? order[i]! : i) / size)
  const find = (group: number, weightAt: (row: number, i: number) => number) => {
    const from = group * size
    const count = Math.min(size, width - from)
    for (let row = 0; row < out; row++) {
      const weights = Float32Array.from({ length: count }, (_, k) => weightAt(row, from + k))
      grids[group]![row] = gridOf(weights, settings)
    }
  }
  // the published code takes scales of whole rows before it removes dead inputs, those of groups after
  if (isShared) grids[0] = Array<Grid>(out).fill(gridOf(l.w, settings))
  else if (isStatic) grids.forEach((_, group) => find(group, (row, i) => (isDead[i] && !isWhole ? 0 : l.w[row * width + i]!)))
  return {
    block(from, to) {
      if (isStatic) return
      for (let i = Math.ceil(from / size) * size; i < to; i += size) find(i / size, (row, at) => columns.w[at * out + row]!)
    },
    groupAt,
    at: (row, group) => grids[group]![row]!,
    done() {
      const groupOf = new Int32Array(width)
      for (let i = 0; i < width; i++) groupOf[order[i]!] = groupAt(i)
      const list = Array.from({ length: out }, (_, row) => grids.map((grid) => grid[row]!)).flat()
      return {
        scale: Float32Array.from(list, ({ scale }) => scale),
        zero: Uint8Array.from(list, ({ zero }) => zero),
        groupOf,
        ...(isShared && { isShared }),
      }
    },
  }
}
