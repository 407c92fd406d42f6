import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openModel } from '../../main/models/folder.ts'
import { faultOf } from '../make/fault.ts'
import { makeModelFolder, type MadeModel } from '../make/model.ts'

/** What opening says after something was done to a good folder. */
function faultAfter(spoil: (path: string) => void, options: Partial<MadeModel> = {}): string {
  using folder = makeModelFolder(options)
  spoil(folder.path)
  return faultOf(() => openModel(folder.path))
}
function edit(path: string, name: string, change: (content: string) => string): void {
  writeFileSync(join(path, name), change(readFileSync(join(path, name), 'utf8')))
}

describe('a model folder', () => {
  it('opens as structure, weights, tokenizer and what it is made of', () => {
    using folder = makeModelFolder()
    const model = openModel(folder.path)
    expect(model).toMatchObject({ name: 'tiny', folder: folder.path, architecture: 'llama', endIds: [2], parameters: 7536 })
    expect(model.config).toEqual({
      ...{ vocabulary: 113, contextLength: 64, width: 16, blocks: 2, heads: 4, kvHeads: 2, headSize: 4, mlpWidth: 24 },
      ...{ normEpsilon: 1e-5, ropeTheta: 10000, isTied: false },
    })
    expect(model.linears.slice(0, 8)).toEqual([
      { name: 'model.layers.0.self_attn.q_proj.weight', out: 16, in: 16 },
      { name: 'model.layers.0.self_attn.k_proj.weight', out: 8, in: 16 },
      { name: 'model.layers.0.self_attn.v_proj.weight', out: 8, in: 16 },
      { name: 'model.layers.0.self_attn.o_proj.weight', out: 16, in: 16 },
      { name: 'model.layers.0.mlp.gate_proj.weight', out: 24, in: 16 },
      { name: 'model.layers.0.mlp.up_proj.weight', out: 24, in: 16 },
      { name: 'model.layers.0.mlp.down_proj.weight', out: 16, in: 24 },
      { name: 'model.layers.1.self_attn.q_proj.weight', out: 16, in: 16 },
    ])
    expect(model.files).toEqual([join(folder.path, 'config.json'), join(folder.path, 'model.safetensors')])
  })

  it('counts a tied matrix once, under one name, whichever name it is stored under', () => {
    using embedding = makeModelFolder({ tied: 'model.embed_tokens.weight' })
    using head = makeModelFolder({ tied: 'lm_head.weight' })
    const [one, other] = [openModel(embedding.path), openModel(head.path)]
    expect(one.parameters).toBe(7536 - 113 * 16)
    expect(other.weights.names()).toEqual(one.weights.names())
    expect(other.graphHash).toBe(one.graphHash)
    expect(one.weights.place('model.embed_tokens.weight')).toBeDefined()
    expect(other.config.isTied).toBe(true)
  })

  it('uses both matrices where the config ties them but the files hold both', () => {
    using both = makeModelFolder({ config: { tie_word_embeddings: true } })
    const model = openModel(both.path)
    expect(model.config.isTied).toBe(false)
    expect(model.parameters).toBe(7536)
  })

  it('is the same model in shards, and in fewer bits where the numbers allow it', () => {
    const bits = { stored: 'BF16' } as const
    using whole = makeModelFolder(bits)
    using shards = makeModelFolder({ ...bits, shards: 3 })
    const [one, three] = [openModel(whole.path), openModel(shards.path)]
    expect(three.files).toHaveLength(5)
    expect(three.weights.hash()).toBe(one.weights.hash())
    expect(three.graphHash).toBe(one.graphHash)
    using other = makeModelFolder({ ...bits, seed: 2 })
    expect(openModel(other.path).weights.hash()).not.toBe(one.weights.hash())
  })

  it('has another graph hash when the config decides another answer', () => {
    const hashes = [{}, { rms_norm_eps: 1e-6 }, { rope_theta: 500000 }, { rope_scaling: { type: 'linear', factor: 2 } }].map(
      (config) => {
        using folder = makeModelFolder({ config })
        return openModel(folder.path).graphHash
      },
    )
    expect(new Set(hashes).size).toBe(4)
  })

  it('may name the rotary settings in either way', () => {
    const open = (config: Record<string, unknown>) => {
      using folder = makeModelFolder({ config })
      return openModel(folder.path)
    }
    const old = open({ rope_theta: 500, rope_scaling: { type: 'linear', factor: 4 } })
    const now = open({ rope_theta: undefined, rope_scaling: undefined, rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 500 } }) // prettier-ignore
    expect(now.graphHash).toBe(old.graphHash)
    expect(now.config.ropeTheta).toBe(500)
    const plain = open({ rope_scaling: { rope_type: 'default' } })
    expect(plain.graphHash).toBe(open({}).graphHash)
  })

  it('takes ids that end a text from generation_config.json before config.json', () => {
    using folder = makeModelFolder({ config: { eos_token_id: [2, 1] } })
    expect(openModel(folder.path).endIds).toEqual([2, 1])
    writeFileSync(join(folder.path, 'generation_config.json'), '{"eos_token_id": 1}')
    expect(openModel(folder.path).endIds).toEqual([1])
    writeFileSync(join(folder.path, 'generation_config.json'), '{"eos_token_id": [1, 113]}')
    expect(faultOf(() => openModel(folder.path))).toMatch(
      /^model\/config: Expected ids below the vocabulary of 113 .* got \[ 1, 113 \]/,
    )
  })

  it('of 14 GB opens in under two seconds and little memory', () => {
    // Llama 2 7B in bfloat16: the right shapes, and a file full of holes
    const config = {
      ...{ hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32, num_attention_heads: 32 },
      ...{ num_key_value_heads: 32, head_dim: 128, vocab_size: 32000, max_position_embeddings: 4096 },
    }
    using folder = makeModelFolder({ config })
    const file = join(folder.path, 'model.safetensors')
    const entries: Record<string, { dtype: string; shape: number[]; data_offsets: number[] }> = {}
    let end = 0
    const add = (name: string, ...shape: number[]) => {
      const begin = end
      end += shape.reduce((a, b) => a * b, 2)
      entries[name] = { dtype: 'BF16', shape, data_offsets: [begin, end] }
    }
    add('model.embed_tokens.weight', 32000, 4096)
    for (let i = 0; i < 32; i++) {
      for (const name of ['q', 'k', 'v', 'o']) add(`model.layers.${i}.self_attn.${name}_proj.weight`, 4096, 4096)
      for (const name of ['gate', 'up']) add(`model.layers.${i}.mlp.${name}_proj.weight`, 11008, 4096)
      add(`model.layers.${i}.mlp.down_proj.weight`, 4096, 11008)
      for (const name of ['input', 'post_attention']) add(`model.layers.${i}.${name}_layernorm.weight`, 4096)
      add(`model.layers.${i}.self_attn.rotary_emb.inv_freq`, 64)
    }
    add('model.norm.weight', 4096)
    add('lm_head.weight', 32000, 4096)
    const header = Buffer.from(JSON.stringify(entries))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    writeFileSync(file, Buffer.concat([length, header]))
    truncateSync(file, 8 + header.length + end)

    const before = process.memoryUsage().rss
    const start = performance.now()
    const model = openModel(folder.path)
    expect(performance.now() - start).toBeLessThan(2000)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20)
    expect(model.parameters).toBe(6_738_415_616)
    expect(model.linears.reduce((sum, l) => sum + l.out * l.in, 0)).toBe(6_476_005_376) // paper.md 3.4
    expect(model.weights.get('model.norm.weight').data).toHaveLength(4096)
  })
})

