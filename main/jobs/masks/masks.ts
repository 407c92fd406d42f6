import { countKept } from '../../compress/bits.ts'
import { overlapOf, totalOverlap, type Overlap } from '../../compress/overlap.ts'
import { layerOf } from '../../compress/recipe.ts'
import { LabError } from '../../base/errors.ts'
import type { MaskSet } from './source.ts'

/** One matrix of a set: how much stays, and how evenly over its rows. */
export interface MaskRow {
  readonly name: string
  readonly layer: string
  readonly out: number
  readonly in: number
  readonly kept: number
  /** Fraction that does not stay. */
  readonly sparsity: number
}

/** One matrix, layer or model in two sets. */
export interface DiffRow extends Overlap {
  readonly name: string
  readonly weights: number
}

export interface MaskDiff {
  readonly a: Pick<MaskSet, 'name' | 'from' | 'label'>
  readonly b: Pick<MaskSet, 'name' | 'from' | 'label'>
  readonly matrices: readonly DiffRow[]
  readonly layers: readonly DiffRow[]
  readonly total: DiffRow
}

/** What a set keeps, matrix by matrix. */
export function rowsOf(set: MaskSet): MaskRow[] {
  return set.matrices.map(({ name, out, in: width }) => {
    const kept = countKept(set.mask(name))
    return { name, layer: layerOf(name), out, in: width, kept, sparsity: 1 - kept / (out * width) }
  })
}

/** Two sets set against each other: matrices by name, layers, and all of it. LabError 'model/shape' where they are not of one kind. */
export function diffOf(a: MaskSet, b: MaskSet): MaskDiff {
  const others = new Map(b.matrices.map((matrix) => [matrix.name, matrix]))
  const matrices = a.matrices.map((matrix) => {
    const { name, out, in: width } = matrix
    const other = others.get(name)
    if (other?.out !== out || other.in !== width) {
      const came = other ? `[${other.out}, ${other.in}]` : 'none'
      throw new LabError('model/shape', `Expected ${name} as [${out}, ${width}] in ${b.name}, as ${a.name} has it, got ${came}.`)
    }
    return { name, weights: out * width, ...overlapOf(a.mask(name), b.mask(name)) }
  })
  if (b.matrices.length !== a.matrices.length) {
    const known = new Set(a.matrices.map(({ name }) => name))
    const more = b.matrices.find(({ name }) => !known.has(name))!.name
    throw new LabError(
      'model/shape',
      `Expected the ${a.matrices.length} matrices of ${a.name} in ${b.name}, got ${b.matrices.length}, such as ${more}.`,
    )
  }
  const layers = [...Map.groupBy(matrices, ({ name }) => layerOf(name))].map(([name, rows]) => together(name, rows))
  return { a: headOf(a), b: headOf(b), matrices, layers, total: together('all', matrices) }
}

function together(name: string, rows: readonly DiffRow[]): DiffRow {
  return { name, weights: rows.reduce((sum, { weights }) => sum + weights, 0), ...totalOverlap(rows) }
}

function headOf({ name, from, label }: MaskSet): MaskDiff['a'] {
  return { name, from, label }
}
