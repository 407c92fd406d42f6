import { sizeOf } from '../../base/tensor.ts'
import { listOf, numberOf } from '../../onnx/attributes.ts'
import type { OpNode } from '../../onnx/graph.ts'
import {
  axisOf,
  broadcastDims,
  exact,
  integers,
  need,
  offsetsOf,
  refused,
  splitAt,
  stretch,
  stridesOf,
  tensorOf,
  view,
} from './value.ts'
import type { Exact, Kernel, Kernels } from './value.ts'

const reshape: Kernel = ([input, shape], node) => {
  const x = need(input, node)
  const asked = integers(need(shape, node))!.map((n, i) => (n === 0 && !numberOf(node, 'allowzero', 0) ? x.dims[i]! : n))
  const known = sizeOf(asked.filter((n) => n !== -1))
  const dims = asked.map((n) => (n === -1 ? x.data.length / known : n))
  if (sizeOf(dims) !== x.data.length || !dims.every(Number.isInteger)) {
    throw refused(node, `a shape of ${x.data.length} elements, got [${asked.join(', ')}] from [${x.dims.join(', ')}]`)
  }
  return [exact(x.type, dims, x.data)]
}

const transpose: Kernel = ([input], node) => {
  const x = need(input, node)
  const order = listOf(node, 'perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis)
  const strides = stridesOf(x.dims)
  return [view(x, order.map((axis) => x.dims[axis]!), order.map((axis) => strides[axis]!))] // prettier-ignore
}

const squeeze: Kernel = ([input, axesInput], node) => {
  const x = need(input, node)
  const axes = integers(axesInput)?.map((axis) => axisOf(axis, x.dims.length, node))
  return [exact(x.type, x.dims.filter((n, axis) => (axes ? !axes.includes(axis) : n !== 1)), x.data)] // prettier-ignore
}

const unsqueeze: Kernel = ([input, axesInput], node) => {
  const x = need(input, node)
  const axes = integers(need(axesInput, node))!
  const rank = x.dims.length + axes.length
  const fresh = axes.map((axis) => axisOf(axis, rank, node))
  const rest = x.dims.values()
  const dims = Array.from({ length: rank }, (_, axis) => (fresh.includes(axis) ? 1 : rest.next().value!))
  return [exact(x.type, dims, x.data)]
}

const expand: Kernel = ([input, shape], node) => {
  const x = need(input, node)
  return [stretch(x, broadcastDims([x.dims, integers(need(shape, node))!], node))]
}

const shapeOf: Kernel = ([input], node) => {
  const { dims } = need(input, node)
  const part = dims.slice(numberOf(node, 'start', 0), numberOf(node, 'end', dims.length))
  return [exact('int64', [part.length], Float64Array.from(part))]
}

const concat: Kernel = (inputs, node) => {
  const parts = inputs.map((x) => need(x, node))
  const axis = axisOf(numberOf(node, 'axis', 0), parts[0]!.dims.length, node)
  const size = parts.reduce((sum, { dims }) => sum + dims[axis]!, 0)
  const y = new Float64Array(sizeOf(parts[0]!.dims.with(axis, size)))
  const { outer, inner } = splitAt(parts[0]!.dims, axis)
  for (let row = 0, at = 0; row < outer; row++) {
    for (const { dims, data } of parts) {
      const length = dims[axis]! * inner
      y.set(data.subarray(row * length, (row + 1) * length), at)
      at += length
    }
  }
  return [exact(parts[0]!.type, parts[0]!.dims.with(axis, size), y)]
}

const split: Kernel = ([input, sizesInput], node) => {
  const x = need(input, node)
  const axis = axisOf(numberOf(node, 'axis', 0), x.dims.length, node)
  const even = Math.ceil(x.dims[axis]! / node.outputs.length)
  const sizes = integers(sizesInput) ?? node.outputs.map((_, i) => Math.min(even, x.dims[axis]! - i * even))
  let start = 0
  return sizes.map((size) => {
    const part = cut(x, axis, start, size, 1)
    start += size
    return part
  })
}

/** `length` elements along an axis, from `start` on, every `step`. */
function cut(x: Exact, axis: number, start: number, length: number, step: number): Exact {
  const strides = stridesOf(x.dims)
  return view(x, x.dims.with(axis, length), strides.with(axis, strides[axis]! * step), start * strides[axis]!)
}

const slice: Kernel = ([input, startsInput, endsInput, axesInput, stepsInput], node) => {
  let x = need(input, node)
  const [starts, ends] = [integers(need(startsInput, node))!, integers(need(endsInput, node))!]
  starts.forEach((from, i) => {
    const axis = axisOf(integers(axesInput)?.[i] ?? i, x.dims.length, node)
    const step = integers(stepsInput)?.[i] ?? 1
    const size = x.dims[axis]!
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, step < 0 ? -1 : 0), step < 0 ? size - 1 : size)
    const length = Math.max(0, Math.ceil((place(ends[i]!) - place(from)) / step))
    x = cut(x, axis, place(from), length, step)
  })
  return [x]
}

