import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import type { ElementType } from '../../main/base/tensor.ts'
import { exact, interpret } from '../../main/engine/reference.ts'
import type { Exact, kernels } from '../../main/engine/reference.ts'
import { float, int, ints, text } from '../../main/onnx/attributes.ts'
import type { Attribute, Graph } from '../../main/onnx/graph.ts'
import { drawFloats, drawInts, relativeError, runOnce } from '../make/exact.ts'

interface Case {
  readonly inputs: readonly (Exact | undefined)[]
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly outputs?: readonly ElementType[]
}

const rng = createRng('reference')
const f = (...dims: number[]) => drawFloats(rng, dims)
const positive = (...dims: number[]) => drawFloats(rng, dims, 0.25, 2)
const whole = (...dims: number[]) => drawInts(rng, 'int32', dims, -3, 4)
const flags = (...dims: number[]) => drawInts(rng, 'bool', dims, 0, 2)
const list = (...values: number[]) => exact('int64', [values.length], Float64Array.from(values))
const scalar = (value: number, type: ElementType = 'int64') => exact(type, [], Float64Array.of(value))
const indices = (dims: number[], size: number) => drawInts(rng, 'int64', dims, -size, size)

const unary: Case[] = [{ inputs: [f(2, 3)] }]
const pair: Case[] = [{ inputs: [f(2, 1, 3), f(4, 1)] }]
const compared: Case[] = [{ inputs: [whole(2, 1, 3), whole(4, 1)], outputs: ['bool'] }]
const both: Case[] = [{ inputs: [flags(2, 3), flags(3)], outputs: ['bool'] }]
const byAxes: Case[] = [
  { inputs: [f(2, 3, 4), list(-1)] },
  { inputs: [f(2, 3, 4), list(0, 2)], attributes: { keepdims: int(0) } },
  { inputs: [f(2, 3)], attributes: { keepdims: int(0) } },
  { inputs: [f(2, 3)], attributes: { noop_with_empty_axes: int(1) } },
]
const rows: Case[] = [{ inputs: [f(2, 3, 4)] }, { inputs: [f(2, 3, 4)], attributes: { axis: int(1) } }]

