import { createRng } from '../../main/base/rng.ts'
import { float32 } from '../../main/base/tensor.ts'
import type { Compressed } from '../../main/compress/recipe.ts'
import { heldWeights } from '../../main/models/weights.ts'
import type { MatrixShape, Weights } from '../../main/onnx/graph.ts'

export interface Matrices {
  readonly matrices: readonly MatrixShape[]
  readonly weights: Weights
}

/** Matrices of given sizes with random weights in (−1, 1), none 0, and beside them a vector that compression leaves alone. */
export function makeMatrices(sizes: Readonly<Record<string, readonly [out: number, width: number]>>, seed = 0): Matrices {
  const matrices = Object.entries(sizes).map(([name, [out, width]]) => ({ name, out, in: width }))
  const tensors = matrices.map(({ name, out, in: width }) => {
    const rng = createRng(seed).fork(name)
    const draw = () => (rng.float() * 0.999 + 0.001) * (rng.int(2) === 0 ? 1 : -1)
    return [name, float32([out, width], Float32Array.from({ length: out * width }, draw))] as const
  })
  return { matrices, weights: heldWeights(new Map([...tensors, ['norm', float32([3], new Float32Array(3))]])) }
}

/** One matrix of given weights, row by row. */
export function matrixOf(rows: readonly (readonly number[])[], name = 'w'): Matrices {
  const shape = { name, out: rows.length, in: rows[0]!.length }
  return {
    matrices: [shape],
    weights: heldWeights(new Map([[name, float32([shape.out, shape.in], Float32Array.from(rows.flat()))]])),
  }
}

/** The weights of one matrix as rows. */
export function rowsOf(weights: Weights, name = 'w'): number[][] {
  const { dims, data } = weights.get(name)
  return Array.from({ length: dims[0]! }, (_, row) => [...data.subarray(row * dims[1]!, (row + 1) * dims[1]!)])
}

/** 1 for each weight that is not zero, 0 for each that is, row by row. */
export function keptIn({ weights }: Pick<Compressed, 'weights'>, name = 'w'): number[][] {
  return rowsOf(weights, name).map((row) => row.map((w) => (w === 0 ? 0 : 1)))
}
