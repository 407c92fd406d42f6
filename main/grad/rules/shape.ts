import { int, listOf, numberOf } from '../../onnx/attributes.ts'
import { rangeOf } from '../shapes.ts'
import { stop } from '../vjp.ts'
import type { Rules, Tape, Value, Vjp } from '../vjp.ts'

/** Back to the shape it had. */
const reshaped: Vjp = (g, n, dy) => n.inputs.map((x, i) => (i === 0 ? g.reshape(dy, g.sizes(x)) : null))

const transpose: Vjp = (g, n, dy) => {
  const perm = listOf(n, 'perm') ?? [...g.dims(dy).keys()].reverse()
  return [g.permuted(dy, perm.map((_, axis) => perm.indexOf(axis)))] // prettier-ignore
}

const concat: Vjp = (g, n, dy) => {
  const rank = g.dims(dy).length
  const axis = (numberOf(n, 'axis', 0) + rank) % rank
  const lengths = g.concat(n.inputs.map((x) => g.span(x, [axis])), 0) // prettier-ignore
  return g.ops('Split', [dy, lengths], { axis: int(axis) }, n.inputs.length)
}

const split: Vjp = (g, n, ...dys) => {
  const pieces = dys.map((dy, i) => dy ?? g.zeros(g.sizes(n.outputs[i]!)))
  return [g.concat(pieces, numberOf(n, 'axis', 0)), null]
}

/** Slices of one step along known axes are padded with zeros; all others are put back number by number. */
const slice: Vjp = (g, n, dy) => {
  const [x, starts, ends, axes, steps] = n.inputs as [Value, Value, Value, Value?, Value?]
  const dims = g.dims(x)
  const [from, to] = [starts, ends].map((value) => g.shapeOf(value).content)
  const along = axes ? g.shapeOf(axes).content : from && [...from.keys()]
  const isPlain = !steps || g.shapeOf(steps).content?.every((step) => step === 1)
  const pads = dims.flatMap(() => [0, 0])
  const isKnown = isPlain && along?.every((given, i) => {
    const axis = (Number(given) + dims.length) % dims.length
    const places = rangeOf(dims[axis]!, from?.[i], to?.[i])
    if (places) [pads[axis], pads[axis + dims.length]] = [places[0], (dims[axis] as number) - places[1]]
    return places
  }) // prettier-ignore
  return [isKnown ? g.op('Pad', [dy, g.list(pads)]) : scattered(g, x, n.inputs.slice(1), dy), null, null, null, null]
}

/** dy put back into zeros: the same slice of the running numbers of x says where each belongs. */
function scattered(g: Tape, x: Value, bounds: readonly Value[], dy: Value): Value {
  const scalar = (value: number) => g.constant({ type: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) })
  const size = g.op('Size', [x])
  const numbers = g.reshape(g.range(scalar(0), size, scalar(1)), g.sizes(x))
  const places = g.reshape(g.op('Slice', [numbers, ...bounds]), [-1])
  const flat = g.scatterAdd(g.zeros(g.reshape(size, [1])), places, g.reshape(dy, [-1]), 0)
  return g.reshape(flat, g.sizes(x))
}

/** The same numbers in another order or shape. */
export const shape = {
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transpose,
  Expand: (_, __, dy) => [dy, null],
  Concat: concat,
  Split: split,
  Slice: slice,
  Trilu: (g, n, dy) => n.inputs.map((_, i) => (i === 0 ? g.op('Trilu', [dy, ...n.inputs.slice(1)], n.attributes) : null)),
  Shape: stop,
  Size: stop,
  ConstantOfShape: stop,
  Range: stop,
} satisfies Rules
