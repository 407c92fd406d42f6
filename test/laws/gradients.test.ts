import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { exact, interpret } from '../../main/engine/reference.ts'
import type { Exact } from '../../main/engine/reference.ts'
import { backward, gradientOf } from '../../main/grad/backward.ts'
import { rules } from '../../main/grad/rules/index.ts'
import type { Rules } from '../../main/grad/vjp.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { CaseBuilder, cases } from '../grad/cases.ts'
import type { Case } from '../grad/cases.ts'
import { drawFloats, relativeError, runOnce } from '../make/exact.ts'

interface Problem {
  readonly graph: Graph
  readonly feeds: Readonly<Record<string, Exact>>
  readonly wrt: readonly string[]
}

/** A case made a scalar: its output weighed with random numbers and summed. */
function problemOf(op: string, index: number, build: Case, hasNames: boolean): Problem {
  const c = new CaseBuilder(`${op}/${index}`, hasNames)
  const y = build(c)
  const feeds = Object.fromEntries(c.drawn)
  c.output('y', y, 'float32', [])
  const forward = c.finish()
  const { dims } = interpret(forward, feeds, ['y']).y
  const g = new GraphBuilder(op, { ...forward, outputs: [] })
  const weighing = g.constant({ type: 'float32', dims, data: Float32Array.from(drawFloats(createRng(op), dims).data) })
  g.output('loss', g.op('ReduceSum', [g.mul('y', weighing)], { keepdims: { kind: 'int', value: 0 } }), 'float32', [])
  return { graph: g.finish(), feeds, wrt: [...c.drawn.keys()] }
}

/** Central differences: (f(x + h) − f(x − h)) / 2h for each element of one input. */
function differences({ graph, feeds }: Problem, name: string): Float64Array {
  const { dims, data } = feeds[name]!
  const lossAt = (i: number, value: number) =>
    interpret(graph, { ...feeds, [name]: exact('float32', dims, data.with(i, value)) }, ['loss']).loss.data[0]!
  return data.map((x, i) => {
    const h = 1e-5 * Math.max(1, Math.abs(x))
    return (lossAt(i, x + h) - lossAt(i, x - h)) / (2 * h)
  })
}

interface Errors {
  readonly float64: number
  readonly float32: number
}

/** The largest relative error of any gradient of a case: exact against differences, and ONNX Runtime's against exact. */
async function errorsOf(problem: Problem, by: Rules): Promise<Errors> {
  const gradients = backward(problem.graph, 'loss', problem.wrt, { rules: by })
  const names = problem.wrt.map(gradientOf)
  const found = interpret(gradients, problem.feeds, names)
  const narrow = await runOnce(gradients, problem.feeds, names)
  const errors = { float64: 0, float32: 0 }
  for (const name of problem.wrt) {
    const { dims, data } = found[gradientOf(name)]!
    expect(dims).toEqual(problem.feeds[name]!.dims)
    expect(narrow[gradientOf(name)]!.dims).toEqual(dims)
    errors.float64 = Math.max(errors.float64, relativeError(data, differences(problem, name)))
    errors.float32 = Math.max(errors.float32, relativeError(Array.from(narrow[gradientOf(name)]!.data, Number), data))
  }
  return errors
}

describe.each(Object.entries(cases))('%s', (op, list) => {
  it.each([
    ['sizes are known', false],
    ['sizes have only names', true],
  ])('has the gradient that finite differences find where %s', async (_, hasNames) => {
    for (const [index, build] of list.entries()) {
      const { float64, float32 } = await errorsOf(problemOf(op, index, build, hasNames), rules)
      expect(float64, `case ${index} in float64`).toBeLessThan(1e-6)
      expect(float32, `case ${index} in float32`).toBeLessThan(1e-3)
    }
  })
})

describe('a wrong rule', () => {
  it.each<[string, Rules]>([
    ['Tanh', { Tanh: (g, { outputs: [y] }, dy) => [g.mul(dy, g.sub(g.number(1), y!))] }],
    ['Softmax', { Softmax: (g, { outputs: [y] }, dy) => [g.mul(dy, g.mul(y!, g.sub(g.number(1), y!)))] }],
    [
      'MatMul',
      { MatMul: (g, { inputs: [a, b] }, dy) => [g.matmul(dy, g.turned(b!)), g.matmul(g.turned(a!), g.scale(dy, 1.0001))] },
    ],
  ])('of %s breaks the law', async (op, wrong) => {
    const problem = problemOf(op, 0, cases[op as keyof typeof cases][0]!, false)
    expect((await errorsOf(problem, { ...rules, ...wrong })).float64).toBeGreaterThan(1e-5)
  })
})
