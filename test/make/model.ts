import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, type Rng } from '../../main/base/rng.ts'
import { float32, sizeOf, type FloatTensor } from '../../main/base/tensor.ts'
import { writeSafetensors } from '../../main/models/safetensors.ts'
import type { TensorPlace } from '../../main/onnx/graph.ts'

export interface MadeModel {
  readonly seed: number
  readonly width: number
  readonly blocks: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly mlpWidth: number
  readonly contextLength: number
  /** The vocabulary projection is the embedding, kept under the name of the one or of the other. */
  readonly tied: false | 'model.embed_tokens.weight' | 'lm_head.weight'
  readonly hasBias: boolean
  readonly stored: TensorPlace['stored']
  /** 1 = model.safetensors alone; more = shards with an index. */
  readonly shards: number
  /** Merged into config.json last; undefined takes a member away. */
  readonly config: Readonly<Record<string, unknown>>
}

const PLAIN: MadeModel = {
  ...{ seed: 1, width: 16, blocks: 2, heads: 4, kvHeads: 2, headSize: 4, mlpWidth: 24, contextLength: 64 },
  ...{ tied: false, hasBias: false, stored: 'F32', shards: 1, config: {} },
}

/** One of each thing a config can say of a Llama. Golden numbers hang on these: a new member is free, a changed one is not. */
export const modelVariants: Readonly<Record<string, Partial<MadeModel>>> = {
  'grouped heads': {},
  'tied, bfloat16, shards': { seed: 2, tied: 'model.embed_tokens.weight', stored: 'BF16', shards: 3 },
  'one key head, biases, float16, llama3 positions': {
    ...{ seed: 3, kvHeads: 1, headSize: 8, contextLength: 96, hasBias: true, stored: 'F16' },
    config: {
      rope_theta: 500,
      // waves of 6, 30, 140 and 660 positions: one stays, one is between, two are slowed down
      rope_scaling: {
        rope_type: 'llama3',
        ...{ factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
      },
    },
  },
  'heads wider than the model, linear positions': {
    ...{ seed: 4, kvHeads: 4, headSize: 10, blocks: 1 },
    config: { rope_scaling: { type: 'linear', factor: 2.5 } },
  },
  'longer than one rotary table': { seed: 5, contextLength: 600, blocks: 1 },
}

/** A folder with a tiny Llama of random weights and a tokenizer of single characters and a few merges; gone when disposed. */
export function makeModelFolder(options: Partial<MadeModel> = {}): { readonly path: string } & Disposable {
  const made = { ...PLAIN, ...options }
  const parent = mkdtempSync(join(tmpdir(), 'lab-model-'))
  const path = join(parent, 'tiny')
  mkdirSync(path)
  const write = (name: string, content: unknown) => writeFileSync(join(path, name), JSON.stringify(content, null, 2))
  const config = { ...configOf(made), ...made.config }
  write('config.json', config)
  write('tokenizer.json', tokenizer)
  write('tokenizer_config.json', { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>', clean_up_tokenization_spaces: false })
  writeShards(path, made)
  return { path, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) }
}

/** The weights of such a folder by name, as they are before being rounded to what they are stored as. */
export function madeWeights(options: Partial<MadeModel> = {}): Map<string, FloatTensor> {
  const made = { ...PLAIN, ...options }
  const rng = createRng(made.seed)
  return new Map([...shapesOf(made)].map(([name, dims]) => [name, randomTensor(name, dims, rng.fork(name))]))
}

function configOf(made: MadeModel): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: made.width,
    intermediate_size: made.mlpWidth,
    num_hidden_layers: made.blocks,
    num_attention_heads: made.heads,
    num_key_value_heads: made.kvHeads,
    head_dim: made.headSize,
    max_position_embeddings: made.contextLength,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    rope_scaling: null,
    attention_bias: made.hasBias,
    mlp_bias: made.hasBias,
    tie_word_embeddings: made.tied !== false,
    bos_token_id: 1,
    eos_token_id: 2,
    vocab_size: VOCABULARY.length,
  }
}

