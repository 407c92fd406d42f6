import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng, type Rng } from '../../base/rng.ts'
import { float32, sizeOf, type FloatTensor } from '../../base/tensor.ts'
import type { Blueprint } from '../../models/architecture.ts'
import { RawConfig } from '../../models/config.ts'
import { llama } from '../../models/llama.ts'
import { writeSafetensors } from '../../models/safetensors.ts'
import { worldTokenizer, worldTokenizerConfig } from '../../tasks/world/vocabulary.ts'
import type { Recipe } from './recipe.ts'

type Vocabulary = Readonly<Record<string, number>>
const vocabularyOf = (): Vocabulary => (worldTokenizer() as unknown as { model: { vocab: Vocabulary } }).model.vocab

/** The config.json of a recipe's model. */
export function configOf({ model }: Pick<Recipe, 'model'>): Readonly<Record<string, unknown>> {
  const vocabulary = vocabularyOf()
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: model.width,
    intermediate_size: model.mlpWidth,
    num_hidden_layers: model.blocks,
    num_attention_heads: model.heads,
    num_key_value_heads: model.heads,
    head_dim: model.width / model.heads,
    max_position_embeddings: model.contextLength,
    rms_norm_eps: model.normEpsilon,
    rope_theta: model.ropeTheta,
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: model.isTied,
    initializer_range: model.spread,
    vocab_size: Object.keys(vocabulary).length,
    bos_token_id: vocabulary['<s>'],
    eos_token_id: vocabulary['</s>'],
    torch_dtype: 'float16',
  }
}

/** What config.json says, read as for any model. */
export function blueprintOf(recipe: Pick<Recipe, 'model'>): Blueprint {
  return llama.read(new RawConfig('config.json', configOf(recipe)), new Set())
}

/** Weights before the first step, as transformers begins a Llama: matrices normal around 0, norms 1. Each from its own fork of the seed. */
export function firstWeights(recipe: Pick<Recipe, 'model' | 'seed'>): Map<string, FloatTensor> {
  const rng = createRng(recipe.seed).fork('weights')
  return new Map(
    [...blueprintOf(recipe).weights].map(([name, { dims }]) => {
      const data =
        dims.length === 1 ? new Float32Array(sizeOf(dims)).fill(1) : normal(sizeOf(dims), recipe.model.spread, rng.fork(name))
      return [name, float32(dims, data)]
    }),
  )
}

/** Normal numbers around 0: Box and Muller 1958. */
function normal(count: number, spread: number, rng: Rng): Float32Array {
  const data = new Float32Array(count)
  for (let i = 0; i < count; i += 2) {
    const radius = spread * Math.sqrt(-2 * Math.log(1 - rng.float()))
    const angle = 2 * Math.PI * rng.float()
    data[i] = radius * Math.cos(angle)
    if (i + 1 < count) data[i + 1] = radius * Math.sin(angle)
  }
  return data
}

/** The tokenizer's two files alone. */
export function writeTokenizer(folder: string): void {
  writeJson(folder, 'tokenizer.json', worldTokenizer())
  writeJson(folder, 'tokenizer_config.json', worldTokenizerConfig())
}

/** A Hugging Face model folder, its weights in float16, rounded to the nearest, ties to even. The folder is there and empty. */
export function writeModel(folder: string, recipe: Pick<Recipe, 'model'>, weights: ReadonlyMap<string, FloatTensor>): void {
  const config = configOf(recipe)
  writeJson(folder, 'config.json', config)
  // a text ends where the next would begin: the corpus knows no other end
  writeJson(folder, 'generation_config.json', { bos_token_id: config.bos_token_id, eos_token_id: [config.eos_token_id, config.bos_token_id] }) // prettier-ignore
  writeTokenizer(folder)
  const sources = [...weights].map(([name, tensor]) => ({
    ...{ name, dims: tensor.dims, stored: 'F16' as const },
    read: () => tensor,
  }))
  writeSafetensors(join(folder, 'model.safetensors'), sources)
}

function writeJson(folder: string, name: string, content: unknown): void {
  writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`)
}
