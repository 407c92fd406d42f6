import { createRng } from '../../main/base/rng.ts'
import type { Rng } from '../../main/base/rng.ts'
import { int64 } from '../../main/base/tensor.ts'
import type { Exact } from '../../main/engine/reference.ts'
import type { rules } from '../../main/grad/rules/index.ts'
import { float, int, text } from '../../main/onnx/attributes.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Value } from '../../main/onnx/build.ts'
import { drawFloats } from '../make/exact.ts'

/** Writes one use of an operator; what it draws is what the gradient is taken by. */
export class CaseBuilder extends GraphBuilder {
  readonly drawn = new Map<string, Exact>()
  readonly #rng: Rng
  readonly #hasNames: boolean

  /** With names, every size above 1 is known by a name only. */
  constructor(name: string, hasNames: boolean) {
    super(name)
    this.#rng = createRng(name)
    this.#hasNames = hasNames
  }
  /** Floats from −2 to 2. */
  x(...dims: number[]): Value {
    return this.#draw(dims, -2, 2)
  }
  /** Floats from 0.5 to 2. */
  positive(...dims: number[]): Value {
    return this.#draw(dims, 0.5, 2)
  }
  /** Whole numbers that belong to the case. */
  ints(dims: readonly number[], ...values: number[]): Value {
    return this.constant(int64(dims, BigInt64Array.from(values, BigInt)))
  }
  floats(dims: readonly number[], ...values: number[]): Value {
    return this.constant({ type: 'float32', dims, data: Float32Array.from(values) })
  }
  #draw(dims: readonly number[], low: number, high: number): Value {
    const name = `x${this.drawn.size}`
    this.drawn.set(name, drawFloats(this.#rng.fork(name), dims, low, high))
    return this.input(name, 'float32', this.#hasNames ? dims.map((n) => (n === 1 ? 1 : `n${n}`)) : dims)
  }
}

/** Gives the value whose gradient is asked for. */
export type Case = (c: CaseBuilder) => Value

const ADD = { reduction: text('add') }
const axis = (value: number) => ({ axis: int(value) })
/** A condition as numbers beside a value that does have a gradient: all of it must come from there. */
const beside = (c: CaseBuilder, x: Value, condition: Value) => c.mul(x, c.cast(condition, 'float32'))
const compare =
  (op: string): Case =>
  (c) => {
    const [a, b] = [c.x(2, 3), c.x(3)]
    return beside(c, c.add(a, b), c.op(op, [a, b]))
  }
const joined =
  (op: string): Case =>
  (c) => {
    const x = c.x(2, 3)
    return beside(c, x, c.op(op, [c.greater(x, c.number(-1)), c.less(x, c.number(1))]))
  }
const unary =
  (op: string): Case =>
  (c) =>
    c.op(op, [c.x(2, 3)])
const unaryPositive =
  (op: string): Case =>
  (c) =>
    c.op(op, [c.positive(2, 3)])
/** Each side stretched, by a new axis and by one of size 1. */
const pair = (op: string): readonly Case[] => [
  (c) => c.op(op, [c.x(2, 1, 3), c.positive(4, 1)]),
  (c) => c.op(op, [c.x(3), c.positive(2, 3)]),
]
const reduced = (op: string): readonly Case[] => [
  (c) => c.op(op, [c.x(2, 3, 4), c.list([-1])]),
  (c) => c.op(op, [c.x(2, 3, 4), c.list([0, 2])], { keepdims: int(0) }),
  (c) => c.op(op, [c.x(2, 3)], { keepdims: int(0) }),
  (c) => c.op(op, [c.x(2, 3)], { noop_with_empty_axes: int(1) }),
]

/** At least one use of every operator that has a rule: without one, this does not compile. */
export const cases: Record<keyof typeof rules, readonly Case[]> = {
  Add: pair('Add'),
  Sub: pair('Sub'),
  Mul: pair('Mul'),
  Div: pair('Div'),
  Pow: [(c) => c.pow(c.positive(2, 3), c.x(3)), (c) => c.pow(c.x(2, 3), c.number(2)), (c) => c.pow(c.x(2, 3), c.number(3))],
  Min: [(c) => c.op('Min', [c.x(2, 3), c.x(3), c.x(2, 1)])],
  Max: [(c) => c.op('Max', [c.x(2, 3), c.x(3), c.x(2, 1)])],
  Clip: [
    (c) => c.op('Clip', [c.x(9), c.number(-1), c.number(0.5)]),
    (c) => c.op('Clip', [c.x(9), '', c.mul(c.positive(), c.number(0.5))]),
  ],
  Where: [
    (c) => {
      const x = c.x(2, 3)
      return c.where(c.greater(x, c.number(0)), c.x(3), x)
    },
  ],
  Neg: [unary('Neg')],
  Abs: [unary('Abs')],
  Sqrt: [unaryPositive('Sqrt')],
  Reciprocal: [unaryPositive('Reciprocal')],
  Exp: [unary('Exp')],
  Log: [unaryPositive('Log')],
  Sin: [unary('Sin')],
  Cos: [unary('Cos')],
  Identity: [unary('Identity')],
  Cast: [
    (c) => c.cast(c.x(2, 3), 'float32'),
    (c) => {
      const x = c.x(2, 3)
      return c.mul(x, c.cast(c.cast(x, 'int32'), 'float32'))
    },
  ],
  Sign: [(c) => { const x = c.x(2, 3); return c.mul(x, c.op('Sign', [x])) }], // prettier-ignore
  Equal: [compare('Equal')],
  Less: [compare('Less')],
  LessOrEqual: [compare('LessOrEqual')],
  Greater: [compare('Greater')],
  GreaterOrEqual: [compare('GreaterOrEqual')],
  And: [joined('And')],
  Or: [joined('Or')],
  Not: [(c) => { const x = c.x(2, 3); return beside(c, x, c.op('Not', [c.less(x, c.number(0))])) }], // prettier-ignore

  MatMul: [
    (c) => c.matmul(c.x(3, 4), c.x(4, 2)),
    (c) => c.matmul(c.x(2, 3, 4), c.x(4, 5)),
    (c) => c.matmul(c.x(2, 1, 3, 4), c.x(3, 4, 2)),
    (c) => c.matmul(c.x(2, 3, 4), c.transpose(c.x(5, 4), [1, 0])),
    (c) => c.matmul(c.x(3, 4), c.x(2, 4, 3)),
  ],
  Gemm: [
    (c) => c.gemm(c.x(3, 4), c.x(4, 2)),
    (c) => c.gemm(c.x(3, 4), c.x(2, 4), { transB: true }),
    (c) => c.gemm(c.x(4, 3), c.x(4, 2), { transA: true }),
    (c) => c.gemm(c.x(4, 3), c.x(2, 4), { transA: true, transB: true }),
    (c) => c.op('Gemm', [c.x(3, 4), c.x(2, 4), c.x(2)], { transB: int(1), alpha: float(0.5), beta: float(1.5) }),
    (c) => c.op('Gemm', [c.x(4, 3), c.x(2, 4), c.x(3, 1)], { transA: int(1), transB: int(1), alpha: float(2) }),
  ],

  ReduceSum: reduced('ReduceSum'),
  ReduceMean: reduced('ReduceMean'),
  ReduceMax: reduced('ReduceMax'),
  ReduceMin: reduced('ReduceMin'),
  ReduceSumSquare: reduced('ReduceSumSquare'),
  ArgMax: [
    (c) => {
      const x = c.x(3, 4)
      return c.gatherElements(x, c.op('ArgMax', [x], axis(1)), 1)
    },
  ],

  Erf: [unary('Erf')],
  Tanh: [unary('Tanh')],
  Sigmoid: [unary('Sigmoid')],
  Relu: [unary('Relu')],
  Softmax: [(c) => c.softmax(c.x(2, 3, 4)), (c) => c.softmax(c.x(2, 3, 4), 1)],
  LogSoftmax: [(c) => c.logSoftmax(c.x(2, 3, 4)), (c) => c.logSoftmax(c.x(2, 3, 4), 0)],
  LayerNormalization: [
    (c) => c.op('LayerNormalization', [c.x(2, 3, 4), c.x(4), c.x(4)], { ...axis(-1), epsilon: float(0.01) }),
    (c) => c.op('LayerNormalization', [c.x(2, 3, 4), c.x(3, 4)], axis(1)),
  ],
  CumSum: [
    (c) => c.op('CumSum', [c.x(2, 4), c.ints([], 1)]),
    (c) => c.op('CumSum', [c.x(2, 4), c.ints([], 0)], { exclusive: int(1), reverse: int(1) }),
  ],

  Reshape: [(c) => c.mul(c.reshape(c.x(2, 6), [2, 3, 2]), c.x(3, 1)), (c) => c.reshape(c.x(2, 3, 4), [0, -1])],
  Squeeze: [(c) => c.squeeze(c.x(2, 1, 3), [1]), (c) => c.op('Squeeze', [c.x(1, 3)])],
  Unsqueeze: [(c) => c.mul(c.unsqueeze(c.x(2, 3), [1, -1]), c.x(4, 1, 2))],
  Transpose: [(c) => c.transpose(c.x(2, 3, 4), [2, 0, 1]), unary('Transpose')],
  Expand: [(c) => c.expand(c.x(3, 1), [2, 3, 4])],
  Concat: [(c) => c.concat([c.x(2, 1, 3), c.x(2, 4, 3)], -2)],
  Split: [
    (c) => c.split(c.x(2, 6), 1, 3).reduce(c.mul),
    (c) => c.split(c.x(4, 3), 0, 2)[1]!,
    (c) => c.ops('Split', [c.x(5, 2), c.list([2, 3])], axis(0), 2)[0]!,
  ],
  Slice: [
    (c) => c.slice(c.x(4, 5), 1, 1, 4),
    (c) => c.slice(c.x(4, 5), -1, -3, 99),
    (c) => c.op('Slice', [c.x(4, 5), c.list([3, 4]), c.list([0, -99]), c.list([0, 1]), c.list([-2, -1])]),
    (c) => c.op('Slice', [c.x(4, 5), c.list([1]), c.list([3])]),
    (c) => {
      const x = c.x(4, 5)
      return c.slice(x, 0, 1, c.shape(x, 0, 1))
    },
  ],
  Trilu: [(c) => c.op('Trilu', [c.x(2, 3, 4)]), (c) => c.op('Trilu', [c.x(4, 3), c.ints([], -1)], { upper: int(0) })],
  Shape: [
    (c) => {
      const x = c.x(2, 3)
      return c.mul(x, c.cast(c.shape(x, 1), 'float32'))
    },
  ],
  Size: [
    (c) => {
      const x = c.x(2, 3)
      return c.mul(x, c.cast(c.op('Size', [x]), 'float32'))
    },
  ],
  ConstantOfShape: [
    (c) => {
      const x = c.x(2, 3)
      return c.sub(c.op('ConstantOfShape', [c.shape(x)]), x)
    },
  ],
  Range: [
    (c) => {
      const x = c.x(3)
      return c.mul(x, c.cast(c.range(c.ints([], 0), c.cast(c.op('Size', [x]), 'int64'), c.ints([], 1)), 'float32'))
    },
  ],

  Gather: [
    (c) => c.gather(c.x(4, 3), c.ints([2, 2], 1, 3, 1, -4)),
    (c) => c.gather(c.x(2, 4, 3), c.cast(c.ints([5], 0, 2, 2, 1, -1), 'int32'), 1),
    (c) => c.gather(c.x(2, 4), c.ints([], 2), -1),
    (c) => c.gather(c.x(4, 2), c.ints([], 1)),
  ],
  GatherElements: [
    (c) => c.gatherElements(c.x(3, 4), c.ints([3, 2], 0, 0, 3, 1, 2, -1), 1),
    (c) => c.gatherElements(c.x(3, 2), c.ints([4, 2], 0, 1, 0, 2, 2, 1, 1, 1), 0),
  ],
  GatherND: [(c) => c.op('GatherND', [c.x(3, 4, 2), c.ints([3, 2], 0, 1, -1, 3, 0, 1)])],
  ScatterElements: [
    (c) => c.op('ScatterElements', [c.x(3, 4), c.ints([3, 2], 0, 0, 3, 1, 2, -1), c.x(3, 2)], { ...axis(1), ...ADD }),
    (c) => c.op('ScatterElements', [c.x(3, 2), c.ints([2, 2], 0, 2, 1, 1), c.x(2, 2)], axis(0)),
  ],
  ScatterND: [
    (c) => c.op('ScatterND', [c.x(4, 3), c.ints([3, 1], 1, 1, -1), c.x(3, 3)], ADD),
    (c) => c.op('ScatterND', [c.x(4, 3), c.ints([2, 1], 3, 0), c.x(2, 3)]),
  ],
  OneHot: [(c) => c.op('OneHot', [c.ints([4], 0, 2, 2, 1), c.ints([], 3), c.x(2)]), (c) => c.op('OneHot', [c.ints([2, 2], 0, 2, 2, 1), c.ints([], 3), c.x(2)], axis(0))], // prettier-ignore
  NonZero: [
    (c) => {
      const x = c.x(2, 3)
      return c.op('GatherND', [x, c.transpose(c.op('NonZero', [c.greater(x, c.number(0))]), [1, 0])])
    },
  ],
}
