import { LabError } from '../base/errors.ts'
import type { FloatTensor } from '../base/tensor.ts'
import type { Graph, TensorPlace, ValueInfo, Weights } from '../onnx/graph.ts'

/** A weight as the engine process knows it: by a key that is equal only where the numbers are. */
export interface Item {
  readonly key: string
  /** Where it lies, or the numbers themselves where they live in memory. */
  readonly from: { readonly place: TensorPlace } | { readonly tensor: FloatTensor }
}

const numbers = new WeakMap<Float32Array, number>()
let nextNumber = 0

/** The weights a graph asks for, by name. What lies unchanged in a file is named by its place, what lives in memory by its array. */
export function pick(graph: Graph, weights: Weights): ReadonlyMap<string, Item> {
  return new Map(graph.weights.map((info) => [info.name, itemOf(graph, info, weights)]))
}

function itemOf(graph: Graph, { name, dims }: ValueInfo, weights: Weights): Item {
  const place = weights.place(name)
  const tensor = place ? undefined : weights.get(name)
  const found = (place ?? tensor!).dims
  if (found.length !== dims.length || found.some((size, i) => typeof dims[i] === 'number' && dims[i] !== size)) {
    throw new LabError(
      'model/shape',
      `Expected weight "${name}" of graph "${graph.name}" as [${dims.join(', ')}], got [${found.join(', ')}].`,
    )
  }
  if (place) return { key: `${place.path}:${place.offset}+${place.bytes}:${place.stored}:${found.join('x')}`, from: { place } }
  const { data } = tensor!
  // the same array is the same numbers: weights are never written to
  if (!numbers.has(data)) numbers.set(data, nextNumber++)
  return { key: `memory:${numbers.get(data)}:${found.join('x')}`, from: { tensor: tensor! } }
}

/** Bytes of a weight beside the runtime, where every number takes four. */
export function bytesOf({ from }: Item): number {
  const { dims } = 'place' in from ? from.place : from.tensor
  return 4 * dims.reduce((product, dim) => product * dim, 1)
}
