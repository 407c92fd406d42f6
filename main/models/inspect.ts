import { LabError } from '../base/errors.ts'
import { sizeOf } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { TensorPlace } from '../onnx/graph.ts'
import { readPieces } from '../onnx/places.ts'
import type { ModelSurvey } from './folder.ts'
import { groupCounter, type FittedPattern } from './pattern.ts'

/** A stored weight. */
export interface TensorHead {
  readonly name: string
  readonly dims: readonly number[]
  readonly dtype: string
  readonly bytes: number
  readonly isCompressible: boolean
}

/** Every weight of a model in the order of the forward pass. */
export function tensorHeads({ places, linears }: Pick<ModelSurvey, 'places' | 'linears'>): TensorHead[] {
  const compressible = new Set(linears.map(({ name }) => name))
  return [...places].map(([name, { dims, stored, bytes }]) => {
    return { name, dims, dtype: stored, bytes, isCompressible: compressible.has(name) }
  })
}

/** Where a weight lies. LabError 'compress/target' for a name that the model has not. */
export function findPlace({ places }: Pick<ModelSurvey, 'places'>, name: string): TensorPlace {
  const place = places.get(name)
  if (place) return place
  const meant = nearest(name, [...places.keys()])
  throw new LabError(
    'compress/target',
    `Expected the name of a weight, got "${name.slice(0, 200)}"${meant ? `; perhaps "${meant}".` : '.'}`,
  )
}

/** Zeros of a matrix and the N:M that most of its groups follow. */
export function countZeros(name: string, place: TensorPlace): { zeros: number; pattern: FittedPattern | null } {
  const groups = groupCounter(widthOf(place.dims))
  readPieces(name, place, (piece) => groups.add(piece))
  return { zeros: groups.zeros(), pattern: groups.best() }
}

/** Zeros of every compressible matrix: reads them all. */
export function zeroRows(model: Pick<ModelSurvey, 'places' | 'linears'>) {
  return model.linears.map((matrix) => {
    const { zeros, pattern } = countZeros(matrix.name, findPlace(model, matrix.name))
    return { ...matrix, zeros, sparsity: zeros / (matrix.out * matrix.in), pattern }
  })
}

/** The length of a row: what stands last in its dims. */
const widthOf = (dims: readonly number[]) => dims.at(-1) ?? 1

/** One weight, number by number, in two readings: what its bins are is known after the first. */
export function tensorFacts(name: string, place: TensorPlace, bins: number) {
  const count = sizeOf(place.dims)
  const isMatrix = place.dims.length === 2
  const width = widthOf(place.dims)
  const groups = groupCounter(width)
  const rows = new Uint32Array(isMatrix ? place.dims[0]! : 0)
  let [min, max, sum, at] = [Infinity, -Infinity, 0, 0]
  readPieces(name, place, (piece) => {
    groups.add(piece)
    for (const x of piece) {
      if (x < min) min = x
      if (x > max) max = x
      sum += x
      if (isMatrix && x === 0) rows[Math.floor(at / width)]!++
      at++
    }
  })
  const mean = sum / count
  const { counts, squares } = spread(name, place, { bins, min, max, mean })
  const sorted = rows.toSorted()
  const zeros = groups.zeros()
  return {
    ...{ min, max, mean, std: Math.sqrt(squares / count), zeros, sparsity: zeros / count, pattern: groups.best() },
    rowZeros: isMatrix ? { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted.at(-1)! } : null,
    histogram: { low: min, high: max, counts },
  }
}

interface Range {
  readonly bins: number
  readonly min: number
  readonly max: number
  readonly mean: number
}

/** Numbers other than zero in each bin, and Σ(x − mean)². */
function spread(name: string, place: TensorPlace, { bins, min, max, mean }: Range): { counts: number[]; squares: number } {
  const counts = new Array<number>(bins).fill(0)
  const scale = max > min ? bins / (max - min) : 0
  let squares = 0
  readPieces(name, place, (piece) => {
    for (const x of piece) {
      squares += (x - mean) ** 2
      // the highest number belongs to the last bin
      if (x !== 0) counts[Math.min(bins - 1, Math.floor((x - min) * scale))]!++
    }
  })
  return { counts, squares }
}

/** Shares of numbers other than zero over the tiles of a grid; a matrix smaller than the grid has a tile for each number. */
export function keptMap(name: string, place: TensorPlace, asked: { readonly rows: number; readonly columns: number }) {
  const [out, width] = [sizeOf(place.dims.slice(0, -1)), widthOf(place.dims)]
  const [rows, columns] = [Math.min(asked.rows, out), Math.min(asked.columns, width)]
  const kept = new Float64Array(rows * columns)
  const cells = new Float64Array(rows * columns)
  const column = Uint32Array.from({ length: width }, (_, i) => Math.floor((i * columns) / width))
  let [i, row] = [0, 0]
  readPieces(name, place, (piece) => {
    for (const x of piece) {
      const tile = Math.floor((row * rows) / out) * columns + column[i]!
      cells[tile]!++
      if (x !== 0) kept[tile]!++
      if (++i === width) [i, row] = [0, row + 1]
    }
  })
  return { out, in: width, rows, columns, kept: Array.from(kept, (n, tile) => n / cells[tile]!) }
}
