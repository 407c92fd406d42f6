import { int32 } from '../base/tensor.ts'
import { GraphBuilder, type Value } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Blueprint } from './architecture.ts'
import { bestOf, scoreRows } from './language-head.ts'
import type { ModelConfig } from './model.ts'
import { rotaryTables, rotate, scaled, type Rotary, type RotaryFrequencies } from './rope.ts'

/** All that decides the structure of a Llama. */
export interface LlamaShape {
  readonly config: ModelConfig
  readonly frequencies: RotaryFrequencies
  readonly hasAttentionBias: boolean
  readonly hasMlpBias: boolean
}

/** Score graph as in LanguageGraphs. */
export function scoreGraph(shape: LlamaShape, weights: Blueprint['weights']): Graph {
  const g = new GraphBuilder('llama score')
  const { hidden, table } = hiddenRows(g, shape, weights)
  const { logprob, best } = scoreRows(g, hidden, table, g.input('targets', 'int32', ['rows']))
  g.output('logprob', logprob, 'float32', ['rows'])
  g.output('best', best, 'int32', ['rows'])
  return g.finish()
}

/** Logits graph as in LanguageGraphs. */
export function logitsGraph(shape: LlamaShape, weights: Blueprint['weights']): Graph {
  const g = new GraphBuilder('llama logits')
  const { hidden, table } = hiddenRows(g, shape, weights)
  g.output('logits', g.gemm(hidden, table, { transB: true }), 'float32', ['rows', shape.config.vocabulary])
  return g.finish()
}

/** From ids to the last hidden state of the rows asked for, [rows, width], and what turns it into logits, [vocabulary, width]. */
function hiddenRows(g: GraphBuilder, shape: LlamaShape, weights: Blueprint['weights']): { hidden: Value; table: Value } {
  const ids = g.input('ids', 'int32', ['batch', 'length'])
  const rows = g.input('rows', 'int32', ['rows'])
  for (const [name, { dims }] of weights) g.weight(name, dims)
  const llama = new LlamaBlocks(g, shape, ids, inOrder(g, shape, ids, g.list([0])))
  let x = llama.embed()
  for (let i = 0; i < shape.config.blocks; i++) {
    const { mixed } = llama.attend(i, x)
    // after the last attention no row looks at another: from here on only the rows asked for
    const isLast = i === shape.config.blocks - 1
    x = isLast ? llama.finish(i, g.gather(x, rows), g.gather(mixed, rows)) : llama.finish(i, x, mixed)
  }
  return { hidden: llama.lastNorm(x), table: llama.table }
}

/** Decode graph as in LanguageGraphs. */
export function decodeGraph(shape: LlamaShape, weights: Blueprint['weights']): Graph {
  const { blocks, kvHeads, headSize, width } = shape.config
  const g = new GraphBuilder('llama decode')
  const ids = g.input('ids', 'int32', ['batch', 'length'])
  const kept = (name: string) => g.input(name, 'float32', ['batch', kvHeads, 'past', headSize])
  const past = Array.from({ length: blocks }, (_, i) => ({ key: kept(`past_key_${i}`), value: kept(`past_value_${i}`) }))
  for (const [name, { dims }] of weights) g.weight(name, dims)
  const llama = new LlamaBlocks(g, shape, ids, inOrder(g, shape, ids, g.shape(past[0]!.key, 2, 3)))
  let x = llama.embed()
  for (let i = 0; i < blocks; i++) {
    const { mixed, key, value } = llama.attend(i, x, past[i])
    g.output(`present_key_${i}`, key, 'float32', ['batch', kvHeads, 'present', headSize])
    g.output(`present_value_${i}`, value, 'float32', ['batch', kvHeads, 'present', headSize])
    x = llama.finish(i, x, mixed)
  }
  const sequences = g.reshape(x, g.concat([g.shape(ids), g.list([width])], 0))
  const last = g.gather(sequences, g.constant(int32([], Int32Array.of(-1))), 1)
  g.output('best', bestOf(g, g.gemm(llama.lastNorm(last), llama.table, { transB: true })), 'int32', ['batch'])
  return g.finish()
}