describe('a model folder is refused by name when', () => {
  it.each<[why: string, spoil: (path: string) => void, fault: RegExp]>([
    ['it is not there', (path) => rmSync(path, { recursive: true }), /^file\/missing/],
    ['config.json is missing', (path) => rmSync(join(path, 'config.json')), /^model\/missing-file: Expected config\.json/],
    [
      'tokenizer.json is missing',
      (path) => rmSync(join(path, 'tokenizer.json')),
      /^model\/missing-file: Expected tokenizer\.json/,
    ],
    ['the weights are missing', (path) => rmSync(join(path, 'model.safetensors')), /^model\/missing-file: .*found neither/],
    [
      'the weights are a pickle',
      (path) => renameSync(join(path, 'model.safetensors'), join(path, 'pytorch_model.bin')),
      /^model\/pickle: .*pytorch_model\.bin/,
    ],
    ['config.json is no JSON', (path) => writeFileSync(join(path, 'config.json'), '{"a":'), /^model\/config: Expected JSON in /],
    [
      'config.json is a list',
      (path) => writeFileSync(join(path, 'config.json'), '[]'),
      /^model\/config: Expected an object .* got \[\]/,
    ],
    [
      'tokenizer.json is a Git LFS pointer',
      (path) => writeFileSync(join(path, 'tokenizer.json'), 'version https://git-lfs.github.com/spec/v1\n'),
      /^model\/lfs-pointer/,
    ],
    [
      'a weight is cut off',
      (path) => truncateSync(join(path, 'model.safetensors'), 30_000),
      /^model\/truncated: .* got 30000: the file ends early/,
    ],
    [
      'tokenizer.json is larger than memory',
      (path) => truncateSync(join(path, 'tokenizer.json'), 2 ** 32),
      /^model\/tokenizer: Expected at most 134217728 bytes in .*tokenizer\.json, got 4294967296/,
    ],
    [
      'the weights are a folder',
      (path) => {
        rmSync(join(path, 'model.safetensors'))
        mkdirSync(join(path, 'model.safetensors'))
      },
      /^model\/missing-file: .*model\.safetensors to be a file/,
    ],
    ['tokenizer.json is no tokenizer', (path) => writeFileSync(join(path, 'tokenizer.json'), '{}'), /^model\/tokenizer/],
    [
      'the unknown token has no id',
      (path) => edit(path, 'tokenizer.json', (text) => text.replace('"unk_token": "<unk>"', '"unk_token": "<huh>"')),
      /^model\/tokenizer: Expected "<huh>" among the 113 tokens/,
    ],
    [
      'the token before every text has no id',
      (path) => edit(path, 'tokenizer.json', (text) => text.replace('"special_tokens": {\n      "<s>"', '"special_tokens": {\n      "<start>"')), // prettier-ignore
      /^model\/tokenizer: Expected "<start>" among/,
    ],
    [
      'EOS is no token',
      (path) => writeFileSync(join(path, 'tokenizer_config.json'), '{"eos_token": {"content": "<|end|>"}}'),
      /^model\/tokenizer: Expected eos_token "<\|end\|>" among the 113 tokens/,
    ],
    [
      'the tokenizer has ids that the model has not',
      (path) => edit(path, 'tokenizer.json', (text) => text.replace('"▁and": 112', '"▁and": 113')),
      /^model\/undefined-id: Expected ids below 113, .*"▁and" has 113/,
    ],
  ])('%s', (_, spoil, expected) => expect(faultAfter(spoil)).toMatch(expected))

  it.each<[why: string, config: Record<string, unknown>, fault: RegExp]>([
    ['names no architecture', { architectures: undefined }, /^model\/architecture: .*LlamaForCausalLM.* got undefined/],
    ['names an unknown one', { architectures: ['GPT9'] }, /^model\/architecture: .* got \[ 'GPT9' \]\.$/],
    ['misspells one', { architectures: ['LLamaForCausalLm'] }, /did you mean "LlamaForCausalLM"\?$/],
    ['leaves a size out', { hidden_size: undefined }, /^model\/config: .* "hidden_size" in .*config\.json, got undefined/],
    [
      'has half a block',
      { num_hidden_layers: 1.5 },
      /^model\/config: Expected a whole number from 1 to 1024 as "num_hidden_layers"/,
    ],
    ['has more blocks than anything', { num_hidden_layers: 1e9 }, /^model\/config: .* "num_hidden_layers" .* got 1000000000/],
    ['has endless heads', { head_dim: 1e15 }, /^model\/config: .* "head_dim"/],
    ['reads without end', { max_position_embeddings: 1e15 }, /^model\/config: .* "max_position_embeddings"/],
    ['cannot share its heads', { num_key_value_heads: 3 }, /^model\/config: Expected a divisor of the 4 attention heads/],
    ['has odd heads', { head_dim: 3 }, /^model\/config: Expected an even number as "head_dim"/],
    ['has another activation', { hidden_act: 'gelu' }, /^model\/config: Expected "silu" as "hidden_act" .* got 'gelu'/],
    ['has a norm without epsilon', { rms_norm_eps: 0 }, /^model\/config: Expected a number above 0 as "rms_norm_eps"/],
    ['is quantised', { quantization_config: { bits: 4 } }, /^model\/config: .*"quantization_config"/],
    [
      'scales positions in another way',
      { rope_scaling: { rope_type: 'yarn' } },
      /^model\/config: .*"llama3" as "rope_type" .* got 'yarn'/,
    ],
    [
      'scales positions without a factor',
      { rope_scaling: { type: 'linear' } },
      /^model\/config: .* "factor" in rope_scaling of .*/,
    ],
    ['rotates part of a head', { rope_parameters: { partial_rotary_factor: 0.5 } }, /^model\/config: .*"partial_rotary_factor"/],
    ['promises another block', { num_hidden_layers: 3 }, /^model\/shape: Expected \[16\] for "model\.layers\.2\.input_layernorm/],
    ['leaves out a block', { num_hidden_layers: 1 }, /^model\/shape: .* 9 more, such as "model\.layers\.1\.input_layernorm/],
    [
      'promises other heads',
      { num_key_value_heads: 4 },
      /^model\/shape: Expected \[16, 16\] for ".*k_proj\.weight", .* got \[8, 16\]/,
    ],
    ['promises biases', { attention_bias: true }, /^model\/shape: .*q_proj\.bias.* no file/],
    ['promises another vocabulary', { vocab_size: 114 }, /^model\/shape: Expected \[114, 16\] for "model\.embed_tokens/],
    ['ties what is not tied', { tie_word_embeddings: 'yes' }, /^model\/config: Expected true or false as "tie_word_embeddings"/],
  ])('config.json %s', (_, config, expected) => expect(faultAfter(() => {}, { config })).toMatch(expected))

  it('a weight is neither F32, F16 nor BF16', () => {
    const spoil = (path: string) => {
      const file = join(path, 'model.safetensors')
      // the same width, another kind of number
      writeFileSync(file, Buffer.from(readFileSync(file).toString('latin1').replace('"F32"', '"I32"'), 'latin1'))
    }
    expect(faultAfter(spoil)).toMatch(/^model\/dtype: Expected F32, F16 or BF16 for "model\.embed_tokens\.weight" .* got I32/)
  })

  it('it is a file', () => {
    using folder = makeModelFolder()
    expect(faultOf(() => openModel(join(folder.path, 'model.safetensors')))).toMatch(
      /^model\/missing-file: Expected a model folder/,
    )
    writeFileSync(join(folder.path, 'model.pt'), 'anything')
    expect(faultOf(() => openModel(join(folder.path, 'model.pt')))).toMatch(/^model\/pickle/)
  })

  it('weights are not finite, as soon as they are asked for', () => {
    using folder = makeModelFolder()
    const { weights } = openModel(folder.path)
    const { path, offset } = weights.place('model.norm.weight')!
    const bytes = readFileSync(path)
    bytes.writeFloatLE(Infinity, offset + 8)
    writeFileSync(path, bytes)
    expect(faultOf(() => openModel(folder.path).weights.hash())).toBe(
      'model/not-finite: Expected finite numbers in "model.norm.weight", got Infinity at index 2.',
    )
  })

  it('its place is a folder of folders', () => {
    using folder = makeModelFolder()
    mkdirSync(join(folder.path, 'empty'))
    expect(faultOf(() => openModel(join(folder.path, 'empty')))).toMatch(/^model\/missing-file: Expected config\.json/)
  })
})