/** Zeros around: as many before each axis, then as many after. */
const pad: Kernel = ([input, padsInput], node) => {
  const x = need(input, node)
  const pads = integers(need(padsInput, node))!
  const rank = x.dims.length
  const dims = x.dims.map((n, axis) => pads[axis]! + n + pads[axis + rank]!)
  const strides = stridesOf(dims)
  const start = strides.reduce((sum, stride, axis) => sum + stride * pads[axis]!, 0)
  const y = new Float64Array(sizeOf(dims))
  offsetsOf(x.dims, strides, start).forEach((offset, i) => (y[offset] = x.data[i]!))
  return [exact(x.type, dims, y)]
}

const tile: Kernel = ([input, repeats], node) => {
  const x = need(input, node)
  const times = integers(need(repeats, node))!
  // [2, 3] repeated [4, 5] is [4, 2, 5, 3] stretched over its even axes
  const apart = exact(x.type, x.dims.flatMap((n) => [1, n]), x.data) // prettier-ignore
  const { data } = stretch(apart, x.dims.flatMap((n, axis) => [times[axis]!, n])) // prettier-ignore
  return [exact(x.type, x.dims.map((n, axis) => n * times[axis]!), data)] // prettier-ignore
}

const trilu: Kernel = ([input, shift], node) => {
  const x = need(input, node)
  const [rows, columns] = [x.dims.at(-2)!, x.dims.at(-1)!]
  const k = shift?.data[0] ?? 0
  const isUpper = numberOf(node, 'upper', 1) === 1
  const keeps = (row: number, column: number) => (isUpper ? column - row >= k : column - row <= k)
  return [exact(x.type, x.dims, x.data.map((v, i) => (keeps(Math.floor(i / columns) % rows, i % columns) ? v : 0)))] // prettier-ignore
}

const constant: Kernel = (_, node) => {
  const value = tensorOf(node, 'value') ?? numbersOf(node)
  if (!value) throw refused(node, 'a value as tensor, float(s) or int(s)')
  return [value]
}

function numbersOf({ attributes }: OpNode): Exact | undefined {
  const { value_float: f, value_floats: fs, value_int: i, value_ints: is } = attributes
  if (f?.kind === 'float') return exact('float32', [], Float64Array.of(f.value))
  if (fs?.kind === 'floats') return exact('float32', [fs.value.length], Float64Array.from(fs.value))
  if (i?.kind === 'int') return exact('int64', [], Float64Array.of(i.value))
  if (is?.kind === 'ints') return exact('int64', [is.value.length], Float64Array.from(is.value))
  return undefined
}

/** The same numbers in another order or shape. */
export const shapes = {
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Shape: shapeOf,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Tile: tile,
  Trilu: trilu,
  Constant: constant,
} satisfies Kernels