/** Exchange graph as in LanguageGraphs. */
export function exchangeGraph(shape: LlamaShape, weights: Blueprint['weights']): Graph {
  const { blocks, kvHeads, headSize, vocabulary } = shape.config
  const g = new GraphBuilder('llama')
  const ids = g.input('input_ids', 'int64', ['batch', 'length'])
  const attention = g.input('attention_mask', 'int64', ['batch', 'past + length'])
  const positions = g.input('position_ids', 'int64', ['batch', 'length'])
  const kept = (name: string) => g.input(name, 'float32', ['batch', kvHeads, 'past', headSize])
  const past = Array.from({ length: blocks }, (_, i) => {
    const at = `past_key_values.${i}`
    return { key: kept(`${at}.key`), value: kept(`${at}.value`) }
  })
  for (const [name, { dims }] of weights) g.weight(name, dims)
  const told = { ids, past: g.shape(past[0]!.key, 2, 3), attention, positions }
  const llama = new LlamaBlocks(g, shape, ids, asTold(g, shape, told))
  let x = llama.embed()
  const present = past.map((before, i) => {
    const { mixed, key, value } = llama.attend(i, x, before)
    x = llama.finish(i, x, mixed)
    return { key, value }
  })
  const logits = g.gemm(llama.lastNorm(x), llama.table, { transB: true })
  const shaped = g.reshape(logits, g.concat([g.shape(ids), g.list([vocabulary])], 0))
  g.output('logits', shaped, 'float32', ['batch', 'length', vocabulary])
  for (const [i, { key, value }] of present.entries()) {
    g.output(`present.${i}.key`, key, 'float32', ['batch', kvHeads, 'past + length', headSize])
    g.output(`present.${i}.value`, value, 'float32', ['batch', kvHeads, 'past + length', headSize])
  }
  return g.finish()
}

/** Where each id stands and what it may look at. Asked for once each, in this order. */
interface Sight {
  rotary(): Rotary
  /** 0 or, where a position may not look, −10³⁰ and below, with dimensions that fit [batch, heads, length, past + length]. */
  mask(): Value
  /** The dimension of the mask that is the length. */
  readonly lengthAxis: number
}

/** Ids that follow `past` others (int64 [1]) without padding. */
function inOrder(g: GraphBuilder, { frequencies, config }: LlamaShape, ids: Value, past: Value): Sight {
  let end: Value
  return {
    rotary() {
      end = g.add(past, g.shape(ids, 1, 2))
      return rotaryTables(g, frequencies, config.contextLength, (all) => g.slice(all, 0, past, end), 1)
    },
    mask: () => causalMask(g, past, end),
    lengthAxis: 0,
  }
}

/** Ids with padding and positions as they are told; `attention` is 0 for each of past + length that no one may look at. */
function asTold(g: GraphBuilder, { frequencies, config }: LlamaShape, told: Told): Sight {
  const { ids, past, attention, positions } = told
  return {
    rotary() {
      const rows = (all: Value) => g.unsqueeze(g.gather(all, positions), [1])
      return rotaryTables(g, frequencies, config.contextLength, rows, 3)
    },
    mask() {
      const causal = causalMask(g, past, g.add(past, g.shape(ids, 1, 2)))
      const isPadding = g.sub(g.number(1), g.cast(g.unsqueeze(attention, [1, 2]), 'float32'))
      return g.add(g.mul(isPadding, g.number(-1e30)), causal)
    },
    lengthAxis: 2,
  }
}

interface Told {
  readonly ids: Value
  readonly past: Value
  readonly attention: Value
  readonly positions: Value
}

/** Writes the parts of the decoder. Hidden states are [batch·length, width] throughout, so that each linear map is one matrix product. */
class LlamaBlocks {
  readonly #g: GraphBuilder
  readonly #shape: LlamaShape
  readonly #ids: Value
  /** [batch, length, heads, head size] of queries, of keys and values, and [batch, heads, length, head size] of what comes back. */
  readonly #dims: { readonly queries: Value; readonly keys: Value; readonly mixed: Value }
  readonly #rotary: Rotary
  readonly #scaledRotary: Rotary
  readonly #mask: Value
  /** What turns hidden states into logits, [vocabulary, width]. */
  readonly table: Value

