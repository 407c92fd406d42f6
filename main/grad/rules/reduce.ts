import { LabError } from '../../base/errors.ts'
import { listOf, numberOf } from '../../onnx/attributes.ts'
import type { OpNode } from '../../onnx/graph.ts'
import { stop } from '../vjp.ts'
import type { Rules, Tape, Value, Vjp } from '../vjp.ts'

/** The axes a node reduces, from 0; none where it leaves its input as it is. */
function axesOf(g: Tape, n: OpNode): number[] {
  const rank = g.dims(n.inputs[0]!).length
  const named = n.inputs[1] ? g.shapeOf(n.inputs[1]).content : (listOf(n, 'axes') ?? [])
  if (!named) throw new LabError('grad/shape', `Expected to know the axes of ${n.op} "${n.name}", but only a run can tell them.`)
  if (named.length === 0) return numberOf(n, 'noop_with_empty_axes', 0) ? [] : [...Array(rank).keys()]
  return named.map((axis) => (Number(axis) + rank) % rank)
}

/** A reduced value with its axes back, of size 1. */
function withAxes(g: Tape, n: OpNode, y: Value): Value {
  const axes = axesOf(g, n)
  return numberOf(n, 'keepdims', 1) || axes.length === 0 ? y : g.unsqueeze(y, axes)
}

const mean: Vjp = (g, n, dy) => [g.div(withAxes(g, n, dy), g.count(n.inputs[0]!, axesOf(g, n))), null]

/** All that reach the extreme share what comes back. */
const extreme: Vjp = (g, n, dy) => {
  const axes = axesOf(g, n)
  if (axes.length === 0) return [dy, null] // ReduceSum would take no axes for all of them
  const reached = g.indicator(g.equal(n.inputs[0]!, withAxes(g, n, n.outputs[0]!)))
  return [g.mul(g.div(withAxes(g, n, dy), g.reduceSum(reached, axes)), reached), null]
}

/** Many numbers to one. */
export const reduce = {
  ReduceSum: (g, n, dy) => [withAxes(g, n, dy), null],
  ReduceMean: mean,
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceSumSquare: (g, n, dy) => [g.mul(n.inputs[0]!, g.scale(withAxes(g, n, dy), 2)), null],
  ArgMax: stop,
} satisfies Rules
