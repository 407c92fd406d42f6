import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toFloat16, fromFloat16 } from '../../../main/base/tensor.ts'
import { createLanguage } from '../../../main/engine/language.ts'
import { startEngine } from '../../../main/engine/process.ts'
import { firstWeights } from '../../../main/jobs/pretrain/model-folder.ts'
import { openModel } from '../../../main/models/folder.ts'
import type { LanguageModel } from '../../../main/models/model.ts'
import { FIRST, makeFirstModel } from '../../make/first-model.ts'
import { golden } from '../../make/golden.ts'

interface Golden {
  readonly parameters: number
  readonly dtype: string
  readonly tied: boolean
  readonly bos: number
  readonly end: readonly number[]
  readonly texts: readonly { sentence: string; ids: number[]; logprobs: number[]; decoded: string }[]
}

/** From test/golden/make/pretrained_transformers.py. */
const expected = golden<Golden>('pretrained-transformers.json')

describe('a folder that a recipe makes', () => {
  let folder: ReturnType<typeof makeFirstModel>
  let model: LanguageModel
  beforeAll(() => {
    folder = makeFirstModel()
    model = openModel(folder.path)
  })
  afterAll(() => folder[Symbol.dispose]())

  it('is an ordinary one: transformers reads the same model from it', () => {
    for (const name of [
      'config.json',
      'generation_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'model.safetensors',
    ]) {
      expect(existsSync(join(folder.path, name)), name).toBe(true)
    }
    expect(expected.dtype).toBe('torch.float16')
    expect(model.parameters).toBe(expected.parameters)
    expect(model.config.isTied).toBe(expected.tied)
    expect(model.tokenizer.bos?.id).toBe(expected.bos)
    expect(model.endIds).toEqual(expected.end)
  })
  it('gives transformers the same ids, and says the same of them', async () => {
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    try {
      const language = await createLanguage(engine, model.graphs, model.weights)
      const requests = expected.texts.map(({ ids }) => ({ ids: Int32Array.from(ids), scored: ids.length - 1 }))
      const answers = await language.score(requests, { batchTokens: 256 })
      expected.texts.forEach(({ sentence, ids, logprobs, decoded }, i) => {
        expect(model.tokenizer.encode(sentence, true)).toEqual(ids)
        expect(model.tokenizer.decode(ids)).toBe(decoded)
        expect(answers[i]!.logprobs).toHaveLength(logprobs.length)
        logprobs.forEach((logprob, at) => expect(Math.abs(answers[i]!.logprobs[at]! - logprob)).toBeLessThan(2e-5))
      })
    } finally {
      await engine.close()
    }
  })
  it('holds its weights in float16, rounded to the nearest', () => {
    for (const [name, { data }] of firstWeights(FIRST)) {
      expect(model.weights.place(name)!.stored).toBe('F16')
      expect(model.weights.get(name).data).toEqual(fromFloat16(toFloat16(data)))
    }
  })
})

describe('first weights', () => {
  it('are normal with the spread asked for, norms are 1, and the seed decides', () => {
    const recipe = { ...FIRST, model: { ...FIRST.model, width: 64, spread: 0.02 } }
    const weights = firstWeights(recipe)
    const { data } = weights.get('model.embed_tokens.weight')!
    const mean = data.reduce((a, b) => a + b) / data.length
    const spread = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length)
    expect(Math.abs(mean)).toBeLessThan(4e-4)
    expect(spread).toBeCloseTo(0.02, 3)
    // a normal number is within one deviation in 68.3 of 100 cases
    expect(data.filter((x) => Math.abs(x) < 0.02).length / data.length).toBeCloseTo(0.683, 2)
    expect(new Set(weights.get('model.norm.weight')!.data)).toEqual(new Set([1]))
    expect(firstWeights(recipe).get('model.embed_tokens.weight')!.data).toEqual(data)
    expect(firstWeights({ ...recipe, seed: 8 }).get('model.embed_tokens.weight')!.data).not.toEqual(data)
  })
})