  constructor(g: GraphBuilder, shape: LlamaShape, ids: Value, sight: Sight) {
    const { heads, kvHeads, headSize, isTied } = shape.config
    this.#g = g
    this.#shape = shape
    this.#ids = ids
    this.#dims = {
      queries: g.concat([g.shape(ids), g.list([heads, headSize])], 0),
      keys: g.concat([g.shape(ids), g.list([kvHeads, headSize])], 0),
      mixed: g.concat([g.shape(ids, 0, 1), g.list([heads, -1, headSize])], 0),
    }
    this.#rotary = sight.rotary()
    // the scale of the scores rides along with the rotation of the queries
    this.#scaledRotary = scaled(g, this.#rotary, 1 / Math.sqrt(headSize))
    const mask = sight.mask()
    this.#mask = heads === kvHeads ? mask : g.concat(Array<Value>(heads / kvHeads).fill(mask), sight.lengthAxis)
    this.table = isTied ? 'model.embed_tokens.weight' : 'lm_head.weight'
  }

  embed(): Value {
    const g = this.#g
    return g.gather('model.embed_tokens.weight', g.reshape(this.#ids, [-1]))
  }

  /** What each position takes from those up to it, before the output projection: [batch·length, heads·head size]. Keys and values as decoding keeps them. */
  attend(i: number, x: Value, past?: { readonly key: Value; readonly value: Value }): { mixed: Value; key: Value; value: Value } {
    const g = this.#g
    const { kvHeads, headSize } = this.#shape.config
    const at = `model.layers.${i}`
    const h = this.#norm(x, `${at}.input_layernorm.weight`)
    const project = (name: string) => this.#linear(h, `${at}.self_attn.${name}_proj`, this.#shape.hasAttentionBias)
    const query = rotate(g, this.#toHeads(project('q'), this.#dims.queries), this.#scaledRotary)
    // the reshape changes nothing; without it ONNX Runtime would merge the transposes around the rotation and then copy all keys
    const newKey = g.reshape(rotate(g, this.#toHeads(project('k'), this.#dims.keys), this.#rotary), [0, kvHeads, -1, headSize])
    const newValue = this.#toHeads(project('v'), this.#dims.keys)
    const key = past ? g.concat([past.key, newKey], 2) : newKey
    const value = past ? g.concat([past.value, newValue], 2) : newValue
    // query heads that share keys lie one after another: [batch, kv heads, group·length, head size] needs no copies of the keys
    const scores = g.matmul(g.reshape(query, [0, kvHeads, -1, headSize]), g.transpose(key, [0, 1, 3, 2]))
    const mixed = g.matmul(g.softmax(g.add(scores, this.#mask)), value)
    return { mixed: this.#fromHeads(mixed), key, value }
  }

  /** The rest of the block for the rows given: output projection, residual, gated MLP, residual. */
  finish(i: number, x: Value, mixed: Value): Value {
    const g = this.#g
    const at = `model.layers.${i}`
    const { hasAttentionBias, hasMlpBias } = this.#shape
    const y = g.add(x, this.#linear(mixed, `${at}.self_attn.o_proj`, hasAttentionBias))
    const h = this.#norm(y, `${at}.post_attention_layernorm.weight`)
    const gate = this.#linear(h, `${at}.mlp.gate_proj`, hasMlpBias)
    const up = this.#linear(h, `${at}.mlp.up_proj`, hasMlpBias)
    const gated = g.mul(g.mul(gate, g.sigmoid(gate)), up)
    return g.add(y, this.#linear(gated, `${at}.mlp.down_proj`, hasMlpBias))
  }

  lastNorm(x: Value): Value {
    return this.#norm(x, 'model.norm.weight')
  }

  #norm(x: Value, weight: Value): Value {
    const g = this.#g
    const meanSquare = g.reduceMean(g.pow(x, g.number(2)), [-1])
    return g.mul(g.div(x, g.sqrt(g.add(meanSquare, g.number(this.#shape.config.normEpsilon)))), weight)
  }
  #linear(x: Value, name: string, hasBias: boolean): Value {
    const g = this.#g
    return g.gemm(x, `${name}.weight`, { transB: true, ...(hasBias && { bias: `${name}.bias` }) })
  }
  /** [batch·length, heads·head size] → [batch, heads, length, head size]. */
  #toHeads(x: Value, dims: Value): Value {
    return this.#g.transpose(this.#g.reshape(x, dims), [0, 2, 1, 3])
  }
  /** [batch, kv heads, group·length, head size] → [batch·length, heads·head size]. */
  #fromHeads(x: Value): Value {
    const g = this.#g
    const { heads, headSize } = this.#shape.config
    return g.reshape(g.transpose(g.reshape(x, this.#dims.mixed), [0, 2, 1, 3]), [-1, heads * headSize])
  }
}

/** 0 where a position may look, −10³⁰ where it may not: [length, past + length]. From arithmetic on positions, so that no table grows with the context. */
function causalMask(g: GraphBuilder, past: Value, end: Value): Value {
  const positions = (start: Value, stop: Value) => {
    const scalar = (x: Value) => g.cast(g.squeeze(x, [0]), 'float32')
    return g.range(scalar(start), scalar(stop), g.number(1))
  }
  const ahead = g.sub(positions(g.list([0]), end), g.unsqueeze(positions(past, end), [1]))
  return g.mul(g.relu(ahead), g.number(-1e30))
}
