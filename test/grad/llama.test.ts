import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../main/base/tensor.ts'
import { exact, interpret } from '../../main/engine/reference.ts'
import type { Exact } from '../../main/engine/reference.ts'
import { gradientOf } from '../../main/grad/backward.ts'
import { languageGradients, LOSS } from '../../main/grad/loss.ts'
import { RawConfig } from '../../main/models/config.ts'
import { llama } from '../../main/models/llama.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { relativeError, runOnce } from '../make/exact.ts'
import { mixed } from '../make/mixed.ts'

interface Golden {
  readonly ids: readonly (readonly number[])[]
  readonly rows: readonly number[]
  readonly targets: readonly number[]
  readonly share: readonly number[]
  readonly models: Readonly<
    Record<string, { config: object; loss: number; gradients: Readonly<Record<string, readonly number[]>> }>
  >
}

/** From test/golden/make/gradients_torch.py. */
const golden = JSON.parse(readFileSync(new URL('../golden/gradients-torch.json', import.meta.url), 'utf8')) as Golden

/** The weights gradients_torch.py gives its models. */
function makeWeights(graph: Graph): Record<string, Exact> {
  const weights: Record<string, Exact> = {}
  let k = 0
  for (const { name, dims } of graph.weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const centre = name.includes('norm') ? 1 : 0
    const data = Float64Array.from({ length: sizeOf(dims as number[]) }, () => Math.fround(centre + (mixed(++k) - 0.5) * 0.8))
    weights[name] = exact('float32', dims as number[], data)
  }
  return weights
}

describe.each(Object.entries(golden.models))('a Llama with %s', (_, { config, loss, gradients }) => {
  const { graphs } = llama.read(new RawConfig('config.json', config), new Set())
  const names = Object.keys(gradients)
  const graph = languageGradients(graphs.logits, names)
  const want = [LOSS, ...names.map(gradientOf)]
  const whole = (dims: number[], values: readonly number[]) => exact('int32', dims, Float64Array.from(values))
  const feeds = {
    ...makeWeights(graph),
    ids: whole([2, 7], golden.ids.flat()),
    rows: whole([8], golden.rows),
    targets: whole([8], golden.targets),
    share: exact('float32', [8], Float64Array.from(golden.share)),
  }

  it('has a gradient for every weight', () => {
    expect(names.toSorted()).toEqual(graph.weights.map(({ name }) => name).toSorted())
  })
  it('knows all its shapes by number or name: nothing is left to find out while it runs', () => {
    expect(graph.nodes.map(({ op }) => op)).not.toContain('NonZero')
  })
  it('has the gradients of PyTorch, computed in float64', () => {
    const found = interpret(graph, feeds, want)
    expect(found[LOSS]!.data[0]).toBeCloseTo(loss, 6)
    // what is left is the float32 of transformers itself, in norms and angles: with both in float64 it is below 5e-6
    for (const name of names) expect(relativeError(found[gradientOf(name)]!.data, gradients[name]!), name).toBeLessThan(5e-5)
  })
  it('has the gradients of PyTorch, computed by ONNX Runtime', async () => {
    const found = await runOnce(graph, feeds, want)
    expect(Number(found[LOSS]!.data[0])).toBeCloseTo(loss, 5)
    for (const name of names) {
      expect(relativeError(Array.from(found[gradientOf(name)]!.data, Number), gradients[name]!), name).toBeLessThan(1e-4)
    }
  })
})
