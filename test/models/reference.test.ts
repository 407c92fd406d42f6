import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLanguage, type Language } from '../../main/engine/language.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import { openModel } from '../../main/models/folder.ts'
import { describeShared, hasShared, shared } from '../make/shared.ts'

interface Prompt {
  readonly text: string
  readonly ids: readonly number[]
  readonly logprobs: readonly number[]
  readonly greedy40?: { readonly ids: readonly number[] }
}
interface Pairs {
  readonly accuracy: number
  readonly good: readonly number[]
  readonly bad: readonly number[]
}
interface Chunks {
  readonly n_ids_with_bos: number
  readonly by_chunk: readonly { readonly chunk: number; readonly perplexity: number }[]
}
interface Expected {
  readonly prompts: readonly Prompt[]
  readonly perplexity: Chunks
  readonly blimp: Readonly<Record<string, Pairs>>
  readonly story_start_variant?: { readonly perplexity: Chunks; readonly blimp: Readonly<Record<string, Pairs>> }
}
interface Reference {
  readonly excerpt: { readonly text: string }
  readonly models: Readonly<Record<string, Expected>>
}

const reference = (
  hasShared ? JSON.parse(readFileSync(shared('fixtures/lm_reference.json'), 'utf8')) : { models: {} }
) as Reference
const options = { batchTokens: 4096 }

describeShared('what an independent float64 forward pass says of a real model', () => {
  describe.each(Object.entries(reference.models))('%s', (name, expected) => {
    const model = openModel(shared(`models/${name}`))
    const { tokenizer } = model
    const encode = (text: string) => tokenizer.encode(text, true)
    /** The form the model was trained on: BOS, then the text without a leading space. */
    const encodeStory = (text: string) => tokenizer.encode(tokenizer.bos!.text + text, false)
    let engine: Engine
    let language: Language
    beforeAll(async () => {
      engine = await startEngine({ provider: 'cpu', threads: 1 })
      language = await createLanguage(engine, model.graphs, model.weights)
    })
    afterAll(() => engine.close())

    /** Log-probabilities of all ids but the first of each text. */
    async function score(texts: readonly (readonly number[])[]): Promise<Float32Array[]> {
      const requests = texts.map((ids) => ({ ids: Int32Array.from(ids), scored: ids.length - 1 }))
      return (await language.score(requests, options)).map(({ logprobs }) => logprobs)
    }
    const sum = (logprobs: Float32Array) => logprobs.reduce((total, x) => total + x, 0)

    it('gives each of 24 texts the same ids', () => {
      expect(expected.prompts.map(({ text }) => encode(text))).toEqual(expected.prompts.map(({ ids }) => ids))
    })

    it('gives each token the same log-probability within 1e-4', async () => {
      const asked = expected.prompts.filter(({ ids }) => ids.length > 1)
      const found = await score(asked.map(({ ids }) => ids))
      const off = asked.flatMap(({ logprobs }, i) => logprobs.map((logprob, j) => Math.abs(logprob - found[i]![j]!)))
      expect(off.length).toBe(found.flatMap((logprobs) => [...logprobs]).length)
      expect(Math.max(...off)).toBeLessThan(1e-4)
    })

    it('goes on greedily with the same 40 tokens', async () => {
      const asked = expected.prompts.filter(({ greedy40 }) => greedy40)
      const requests = asked.map(({ ids }) => ({ ids: Int32Array.from(ids), maxTokens: 40, stopIds: [] }))
      const found = await language.generate(requests, options)
      expect(found.map((ids) => [...ids])).toEqual(asked.map(({ greedy40 }) => greedy40!.ids))
    })

    const variants = [
      { form: 'with special tokens', encode, of: expected },
      ...(expected.story_start_variant
        ? [{ form: 'as a story starts', encode: encodeStory, of: expected.story_start_variant }]
        : []),
    ]
    it.each(variants)('has the same perplexity on an excerpt in chunks, $form', async ({ encode, of: { perplexity } }) => {
      const [bos, ...body] = encode(reference.excerpt.text)
      expect(body).toHaveLength(perplexity.n_ids_with_bos - 1)
      for (const { chunk, perplexity: right } of perplexity.by_chunk) {
        const chunks = Array.from({ length: Math.ceil(body.length / chunk) }, (_, i) => body.slice(i * chunk, (i + 1) * chunk))
        const found = await score(chunks.map((ids) => [bos!, ...ids]))
        const perToken = found.map(sum).reduce((total, x) => total + x, 0) / body.length
        expect(Math.exp(-perToken) / right).toBeCloseTo(1, 5)
      }
    })

    it.each(variants)('judges 200 pairs of each of six BLiMP paradigms alike, $form', async ({ encode, of: { blimp } }) => {
      expect(Object.keys(blimp)).toHaveLength(6)
      for (const [paradigm, { good, bad, accuracy }] of Object.entries(blimp)) {
        const lines = readFileSync(shared(`data/nyu-mll/blimp/${paradigm}/train.jsonl`), 'utf8')
          .split('\n')
          .slice(0, 200)
        const rows = lines.map((line) => JSON.parse(line) as { sentence_good: string; sentence_bad: string })
        const found = (await score(rows.flatMap((row) => [encode(row.sentence_good), encode(row.sentence_bad)]))).map(sum)
        const right = rows.filter((_, i) => found[2 * i]! > found[2 * i + 1]!)
        expect([paradigm, right.length / 200]).toEqual([paradigm, accuracy])
        const off = rows.flatMap((_, i) => [found[2 * i]! - good[i]!, found[2 * i + 1]! - bad[i]!])
        expect(Math.max(...off.map(Math.abs))).toBeLessThan(1e-3) // sums of some 30 tokens
      }
    })
  })
})
