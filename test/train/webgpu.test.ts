import { expect, it } from 'vitest'
import { sizeOf } from '../../main/base/tensor.ts'
import type { FloatTensor, Tensor } from '../../main/base/tensor.ts'
import { startEngine } from '../../main/engine/process.ts'
import { exact } from '../../main/engine/reference.ts'
import type { EngineSettings } from '../../main/engine/session.ts'
import { languageGradients, LOSS } from '../../main/grad/loss.ts'
import { RawConfig } from '../../main/models/config.ts'
import { llama } from '../../main/models/llama.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { carryOf, nextOf, NORM, updateFeeds, withUpdate } from '../../main/train/optimiser.ts'
import { narrow, relativeError } from '../make/exact.ts'
import { mixed } from '../make/mixed.ts'
import { placeOnWebGpu } from '../make/placement.ts'
import { describeSwiftShader, swiftShader } from '../make/swiftshader.ts'

const config = new RawConfig('config.json', {
  ...{ architectures: ['LlamaForCausalLM'], hidden_size: 16, intermediate_size: 24, vocab_size: 20, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 32, tie_word_embeddings: true },
})
const logits = llama.read(config, new Set()).graphs.logits
const names = logits.weights.map(({ name }) => name)
const graph = withUpdate(languageGradients(logits, names), names, { epsilon: 1e-6, decays: () => true, clipNorm: 1 })

/** Weights that begin small, moments that begin as zeros. */
function makeWeights(): [string, FloatTensor][] {
  let k = 0
  const initial = (name: string) => (name.startsWith('adam/') ? 0 : (name.includes('norm') ? 1 : 0) + (mixed(++k) - 0.5) * 0.4)
  return graph.weights.map(({ name, dims }) => {
    const size = dims as number[]
    return [name, { type: 'float32', dims: size, data: Float32Array.from({ length: sizeOf(size) }, () => initial(name)) }]
  })
}
/** One batch, as a step is fed. */
function feedsAt(step: number): Record<string, Tensor> {
  const ids = Array.from({ length: 14 }, (_, i) => (i * 5) % 7)
  const whole = (dims: number[], values: number[]) => narrow(exact('int32', dims, Float64Array.from(values)))
  return {
    ids: whole([2, 7], ids),
    rows: whole([12], [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]),
    targets: whole([12], [...ids.slice(1, 7), ...ids.slice(8)]),
    share: { type: 'float32', dims: [12], data: new Float32Array(12).fill(1 / 12) },
    ...updateFeeds(
      { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 },
      { step, rate: 0.01, isFirst: true, isLast: true },
    ),
  }
}

/** Loss and norm of three steps, and a matrix as it is after them. */
async function learn(settings: EngineSettings, env: Readonly<Record<string, string>> = {}) {
  const engine = await startEngine(settings, env)
  try {
    const chain = (await engine.open(graph, heldWeights(new Map(makeWeights())), carryOf(graph))).chain()
    const curve: number[] = []
    for (let step = 1; step <= 2; step++) {
      const outputs = await chain.run(feedsAt(step), [LOSS, NORM])
      curve.push(Number(outputs[LOSS]!.data[0]), Number(outputs[NORM]!.data[0]))
    }
    const { [nextOf(names[1]!)]: matrix, ...last } = await chain.run(feedsAt(3), [LOSS, NORM, nextOf(names[1]!)])
    curve.push(Number(last[LOSS]!.data[0]), Number(last[NORM]!.data[0]))
    return { curve, matrix: Array.from(matrix!.data, Number) }
  } finally {
    await engine.close()
  }
}

describeSwiftShader('a Llama that learns on WebGPU, its weights and moments kept there', () => {
  it('learns what it learns on the processor', async () => {
    const [here, there] = [
      await learn({ provider: 'cpu', threads: 1 }),
      await learn({ provider: 'webgpu', threads: 1 }, swiftShader()),
    ]
    expect(here.curve[4]).toBeLessThan(here.curve[0]!)
    expect(relativeError(there.curve, here.curve)).toBeLessThan(1e-4)
    expect(relativeError(there.matrix, here.matrix)).toBeLessThan(1e-3)
  })
  it('leaves the processor nothing but shapes and the indices of rows', () => {
    const [placed = []] = placeOnWebGpu([{ graph, feeds: { ...Object.fromEntries(makeWeights()), ...feedsAt(1) } }])
    expect(placed.filter(({ provider }) => provider === 'WebGpu').length).toBeGreaterThan(400)
    expect(placed.filter(({ provider, numbers }) => provider !== 'WebGpu' && numbers > 12)).toEqual([])
  })
})
