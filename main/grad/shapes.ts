import type { ElementType, Tensor } from '../base/tensor.ts'
import { listOf, numberOf } from '../onnx/attributes.ts'
import type { Graph, OpNode } from '../onnx/graph.ts'
import { DATA_TYPE } from '../onnx/schema.ts'
import { productOf, quotientOf, sumOf } from './dims.ts'
import type { Dim } from './dims.ts'

/** What is known of a value before anything runs. */
export interface Shape {
  readonly type: ElementType
  readonly dims: readonly Dim[]
  /** The numbers themselves, where a list or a scalar is made of sizes and whole numbers. */
  readonly content?: readonly Dim[]
}

/** Shapes of the inputs, undefined where absent or unknown → shapes of the outputs; undefined where they cannot be told. */
type Infer = (inputs: readonly (Shape | undefined)[], node: OpNode) => readonly Shape[] | undefined

/** Shapes of all values of a graph that can be told without running it. */
export function shapesOf(graph: Graph): Map<string, Shape> {
  const shapes = new Map<string, Shape>()
  for (const { name, type, dims } of [...graph.inputs, ...graph.weights]) shapes.set(name, { type, dims })
  for (const [name, tensor] of graph.constants) shapes.set(name, shapeOfTensor(tensor))
  for (const node of graph.nodes) inferInto(shapes, node)
  return shapes
}

export function shapeOfTensor({ type, dims, data }: Tensor): Shape {
  const numbers = dims.length < 2 && data.length <= 64 ? Array.from<number | bigint, number>(data, Number) : []
  const isSizes = numbers.length === data.length && numbers.every(Number.isInteger)
  return { type, dims, ...(isSizes && { content: numbers }) }
}

/** Adds the shapes of the outputs of one node. */
export function inferInto(shapes: Map<string, Shape>, node: OpNode): void {
  const infer = Object.hasOwn(inference, node.op) ? inference[node.op] : undefined
  const found = infer?.(
    node.inputs.map((name) => shapes.get(name)),
    node,
  )
  node.outputs.forEach((name, i) => found?.[i] && shapes.set(name, found[i]))
}

/** The name of a size that only the run of this node can tell. */
const unknown = (node: OpNode, axis: number): Dim => `${node.outputs[0]}.${axis}`

/** The shape two or more stretch to. Of a name and a number above 1 the number stands; of two names neither can. */
function stretched(shapes: readonly (readonly Dim[])[], node: OpNode): Dim[] {
  const rank = Math.max(...shapes.map((dims) => dims.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((dims) => dims[axis - rank + dims.length] ?? 1))
    sizes.delete(1)
    const numbers = [...sizes].filter((size) => typeof size === 'number')
    return numbers[0] ?? (sizes.size > 1 ? unknown(node, axis) : ([...sizes][0] ?? 1))
  })
}

const positive = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis)

const same: Infer = ([x]) => x && [{ type: x.type, dims: x.dims }]
const elementwise =
  (type?: ElementType): Infer =>
  (inputs, node) => {
    const known = inputs.filter((x) => x !== undefined)
    if (known.length < inputs.length) return undefined
    const dims = stretched(known.map((x) => x.dims), node) // prettier-ignore
    return [{ type: type ?? known.at(-1)!.type, dims }]
  }
const logical = elementwise('bool')

/** Elementwise, and of lists of sizes number by number; `f` gives undefined where the result has no name. */
const counted =
  (f: (a: Dim, b: Dim) => Dim | undefined): Infer =>
  (inputs, node) => {
    const whole = elementwise()(inputs, node)?.[0]
    const [a, b] = inputs.map((x) => x?.content)
    if (!whole || !a || !b) return whole && [whole]
    const content = (a.length === 1 ? b : a).map((_, i) => f(a[i] ?? a[0]!, b[i] ?? b[0]!))
    return [content.includes(undefined) ? whole : { ...whole, content: content as Dim[] }]
  }

