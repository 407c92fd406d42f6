import { float32, int32, type Tensor } from '../base/tensor.ts'
import { int, text } from '../onnx/attributes.ts'
import { GraphBuilder, type Value } from '../onnx/build.ts'
import type { Graph, MatrixShape } from '../onnx/graph.ts'
import type { KeepOf } from './method.ts'

/** Scores that a graph can work out: |w|, or |w| times the norm of the input it meets. */
export type GraphScore = 'magnitude' | 'wanda'

/** The name that the matrix has in each of these graphs: a weight, so that an engine reads it where it lies. */
export const MATRIX = 'w'
/** Bins of one pass over scores. */
export const BINS = 4096

/**
 * Which weights of a matrix stay where each row competes, or each group of a pattern. Inputs: norm float32 [in] for Wanda. Outputs: bits
 * uint8 [⌈out·in / 8⌉] as in `Mask`, pruned float32 [out, in]. `count` of each row go, or `of − keep` of each full group, the lowest, ties by
 * lowest index: what TopK promises (onnx/docs/Operators.md).
 */
export function runsGraph(shape: MatrixShape, score: GraphScore, goes: { readonly count: number } | KeepOf): Graph {
  const { out, in: width } = shape
  const g = new GraphBuilder('masks by runs')
  const { w, scores } = open(g, shape, score)
  const [length, count] = 'count' in goes ? [width, goes.count] : [goes.of, goes.of - goes.keep]
  const perRow = Math.floor(width / length)
  const full = perRow * length
  const runs = g.reshape(full === width ? scores : g.slice(scores, 1, 0, full), [out * perRow, length])
  const ones = filled(g, [out * perRow, length], 1)
  const kept = g.reshape(count === 0 ? ones : without(g, ones, runs, count, out * perRow), [out, full])
  const all = full === width ? kept : g.concat([kept, filled(g, [out, width - full], 1)], 1)
  return finish(g, shape, w, all)
}

function without(g: GraphBuilder, ones: Value, runs: Value, count: number, rows: number): Value {
  const lowest = g.ops('TopK', [runs, g.list([count])], { axis: int(1), largest: int(0), sorted: int(1) }, 2)[1]!
  return g.op('ScatterElements', [ones, lowest, filled(g, [rows, count], 0)], { axis: int(1) })
}

/**
 * One pass over the scores of a matrix towards a threshold. Inputs: low and high float32 [] (the scores that count, both included), scale
 * float32 [] = bins per unit, norm for Wanda. Output: counts int32 [BINS]: scores by bin ⌊(score − low) · scale⌋, the last one closed. Which bin a
 * score falls into rises with the score, whatever is rounded.
 */
export function countGraph(shape: MatrixShape, score: GraphScore): Graph {
  const g = new GraphBuilder('scores by bin')
  const { scores } = open(g, shape, score)
  const { bin, isIn } = binned(g, scores)
  const size = [shape.out * shape.in]
  const ones = g.reshape(g.cast(isIn, 'int32'), size)
  const none = g.op('ConstantOfShape', [g.list([BINS])], { value: { kind: 'tensor', value: int32([1], Int32Array.of(0)) } })
  const counts = g.op('ScatterElements', [none, g.reshape(bin, size), ones], { axis: int(0), reduction: text('add') })
  g.output('counts', counts, 'int32', [BINS])
  return g.finish()
}

/** Least and largest score of one bin, as in `countGraph`; input bin int64 []. Outputs least, most float32 []; where none is in it, least > most. */
export function edgesGraph(shape: MatrixShape, score: GraphScore): Graph {
  const g = new GraphBuilder('edges of a bin')
  const { scores } = open(g, shape, score)
  const { bin, isIn } = binned(g, scores)
  const isThere = g.op('And', [isIn, g.equal(bin, g.input('bin', 'int64', []))])
  const edge = (op: 'ReduceMin' | 'ReduceMax', otherwise: number) =>
    g.op(op, [g.where(isThere, scores, g.number(otherwise)), g.list([0, 1])], { keepdims: int(0) })
  g.output('least', edge('ReduceMin', Infinity), 'float32', [])
  g.output('most', edge('ReduceMax', -Infinity), 'float32', [])
  return g.finish()
}

/**
 * Which weights of a matrix stay under a threshold. Inputs: value float32 [], ties int64 [] (how many scores equal to it go, the first ones),
 * norm for Wanda. Outputs: bits and pruned as in `runsGraph`, equal int64 [] = scores that equal it.
 */
export function thresholdGraph(shape: MatrixShape, score: GraphScore): Graph {
  const g = new GraphBuilder('masks by threshold')
  const { w, scores } = open(g, shape, score)
  const value = g.input('value', 'float32', [])
  const ties = g.input('ties', 'int64', [])
  const isEqual = g.reshape(g.cast(g.equal(scores, value), 'int64'), [-1])
  const order = g.op('CumSum', [isEqual, g.constant({ type: 'int64', dims: [], data: BigInt64Array.of(0n) })])
  const isTie = g.op('And', [g.cast(isEqual, 'bool'), g.op('Not', [g.greater(order, ties)])])
  const goes = g.op('Or', [g.less(scores, value), g.reshape(isTie, [shape.out, shape.in])])
  g.output('equal', g.reduceSum(isEqual, [0], false), 'int64', [])
  return finish(g, shape, w, g.cast(g.op('Not', [goes]), 'float32'))
}

function open(
  g: GraphBuilder,
  { out, in: width }: MatrixShape,
  score: GraphScore,
): { readonly w: Value; readonly scores: Value } {
  const w = g.weight(MATRIX, [out, width])
  const size = g.op('Abs', [w])
  return { w, scores: score === 'wanda' ? g.mul(size, g.input('norm', 'float32', [width])) : size }
}

function binned(g: GraphBuilder, scores: Value): { readonly bin: Value; readonly isIn: Value } {
  const [low, high, scale] = ['low', 'high', 'scale'].map((name) => g.input(name, 'float32', [])) as [Value, Value, Value]
  const isIn = g.op('And', [g.op('Not', [g.less(scores, low)]), g.op('Not', [g.greater(scores, high)])])
  const place = g.mul(g.sub(g.where(isIn, scores, low), low), scale)
  return { isIn, bin: g.cast(g.op('Clip', [g.op('Floor', [place]), g.number(0), g.number(BINS - 1)]), 'int64') }
}

/** From 1 = keep as float32 [out, in] to the outputs. */
function finish(g: GraphBuilder, { out, in: width }: MatrixShape, w: Value, kept: Value): Graph {
  const size = out * width
  const bytes = Math.ceil(size / 8)
  const flat = g.reshape(kept, [size])
  const whole = bytes * 8 === size ? flat : g.concat([flat, filled(g, [bytes * 8 - size], 0)], 0)
  const powers = g.constant(float32([8, 1], Float32Array.of(128, 64, 32, 16, 8, 4, 2, 1)))
  const packed = g.op('Cast', [g.matmul(g.reshape(whole, [bytes, 8]), powers)], { to: int(2) })
  g.output('bits', g.reshape(packed, [bytes]), 'uint8', [bytes])
  const isKept = g.greater(kept, g.number(0.5))
  g.output('pruned', g.where(isKept, w, g.number(0)), 'float32', [out, width])
  return g.finish()
}

function filled(g: GraphBuilder, dims: readonly number[], value: number): Value {
  const one: Tensor = float32([1], Float32Array.of(value))
  return g.op('ConstantOfShape', [g.list(dims)], { value: { kind: 'tensor', value: one } })
}
