import { sizeOf } from '../../base/tensor.ts'
import { numberOf, textOf } from '../../onnx/attributes.ts'
import type { OpNode } from '../../onnx/graph.ts'
import { axisOf, exact, need, refused, splitAt, stridesOf } from './value.ts'
import type { Exact, Kernel, Kernels } from './value.ts'

/** An index as ONNX allows it, from −size to size − 1, made one from 0. */
function place(index: number, size: number, node: OpNode): number {
  if (index < -size || index >= size) throw refused(node, `an index from ${-size} to ${size - 1}, got ${index}`)
  return index < 0 ? index + size : index
}

const gather: Kernel = ([input, indices], node) => {
  const [x, at] = [need(input, node), need(indices, node)]
  const axis = axisOf(numberOf(node, 'axis', 0), x.dims.length, node)
  const { outer, size, inner } = splitAt(x.dims, axis)
  const y = new Float64Array(outer * at.data.length * inner)
  for (let row = 0; row < outer; row++) {
    at.data.forEach((index, i) => {
      const from = (row * size + place(index, size, node)) * inner
      y.set(x.data.subarray(from, from + inner), (row * at.data.length + i) * inner)
    })
  }
  return [exact(x.type, [...x.dims.slice(0, axis), ...at.dims, ...x.dims.slice(axis + 1)], y)]
}

/** For each element of `indices`, where in x it points: its own place, but for the axis. */
function elementPlaces(x: Exact, indices: Exact, node: OpNode): Int32Array {
  const axis = axisOf(numberOf(node, 'axis', 0), x.dims.length, node)
  const [own, steps] = [stridesOf(indices.dims), stridesOf(x.dims)]
  return Int32Array.from(indices.data, (index, i) => {
    let offset = 0
    indices.dims.forEach((n, a) => {
      offset += (a === axis ? place(index, x.dims[axis]!, node) : Math.floor(i / own[a]!) % n) * steps[a]!
    })
    return offset
  })
}

const gatherElements: Kernel = ([input, indices], node) => {
  const [x, at] = [need(input, node), need(indices, node)]
  return [
    exact(
      x.type,
      at.dims,
      Float64Array.from(elementPlaces(x, at, node), (offset) => x.data[offset]!),
    ),
  ]
}

/** For each index tuple, the offset of the slice of x that it names, and the size of such a slice. */
function tuplePlaces(x: Exact, indices: Exact, batchDims: number, node: OpNode): { offsets: Int32Array; size: number } {
  const width = indices.dims.at(-1)!
  const steps = stridesOf(x.dims)
  const batches = sizeOf(x.dims.slice(0, batchDims))
  const [tuples, batchStep] = [indices.data.length / width, x.data.length / batches]
  const offsets = Int32Array.from({ length: tuples }, (_, t) => {
    let offset = Math.floor((t * batches) / tuples) * batchStep
    for (let j = 0; j < width; j++) {
      const axis = batchDims + j
      offset += place(indices.data[t * width + j]!, x.dims[axis]!, node) * steps[axis]!
    }
    return offset
  })
  return { offsets, size: sizeOf(x.dims.slice(batchDims + width)) }
}

const gatherND: Kernel = ([input, indices], node) => {
  const [x, at] = [need(input, node), need(indices, node)]
  const batchDims = numberOf(node, 'batch_dims', 0)
  const { offsets, size } = tuplePlaces(x, at, batchDims, node)
  const y = new Float64Array(offsets.length * size)
  offsets.forEach((offset, t) => y.set(x.data.subarray(offset, offset + size), t * size))
  return [exact(x.type, [...at.dims.slice(0, -1), ...x.dims.slice(batchDims + at.dims.at(-1)!)], y)]
}

/** How an update meets what is there. */
function reductionOf(node: OpNode): (old: number, update: number) => number {
  const name = textOf(node, 'reduction', 'none')
  if (name === 'none') return (_, update) => update
  if (name === 'add') return (old, update) => old + update
  throw refused(node, `the reduction "none" or "add", got "${name}"`)
}

const scatterElements: Kernel = ([input, indices, updates], node) => {
  const [x, at, values] = [need(input, node), need(indices, node), need(updates, node)]
  const [y, meet] = [x.data.slice(), reductionOf(node)]
  elementPlaces(x, at, node).forEach((offset, i) => (y[offset] = meet(y[offset]!, values.data[i]!)))
  return [exact(x.type, x.dims, y)]
}

const scatterND: Kernel = ([input, indices, updates], node) => {
  const [x, at, values] = [need(input, node), need(indices, node), need(updates, node)]
  const [y, meet] = [x.data.slice(), reductionOf(node)]
  const { offsets, size } = tuplePlaces(x, at, 0, node)
  offsets.forEach((offset, t) => {
    for (let i = 0; i < size; i++) y[offset + i] = meet(y[offset + i]!, values.data[t * size + i]!)
  })
  return [exact(x.type, x.dims, y)]
}

const oneHot: Kernel = ([indices, depth, values], node) => {
  const [at, { data: pair, type }] = [need(indices, node), need(values, node)]
  const size = need(depth, node).data[0]!
  const axis = axisOf(numberOf(node, 'axis', -1), at.dims.length + 1, node)
  const dims = at.dims.toSpliced(axis, 0, size)
  const { outer, inner } = splitAt(dims, axis)
  const y = new Float64Array(sizeOf(dims)).fill(pair[0]!)
  for (let row = 0; row < outer; row++) {
    for (let j = 0; j < inner; j++) {
      const index = at.data[row * inner + j]!
      const hot = index < 0 ? index + size : index
      // an index outside the range has no hot place, and that is no error (ONNX OneHot)
      if (hot >= 0 && hot < size) y[(row * size + hot) * inner + j] = pair[1]!
    }
  }
  return [exact(type, dims, y)]
}

/** Numbers found or put by index. */
export const gathers = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
} satisfies Kernels
