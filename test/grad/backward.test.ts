import { describe, expect, it } from 'vitest'
import { exact, interpret } from '../../main/engine/reference.ts'
import { backward } from '../../main/grad/backward.ts'
import { int, text } from '../../main/onnx/attributes.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Value } from '../../main/onnx/build.ts'
import type { Graph } from '../../main/onnx/graph.ts'

const vector = (...values: number[]) => exact('float32', [values.length], Float64Array.from(values))
const operators = ({ nodes }: Graph) => nodes.map(({ op }) => op)

/** A graph of weights a and b [2, 3] whose loss is the sum of what `build` makes of them. */
function summed(build: (g: GraphBuilder, a: Value, b: Value) => Value): Graph {
  const g = new GraphBuilder('summed')
  const y = build(g, g.weight('a', [2, 3]), g.weight('b', [2, 3]))
  g.output('loss', g.reduceSum(y, [0, 1], false), 'float32', [])
  return g.finish()
}

describe('backward', () => {
  it('keeps the outputs and adds one gradient per name, each of the shape of what it belongs to', () => {
    const graph = backward(summed((g, a, b) => g.mul(a, b)), 'loss', ['b', 'a']) // prettier-ignore
    expect(graph.outputs).toEqual([
      { name: 'loss', type: 'float32', dims: [] },
      { name: 'grad/b', type: 'float32', dims: [2, 3] },
      { name: 'grad/a', type: 'float32', dims: [2, 3] },
    ])
  })
  it('sums what flows back to a value from all its uses', () => {
    const graph = backward(summed((g, a) => g.add(g.mul(a, a), g.add(a, a))), 'loss', ['a']) // prettier-ignore
    const a = exact('float32', [2, 3], Float64Array.of(1, 2, 3, 4, 5, 6))
    expect([...interpret(graph, { a, b: a }, ['grad/a'])['grad/a'].data]).toEqual([4, 6, 8, 10, 12, 14])
  })
  it('leaves out what only another weight would need', () => {
    const both = backward(summed((g, a, b) => g.matmul(a, g.transpose(b, [1, 0]))), 'loss', ['a', 'b']) // prettier-ignore
    const one = backward(summed((g, a, b) => g.matmul(a, g.transpose(b, [1, 0]))), 'loss', ['a']) // prettier-ignore
    expect(operators(both).filter((op) => op === 'Gemm' || op === 'MatMul')).toHaveLength(3)
    expect(operators(one).filter((op) => op === 'Gemm' || op === 'MatMul')).toHaveLength(2)
    expect(operators(one).filter((op) => op === 'Transpose')).toHaveLength(1) // the one of the forward pass: twice turned is not turned
  })
  it('makes the gradient of a turned weight at once in its own order', () => {
    const g = new GraphBuilder('turned')
    const y = g.matmul(g.input('x', 'float32', ['batch', 'length', 3]), g.transpose(g.weight('w', [4, 3]), [1, 0]))
    g.output('loss', g.reduceSum(y, [0, 1, 2], false), 'float32', [])
    const { nodes } = backward(g.finish(), 'loss', ['w'])
    expect(nodes.find(({ outputs }) => outputs.includes('grad/w'))).toMatchObject({
      op: 'Gemm',
      attributes: { transA: { value: 1 } },
    })
  })
  it('multiplies a row by its factor without making the factor as long as the row', () => {
    const graph = backward(summed((g, a) => g.mul(a, g.reduceMean(g.pow(a, g.number(2)), [-1]))), 'loss', ['a']) // prettier-ignore
    expect(operators(graph).filter((op) => op === 'Expand')).toHaveLength(1) // of the seed, one number
  })
  it('fits a gradient to an input whose stretching only a run can tell', () => {
    const g = new GraphBuilder('unknown')
    const [x, y] = [g.input('x', 'float32', ['m']), g.input('y', 'float32', ['n'])]
    g.output('loss', g.reduceSum(g.mul(x, y), [0], false), 'float32', [])
    const graph = backward(g.finish(), 'loss', ['x', 'y'])
    const gradients = (feeds: Parameters<typeof interpret>[1]) =>
      Object.values(interpret(graph, feeds, ['grad/x', 'grad/y'])).map(({ data }) => [...data])
    expect(gradients({ x: vector(2), y: vector(3, 4, 5) })).toEqual([[12], [2, 2, 2]])
    expect(gradients({ x: vector(2, 3), y: vector(5, 7) })).toEqual([[5, 7], [2, 3]]) // prettier-ignore
  })
  it('puts back what distinct indices picked, and adds up the rest', () => {
    const g = new GraphBuilder('picked')
    const picked = g.gather(g.weight('w', [5, 2]), g.input('rows', 'int32', ['rows']))
    g.output('loss', g.reduceSum(g.mul(picked, picked), [0, 1], false), 'float32', [])
    const graph = g.finish()
    const feeds = {
      w: exact(
        'float32',
        [5, 2],
        new Float64Array(10).map((_, i) => i),
      ),
      rows: exact('int32', [3], Float64Array.of(4, 0, 3)),
    }
    const [added, put] = [backward(graph, 'loss', ['w']), backward(graph, 'loss', ['w'], { distinct: ['rows'] })]
    expect(operators(added)).toContain('ScatterElements')
    expect(operators(put)).toContain('ScatterND')
    const gradient = (of: Graph) => interpret(of, feeds, ['grad/w'])['grad/w'].data
    expect([...gradient(put)]).toEqual([0, 2, 0, 0, 0, 0, 12, 14, 16, 18])
    expect(gradient(added)).toEqual(gradient(put))
  })
  it('asks layer norms for their moments, whether or not the graph wanted them', () => {
    const g = new GraphBuilder('norm')
    const y = g.op('LayerNormalization', [g.input('x', 'float32', ['rows', 4]), g.weight('w', [4])])
    g.output('loss', g.reduceSum(y, [0, 1], false), 'float32', [])
    const { nodes } = backward(g.finish(), 'loss', ['w', 'x'])
    expect(nodes.find(({ op }) => op === 'LayerNormalization')!.outputs).toHaveLength(3)
  })
})

