import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { createRng, type Rng } from '../../main/base/rng.ts'
import { openTokenizer } from '../../main/models/tokenizer.ts'
import { faultOf } from '../make/fault.ts'
import { golden } from '../make/golden.ts'
import { makeModelFolder } from '../make/model.ts'

interface Trained {
  readonly tokenizer: unknown
  readonly config: unknown
  readonly vocabulary: number
  readonly cases: readonly {
    readonly text: string
    readonly ids: readonly number[]
    readonly plain: readonly number[]
    readonly decoded: string
  }[]
}
const { models } = golden<{ readonly models: Readonly<Record<string, Trained>> }>('tokenizers-rust.json')
const root = mkdtempSync(join(tmpdir(), 'lab-tokenizers-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('a tokenizer gives what the Rust library gives', () => {
  it.each(Object.entries(models))('trained as that of %s', (name, { tokenizer, config, vocabulary, cases }) => {
    const folder = mkdtempSync(join(root, name))
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
    const opened = openTokenizer(folder, vocabulary)
    expect(cases.length).toBeGreaterThan(10)
    for (const { text, ids, plain, decoded } of cases) {
      expect(opened.encode(text, true)).toEqual(ids)
      expect(opened.encode(text, false)).toEqual(plain)
      // U+FEFF as bytes is the one thing that @huggingface/tokenizers loses, and only when it decodes
      expect(opened.decode(plain).replaceAll('\ufeff', '')).toBe(decoded.replaceAll('\ufeff', ''))
    }
  })
})

describe('a tokenizer', () => {
  using made = makeModelFolder()
  const { path } = made
  const opened = openTokenizer(path, 113)
  const files = ['tokenizer.json', 'tokenizer_config.json'].map((name) => [name, readFileSync(join(path, name), 'utf8')] as const)
  /** The tokenizer of the same files with one text replaced. */
  const changed = (from: string, to: string, vocabulary = 113) => {
    const folder = mkdtempSync(join(root, 'changed-'))
    for (const [name, text] of files) writeFileSync(join(folder, name), text.replaceAll(from, to))
    return openTokenizer(folder, vocabulary)
  }

  it('names its special tokens and what each id stands for', () => {
    expect(opened).toMatchObject({ vocabulary: 113, bos: { id: 1, text: '<s>' }, eos: { id: 2, text: '</s>' } })
    expect(opened.encode('the ring', true)).toEqual([1, 106, 3, 85, 111])
    expect([106, 3, 85, 111].map((id) => opened.piece(id))).toEqual(['▁the', '▁', 'r', 'ing'])
    expect(() => opened.piece(113)).toThrow(expect.objectContaining({ code: 'model/undefined-id' }))
  })

  it('leaves special tokens out when it decodes, and decodes nothing to nothing', () => {
    expect(opened.decode([1, 106, 3, 85, 111, 2])).toBe('the ring')
    expect(opened.decode([])).toBe('')
  })

  it('may name special tokens as objects, in special_tokens_map.json, or not at all', () => {
    expect(changed('"eos_token": "</s>"', '"eos_token": {"content": "~", "lstrip": false}').eos).toEqual({ id: 97, text: '~' })
    expect(changed('"eos_token": "</s>"', '"eos_token": null').eos).toBeUndefined()
    const folder = mkdtempSync(join(root, 'map-'))
    for (const [name, text] of files) writeFileSync(join(folder, name.replace('tokenizer_config', 'special_tokens_map')), text)
    expect(openTokenizer(folder, 113).bos).toEqual({ id: 1, text: '<s>' })
  })

  it('has one hash per content of its files', () => {
    expect(changed('', '').hash).toBe(opened.hash)
    expect(changed('"h e"', '"h i"').hash).not.toBe(opened.hash)
    expect(changed('"unk_token": "<unk>"', '"unk_token": "<s>"').hash).not.toBe(opened.hash)
  })

  it('gives the unknown token for what has no piece; without one, that is left out of BPE and refused elsewhere', () => {
    expect(opened.encode('café', false)).toEqual([3, 70, 68, 73, 0])
    // as the Rust library has it
    expect(changed('"unk_token": "<unk>"', '"unk_token": null').encode('café', false)).toEqual([3, 70, 68, 73])
    const folder = mkdtempSync(join(root, 'words-'))
    const words = { type: 'WordPiece', vocab: { hello: 0 }, continuing_subword_prefix: '##', max_input_chars_per_word: 100 }
    const rest = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] }
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ model: words, ...rest }))
    expect(openTokenizer(folder, 1).encode('hello', true)).toEqual([0])
    expect(faultOf(() => openTokenizer(folder, 1).encode('café', true))).toMatch(
      /^model\/undefined-id: Expected ids below 1 for all of 'café', .* undefined for a part/,
    )
  })

  it('is read or refused by name, and gives ids of the model or none, whatever is changed inside', () => {
    const rng = createRng('tokenizer')
    vi.spyOn(console, 'warn').mockImplementation(() => {}) // the library says there what it ignores
    const folder = mkdtempSync(join(root, 'fuzz-'))
    const good = files[0]![1]
    const seen = new Map<string, number>()
    for (let n = 0; n < 300; n++) {
      writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(spoil(JSON.parse(good) as object, rng)))
      const said = faultOf(() => {
        const { encode, decode } = openTokenizer(folder, 113)
        const ids = encode('the Dog, a é', true)
        expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 113)).toBe(true)
        decode(ids)
      })
      const code = said.split(':')[0]!
      seen.set(code, (seen.get(code) ?? 0) + 1)
    }
    expect([...seen.keys()].sort()).toEqual(['model/tokenizer', 'model/undefined-id', 'no fault'])
    expect(Math.min(...seen.values())).toBeGreaterThan(2)
  })
})

/** Puts something else in a random place of a value, or takes it away. */
function spoil(value: object, rng: Rng): object {
  let parent = value as Record<string, unknown>
  for (let depth = rng.int(5); ; depth--) {
    const keys = Object.keys(parent)
    const key = keys[rng.int(Math.max(1, keys.length))] ?? 'nothing'
    const child = parent[key]
    if (depth > 0 && typeof child === 'object' && child !== null && Object.keys(child).length > 0) {
      parent = child as Record<string, unknown>
      continue
    }
    if (rng.int(3) === 0) delete parent[key]
    else parent[key] = [null, 1, 'x', [], {}, true, -1, 1e300, ''][rng.int(9)]
    return value
  }
}
