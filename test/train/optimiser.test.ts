import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { float32, sizeOf } from '../../main/base/tensor.ts'
import type { FloatTensor, Tensor } from '../../main/base/tensor.ts'
import { createRuntime } from '../../main/engine/ort.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Feeds } from '../../main/engine/session.ts'
import { backward } from '../../main/grad/backward.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { writeGraph } from '../../main/onnx/write.ts'
import { carryOf, momentsOf, nextOf, NORM, updateFeeds, withUpdate } from '../../main/train/optimiser.ts'
import type { AdamW, UpdateOptions } from '../../main/train/optimiser.ts'
import { relativeError } from '../make/exact.ts'
import { mixed } from '../make/mixed.ts'

interface Golden {
  readonly adam: AdamW
  readonly rates: readonly number[]
  readonly adamw: readonly {
    readonly clip: number | null
    readonly steps: readonly { readonly norm: number; readonly matrix: readonly number[]; readonly bias: readonly number[] }[]
    readonly first: readonly number[]
    readonly second: readonly number[]
  }[]
}

/** From test/golden/make/train_torch.py. */
const { adam, rates, adamw } = JSON.parse(readFileSync(new URL('../golden/train-torch.json', import.meta.url), 'utf8')) as Golden

const SHAPES = { matrix: [3, 4], bias: [4] } as const
const NAMES = ['matrix', 'bias'] as const

/** A loss whose gradients are its inputs `matrix_slope` and `bias_slope`, and the step of AdamW that they make. */
function learner(options: Partial<UpdateOptions> = {}): Graph {
  const g = new GraphBuilder('learner')
  const parts = NAMES.map((name) => {
    const slope = g.input(`${name}_slope`, 'float32', SHAPES[name])
    return g.op('ReduceSum', [g.mul(slope, g.weight(name, SHAPES[name]))], { keepdims: { kind: 'int', value: 0 } })
  })
  g.output('loss', g.add(parts[0]!, parts[1]!), 'float32', [])
  const graph = backward(g.finish(), 'loss', NAMES)
  return withUpdate(graph, NAMES, { epsilon: adam.epsilon, decays: (name) => name === 'matrix', ...options })
}