describe('what has no gradient', () => {
  const code = (make: () => unknown) => {
    try {
      make()
    } catch (error) {
      return error
    }
    return undefined
  }

  it('is refused by operator, node and inputs where a rule is missing', () => {
    const graph = summed((g, a) => g.op('Softplus', [a]))
    expect(code(() => backward(graph, 'loss', ['a']))).toMatchObject({
      code: 'grad/no-rule',
      message: 'Expected a gradient rule for Softplus at "Softplus_0" (inputs "a"), found none.',
    })
  })
  it.each<[string, (g: GraphBuilder, a: Value) => Value]>([
    ['batch_dims 0', (g, a) => g.op('GatherND', [a, g.input('at', 'int64', [2, 1])], { batch_dims: int(1) })],
    [
      'the reduction "none" or "add"',
      (g, a) => g.op('ScatterND', [a, g.input('at', 'int64', [1, 1]), a], { reduction: text('mul') }),
    ],
    ['matrices', (g, a) => g.matmul(a, g.input('column', 'float32', [3]))],
  ])('is refused where an operator is used beyond its rule: expected %s', (expected, build) => {
    const g = new GraphBuilder('beyond')
    const y = build(g, g.weight('a', [2, 3]))
    g.output('loss', g.op('ReduceSum', [y], { keepdims: int(0) }), 'float32', [])
    expect(code(() => backward(g.finish(), 'loss', ['a']))).toMatchObject({
      code: 'grad/no-rule',
      message: expect.stringContaining(`Expected ${expected} at `) as string,
    })
  })
  it('is no loss: more than one number, or whole numbers', () => {
    const g = new GraphBuilder('many')
    const w = g.weight('w', [2, 3])
    g.output('twice', g.add(w, w), 'float32', [2, 3])
    g.output('best', g.argMax(g.reshape(w, [-1])), 'int64', [])
    const graph = g.finish()
    expect(code(() => backward(graph, 'twice', ['w']))).toMatchObject({
      code: 'grad/loss',
      message: 'Expected a loss of one float32 number, got "twice", float32 [2, 3].',
    })
    expect(code(() => backward(graph, 'best', ['w']))).toMatchObject({ code: 'grad/loss' })
  })
  it('is a weight behind whole numbers: said by name, and no zeros', () => {
    const graph = summed((g, a, b) => g.mul(a, g.cast(g.greater(b, g.number(0)), 'float32')))
    expect(code(() => backward(graph, 'loss', ['a', 'b']))).toMatchObject({
      code: 'grad/unreached',
      message: 'Expected "loss" to depend on "b" in graph "summed", but it does not.',
    })
  })
  it('is the moments of a layer norm where something is to be learned through them', () => {
    const g = new GraphBuilder('moments')
    const [y, mean] = g.ops('LayerNormalization', [g.input('x', 'float32', [2, 4]), g.weight('w', [4])], {}, 2) as [Value, Value]
    g.output('loss', g.reduceSum(g.add(y, mean), [0, 1], false), 'float32', [])
    expect(code(() => backward(g.finish(), 'loss', ['x']))).toMatchObject({ code: 'grad/no-rule' })
  })
  it('is a value whose shape cannot be told: said by name', () => {
    const g = new GraphBuilder('shapeless')
    const y = g.mul(g.reshape(g.weight('w', [6]), g.input('dims', 'int64', ['rank'])), g.number(2))
    g.output('loss', g.op('ReduceSum', [y], { keepdims: int(0) }), 'float32', [])
    expect(code(() => backward(g.finish(), 'loss', ['w']))).toMatchObject({ code: 'grad/shape' })
  })
})
