import type { Architecture, Blueprint } from './architecture.ts'
import { countOf, flagOf, numberOf, type RawConfig } from './config.ts'
import { decodeGraph, exchangeGraph, logitsGraph, scoreGraph, type LlamaShape } from './llama-graph.ts'
import { readRope } from './rope.ts'

/**
 * Llama: pre-norm decoder with RMSNorm, rotary positions, grouped-query attention and gated SiLU.
 * Touvron et al. 2023, arXiv:2302.13971, arXiv:2307.09288.
 */
export const llama: Architecture = {
  id: 'llama',
  label: 'Llama',
  names: ['LlamaForCausalLM'],
  read(raw, stored) {
    const shape = readShape(raw, stored)
    const weights = weightsOf(shape, stored)
    const linears = [...weights]
      .filter(([name]) => name.endsWith('_proj.weight'))
      .map(([name, { dims }]) => ({ name, out: dims[0]!, in: dims[1]! }))
    return {
      ...{ config: shape.config, weights, linears },
      graphs: {
        score: scoreGraph(shape, weights),
        decode: decodeGraph(shape, weights),
        logits: logitsGraph(shape, weights),
        exchange: exchangeGraph(shape, weights),
        contextLength: shape.config.contextLength,
      },
      isIdle: (name) => name.endsWith('.rotary_emb.inv_freq'), // a table that older files carry along
    }
  },
}

const EMBEDDING = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

function readShape(raw: RawConfig, stored: ReadonlySet<string>): LlamaShape {
  const [width, heads] = [countOf(raw, 'hidden_size'), countOf(raw, 'num_attention_heads')]
  const kvHeads = countOf(raw, 'num_key_value_heads', { fallback: heads })
  if (heads % kvHeads !== 0) throw raw.refuse('num_key_value_heads', `a divisor of the ${heads} attention heads`)
  const headSize = countOf(raw, 'head_dim', { most: 1024, fallback: width / heads })
  if (headSize % 2 !== 0) throw raw.refuse('head_dim', 'an even number')
  if ((raw.get('hidden_act') ?? 'silu') !== 'silu') throw raw.refuse('hidden_act', '"silu"')
  if (raw.has('quantization_config')) throw raw.refuse('quantization_config', 'weights as they are, so nothing')
  const { theta, frequencies } = readRope(raw, headSize)
  return {
    config: {
      vocabulary: countOf(raw, 'vocab_size'),
      contextLength: countOf(raw, 'max_position_embeddings'),
      ...{ width, heads, kvHeads, headSize },
      blocks: countOf(raw, 'num_hidden_layers', { most: 1024 }),
      mlpWidth: countOf(raw, 'intermediate_size'),
      normEpsilon: numberOf(raw, 'rms_norm_eps', { above: 0, fallback: 1e-6 }),
      ropeTheta: theta,
      // a matrix that is stored twice is two, whatever the config says: each is used as it is
      isTied: flagOf(raw, 'tie_word_embeddings', false) && !(stored.has(EMBEDDING) && stored.has(HEAD)),
    },
    frequencies,
    hasAttentionBias: flagOf(raw, 'attention_bias', false),
    hasMlpBias: flagOf(raw, 'mlp_bias', false),
  }
}

function weightsOf({ config, hasAttentionBias, hasMlpBias }: LlamaShape, stored: ReadonlySet<string>): Blueprint['weights'] {
  const { vocabulary, width, heads, kvHeads, headSize, mlpWidth, blocks, isTied } = config
  const weights = new Map<string, { dims: readonly number[]; storedAs: string }>()
  const add = (name: string, dims: readonly number[], storedAs = name) => weights.set(name, { dims, storedAs })
  const addLinear = (name: string, out: number, input: number, hasBias: boolean) => {
    add(`${name}.weight`, [out, input])
    if (hasBias) add(`${name}.bias`, [out])
  }
  // some files keep the tied matrix as the head alone
  add(EMBEDDING, [vocabulary, width], isTied && stored.has(HEAD) ? HEAD : EMBEDDING)
  for (let i = 0; i < blocks; i++) {
    const at = `model.layers.${i}`
    add(`${at}.input_layernorm.weight`, [width])
    addLinear(`${at}.self_attn.q_proj`, heads * headSize, width, hasAttentionBias)
    addLinear(`${at}.self_attn.k_proj`, kvHeads * headSize, width, hasAttentionBias)
    addLinear(`${at}.self_attn.v_proj`, kvHeads * headSize, width, hasAttentionBias)
    addLinear(`${at}.self_attn.o_proj`, width, heads * headSize, hasAttentionBias)
    add(`${at}.post_attention_layernorm.weight`, [width])
    addLinear(`${at}.mlp.gate_proj`, mlpWidth, width, hasMlpBias)
    addLinear(`${at}.mlp.up_proj`, mlpWidth, width, hasMlpBias)
    addLinear(`${at}.mlp.down_proj`, width, mlpWidth, hasMlpBias)
  }
  add('model.norm.weight', [width])
  if (!isTied) add(HEAD, [vocabulary, width])
  return weights
}