/** The numbers of train_torch.py, in the order it draws them. */
class Draws {
  #k = 0
  next(dims: readonly number[], size: number): FloatTensor {
    return float32(
      dims,
      Float32Array.from({ length: sizeOf(dims) }, () => (mixed(++this.#k) - 0.5) * size),
    )
  }
}
const startOf = (graph: Graph, draws: Draws): Record<string, Tensor> =>
  Object.fromEntries(
    graph.weights.map(({ name, dims }) => [
      name,
      name === 'matrix' || name === 'bias'
        ? draws.next(SHAPES[name], 1)
        : float32(dims as number[], new Float32Array(sizeOf(dims as number[]))),
    ]),
  )
const slopesOf = (draws: Draws) => ({ matrix_slope: draws.next([3, 4], 0.6), bias_slope: draws.next([4], 0.6) })

const added = (a: FloatTensor, b: FloatTensor) => float32(a.dims, a.data.map((x, i) => x + b.data[i]!)) // prettier-ignore

/** A graph whose state goes from run to run, in this process. */
async function createLearner(graph: Graph, draws: Draws) {
  const runtime = await createRuntime({ provider: 'cpu', threads: 1 })
  const loaded = await runtime.load(graph.name, writeGraph(graph), {})
  const state = startOf(graph, draws)
  const carry = carryOf(graph)
  return {
    state,
    async run(feeds: Feeds): Promise<Record<string, Tensor>> {
      const { outputs } = await loaded.run({ ...state, ...feeds }, new Map(), graph.outputs.map(({ name }) => name)) // prettier-ignore
      for (const [from, to] of Object.entries(carry)) state[to] = outputs[from]!
      return outputs
    },
  }
}
const numbers = (tensor: Tensor | undefined) => Array.from(tensor!.data, Number)
const alone = { isFirst: true, isLast: true }

describe.each(adamw)('AdamW clipped at $clip', ({ clip, steps, first, second }) => {
  it('steps as torch.optim.AdamW does', async () => {
    const draws = new Draws()
    const learning = await createLearner(learner(clip === null ? {} : { clipNorm: clip }), draws)
    for (const [i, expected] of steps.entries()) {
      const outputs = await learning.run({ ...slopesOf(draws), ...updateFeeds(adam, { step: i + 1, rate: rates[i]!, ...alone }) })
      expect(numbers(outputs[NORM])[0]).toBeCloseTo(expected.norm, 5)
      for (const name of NAMES) expect(relativeError(numbers(learning.state[name]), expected[name])).toBeLessThan(5e-6)
    }
    expect(relativeError(numbers(learning.state[momentsOf('matrix').first]), first)).toBeLessThan(5e-6)
    expect(relativeError(numbers(learning.state[momentsOf('matrix').second]), second)).toBeLessThan(5e-6)
  })
})

describe('withUpdate', () => {
  it('takes the gradients in and hands out what the next run needs', () => {
    const graph = learner()
    expect(graph.outputs.map(({ name }) => name)).not.toContain('grad/matrix')
    expect(carryOf(graph)).toEqual({
      'next/matrix': 'matrix',
      'next/adam/first/matrix': 'adam/first/matrix',
      'next/adam/second/matrix': 'adam/second/matrix',
      'next/bias': 'bias',
      'next/adam/first/bias': 'adam/first/bias',
      'next/adam/second/bias': 'adam/second/bias',
    })
  })
  it('makes of several runs one step with the sum of their gradients, and until then moves nothing by a bit', async () => {
    const graph = learner({ isAccumulating: true, clipNorm: 0.5 })
    const [one, two] = [await createLearner(graph, new Draws()), await createLearner(graph, new Draws())]
    const draws = new Draws()
    for (let step = 1; step <= 3; step++) {
      const [first, second] = [slopesOf(draws), slopesOf(draws)]
      const total = {
        matrix_slope: added(first.matrix_slope, second.matrix_slope),
        bias_slope: added(first.bias_slope, second.bias_slope),
      }
      await one.run({ ...total, ...updateFeeds(adam, { step, rate: 0.05, ...alone }) })
      const before = { ...two.state }
      await two.run({ ...first, ...updateFeeds(adam, { step, rate: 0.05, isFirst: true, isLast: false }) })
      for (const name of ['matrix', momentsOf('matrix').first, momentsOf('bias').second]) {
        expect(two.state[name]!.data).toEqual(before[name]!.data)
      }
      await two.run({ ...second, ...updateFeeds(adam, { step, rate: 0.05, isFirst: false, isLast: true }) })
      expect(two.state.matrix!.data).toEqual(one.state.matrix!.data)
      expect(two.state.bias!.data).toEqual(one.state.bias!.data)
    }
  })
  it('lets the caller say what a weight is after a step', async () => {
    const settle: UpdateOptions['settle'] = (g, name, next) => (name === 'bias' ? name : g.mul(next, g.number(0)))
    const learning = await createLearner(learner({ settle }), new Draws())
    const bias = numbers(learning.state.bias)
    await learning.run({ ...slopesOf(new Draws()), ...updateFeeds(adam, { step: 1, rate: 0.05, ...alone }) })
    expect(numbers(learning.state.matrix).every((x) => x === 0)).toBe(true)
    expect(numbers(learning.state.bias)).toEqual(bias)
  })
  it('goes on by itself in the engine: a chain carries weights and moments from run to run', async () => {
    const graph = learner()
    const draws = new Draws()
    const weights = heldWeights(new Map(Object.entries(startOf(graph, draws)) as [string, FloatTensor][]))
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    try {
      const session = await engine.open(graph, weights, carryOf(graph))
      const chain = session.chain()
      for (const [i, expected] of adamw[0]!.steps.entries()) {
        const feeds = { ...slopesOf(draws), ...updateFeeds(adam, { step: i + 1, rate: rates[i]!, ...alone }) }
        const { [nextOf('matrix')]: matrix } = await chain.run(feeds, [nextOf('matrix')])
        expect(relativeError(numbers(matrix), expected.matrix)).toBeLessThan(5e-6)
      }
      chain.end()
    } finally {
      await engine.close()
    }
  })
})
