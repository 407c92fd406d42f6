import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import type { MatrixTask } from '../../main/compress/task.ts'
import { createLanguage, type Language, type TokenAnswer, type TokenRequest } from '../../main/engine/language.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import { solverOf } from '../../main/jobs/solve.ts'
import { openModel } from '../../main/models/folder.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import { filled, makeLinear, makeLinearWeights } from '../make/graphs.ts'
import { makeModelFolder } from '../make/model.ts'
import { describeShared, shared } from '../make/shared.ts'
import { describeSwiftShader, swiftShader } from '../make/swiftshader.ts'

// One engine of each kind for all tests: what takes long is SwiftShader, which computes a graphics card on the processor.
describeSwiftShader('WebGPU', () => {
  let gpu: ProcessEngine
  let cpu: ProcessEngine
  beforeAll(async () => {
    gpu = await startEngine({ provider: 'webgpu', threads: 1 }, swiftShader())
    cpu = await startEngine({ provider: 'cpu', threads: 1 })
  })
  afterAll(async () => {
    await gpu.close()
    await cpu.close()
  })

  it('keeps weights on the device and changes them without loading the graph again', async () => {
    const session = await gpu.open(makeLinear(), makeLinearWeights(1, 0))
    const { loads, weightBytes } = gpu.meter()
    const x = filled([1, 2], 1)
    const first = await session.run({ x }, ['y'])
    await session.run({ x: filled([5, 2], 1) }, ['y'])
    const other = makeLinearWeights(3, 0.5)
    await session.use(other)
    const second = await session.run({ x }, ['y'])
    await session.use(other.with(new Map([['b', filled([3], 1)]])))
    const third = await session.run({ x }, ['y'])
    expect([first, second, third].map(({ y }) => y.data[0])).toEqual([2, 6.5, 7])
    expect(gpu.meter()).toMatchObject({ loads, weightBytes: weightBytes + 24 + 12 + 12 })
    await session.close()
  })

  it('solves a matrix on the processor, to the same bits', async () => {
    const rng = createRng('solve')
    const w = Float32Array.from({ length: 40 * 96 }, () => rng.float() - 0.5)
    const hessian = new Float64Array(96 * 96)
    for (let i = 0; i < 96; i++) hessian[i * 97] = 1 + rng.float()
    const task: MatrixTask = {
      ...{ kind: 'method', method: 'sparsegpt', linear: { name: 'w', out: 40, in: 96, w }, stats: { hessian } },
      ...{ quota: { sparsity: 0.5, group: 'layer', pattern: 'free' }, params: {} },
    }
    expect(await solverOf(gpu)(task)).toEqual(await solverOf(cpu)(task))
  })

  describe('with a tiny Llama', () => {
    const folder = makeModelFolder({ contextLength: 32 })
    afterAll(() => folder[Symbol.dispose]())
    let model: LanguageModel
    let languages: Language[]
    beforeAll(async () => {
      model = openModel(folder.path)
      languages = await Promise.all([cpu, gpu].map((engine) => createLanguage(engine, model.graphs, model.weights)))
    })

    it('scores as the processor does', async () => {
      const rng = createRng(3)
      const requests = Array.from({ length: 12 }, (): TokenRequest => {
        const ids = Int32Array.from({ length: 3 + rng.int(12) }, () => rng.int(110))
        return { ids, scored: 1 + rng.int(ids.length - 1) }
      })
      const [a, b] = await Promise.all(languages.map((language) => language.score(requests, { batchTokens: 100 })))
      expectAlike(a!, b!)
    })

    it('writes as the processor does, with keys and values kept on the device', async () => {
      const prompts = [
        [1, 20, 30],
        [1, 40],
        [1, 50, 60, 70],
      ].map((ids) => ({ ids: Int32Array.from(ids), maxTokens: 5, stopIds: [] }))
      const [a, b] = await Promise.all(languages.map((language) => language.generate(prompts, { batchTokens: 100 })))
      expect(b).toEqual(a)
      expect(a!.map((ids) => ids.length)).toEqual([5, 5, 5])
    })
  })

  describeShared('with a real model', () => {
    it('changes no answer to 100 sentences of BLiMP, and no log-probability by 0.001', async () => {
      const model = openModel(shared('models/stories260k'))
      const requests = readSentences(model)
      expect(requests).toHaveLength(100)
      const engines = [cpu, gpu]
      const answers = await Promise.all(
        engines.map(async (engine) => {
          const language = await createLanguage(engine, model.graphs, model.weights)
          return language.score(requests, { batchTokens: 4096 })
        }),
      )
      const [a, b] = answers as [TokenAnswer[], TokenAnswer[]]
      expectAlike(a, b)
      expect(choices(b)).toEqual(choices(a))
    })
  })
})

/** The 50 pairs with the fewest tokens of a paradigm, good sentence first: SwiftShader is slow. */
function readSentences({ tokenizer }: LanguageModel): TokenRequest[] {
  const lines = readFileSync(shared('data/nyu-mll/blimp/anaphor_gender_agreement/train.jsonl'), 'utf8').trim().split('\n')
  const pairs = lines.map((line) => {
    const { sentence_good: good, sentence_bad: bad } = JSON.parse(line) as { sentence_good: string; sentence_bad: string }
    return [good, bad].map((text) => {
      const ids = Int32Array.from([1, ...tokenizer.encode(text, false)])
      return { ids, scored: ids.length - 1 }
    })
  })
  const length = (pair: readonly TokenRequest[]) => pair.reduce((sum, { ids }) => sum + ids.length, 0)
  return pairs
    .sort((a, b) => length(a) - length(b))
    .slice(0, 50)
    .flat()
}

const sum = ({ logprobs }: TokenAnswer) => logprobs.reduce((total, p) => total + p, 0)
const choices = (answers: readonly TokenAnswer[]) => answers.map((answer, i) => i % 2 === 0 && sum(answer) > sum(answers[i + 1]!))

function expectAlike(a: readonly TokenAnswer[], b: readonly TokenAnswer[]): void {
  expect(b).toHaveLength(a.length)
  for (const [i, { logprobs, isGreedy }] of a.entries()) {
    expect(b[i]!.isGreedy).toBe(isGreedy)
    logprobs.forEach((p, k) => expect(Math.abs(p - b[i]!.logprobs[k]!)).toBeLessThan(1e-3))
  }
}
