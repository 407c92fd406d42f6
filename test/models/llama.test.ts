import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLanguage, type Language } from '../../main/engine/language.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import { openModel } from '../../main/models/folder.ts'
import { golden } from '../make/golden.ts'
import { makeModelFolder, modelVariants } from '../make/model.ts'

interface Expected {
  readonly parameters: number
  readonly sum: number
  readonly texts: readonly (readonly number[])[]
  readonly logprobs: readonly (readonly number[])[]
  readonly greedy: readonly number[]
}
const { models } = golden<{ readonly models: Readonly<Record<string, Expected>> }>('models-transformers.json')

let engine: Engine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.close())

describe('a made Llama says what transformers says of it', () => {
  it('for every variant', () => expect(Object.keys(models).sort()).toEqual(Object.keys(modelVariants).sort()))

  describe.each(Object.entries(modelVariants))('%s', (name, variant) => {
    const { parameters, sum, texts, logprobs, greedy } = models[name]!
    const folder = makeModelFolder(variant)
    const model = openModel(folder.path)
    afterAll(() => folder[Symbol.dispose]())
    let language: Language
    beforeAll(async () => {
      language = await createLanguage(engine, model.graphs, model.weights)
    })

    it('with the same weights', () => {
      expect(model.parameters).toBe(parameters)
      const total = model.weights.names().reduce((all, at) => all + model.weights.get(at).data.reduce((a, x) => a + x, 0), 0)
      expect(total).toBeCloseTo(sum, 3)
    })

    it('log-probability by log-probability, within 1e-4', async () => {
      const requests = texts.map((ids) => ({ ids: Int32Array.from(ids), scored: ids.length - 1 }))
      const found = await language.score(requests, { batchTokens: 1024 })
      const off = logprobs.flatMap((row, i) => row.map((logprob, j) => Math.abs(logprob - found[i]!.logprobs[j]!)))
      expect(off).toHaveLength(texts.reduce((n, ids) => n + ids.length - 1, 0))
      expect(Math.max(...off)).toBeLessThan(1e-4)
    })

    it('and goes on alike, with keys and values kept', async () => {
      const requests = [{ ids: Int32Array.from(texts[1]!), maxTokens: greedy.length, stopIds: [] }]
      expect([...(await language.generate(requests, { batchTokens: 64 }))[0]!]).toEqual(greedy)
    })
  })
})
