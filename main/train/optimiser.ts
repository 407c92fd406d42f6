import { float32 } from '../base/tensor.ts'
import type { Carry, Feeds } from '../engine/session.ts'
import { gradientOf } from '../grad/backward.ts'
import { int } from '../onnx/attributes.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Value } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'

/** AdamW: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; with the arithmetic of torch.optim.AdamW. */
export interface AdamW {
  /** Share of the running mean of gradients that a step keeps, from 0 to below 1. */
  readonly beta1: number
  /** The same for the running mean of their squares. */
  readonly beta2: number
  /** Above 0. */
  readonly epsilon: number
  /** Share of a weight that goes away at a learning rate of 1, apart from what its gradient does. */
  readonly weightDecay: number
}

export interface UpdateOptions {
  readonly epsilon: number
  /** Which weights decay; in most recipes the matrices, and neither norms nor biases. */
  readonly decays: (name: string) => boolean
  /** Gradients are scaled down where the norm of all of them is above this. */
  readonly clipNorm?: number
  /** Whether several runs may share a step; costs one more copy of the weights. */
  readonly isAccumulating?: boolean
  /** What a weight is after a step, where that is not what the step made of it: pruned or frozen positions. */
  readonly settle?: (g: GraphBuilder, name: string, next: Value) => Value
}

/** The norm of all gradients of a step before clipping, an output, float32 scalar. */
export const NORM = 'norm'
/** The output that takes the place of a carried value in the run after. */
export const nextOf = (name: string): string => `next/${name}`

/** What is carried beside a weight, as further weights of its shape that begin as zeros. */
export const momentsOf = (name: string) => ({ first: `adam/first/${name}`, second: `adam/second/${name}` })
/** The gradients summed since the last step, where runs accumulate; carried as the moments are. */
export const sumOf = (name: string): string => `adam/sum/${name}`

/** The numbers of one run: inputs, float32 scalars. */
const NUMBERS = ['hold', 'keepFirst', 'takeFirst', 'keepSecond', 'takeSecond', 'correction', 'size', 'shrink'] as const
type Numbers<T> = Readonly<Record<(typeof NUMBERS)[number], T>>
const inputOf = (number: string): string => `step/${number}`

/** Where a run stands. */
export interface Standing {
  /** From 1. */
  readonly step: number
  /** Learning rate of the step. */
  readonly rate: number
  /** Whether this is the first, and the last, of the runs that make the step. */
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** What a run of `withUpdate` is fed beside its batch. A run that is not the last of its step leaves weights and moments bit for bit. */
export function updateFeeds({ beta1, beta2, weightDecay }: AdamW, { step, rate, isFirst, isLast }: Standing): Feeds {
  const still = { keepFirst: 1, takeFirst: 0, keepSecond: 1, takeSecond: 0, correction: 1, size: 0, shrink: 1 }
  const moving = {
    ...{ keepFirst: beta1, takeFirst: 1 - beta1, keepSecond: beta2, takeSecond: 1 - beta2 },
    correction: 1 / Math.sqrt(1 - beta2 ** step),
    size: rate / (1 - beta1 ** step),
    shrink: 1 - rate * weightDecay,
  }
  const numbers: Numbers<number> = { hold: isFirst ? 0 : 1, ...(isLast ? moving : still) }
  return Object.fromEntries(NUMBERS.map((name) => [inputOf(name), float32([], Float32Array.of(numbers[name]))]))
}

/**
 * A graph with gradients (grad/backward.ts) made one that learns: each run gives the named weights and all that is carried beside them as
 * they are after it (`next/<name>`). The gradients are outputs no more.
 */
export function withUpdate(graph: Graph, names: readonly string[], options: UpdateOptions): Graph {
  const isGradient = new Set(names.map(gradientOf))
  const g = new GraphBuilder(`${graph.name} and update`, {
    ...graph,
    outputs: graph.outputs.filter(({ name }) => !isGradient.has(name)),
  })
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, g.input(inputOf(name), 'float32', [])])) as Numbers<Value>
  const dims = new Map(graph.weights.map((weight) => [weight.name, weight.dims as readonly number[]]))
  const flows = new Map(
    names.map((name) => [name, options.isAccumulating ? summed(g, name, dims.get(name)!, numbers.hold) : gradientOf(name)]),
  )
  const clip = clipped(g, [...flows.values()], options.clipNorm)
  // clipping scales what the moments take: no pass over the gradients of its own
  const taken = clip
    ? { ...numbers, takeFirst: g.mul(numbers.takeFirst, clip), takeSecond: g.mul(numbers.takeSecond, g.mul(clip, clip)) }
    : numbers
  for (const [name, flow] of flows) updateOne(g, { name, dims: dims.get(name)!, flow }, taken, options)
  return g.finish()
}

/** What each run hands to the next: name of the output → name of the weight it replaces. */
export function carryOf(graph: Graph): Carry {
  const names = graph.weights
    .map(({ name }) => name)
    .filter((name) => graph.outputs.some((output) => output.name === nextOf(name)))
  return Object.fromEntries(names.map((name) => [nextOf(name), name]))
}

function summed(g: GraphBuilder, name: string, dims: readonly number[], hold: Value): Value {
  const sum = g.add(g.mul(g.weight(sumOf(name), dims), hold), gradientOf(name))
  g.output(nextOf(sumOf(name)), sum, 'float32', dims)
  return sum
}

/** The factor that clips, as in torch.nn.utils.clip_grad_norm_; the norm becomes an output. */
function clipped(g: GraphBuilder, flows: readonly Value[], most: number | undefined): Value | undefined {
  const squares = flows.map((flow) => g.op('ReduceSumSquare', [flow], { keepdims: int(0) }))
  const norm = g.sqrt(squares.reduce(g.add))
  g.output(NORM, norm, 'float32', [])
  return most === undefined ? undefined : g.op('Min', [g.number(1), g.div(g.number(most), g.add(norm, g.number(1e-6)))])
}

interface Parameter {
  readonly name: string
  readonly dims: readonly number[]
  readonly flow: Value
}

function updateOne(
  g: GraphBuilder,
  { name, dims, flow }: Parameter,
  numbers: Numbers<Value>,
  { epsilon, decays, settle }: UpdateOptions,
): void {
  const moments = momentsOf(name)
  const mean = (moment: string, x: Value, keep: Value, take: Value): Value =>
    g.add(g.mul(g.weight(moment, dims), keep), g.mul(x, take))
  const first = mean(moments.first, flow, numbers.keepFirst, numbers.takeFirst)
  const second = mean(moments.second, g.mul(flow, flow), numbers.keepSecond, numbers.takeSecond)
  const spread = g.add(g.mul(g.sqrt(second), numbers.correction), g.number(epsilon))
  const shrunk = decays(name) ? g.mul(name, numbers.shrink) : name
  const next = g.sub(shrunk, g.mul(g.div(first, spread), numbers.size))
  g.output(nextOf(moments.first), first, 'float32', dims)
  g.output(nextOf(moments.second), second, 'float32', dims)
  g.output(nextOf(name), settle ? settle(g, name, next) : next, 'float32', dims)
}