function shapesOf(made: MadeModel): Map<string, readonly number[]> {
  const { width, mlpWidth, hasBias, tied } = made
  const shapes = new Map<string, readonly number[]>()
  const linear = (name: string, out: number, input: number) => {
    shapes.set(`${name}.weight`, [out, input])
    if (hasBias) shapes.set(`${name}.bias`, [out])
  }
  const table = [VOCABULARY.length, width]
  if (tied !== 'lm_head.weight') shapes.set('model.embed_tokens.weight', table)
  for (let i = 0; i < made.blocks; i++) {
    const block = `model.layers.${i}`
    shapes.set(`${block}.input_layernorm.weight`, [width])
    linear(`${block}.self_attn.q_proj`, made.heads * made.headSize, width)
    linear(`${block}.self_attn.k_proj`, made.kvHeads * made.headSize, width)
    linear(`${block}.self_attn.v_proj`, made.kvHeads * made.headSize, width)
    linear(`${block}.self_attn.o_proj`, width, made.heads * made.headSize)
    shapes.set(`${block}.post_attention_layernorm.weight`, [width])
    linear(`${block}.mlp.gate_proj`, mlpWidth, width)
    linear(`${block}.mlp.up_proj`, mlpWidth, width)
    linear(`${block}.mlp.down_proj`, width, mlpWidth)
  }
  shapes.set('model.norm.weight', [width])
  if (tied !== 'model.embed_tokens.weight') shapes.set('lm_head.weight', table)
  return shapes
}

/** Matrices with entries about 1.5/√in, so that answers differ; norms about 1; everything else about 0. */
function randomTensor(name: string, dims: readonly number[], rng: Rng): FloatTensor {
  const isNorm = name.includes('norm')
  const size = isNorm || dims.length === 1 ? 0.1 : name.includes('proj') ? 1.5 / Math.sqrt(dims[1]!) : 1
  // the sum of three uniform numbers is normal enough
  const draw = () => (isNorm ? 1 : 0) + size * 2 * (rng.float() + rng.float() + rng.float() - 1.5)
  return float32(dims, Float32Array.from({ length: sizeOf(dims) }, draw))
}

function writeShards(folder: string, made: MadeModel): void {
  const tensors = [...madeWeights(made)].map(([name, tensor]) => {
    return { name, dims: tensor.dims, stored: made.stored, read: () => tensor }
  })
  if (made.shards === 1) return writeSafetensors(join(folder, 'model.safetensors'), tensors)
  const digits = (n: number) => String(n).padStart(5, '0')
  const shardOf = (i: number) => `model-${digits((i % made.shards) + 1)}-of-${digits(made.shards)}.safetensors`
  const map = Object.fromEntries(tensors.map(({ name }, i) => [name, shardOf(i)]))
  for (const shard of new Set(Object.values(map))) {
    writeSafetensors(join(folder, shard), tensors.filter(({ name }) => map[name] === shard)) // prettier-ignore
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: map }))
}

const MERGES = [
  '▁ t',
  '▁ a',
  'h e',
  'i n',
  'r e',
  'e r',
  'a t',
  'o n',
  '▁t he',
  'n d',
  '▁ s',
  'o u',
  'e s',
  'in g',
  '▁a nd',
] as const
const SPECIAL = ['<unk>', '<s>', '</s>'] as const
const VOCABULARY = [
  ...SPECIAL,
  '▁',
  ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)),
  ...MERGES.map((pair) => pair.replace(' ', '')),
]

const tokenizer = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => {
    return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  }),
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [
      { SpecialToken: { id: '<s>', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { Sequence: { id: 'B', type_id: 1 } },
    ],
    special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: '<unk>',
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: false,
    vocab: Object.fromEntries(VOCABULARY.map((piece, id) => [piece, id])),
    merges: MERGES,
  },
}