const cases: Record<keyof typeof kernels, readonly Case[]> = {
  Add: pair,
  Sub: pair,
  Mul: pair,
  Div: [...pair, { inputs: [whole(6), list(2, -2, 3, 1, 2, -1)].map((x) => exact('int32', [6], x.data)), outputs: ['int32'] }],
  Pow: [{ inputs: [positive(2, 3), f(3)] }],
  Mod: [{ inputs: [whole(6), exact('int32', [], Float64Array.of(3))], outputs: ['int32'] }],
  Min: [{ inputs: [f(2, 3), f(3), f(2, 1)] }],
  Max: [{ inputs: [f(2, 3), f(3), f(2, 1)] }],
  Neg: unary,
  Abs: unary,
  Sign: unary,
  Sqrt: [{ inputs: [positive(2, 3)] }],
  Reciprocal: [{ inputs: [positive(2, 3)] }],
  Exp: unary,
  Log: [{ inputs: [positive(2, 3)] }],
  Sin: unary,
  Cos: unary,
  Erf: [{ inputs: [drawFloats(rng, [40], -7, 7)] }],
  Tanh: unary,
  Sigmoid: unary,
  Relu: unary,
  Identity: unary,
  Equal: compared,
  Less: compared,
  LessOrEqual: compared,
  Greater: compared,
  GreaterOrEqual: compared,
  And: both,
  Or: both,
  Not: [{ inputs: [flags(5)], outputs: ['bool'] }],
  Where: [{ inputs: [flags(3), f(2, 3), f(2, 1)] }],
  Clip: [{ inputs: [f(9), scalar(-0.5, 'float32'), scalar(1, 'float32')] }, { inputs: [f(9), undefined, scalar(1, 'float32')] }],
  Cast: [
    { inputs: [f(9)], attributes: { to: int(6) }, outputs: ['int32'] },
    { inputs: [whole(9)], attributes: { to: int(1) } },
    { inputs: [whole(9)], attributes: { to: int(9) }, outputs: ['bool'] },
  ],
  Range: [
    { inputs: [scalar(2), scalar(9), scalar(3)], outputs: ['int64'] },
    { inputs: [scalar(5), scalar(1), scalar(-1)], outputs: ['int64'] },
  ],
  ConstantOfShape: [
    { inputs: [list(2, 3)] },
    {
      inputs: [list(4)],
      attributes: { value: { kind: 'tensor', value: { type: 'float32', dims: [1], data: Float32Array.of(3) } } },
    },
  ],
  MatMul: [{ inputs: [f(2, 3, 4), f(4, 5)] }, { inputs: [f(2, 1, 3, 4), f(5, 4, 2)] }],
  Gemm: [
    { inputs: [f(3, 4), f(4, 5)] },
    { inputs: [f(4, 3), f(5, 4), f(5)], attributes: { transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2) } },
  ],
  Softmax: rows,
  LogSoftmax: rows,
  LayerNormalization: [
    { inputs: [f(2, 3, 4), f(4), f(4)], outputs: ['float32', 'float32', 'float32'] },
    { inputs: [f(2, 3, 4), f(3, 4)], attributes: { axis: int(1), epsilon: float(0.01) } },
  ],
  ReduceSum: byAxes,
  ReduceMean: byAxes,
  ReduceMax: byAxes,
  ReduceMin: byAxes,
  ReduceProd: byAxes,
  ReduceSumSquare: byAxes,
  ArgMax: [
    { inputs: [exact('float32', [2, 4], Float64Array.of(1, 3, 3, 0, -1, -2, -1, -3))], attributes: { axis: int(-1), keepdims: int(0) }, outputs: ['int64'] }, // prettier-ignore
    { inputs: [exact('float32', [1, 3], Float64Array.of(2, 2, 1))], attributes: { axis: int(1), select_last_index: int(1) }, outputs: ['int64'] }, // prettier-ignore
    { inputs: [f(3, 4)], outputs: ['int64'] },
  ],
  CumSum: [
    { inputs: [f(2, 4), scalar(1)] },
    { inputs: [f(2, 4), scalar(-1)], attributes: { exclusive: int(1), reverse: int(1) } },
    { inputs: [f(3, 2), scalar(0)], attributes: { reverse: int(1) } },
  ],
  NonZero: [{ inputs: [drawInts(rng, 'int32', [3, 4], 0, 2)], outputs: ['int64'] }],
  Size: [{ inputs: [f(2, 3)], outputs: ['int64'] }],
  Reshape: [{ inputs: [f(2, 3, 4), list(0, -1)] }, { inputs: [f(6), list(2, 3)] }],
  Transpose: [{ inputs: [f(2, 3, 4)] }, { inputs: [f(2, 3, 4)], attributes: { perm: ints([1, 2, 0]) } }],
  Squeeze: [{ inputs: [f(1, 3, 1), list(-1)] }, { inputs: [f(1, 3, 1)] }],
  Unsqueeze: [{ inputs: [f(3), list(0, -1)] }, { inputs: [f(2, 3), list(1)] }],
  Expand: [{ inputs: [f(3, 1), list(2, 1, 4)] }],
  Shape: [{ inputs: [f(2, 3, 4)], outputs: ['int64'] }, { inputs: [f(2, 3, 4)], attributes: { start: int(-2), end: int(-1) }, outputs: ['int64'] }], // prettier-ignore
  Concat: [{ inputs: [f(2, 1, 3), f(2, 4, 3)], attributes: { axis: int(-2) } }],
  Split: [
    { inputs: [f(2, 5), list(2, 3)], attributes: { axis: int(1) }, outputs: ['float32', 'float32'] },
    { inputs: [f(5, 2)], attributes: { num_outputs: int(2) }, outputs: ['float32', 'float32'] },
  ],
  Slice: [
    { inputs: [f(4, 5), list(1, -3), list(3, 99), list(0, 1)] },
    { inputs: [f(4, 5), list(-1), list(-99), list(1), list(-2)] },
    { inputs: [f(4, 5), list(2), list(2)] },
  ],
  Pad: [{ inputs: [f(2, 3), list(1, 0, 0, 2)] }],
  Tile: [{ inputs: [f(2, 3), list(2, 2)] }],
  Trilu: [
    { inputs: [f(2, 3, 4)] },
    { inputs: [f(4, 3), scalar(-1)], attributes: { upper: int(0) } },
    { inputs: [f(4, 4), scalar(1)] },
  ],
  Constant: [
    { inputs: [], attributes: { value_floats: { kind: 'floats', value: [1, 2.5] } } },
    { inputs: [], attributes: { value_ints: ints([3, 4]) }, outputs: ['int64'] },
    { inputs: [], attributes: { value: { kind: 'tensor', value: { type: 'int32', dims: [2], data: Int32Array.of(5, 6) } } }, outputs: ['int32'] }, // prettier-ignore
  ],
  Gather: [
    { inputs: [f(4, 3), indices([2, 2], 4)] },
    { inputs: [f(2, 4, 3), indices([5], 4)], attributes: { axis: int(1) } },
    { inputs: [f(2, 4), indices([], 4)], attributes: { axis: int(-1) } },
  ],
  GatherElements: [
    { inputs: [f(3, 4), indices([3, 2], 4)], attributes: { axis: int(1) } },
    { inputs: [f(3, 4), indices([5, 2], 3)] },
  ],
  GatherND: [
    { inputs: [f(3, 4, 2), exact('int64', [3, 2], Float64Array.of(0, 1, -1, 3, 2, 0))] },
    { inputs: [f(2, 4, 3), indices([2, 5, 1], 4)], attributes: { batch_dims: int(1) } },
  ],
  ScatterElements: [
    { inputs: [f(3, 4), indices([3, 5], 4), f(3, 5)], attributes: { axis: int(1), reduction: text('add') } },
    { inputs: [f(3, 2), exact('int64', [2, 2], Float64Array.of(0, 2, 1, 1)), f(2, 2)] },
  ],
  ScatterND: [
    { inputs: [f(4, 3), indices([6, 1], 4), f(6, 3)], attributes: { reduction: text('add') } },
    { inputs: [f(4, 3), exact('int64', [2, 1], Float64Array.of(3, -4)), f(2, 3)] },
  ],
  OneHot: [
    { inputs: [exact('int64', [4], Float64Array.of(0, 2, -1, 7)), scalar(3), exact('float32', [2], Float64Array.of(0.5, 2))] },
    { inputs: [indices([2, 2], 3), scalar(3), exact('float32', [2], Float64Array.of(0, 1))], attributes: { axis: int(0) } },
  ],
}