const cast: Infer = ([x], node) => {
  const type = (Object.keys(DATA_TYPE) as ElementType[]).find((name) => DATA_TYPE[name] === numberOf(node, 'to', 0))
  return x && type && [{ ...x, type }]
}

const matMul: Infer = ([a, b], node) => {
  if (!a || !b) return undefined
  return [
    { type: a.type, dims: [...stretched([a.dims.slice(0, -2), b.dims.slice(0, -2)], node), a.dims.at(-2)!, b.dims.at(-1)!] },
  ]
}
const gemm: Infer = ([a, b], node) => {
  if (!a || !b) return undefined
  return [{ type: a.type, dims: [a.dims[numberOf(node, 'transA', 0)]!, b.dims[1 - numberOf(node, 'transB', 0)]!] }]
}

const reduce: Infer = ([x, axesInput], node) => {
  const named = node.inputs[1] ? axesInput?.content : (listOf(node, 'axes') ?? [])
  const isKept = numberOf(node, 'keepdims', 1) === 1
  if (!x || (!named && !isKept)) return undefined
  if (!named) return [{ type: x.type, dims: x.dims.map((_, axis) => unknown(node, axis)) }]
  if (named.length === 0 && numberOf(node, 'noop_with_empty_axes', 0)) return [{ type: x.type, dims: x.dims }]
  const gone = (axis: number) => named.length === 0 || named.some((a) => positive(Number(a), x.dims.length) === axis)
  return [
    { type: x.type, dims: isKept ? x.dims.map((n, axis) => (gone(axis) ? 1 : n)) : x.dims.filter((_, axis) => !gone(axis)) },
  ]
}
const argMax: Infer = ([x], node) => {
  if (!x) return undefined
  const axis = positive(numberOf(node, 'axis', 0), x.dims.length)
  return [{ type: 'int64', dims: numberOf(node, 'keepdims', 1) ? x.dims.with(axis, 1) : x.dims.toSpliced(axis, 1) }]
}

const gather: Infer = ([x, at], node) => {
  if (!x || !at) return undefined
  const axis = positive(numberOf(node, 'axis', 0), x.dims.length)
  const chosen = x.content && at.content?.map((i) => x.content![positive(Number(i), x.content!.length)]!)
  return [{ type: x.type, dims: x.dims.toSpliced(axis, 1, ...at.dims), ...(chosen && { content: chosen }) }]
}
const gatherND: Infer = ([x, at], node) => {
  const [width, batch] = [at?.dims.at(-1), numberOf(node, 'batch_dims', 0)]
  return x && at && typeof width === 'number'
    ? [{ type: x.type, dims: [...at.dims.slice(0, -1), ...x.dims.slice(batch + width)] }]
    : undefined
}
const oneHot: Infer = ([at, depth, values], node) => {
  if (!at || !values) return undefined
  const axis = positive(numberOf(node, 'axis', -1), at.dims.length + 1)
  return [{ type: values.type, dims: at.dims.toSpliced(axis, 0, depth?.content?.[0] ?? unknown(node, axis)) }]
}

