import { sizeOf } from '../../base/tensor.ts'
import { listOf, numberOf } from '../../onnx/attributes.ts'
import type { OpNode } from '../../onnx/graph.ts'
import { axisOf, exact, integers, need, offsetsOf, splitAt, stridesOf } from './value.ts'
import type { Exact, Kernel, Kernels } from './value.ts'

/** Numbers of each group that share their place on the axes kept. */
function reduce(f: (group: Float64Array) => number): Kernel {
  return ([input, axesInput], node) => {
    const x = need(input, node)
    const axes = reducedAxes(x, axesInput, node)
    const strides = stridesOf(x.dims)
    const inside = x.dims.map((n, a) => (axes.includes(a) ? n : 1))
    const kept = x.dims.map((n, a) => (axes.includes(a) ? 1 : n))
    const members = offsetsOf(inside, strides)
    const y = Float64Array.from(offsetsOf(kept, strides), (start) => f(Float64Array.from(members, (m) => x.data[start + m]!)))
    const dims = numberOf(node, 'keepdims', 1) ? kept : x.dims.filter((_, a) => !axes.includes(a))
    return [exact(x.type, dims, y)]
  }
}

/** Axes by input (ReduceSum since opset 13, the others since 18) or by attribute; all where none is named, or each number by itself. */
function reducedAxes(x: Exact, input: Exact | undefined, node: OpNode): number[] {
  const named = integers(input) ?? listOf(node, 'axes') ?? []
  if (named.length === 0) return numberOf(node, 'noop_with_empty_axes', 0) ? [] : x.dims.map((_, a) => a)
  return named.map((a) => axisOf(a, x.dims.length, node))
}

const argMax: Kernel = ([input], node) => {
  const x = need(input, node)
  const axis = axisOf(numberOf(node, 'axis', 0), x.dims.length, node)
  const { outer, size, inner } = splitAt(x.dims, axis)
  const isLast = numberOf(node, 'select_last_index', 0) === 1
  const best = new Float64Array(outer * inner)
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const at = (p: number) => x.data[(i * size + p) * inner + j]!
      let top = 0
      for (let p = 1; p < size; p++) if (at(p) > at(top) || (isLast && at(p) === at(top))) top = p
      best[i * inner + j] = top
    }
  }
  const dims = numberOf(node, 'keepdims', 1) ? x.dims.with(axis, 1) : x.dims.toSpliced(axis, 1)
  return [exact('int64', dims, best)]
}

const cumSum: Kernel = ([input, axisInput], node) => {
  const x = need(input, node)
  const { outer, size, inner } = splitAt(x.dims, axisOf(need(axisInput, node).data[0]!, x.dims.length, node))
  const [isExclusive, isReverse] = [numberOf(node, 'exclusive', 0) === 1, numberOf(node, 'reverse', 0) === 1]
  const y = new Float64Array(x.data.length)
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let sum = 0
      for (let p = 0; p < size; p++) {
        const at = (i * size + (isReverse ? size - 1 - p : p)) * inner + j
        y[at] = isExclusive ? sum : sum + x.data[at]!
        sum += x.data[at]!
      }
    }
  }
  return [exact(x.type, x.dims, y)]
}

/** Positions of what is not zero, [rank, count]. */
const nonZero: Kernel = ([input], node) => {
  const x = need(input, node)
  const found = [...x.data.keys()].filter((i) => x.data[i] !== 0)
  const strides = stridesOf(x.dims)
  const rows = x.dims.map((n, axis) => found.map((i) => Math.floor(i / strides[axis]!) % n))
  return [exact('int64', [x.dims.length, found.length], Float64Array.from(rows.flat()))]
}

const sum = (group: Float64Array) => group.reduce((a, b) => a + b, 0)

/** Many numbers to one. */
export const reductions = {
  ReduceSum: reduce(sum),
  ReduceMean: reduce((group) => sum(group) / group.length),
  ReduceMax: reduce((group) => group.reduce((a, b) => Math.max(a, b), -Infinity)),
  ReduceMin: reduce((group) => group.reduce((a, b) => Math.min(a, b), Infinity)),
  ReduceProd: reduce((group) => group.reduce((a, b) => a * b, 1)),
  ReduceSumSquare: reduce((group) => group.reduce((a, b) => a + b * b, 0)),
  ArgMax: argMax,
  CumSum: cumSum,
  NonZero: nonZero,
  Size: ([x], node) => [exact('int64', [], Float64Array.of(sizeOf(need(x, node).dims)))],
} satisfies Kernels
