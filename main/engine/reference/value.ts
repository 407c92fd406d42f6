import { LabError } from '../../base/errors.ts'
import { sizeOf } from '../../base/tensor.ts'
import type { ElementType, Tensor } from '../../base/tensor.ts'
import type { OpNode } from '../../onnx/graph.ts'

/** Dimensions and row-major numbers, held as float64 whatever the type says; integers are exact up to 2^53. */
export interface Exact {
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly data: Float64Array
}

/** Inputs in order, undefined where an optional one is absent → outputs in order. */
export type Kernel = (inputs: readonly (Exact | undefined)[], node: OpNode) => readonly Exact[]
export type Kernels = Readonly<Record<string, Kernel>>

export function exact(type: ElementType, dims: readonly number[], data: Float64Array): Exact {
  return { type, dims, data }
}

/** A tensor widened to float64. */
export function widen(tensor: Tensor): Exact {
  return exact(tensor.type, tensor.dims, Float64Array.from<number | bigint>(tensor.data, Number))
}

/** Steps between neighbours along each axis of a row-major tensor. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1)
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!
  return strides
}

/** For each element of `dims` in order, start + Σ index · stride: how a view reads its source. */
export function offsetsOf(dims: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(dims))
  const index = dims.map(() => 0)
  let offset = start
  for (let i = 0; i < offsets.length; i++) {
    offsets[i] = offset
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!
      if (++index[axis]! < dims[axis]!) break
      offset -= strides[axis]! * dims[axis]!
      index[axis] = 0
    }
  }
  return offsets
}

/** Elements of x read through dims and strides of its own. */
export function view(x: Exact, dims: readonly number[], strides: readonly number[], start = 0): Exact {
  return exact(
    x.type,
    dims,
    Float64Array.from(offsetsOf(dims, strides, start), (offset) => x.data[offset]!),
  )
}

/** The shape that all shapes stretch to. */
export function broadcastDims(shapes: readonly (readonly number[])[], node: OpNode): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1)
    const size = sizes.find((n) => n !== 1) ?? 1
    if (sizes.some((n) => n !== 1 && n !== size)) {
      throw refused(node, `shapes that stretch to one another, got ${shapes.map((dims) => `[${dims.join(', ')}]`).join(' and ')}`)
    }
    return size
  })
}

/** x repeated along axes of size 1, and along new axes in front, until it has `dims`. */
export function stretch(x: Exact, dims: readonly number[]): Exact {
  const own = stridesOf(x.dims)
  const lead = dims.length - x.dims.length
  const strides = dims.map((_, axis) => (axis < lead || x.dims[axis - lead] === 1 ? 0 : own[axis - lead]!))
  return view(x, dims, strides)
}

/** An axis counted from the end made one counted from the front. */
export function axisOf(axis: number, rank: number, node: OpNode): number {
  const positive = axis < 0 ? axis + rank : axis
  if (positive < 0 || positive >= Math.max(rank, 1)) throw refused(node, `an axis of rank ${rank}, got ${axis}`)
  return positive
}

/** Rows along one axis: `outer` blocks of `size` elements that lie `inner` apart. */
export function splitAt(dims: readonly number[], axis: number): { outer: number; size: number; inner: number } {
  return { outer: sizeOf(dims.slice(0, axis)), size: dims[axis]!, inner: sizeOf(dims.slice(axis + 1)) }
}

export function need(x: Exact | undefined, node: OpNode): Exact {
  if (x === undefined) throw refused(node, 'an input that is absent')
  return x
}

/** Whole numbers of a small tensor: axes, shapes, sizes. */
export function integers(x: Exact | undefined): number[] | undefined {
  return x && [...x.data]
}

export function tensorOf(node: OpNode, name: string): Exact | undefined {
  const attribute = node.attributes[name]
  return attribute?.kind === 'tensor' ? widen(attribute.value) : undefined
}

export function refused(node: OpNode, expected: string): LabError {
  return new LabError('engine/graph', `Expected, for ${node.op} "${node.name}", ${expected}.`)
}
