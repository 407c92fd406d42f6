import { createRng } from '../main/base/rng.ts'
import { float32, sizeOf } from '../main/base/tensor.ts'
import { sha256 } from '../main/base/files.ts'
import { RawConfig } from '../main/models/config.ts'
import { llama } from '../main/models/llama.ts'
import type { LanguageModel } from '../main/models/model.ts'
import { heldWeights, joinedWeights } from '../main/models/weights.ts'
import type { Weights } from '../main/onnx/graph.ts'

/** A Llama by its sizes. */
export interface LlamaSize {
  readonly width: number
  readonly mlpWidth: number
  readonly blocks: number
  readonly heads: number
  readonly kvHeads: number
  readonly vocabulary: number
  readonly isTied: boolean
}

/** The shape of GPT-2 small as a Llama, and that of TinyLlama 1.1B (arXiv 2401.02385). */
export const LLAMA_124M: LlamaSize = { width: 768, mlpWidth: 2048, blocks: 12, heads: 12, kvHeads: 12, vocabulary: 50257, isTied: true } // prettier-ignore
export const LLAMA_1B: LlamaSize = { width: 2048, mlpWidth: 5632, blocks: 22, heads: 32, kvHeads: 4, vocabulary: 32000, isTied: false } // prettier-ignore

/** A model of random weights, ±0.04, each made when asked for and always the same: only what is in use takes memory. */
export function makeLlama(size: LlamaSize): Pick<LanguageModel, 'graphs' | 'linears' | 'weights' | 'parameters'> {
  const raw = new RawConfig('bench', {
    ...{ hidden_size: size.width, intermediate_size: size.mlpWidth, num_hidden_layers: size.blocks, vocab_size: size.vocabulary },
    ...{ num_attention_heads: size.heads, num_key_value_heads: size.kvHeads, tie_word_embeddings: size.isTied },
    ...{ max_position_embeddings: 2048, rms_norm_eps: 1e-5 },
  })
  const { weights: shapes, linears, graphs } = llama.read(raw, new Set(size.isTied ? ['model.embed_tokens.weight'] : []))
  const dims = new Map([...shapes].map(([name, shape]) => [name, shape.dims]))
  const parameters = [...dims.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  return { graphs, linears, weights: madeWeights(dims), parameters }
}

/** One run of random numbers, from which every tensor is cut at a place of its own: as fast as a copy. */
function madeWeights(dims: ReadonlyMap<string, readonly number[]>): Weights {
  const rng = createRng('llama')
  const run = Float32Array.from({ length: (1 << 20) + 7 }, () => (rng.float() - 0.5) * 0.08)
  const find = (name: string) => {
    const found = dims.get(name)
    if (found) return found
    throw new RangeError(`Expected one of ${dims.size} weights, got "${name}".`)
  }
  const weights: Weights = {
    names: () => [...dims.keys()],
    dims: find,
    get(name) {
      const data = new Float32Array(sizeOf(find(name)))
      const start = createRng(name).int(run.length)
      for (let to = 0, from = start; to < data.length; from = 0) {
        const piece = run.subarray(from, from + data.length - to)
        data.set(piece, to)
        to += piece.length
      }
      return float32(find(name), data)
    },
    place: () => undefined,
    with: (changes) => joinedWeights(weights, heldWeights(changes)),
    tensorHash: (name) => sha256(`llama ${name} ${find(name).join()}`),
    hash: () => sha256([...dims.keys()].map((name) => weights.tensorHash(name)).join()),
  }
  return weights
}
