import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { readMatrix, type Done } from './apply.ts'
import { conformity, keepAll, maskHash } from './bits.ts'
import { PLAIN_BITS, type LedgerRow, type Quota } from './method.ts'
import type { Breathe } from './rank.ts'
import type { Compressed } from './recipe.ts'

/** What was asked for, as a ledger compares it with what came. */
export interface Asked extends Pick<Quota, 'group' | 'pattern'> {
  /** The sparsity that a matrix was asked for. */
  sparsityOf(name: string): number
}

/** Looks at what came, matrix by matrix. */
export async function conclude(
  matrices: readonly MatrixShape[],
  weights: Weights,
  done: ReadonlyMap<string, Done>,
  asked: Asked,
  breathe: Breathe,
): Promise<Compressed> {
  const masks = new Map([...done].flatMap(([name, { mask }]) => (mask ? [[name, mask] as const] : [])))
  const ledger: LedgerRow[] = []
  for (const matrix of matrices) {
    await breathe()
    ledger.push(rowOf(matrix, readMatrix(weights, matrix), done.get(matrix.name), asked))
  }
  return {
    ...{ weights, masks, ledger },
    zeros: ledger.reduce((sum, { zeros }) => sum + zeros, 0),
    total: matrices.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0),
  }
}

function rowOf(matrix: MatrixShape, w: Float32Array, made: Done | undefined, asked: Asked): LedgerRow {
  const { group, pattern, sparsityOf } = asked
  const mask = made?.mask
  const { name, out, in: width } = matrix
  const perRow = zerosPerRow(w, matrix)
  const zeros = perRow.reduce((sum, n) => sum + n, 0)
  const isShared = pattern === 'free' && group === 'model'
  return {
    ...{ name, out, in: width },
    asked: !mask ? 0 : isShared ? null : sparsityOf(name),
    zeros,
    sparsity: zeros / w.length,
    rowZeros: spreadOf(perRow),
    conformity: mask && pattern !== 'free' ? conformity(mask, matrix, pattern) : null,
    effectiveBits: made?.effectiveBits ?? PLAIN_BITS,
    maskHash: maskHash(mask ?? keepAll(w.length)),
  }
}

function zerosPerRow(w: Float32Array, { out, in: width }: MatrixShape): Float64Array {
  const zeros = new Float64Array(out)
  const bits = new Int32Array(w.buffer, w.byteOffset, w.length)
  for (let row = 0; row < out; row++) {
    const [start, end] = [row * width, (row + 1) * width]
    const whole = start + (width & ~3)
    let count = 0 // a variable is faster than a place in an array
    for (let i = start; i < whole; i += 4) {
      count += isZero(bits[i]!) + isZero(bits[i + 1]!) + isZero(bits[i + 2]!) + isZero(bits[i + 3]!)
    }
    for (let i = whole; i < end; i++) count += isZero(bits[i]!)
    zeros[row] = count
  }
  return zeros
}

/** 1 for the bits of a zero of either sign: less one, only nothing has the highest bit. */
const isZero = (bits: number): number => ((bits & 0x7fffffff) - 1) >>> 31

function spreadOf(counts: Float64Array): LedgerRow['rowZeros'] {
  const sorted = counts.toSorted()
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
  return { min: sorted[0]!, median, max: sorted.at(-1)! }
}
