import { sizeOf } from '../../base/tensor.ts'
import { numberOf } from '../../onnx/attributes.ts'
import { axisOf, broadcastDims, exact, need, refused, splitAt, stretch, view } from './value.ts'
import type { Exact, Kernel, Kernels } from './value.ts'

/** a [m, k] · b [k, n] added into y at `at`; rows by rows. */
function product(a: Float64Array, b: Float64Array, y: Float64Array, at: number, [m, k, n]: readonly [number, number, number]) {
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!
      for (let j = 0; j < n; j++) y[at + i * n + j]! += x * b[p * n + j]!
    }
  }
}

const matMul: Kernel = ([left, right], node) => {
  const [a, b] = [need(left, node), need(right, node)]
  if (a.dims.length < 2 || b.dims.length < 2) throw refused(node, `matrices, got rank ${a.dims.length} and ${b.dims.length}`)
  const [m, k, n] = [a.dims.at(-2)!, a.dims.at(-1)!, b.dims.at(-1)!]
  if (b.dims.at(-2) !== k) throw refused(node, `inner sizes that agree, got ${k} and ${b.dims.at(-2)}`)
  const outer = broadcastDims([a.dims.slice(0, -2), b.dims.slice(0, -2)], node)
  const [x, w] = [stretch(a, [...outer, m, k]), stretch(b, [...outer, k, n])]
  const y = new Float64Array(sizeOf(outer) * m * n)
  for (let i = 0; i < sizeOf(outer); i++) {
    product(x.data.subarray(i * m * k, (i + 1) * m * k), w.data.subarray(i * k * n, (i + 1) * k * n), y, i * m * n, [m, k, n])
  }
  return [exact(a.type, [...outer, m, n], y)]
}

const turned = (x: Exact, isTurned: boolean): Exact => (isTurned ? view(x, [x.dims[1]!, x.dims[0]!], [1, x.dims[1]!]) : x)

const gemm: Kernel = ([left, right, bias], node) => {
  const a = turned(need(left, node), numberOf(node, 'transA', 0) === 1)
  const b = turned(need(right, node), numberOf(node, 'transB', 0) === 1)
  const [m, k, n] = [a.dims[0]!, a.dims[1]!, b.dims[1]!]
  if (a.dims.length !== 2 || b.dims.length !== 2 || b.dims[0] !== k) {
    throw refused(node, `two matrices whose inner sizes agree, got [${a.dims.join(', ')}] and [${b.dims.join(', ')}]`)
  }
  const y = new Float64Array(m * n)
  product(a.data, b.data, y, 0, [m, k, n])
  const c = bias && stretch(bias, [m, n]).data
  const [alpha, beta] = [numberOf(node, 'alpha', 1), numberOf(node, 'beta', 1)]
  return [
    exact(
      a.type,
      [m, n],
      y.map((value, i) => alpha * value + (c ? beta * c[i]! : 0)),
    ),
  ]
}

/** Each row along the axis, rewritten in place. */
function byRow(f: (row: Float64Array) => Float64Array): Kernel {
  return ([input], node) => {
    const x = need(input, node)
    const { outer, size, inner } = splitAt(x.dims, axisOf(numberOf(node, 'axis', -1), x.dims.length, node))
    const y = new Float64Array(x.data.length)
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const at = (p: number) => (i * size + p) * inner + j
        f(Float64Array.from({ length: size }, (_, p) => x.data[at(p)]!)).forEach((value, p) => (y[at(p)] = value))
      }
    }
    return [exact(x.type, x.dims, y)]
  }
}

function softmax(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity)
  const e = row.map((x) => Math.exp(x - most))
  const sum = e.reduce((a, b) => a + b, 0)
  return e.map((x) => x / sum)
}

function logSoftmax(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity)
  const log = most + Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0))
  return row.map((x) => x - log)
}

/** Y, mean and 1/σ of each row, the rows being all axes from `axis` on; σ² is the mean square. */
const layerNormalization: Kernel = ([input, scale, bias], node) => {
  const [x, gain] = [need(input, node), need(scale, node)]
  const axis = axisOf(numberOf(node, 'axis', -1), x.dims.length, node)
  const [rows, size] = [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))]
  const w = stretch(gain, x.dims.slice(axis)).data
  const b = bias && stretch(bias, x.dims.slice(axis)).data
  const [y, mean, inverse] = [new Float64Array(rows * size), new Float64Array(rows), new Float64Array(rows)]
  for (let i = 0; i < rows; i++) {
    const row = x.data.subarray(i * size, (i + 1) * size)
    const centre = row.reduce((sum, value) => sum + value, 0) / size
    const variance = row.reduce((sum, value) => sum + (value - centre) ** 2, 0) / size
    mean[i] = centre
    inverse[i] = 1 / Math.sqrt(variance + numberOf(node, 'epsilon', 1e-5))
    row.forEach((value, j) => (y[i * size + j] = (value - centre) * inverse[i]! * w[j]! + (b?.[j] ?? 0)))
  }
  const reduced = x.dims.map((n, a) => (a < axis ? n : 1))
  return [exact(x.type, x.dims, y), exact(x.type, reduced, mean), exact(x.type, reduced, inverse)]
}

/** Matrices and rows. */
export const matrix = {
  MatMul: matMul,
  Gemm: gemm,
  Softmax: byRow(softmax),
  LogSoftmax: byRow(logSoftmax),
  LayerNormalization: layerNormalization,
} satisfies Kernels
