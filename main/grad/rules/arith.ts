import { stop } from '../vjp.ts'
import type { Rules, Tape, Value, Vjp } from '../vjp.ts'

/** Largest or smallest of several: those that reach it share what comes back, as the limit of every smooth maximum has it. */
const extreme: Vjp = (g, { inputs, outputs: [y] }, dy) => {
  const reaches = inputs.map((x) => g.indicator(g.equal(x, y!)))
  const share = g.div(dy, reaches.reduce(g.add))
  return reaches.map((reached) => g.mul(share, reached))
}

const power: Vjp = (g, { inputs: [a, b], outputs: [y] }, dy) => {
  if (g.known(b!) === 2) return [g.mul(g.scale(dy, 2), a!), null] // all a norm needs
  const da = g.mul(dy, g.mul(b!, g.pow(a!, g.sub(b!, g.number(1)))))
  return [da, g.mul(dy, g.mul(y!, g.log(a!)))]
}

const clip: Vjp = (g, { inputs: [x, low, high], outputs: [y] }, dy) => {
  const zero = g.number(0)
  const inside = g.where(g.equal(x!, y!), dy, zero)
  const toLow = low && g.where(g.less(x!, low), dy, zero)
  const toHigh = high && g.where(g.greater(x!, high), dy, zero)
  return [inside, toLow || null, toHigh || null]
}

const divide: Vjp = (g, { inputs: [, b], outputs: [y] }, dy) => {
  const da = g.div(dy, b!)
  return [da, g.neg(g.fitted(g.mul(da, y!), b!))] // summed first: what divides is mostly one number per row
}

const cast: Vjp = (g, { inputs: [x], outputs: [y] }, dy) =>
  [g.shapeOf(x!).type === 'float32' && g.shapeOf(y!).type === 'float32' ? dy : null] // prettier-ignore

const square = (g: Tape, x: Value) => g.mul(x, x)

/** Number by number. */
export const arith = {
  Add: (_, __, dy) => [dy, dy],
  Sub: (g, { inputs: [, b] }, dy) => [dy, g.neg(g.fitted(dy, b!))],
  Mul: (g, { inputs: [a, b] }, dy) => [g.mul(dy, b!), g.mul(dy, a!)],
  Div: divide,
  Pow: power,
  Min: extreme,
  Max: extreme,
  Clip: clip,
  Where: (g, { inputs: [c] }, dy) => [null, g.where(c!, dy, g.number(0)), g.where(c!, g.number(0), dy)],
  Neg: (g, _, dy) => [g.neg(dy)],
  Abs: (g, { inputs: [x] }, dy) => [g.mul(dy, g.op('Sign', [x!]))],
  Sqrt: (g, { outputs: [y] }, dy) => [g.div(g.scale(dy, 0.5), y!)],
  Reciprocal: (g, { outputs: [y] }, dy) => [g.neg(g.mul(dy, square(g, y!)))],
  Exp: (g, { outputs: [y] }, dy) => [g.mul(dy, y!)],
  Log: (g, { inputs: [x] }, dy) => [g.div(dy, x!)],
  Sin: (g, { inputs: [x] }, dy) => [g.mul(dy, g.op('Cos', [x!]))],
  Cos: (g, { inputs: [x] }, dy) => [g.neg(g.mul(dy, g.op('Sin', [x!])))],
  Identity: (_, __, dy) => [dy],
  Cast: cast,
  Sign: stop,
  Equal: stop,
  Less: stop,
  LessOrEqual: stop,
  Greater: stop,
  GreaterOrEqual: stop,
  And: stop,
  Or: stop,
  Not: stop,
} satisfies Rules