function graphOf(op: string, { inputs, attributes = {}, outputs = ['float32'] }: Case): Graph {
  const names = inputs.map((x, i) => (x ? `x${i}` : ''))
  const infos = inputs.flatMap((x, i) => (x ? [{ name: `x${i}`, type: x.type, dims: x.dims }] : []))
  const results = outputs.map((type, i) => ({ name: `y${i}`, type, dims: undefined }))
  return {
    name: op,
    opset: 18,
    inputs: infos,
    weights: [],
    constants: new Map(),
    nodes: [{ op, name: op, inputs: names, outputs: results.map(({ name }) => name), attributes }],
    outputs: results.map(({ name, type }) => ({ name, type, dims: [] })),
  }
}

describe.each(Object.entries(cases))('%s', (op, examples) => {
  it('gives what ONNX Runtime gives', async () => {
    for (const example of examples) {
      const sketch = graphOf(op, example)
      const feeds = Object.fromEntries(example.inputs.flatMap((x, i) => (x ? [[`x${i}`, x]] : [])))
      const want = sketch.outputs.map(({ name }) => name)
      const found = interpret(sketch, feeds, want)
      const graph = { ...sketch, outputs: sketch.outputs.map((info) => ({ ...info, dims: found[info.name]!.dims })) }
      const expected = await runOnce(graph, feeds, want)
      for (const name of want) {
        const { type, dims, data } = found[name]!
        expect({ type, dims }).toEqual({ type: expected[name]!.type, dims: expected[name]!.dims })
        expect(relativeError(data, Array.from(expected[name]!.data, Number))).toBeLessThan(1e-5)
      }
    }
  })
})

describe('interpret', () => {
  const graph = graphOf('Add', { inputs: [f(2), f(2)] })

  it('computes in float64: what float32 would round away is kept', () => {
    const x = exact('float32', [1], Float64Array.of(1e-12))
    const { y0 } = interpret(graphOf('Add', { inputs: [x, x] }), { x0: x, x1: exact('float32', [1], Float64Array.of(1)) }, ['y0'])
    expect(y0.data[0]).toBe(1 + 1e-12)
  })
  it('names an input that was not fed', () => {
    expect(() => interpret(graph, { x0: f(2) }, ['y0'])).toThrow('Expected a feed for "x1" of graph "Add", got none.')
  })
  it('names an operator it does not know', () => {
    const unknown = graphOf('TopK', { inputs: [f(2)] })
    expect(() => interpret(unknown, { x0: f(2) }, ['y0'])).toThrow('Expected an operator of the interpreter at "TopK", got TopK.')
  })
  it('names shapes that do not stretch to one another', () => {
    expect(() => interpret(graph, { x0: f(2), x1: f(3) }, ['y0'])).toThrow('got [2] and [3]')
  })
})
