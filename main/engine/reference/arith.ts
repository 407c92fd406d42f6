import { sizeOf } from '../../base/tensor.ts'
import { numberOf } from '../../onnx/attributes.ts'
import type { ElementType } from '../../base/tensor.ts'
import { DATA_TYPE } from '../../onnx/schema.ts'
import { broadcastDims, exact, need, refused, stretch } from './value.ts'
import type { Exact, Kernel, Kernels } from './value.ts'

const ELEMENT_TYPES = Object.keys(DATA_TYPE) as ElementType[]

/** One number in, one out. */
function each(f: (x: number) => number): Kernel {
  return ([x], node) => {
    const { type, dims, data } = need(x, node)
    return [exact(type, dims, data.map(f))]
  }
}

/** Two or more tensors stretched to one shape, folded from the left; the result has the type of the first, or bool. */
function fold(f: (a: number, b: number) => number, result?: ElementType): Kernel {
  return (inputs, node) => {
    const given = inputs.map((x) => need(x, node))
    const dims = broadcastDims(
      given.map((x) => x.dims),
      node,
    )
    const [first, ...others] = given.map((x) => stretch(x, dims))
    const data = first!.data
    for (const { data: b } of others) for (let i = 0; i < data.length; i++) data[i] = f(data[i]!, b[i]!)
    return [exact(result ?? first!.type, dims, data)]
  }
}

const divide: Kernel = (inputs, node) =>
  // whole numbers are divided towards zero
  fold(inputs[0]?.type === 'float32' ? (a, b) => a / b : (a, b) => Math.trunc(a / b))(inputs, node)

const where: Kernel = ([condition, a, b], node) => {
  const given = [need(condition, node), need(a, node), need(b, node)]
  const dims = broadcastDims(
    given.map((x) => x.dims),
    node,
  )
  const [c, x, y] = given.map((tensor) => stretch(tensor, dims)) as [Exact, Exact, Exact]
  return [
    exact(
      x.type,
      dims,
      x.data.map((value, i) => (c.data[i] ? value : y.data[i]!)),
    ),
  ]
}

const clip: Kernel = ([x, low, high], node) => {
  const { type, dims, data } = need(x, node)
  const least = low?.data[0] ?? -Infinity
  const most = high?.data[0] ?? Infinity
  return [
    exact(
      type,
      dims,
      data.map((value) => Math.min(Math.max(value, least), most)),
    ),
  ]
}

const cast: Kernel = ([x], node) => {
  const { dims, data } = need(x, node)
  const type = ELEMENT_TYPES.find((candidate) => DATA_TYPE[candidate] === numberOf(node, 'to', 0))
  if (!type) throw refused(node, `a target type among ${ELEMENT_TYPES.join(', ')}, got number ${numberOf(node, 'to', 0)}`)
  // float32 stays float64: rounding here would cost the exactness that this interpreter is for
  const convert = type === 'float32' ? (v: number) => v : type === 'bool' ? (v: number) => Number(v !== 0) : Math.trunc
  return [exact(type, dims, data.map(convert))]
}

/** Error function to the last digits: a series without cancellation. Abramowitz and Stegun 7.1.6. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x) // 1 − erf(6) < 3e-17
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

const range: Kernel = ([start, limit, delta], node) => {
  const [from, to, step] = [start, limit, delta].map((x) => need(x, node).data[0]!) as [number, number, number]
  const length = Math.max(0, Math.ceil((to - from) / step))
  return [
    exact(
      start!.type,
      [length],
      Float64Array.from({ length }, (_, i) => from + i * step),
    ),
  ]
}

const constantOfShape: Kernel = ([shape], node) => {
  const dims = [...need(shape, node).data]
  const attribute = node.attributes.value
  const [type, value] =
    attribute?.kind === 'tensor' ? [attribute.value.type, Number(attribute.value.data[0])] : (['float32', 0] as const)
  return [exact(type, dims, new Float64Array(sizeOf(dims)).fill(value))]
}

/** Number by number: what needs no neighbour. */
export const arith = {
  Add: fold((a, b) => a + b),
  Sub: fold((a, b) => a - b),
  Mul: fold((a, b) => a * b),
  Div: divide,
  Pow: fold((a, b) => a ** b),
  Mod: fold((a, b) => a - b * Math.floor(a / b)),
  Min: fold(Math.min),
  Max: fold(Math.max),
  Neg: each((x) => -x),
  Abs: each(Math.abs),
  Sign: each(Math.sign),
  Sqrt: each(Math.sqrt),
  Reciprocal: each((x) => 1 / x),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sin: each(Math.sin),
  Cos: each(Math.cos),
  Erf: each(erf),
  Tanh: each(Math.tanh),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Relu: each((x) => Math.max(x, 0)),
  Identity: each((x) => x),
  Equal: fold((a, b) => Number(a === b), 'bool'),
  Less: fold((a, b) => Number(a < b), 'bool'),
  LessOrEqual: fold((a, b) => Number(a <= b), 'bool'),
  Greater: fold((a, b) => Number(a > b), 'bool'),
  GreaterOrEqual: fold((a, b) => Number(a >= b), 'bool'),
  And: fold((a, b) => Number(a && b), 'bool'),
  Or: fold((a, b) => Number(a || b), 'bool'),
  Not: each((x) => Number(!x)),
  Where: where,
  Clip: clip,
  Cast: cast,
  Range: range,
  ConstantOfShape: constantOfShape,
} satisfies Kernels
