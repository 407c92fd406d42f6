import { LabError } from '../../base/errors.ts'
import { int, numberOf } from '../../onnx/attributes.ts'
import type { Rules, Vjp } from '../vjp.ts'

const logSoftmax: Vjp = (g, n, dy) => [g.sub(dy, g.mul(g.exp(n.outputs[0]!), g.reduceSum(dy, [numberOf(n, 'axis', -1)])))]

/** Ba et al. 2016, arXiv:1607.06450; from the moments that the forward pass kept (see withMoments). */
const layerNormalization: Vjp = (g, n, dy, ...moments) => {
  const [x, w, b] = n.inputs
  const [, mean, inverse] = n.outputs
  if (!mean || !inverse || moments.some((flow) => flow !== null)) {
    throw new LabError('grad/no-rule', `Expected nothing to be learned through the moments of LayerNormalization "${n.name}".`)
  }
  const rank = g.dims(x!).length
  const first = (numberOf(n, 'axis', -1) + rank) % rank
  const axes = Array.from({ length: rank - first }, (_, i) => first + i)
  const unit = g.mul(g.sub(x!, mean), inverse)
  const dunit = g.mul(dy, w!)
  const along = g.mul(unit, g.reduceMean(g.mul(dunit, unit), axes))
  const dx = g.mul(inverse, g.sub(g.sub(dunit, g.reduceMean(dunit, axes)), along))
  return [dx, g.mul(dy, unit), ...(b === undefined ? [] : [dy])]
}

const softmax: Vjp = (g, n, dy) => {
  const y = n.outputs[0]!
  const flow = g.mul(dy, y)
  return [g.sub(flow, g.mul(y, g.reduceSum(flow, [numberOf(n, 'axis', -1)])))]
}

/** Curves and rows; each from its own output where that is enough. */
export const nonlinear = {
  Erf: (g, { inputs: [x] }, dy) => [g.mul(dy, g.scale(g.exp(g.neg(g.mul(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  Tanh: (g, { outputs: [y] }, dy) => [g.mul(dy, g.sub(g.number(1), g.mul(y!, y!)))],
  Sigmoid: (g, { outputs: [y] }, dy) => [g.mul(dy, g.mul(y!, g.sub(g.number(1), y!)))],
  Relu: (g, { outputs: [y] }, dy) => [g.where(g.greater(y!, g.number(0)), dy, g.number(0))],
  Softmax: softmax,
  LogSoftmax: logSoftmax,
  LayerNormalization: layerNormalization,
  CumSum: (g, n, dy) => [
    g.op('CumSum', [dy, n.inputs[1]!], { ...n.attributes, reverse: int(1 - numberOf(n, 'reverse', 0)) }),
    null,
  ],
} satisfies Rules
