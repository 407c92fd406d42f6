import { createRng } from '../../main/base/rng.ts'
import { float32, sizeOf, type FloatTensor } from '../../main/base/tensor.ts'
import { languageGradients } from '../../main/grad/loss.ts'
import { RawConfig } from '../../main/models/config.ts'
import { llama } from '../../main/models/llama.ts'
import { heldWeights } from '../../main/models/weights.ts'
import type { Weights } from '../../main/onnx/graph.ts'
import type { LoopSettings } from '../../main/train/loop.ts'
import { packed } from '../../main/train/objectives/packed.ts'

const config = new RawConfig('config.json', {
  ...{ architectures: ['LlamaForCausalLM'], hidden_size: 16, intermediate_size: 24, vocab_size: 20, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 32, tie_word_embeddings: true },
})
const { graphs, linears } = llama.read(config, new Set())

export const tinyLogits = graphs.logits

/** A tiny Llama that can learn, all of it. */
export const learnable = (() => {
  const names = graphs.logits.weights.map(({ name }) => name)
  return { gradients: languageGradients(graphs.logits, names), names, linears }
})()

export const decays = (name: string) => !name.includes('norm')

export function tinyWeights(seed = 1): Weights {
  const tensors = graphs.logits.weights.map(({ name, dims }): [string, FloatTensor] => {
    const rng = createRng(seed).fork(name)
    const [centre, size] = name.includes('norm') ? [1, 0.1] : [0, 0.5]
    const data = Float32Array.from({ length: sizeOf(dims as number[]) }, () => centre + (rng.float() - 0.5) * 2 * size)
    return [name, float32(dims as number[], data)]
  })
  return heldWeights(new Map(tensors))
}

/** Ids that can be learned: each follows from the one before it, but for one in eight. */
export function tinyIds(count: number, seed = 1): Int32Array {
  const rng = createRng(`ids/${seed}`)
  const ids = new Int32Array(count)
  for (let i = 1; i < count; i++) ids[i] = rng.int(8) === 0 ? rng.int(20) : (ids[i - 1]! * 7 + 3) % 20
  return ids
}

export const lessons = (options: Partial<Parameters<typeof packed>[1]> = {}) =>
  packed(tinyIds(1 + 12 * 40), { length: 12, batch: 4, seed: 3, ...options })

export const loopSettings = (steps: number, peak = 0.01): LoopSettings => ({
  adam: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.05 },
  schedule: { kind: 'cosine', peak, warmup: 2, steps },
})
