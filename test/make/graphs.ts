import { float32, type FloatTensor } from '../../main/base/tensor.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Graph, Weights } from '../../main/onnx/graph.ts'

/** y = x·w + b with x [rows, 2], w [2, 3] and b [3]. */
export function makeLinear(): Graph {
  const g = new GraphBuilder('linear')
  const x = g.input('x', 'float32', ['rows', 2])
  const y = g.add(g.matmul(x, g.weight('w', [2, 3])), g.weight('b', [3]))
  g.output('y', y, 'float32', ['rows', 3])
  return g.finish()
}

/** Weights of `makeLinear`: every number of w and of b is one of these two. */
export function makeLinearWeights(w: number, b: number): Weights {
  return heldWeights(
    new Map([
      ['w', filled([2, 3], w)],
      ['b', filled([3], b)],
    ]),
  )
}

/** A running sum: sum = past + x along the first axis, `all` = past joined with x; made for chains. */
export function makeSum(): Graph {
  const g = new GraphBuilder('sum')
  const x = g.input('x', 'float32', ['new'])
  const all = g.concat([g.input('past', 'float32', ['past']), x], 0)
  g.output('sum', g.reduceSum(all, [0], false), 'float32', [])
  g.output('all', all, 'float32', ['all'])
  return g.finish()
}

/** Multiplies x [1024, 1024] by itself `times` times: about 15 ms each on one core. */
export function makeSlow(times: number): Graph {
  const g = new GraphBuilder('slow')
  const x = g.input('x', 'float32', [1024, 1024])
  let y = x
  for (let i = 0; i < times; i++) y = g.matmul(y, x)
  g.output('y', g.reduceSum(y, [0, 1], false), 'float32', [])
  return g.finish()
}

export function filled(dims: readonly number[], value: number): FloatTensor {
  return float32(dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(value))
}

export const noWeights = heldWeights(new Map())