const concat: Infer = (inputs, node) => {
  const known = inputs.filter((x) => x !== undefined)
  if (known.length < inputs.length) return undefined
  const axis = positive(numberOf(node, 'axis', 0), known[0]!.dims.length)
  const sizes = known.map((x) => x.dims[axis]!)
  const isNumbers = sizes.every((n) => typeof n === 'number')
  const isEven = sizes.every((n) => n === sizes[0])
  const total = isNumbers
    ? sizes.reduce((sum, n) => sum + n, 0)
    : isEven
      ? productOf([sizes.length, sizes[0]!])
      : unknown(node, axis)
  const content = known.every((x) => x.content) && known.flatMap((x) => x.content!)
  return [{ type: known[0]!.type, dims: known[0]!.dims.with(axis, total), ...(content && { content }) }]
}
const split: Infer = ([x, sizes], node) => {
  if (!x) return undefined
  const axis = positive(numberOf(node, 'axis', 0), x.dims.length)
  const [whole, pieces] = [x.dims[axis]!, node.outputs.length]
  const even = typeof whole === 'number' ? Math.ceil(whole / pieces) : undefined
  const sizeOfPiece = (i: number): Dim =>
    (node.inputs[1] ? sizes?.content?.[i] : even && Math.min(even, (whole as number) - i * even)) ?? `${unknown(node, axis)}.${i}`
  return node.outputs.map((_, i) => ({ type: x.type, dims: x.dims.with(axis, sizeOfPiece(i)) }))
}
const slice: Infer = ([x, starts, ends, axes, steps], node) => {
  if (!x) return undefined
  let [dims, content] = [x.dims, x.content]
  const count = starts?.dims[0]
  if (typeof count !== 'number') return undefined
  for (let i = 0; i < count; i++) {
    const axis = node.inputs[3] ? axes?.content?.[i] : i
    if (typeof axis !== 'number') return undefined
    const at = positive(axis, dims.length)
    const [from, to, step] = [starts?.content?.[i], ends?.content?.[i], node.inputs[4] ? steps?.content?.[i] : 1]
    const places = step === 1 ? rangeOf(dims[at]!, from, to) : undefined
    // the first n of a table: were it shorter, nothing that is n long would fit its rows, and the run would say so
    const isFirstFew = step === 1 && from === 0 && typeof to === 'string' && dims[at] !== 1
    dims = dims.with(at, places ? places[1] - places[0] : isFirstFew ? to : unknown(node, at))
    content = places && content?.slice(...places)
  }
  return [{ type: x.type, dims, ...(content && { content }) }]
}
/** Start and end of a slice, from 0, within an axis of known size. */
export function rangeOf(size: Dim, from: Dim | undefined, to: Dim | undefined): [number, number] | undefined {
  if (typeof size !== 'number' || typeof from !== 'number' || typeof to !== 'number') return undefined
  const [start, end] = [from, to].map((at) => Math.min(Math.max(at < 0 ? at + size : at, 0), size)) as [number, number]
  return [start, Math.max(start, end)]
}

const reshape: Infer = ([x, shape], node) => {
  const rank = shape?.content?.length ?? shape?.dims[0]
  if (!x || typeof rank !== 'number') return undefined
  const asked = shape?.content?.map((n, axis) => (n === 0 ? x.dims[axis]! : n))
  const dims = Array.from({ length: rank }, (_, axis) => {
    if (asked && asked[axis] !== -1) return asked[axis]!
    return (asked && quotientOf(x.dims, asked.filter((n) => n !== -1))) ?? unknown(node, axis) // prettier-ignore
  })
  return [{ type: x.type, dims, ...(x.content && { content: x.content }) }]
}
const transpose: Infer = ([x], node) =>
  x && [{ type: x.type, dims: (listOf(node, 'perm') ?? [...x.dims.keys()].reverse()).map((axis) => x.dims[axis]!) }]
