import { LabError } from '../../base/errors.ts'
import { numberOf, textOf } from '../../onnx/attributes.ts'
import type { OpNode } from '../../onnx/graph.ts'
import { stop } from '../vjp.ts'
import type { Rules, Tape, Value, Vjp } from '../vjp.ts'

/**
 * What was picked from x along an axis, added up where it came from.
 *
 * By ScatterElements, measured against the two other forms (4,992 rows of 128 from 512 or 4,096): a one-hot product takes 2 to 10 times as
 * long and holds [rows, vocabulary]; ScatterND takes a twentieth and is wrong, for with two threads onnxruntime-node 1.30 loses updates of
 * equal index. This one is right, and the same in every run on a CPU.
 */
function addedBack(g: Tape, x: Value, axis: number, indices: Value, dy: Value): Value {
  const rank = g.dims(x).length
  const ones = (length: number) => Array<number>(length).fill(1)
  const sizes = g.dims(x).map((_, a) => (a === axis ? g.list([-1]) : g.span(x, [a])))
  const updates = g.reshape(dy, g.concat(sizes, 0)) // the picks on one axis, whatever shape the indices had
  const places = g.expand(g.reshape(indices, [...ones(axis), -1, ...ones(rank - axis - 1)]), g.sizes(updates))
  return g.scatterAdd(g.zeros(g.sizes(x)), places, updates, axis)
}

/** The same of whole rows none of which was picked twice: then there is nothing to add up, and ScatterND may. */
function putBack(g: Tape, x: Value, indices: Value, dy: Value): Value {
  const whole = g.shapeOf(indices).type === 'int64' ? indices : g.cast(indices, 'int64')
  return g.op('ScatterND', [g.zeros(g.sizes(x)), g.unsqueeze(whole, [-1]), dy])
}

const gather: Vjp = (g, n, dy) => {
  const [x, indices] = n.inputs as [Value, Value]
  const rank = g.dims(x).length
  const axis = (numberOf(n, 'axis', 0) + rank) % rank
  return [axis === 0 && g.distinct.has(indices) ? putBack(g, x, indices, dy) : addedBack(g, x, axis, indices, dy), null]
}

/** As Gather from x with its indexed axes made one. */
const gatherND: Vjp = (g, n, dy) => {
  const [x, places] = n.inputs as [Value, Value]
  const width = g.dims(places).at(-1) as number // known, as the shape of the output is
  if (numberOf(n, 'batch_dims', 0) > 0) throw unruled(n, 'batch_dims 0', `${numberOf(n, 'batch_dims', 0)}`)
  const axes = [...g.dims(x).keys()]
  const spans = axes.slice(0, width).map((axis) => g.span(x, [axis]))
  const strides = axes.slice(0, width).map((axis) => g.span(x, axes.slice(axis + 1, width)))
  const flat = g.reshape(x, g.concat([g.list([-1]), ...axes.slice(width).map((axis) => g.span(x, [axis]))], 0))
  const whole = g.where(g.less(places, g.list([0])), g.add(places, g.concat(spans, 0)), places)
  const rows = g.reduceSum(g.mul(whole, g.concat(strides, 0)), [-1], false)
  return [g.reshape(addedBack(g, flat, 0, rows, dy), g.sizes(x)), null]
}

const gatherElements: Vjp = (g, n, dy) => {
  const [x, indices] = n.inputs as [Value, Value]
  return [g.scatterAdd(g.zeros(g.sizes(x)), indices, dy, numberOf(n, 'axis', 0)), null]
}

const scatterElements: Vjp = (g, n, dy) => {
  const [, indices] = n.inputs as [Value, Value, Value]
  const axis = numberOf(n, 'axis', 0)
  const updated = g.gatherElements(dy, indices, axis)
  return [added(n) ? dy : g.op('ScatterElements', [dy, indices, g.zeros(g.sizes(updated))], n.attributes), null, updated]
}

const scatterND: Vjp = (g, n, dy) => {
  const [, places] = n.inputs as [Value, Value, Value]
  const updated = g.op('GatherND', [dy, places])
  return [added(n) ? dy : g.op('ScatterND', [dy, places, g.zeros(g.sizes(updated))], n.attributes), null, updated]
}

/** Whether updates are added to what is there; otherwise they take its place. */
function added(n: OpNode): boolean {
  const reduction = textOf(n, 'reduction', 'none')
  if (reduction !== 'add' && reduction !== 'none') throw unruled(n, 'the reduction "none" or "add"', `"${reduction}"`)
  return reduction === 'add'
}

function unruled(n: OpNode, expected: string, got: string): LabError {
  return new LabError('grad/no-rule', `Expected ${expected} at ${n.op} "${n.name}" (input "${n.inputs[0]}"), got ${got}.`)
}

/** Σ of what lies on the cold and on the hot places. */
const oneHot: Vjp = (g, n, dy) => {
  const [indices, depth] = n.inputs as [Value, Value, Value]
  const hot = g.op(
    'OneHot',
    [indices, depth, g.constant({ type: 'float32', dims: [2], data: Float32Array.of(0, 1) })],
    n.attributes,
  )
  const sum = (x: Value) => g.reshape(g.op('ReduceSum', [x]), [1])
  const onHot = sum(g.mul(dy, hot))
  return [null, null, g.concat([g.sub(sum(dy), onHot), onHot], 0)]
}

/** Numbers found or put by index. */
export const gathers = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  NonZero: stop,
} satisfies Rules
