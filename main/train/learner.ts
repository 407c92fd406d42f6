import { float32, sizeOf, type FloatTensor } from '../base/tensor.ts'
import { applyMask, isKept } from '../compress/bits.ts'
import type { Mask } from '../compress/method.ts'
import { int } from '../onnx/attributes.ts'
import { GraphBuilder, type Value } from '../onnx/build.ts'
import type { Graph, Weights } from '../onnx/graph.ts'
import { withUpdate, type UpdateOptions } from './optimiser.ts'

/** Positions that a training leaves as they are: at zero, or at the value they begin with. Masks are 1 = learns. */
export interface Hold {
  readonly at: 'zero' | 'start'
  readonly masks: ReadonlyMap<string, Mask>
}

/** A graph that learns, and what its carried weights begin as. */
export interface Learner {
  readonly graph: Graph
  /** What is learned. */
  readonly names: readonly string[]
  /** Every weight of the graph: the model's, moments, and what is held. */
  readonly start: ReadonlyMap<string, FloatTensor>
  readonly hold: Hold | undefined
}

export type LearnerOptions = Omit<UpdateOptions, 'settle'>

/**
 * The output that counts, for each mask in its order, the held positions at which a weight is not what it should be: float32 [masks]. It
 * looks at what the run was handed, and so at what the step before it left behind.
 */
export const STRAYS = 'strays'
const maskOf = (name: string): string => `mask/${name}`
const startOf = (name: string): string => `start/${name}`

/** From a loss with its gradients (grad/) to a graph that steps by AdamW. */
export function createLearner(
  gradients: Graph,
  names: readonly string[],
  weights: Weights,
  options: LearnerOptions,
  hold?: Hold,
): Learner {
  const dims = new Map(gradients.weights.map((weight) => [weight.name, weight.dims as readonly number[]]))
  const settle = hold && ((g: GraphBuilder, name: string, next: Value) => settled(g, { name, dims: dims.get(name)!, next }, hold))
  const updated = withUpdate(gradients, names, { ...options, ...(settle && { settle }) })
  const graph = hold && hold.masks.size > 0 ? withStrays(updated, hold) : updated
  return { graph, names, start: startsOf(graph, weights, hold), hold }
}

/** Taken or left by a condition, never by a product: 0 · NaN is not 0, and −0 + 0 is not −0. */
function settled(
  g: GraphBuilder,
  { name, dims, next }: { readonly name: string; readonly dims: readonly number[]; readonly next: Value },
  { at, masks }: Hold,
): Value {
  if (!masks.has(name)) return next
  const learns = g.greater(g.weight(maskOf(name), dims), g.number(0))
  return g.where(learns, next, at === 'zero' ? g.number(0) : g.weight(startOf(name), dims))
}

function withStrays(graph: Graph, { at, masks }: Hold): Graph {
  const g = new GraphBuilder(graph.name, graph)
  const counts = [...masks.keys()].map((name) => {
    const isOff = g.op('Not', [g.equal(name, at === 'zero' ? g.number(0) : startOf(name))])
    const isHeld = g.sub(g.number(1), maskOf(name))
    const count = g.op('ReduceSum', [g.mul(g.cast(isOff, 'float32'), isHeld)], { keepdims: int(0) })
    return g.reshape(count, [1])
  })
  g.output(STRAYS, g.concat(counts, 0), 'float32', [counts.length])
  return g.finish()
}

function startsOf(graph: Graph, weights: Weights, hold: Hold | undefined): Map<string, FloatTensor> {
  const own = new Set(weights.names())
  const zeros = new Map<number, Float32Array>()
  const tensors = new Map<string, FloatTensor>()
  for (const { name } of graph.weights) if (own.has(name)) tensors.set(name, weights.get(name))
  for (const { name, dims } of graph.weights) {
    if (own.has(name)) continue
    const size = sizeOf(dims as number[])
    const [kind, of] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)]
    // one array for all of a size, and for a weight and its start: the engine then holds it once
    if (!zeros.has(size)) zeros.set(size, new Float32Array(size))
    const data = kind === 'mask' ? onesOf(hold!.masks.get(of)!) : kind === 'start' ? tensors.get(of)!.data : zeros.get(size)!
    tensors.set(name, float32(dims as number[], data))
  }
  return tensors
}

function onesOf(mask: Mask): Float32Array {
  return applyMask(new Float32Array(mask.length).fill(1), mask)
}

/** Positions held by the masks that are not, bit for bit, what they should be; by name, only those with any. */
export function findStrays(
  after: ReadonlyMap<string, FloatTensor>,
  { start, hold }: Pick<Learner, 'start' | 'hold'>,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const [name, mask] of hold?.masks ?? []) {
    const bits = (x: Float32Array) => new Int32Array(x.buffer, x.byteOffset, x.length)
    const now = bits(after.get(name)!.data)
    const then = hold!.at === 'zero' ? new Int32Array(now.length) : bits(start.get(name)!.data)
    let count = 0
    for (let i = 0; i < now.length; i++) if (!isKept(mask, i) && now[i] !== then[i]) count++
    if (count > 0) found.set(name, count)
  }
  return found
}