const squeeze: Infer = ([x, axesInput], node) => {
  const axes = node.inputs[1] ? axesInput?.content : x?.dims.flatMap((n, axis) => (n === 1 ? [axis] : []))
  if (!x || !axes) return undefined
  const gone = axes.map((axis) => positive(Number(axis), x.dims.length))
  return [{ type: x.type, dims: x.dims.filter((_, axis) => !gone.includes(axis)), ...(x.content && { content: x.content }) }]
}
const unsqueeze: Infer = ([x, axesInput]) => {
  if (!x || !axesInput?.content) return undefined
  const rank = x.dims.length + axesInput.content.length
  const fresh = axesInput.content.map((axis) => positive(Number(axis), rank)).sort((a, b) => a - b)
  const dims = fresh.reduce<readonly Dim[]>((grown, axis) => grown.toSpliced(axis, 0, 1), x.dims)
  return [{ type: x.type, dims, ...(x.content && { content: x.content }) }]
}
const expand: Infer = ([x, shape], node) => {
  const rank = shape?.content?.length ?? shape?.dims[0]
  if (!x || typeof rank !== 'number') return undefined
  const asked = shape?.content ?? Array.from({ length: rank }, (_, axis) => unknown(node, axis))
  return [{ type: x.type, dims: stretched([x.dims, asked], node) }]
}
const shape: Infer = ([x], node) => {
  const part = x?.dims.slice(numberOf(node, 'start', 0), numberOf(node, 'end', x.dims.length))
  return part && [{ type: 'int64', dims: [part.length], content: part }]
}
const filled: Infer = ([dims], node) => {
  const value = node.attributes.value
  return dims?.content && [{ type: value?.kind === 'tensor' ? value.value.type : 'float32', dims: dims.content }]
}
const range: Infer = ([start, limit, step], node) => {
  const isCount = start?.content?.[0] === 0 && step?.content?.[0] === 1
  return start && [{ type: start.type, dims: [(isCount ? limit?.content?.[0] : undefined) ?? unknown(node, 0)] }]
}
const constant: Infer = (_, node) => {
  const value = node.attributes.value
  return value?.kind === 'tensor' ? [shapeOfTensor(value.value)] : undefined
}
const pad: Infer = ([x, pads], node) => {
  const rank = x?.dims.length ?? 0
  const around = (axis: number) => [pads?.content?.[axis], pads?.content?.[axis + rank]]
  const padded = (size: Dim, axis: number): Dim => {
    const [before, after] = around(axis)
    if (before === 0 && after === 0) return size
    const isKnown = typeof size === 'number' && typeof before === 'number' && typeof after === 'number'
    return isKnown ? before + size + after : unknown(node, axis)
  }
  return x && [{ type: x.type, dims: x.dims.map(padded) }]
}
const layerNormalization: Infer = ([x], node) => {
  if (!x) return undefined
  const axis = positive(numberOf(node, 'axis', -1), x.dims.length)
  const moments = { type: x.type, dims: x.dims.map((n, a) => (a < axis ? n : 1)) }
  return [{ type: x.type, dims: x.dims }, moments, moments]
}

const inference: Readonly<Record<string, Infer>> = {
  ...Object.fromEntries(['Neg', 'Abs', 'Sign', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Sin', 'Cos', 'Erf', 'Tanh', 'Sigmoid', 'Relu', 'Not', 'Softmax', 'LogSoftmax', 'Trilu', 'CumSum', 'Clip', 'ScatterElements', 'ScatterND'].map((op) => [op, same])), // prettier-ignore
  ...Object.fromEntries(['Sub', 'Div', 'Pow', 'Mod', 'Min', 'Max', 'Where'].map((op) => [op, elementwise()])),
  ...Object.fromEntries(['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or'].map((op) => [op, logical])),
  ...Object.fromEntries(
    ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceSumSquare'].map((op) => [op, reduce]),
  ),
  Identity: ([x]) => x && [x],
  Add: counted(sumOf),
  Mul: counted((a, b) => productOf([a, b])),
  Cast: cast,
  MatMul: matMul,
  Gemm: gemm,
  ArgMax: argMax,
  Gather: gather,
  GatherElements: ([x, at]) => x && at && [{ type: x.type, dims: at.dims }],
  GatherND: gatherND,
  OneHot: oneHot,
  Concat: concat,
  Split: split,
  Slice: slice,
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Shape: shape,
  ConstantOfShape: filled,
  Range: range,
  Pad: pad,
  Size: ([x]) => x && [{ type: 'int64', dims: [], content: [productOf(x.dims)] }],
  Constant: constant,
  LayerNormalization: layerNormalization,
  NonZero: ([x], node) => x && [{ type: 'int64', dims: [x.dims.length, unknown(node, 1)] }],
}
