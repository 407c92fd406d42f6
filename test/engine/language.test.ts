import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { float32, int32 } from '../../main/base/tensor.ts'
import { createLanguage, type GenerateRequest, type Language, type TokenRequest } from '../../main/engine/language.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import type { Session } from '../../main/engine/session.ts'
import { openModel } from '../../main/models/folder.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import { makeModelFolder } from '../make/model.ts'

const options = { batchTokens: 96 }
const folder = makeModelFolder()
let engine: ProcessEngine
let model: LanguageModel
let language: Language
beforeAll(async () => {
  model = openModel(folder.path)
  engine = await startEngine({ provider: 'cpu', threads: 1 })
  language = await createLanguage(engine, model.graphs, model.weights)
})
afterAll(async () => {
  await engine.close()
  folder[Symbol.dispose]()
})

const rng = createRng(7)
const randomIds = (length: number) => Int32Array.from({ length }, () => rng.int(110))
const requests: TokenRequest[] = Array.from({ length: 40 }, () => {
  const ids = randomIds(2 + rng.int(63))
  return { ids, scored: 1 + rng.int(ids.length - 1) }
})
// choices of one token after one context, equal requests, and one of full length
requests.push(...[5, 6, 7].map((id) => ({ ids: Int32Array.of(1, 40, 41, id), scored: 1 })))
requests.push({ ids: requests[3]!.ids.slice(), scored: requests[3]!.scored }, { ids: randomIds(65), scored: 64 })

/** What one session says of one request alone, row by row and unpadded. */
async function scoreAlone(session: Session, { ids, scored }: TokenRequest) {
  const rows = Int32Array.from({ length: scored }, (_, i) => ids.length - 1 - scored + i)
  const targets = ids.slice(-scored)
  const feeds = {
    ids: int32([1, ids.length - 1], ids.slice(0, -1)),
    rows: int32([scored], rows),
    targets: int32([scored], targets),
  }
  const { logprob, best } = await session.run(feeds, ['logprob', 'best'])
  return { logprobs: logprob.data as Float32Array, best: best.data as Int32Array }
}

/** Greedy text without keys and values kept: the whole text is read again for each new id. */
async function writeAlone(session: Session, { ids, maxTokens, stopIds, isEnough }: GenerateRequest): Promise<number[]> {
  const all = [...ids]
  const newIds: number[] = []
  while (newIds.length < maxTokens && all.length <= model.graphs.contextLength && !(newIds.length > 0 && isEnough?.(newIds))) {
    const { best } = await scoreAlone(session, { ids: Int32Array.from([...all, 0]), scored: 1 })
    if (stopIds.includes(best[0]!)) break
    all.push(best[0]!)
    newIds.push(best[0]!)
  }
  return newIds
}

describe('scoring', () => {
  it('gives each request what it gets when it is asked alone', async () => {
    const session = await engine.open(model.graphs.score, model.weights)
    const answers = await language.score(requests, options)
    for (const [i, request] of requests.entries()) {
      const alone = await scoreAlone(session, request)
      expect(answers[i]!.logprobs).toHaveLength(request.scored)
      answers[i]!.logprobs.forEach((p, k) => expect(Math.abs(p - alone.logprobs[k]!)).toBeLessThan(1e-4))
      expect(answers[i]!.isGreedy).toBe(alone.best.join() === request.ids.slice(-request.scored).join())
    }
    await session.close()
  })

  it('knows the greedy continuation when it sees it', async () => {
    const prompt = Int32Array.of(1, 20, 30)
    const [text] = await language.generate([{ ids: prompt, maxTokens: 6, stopIds: [] }], options)
    const ids = Int32Array.from([...prompt, ...text!])
    const [right, wrong] = await language.score(
      [
        { ids, scored: 6 },
        { ids: ids.with(5, ids[5]! === 9 ? 10 : 9), scored: 6 },
      ],
      options,
    )
    expect([right!.isGreedy, wrong!.isGreedy]).toEqual([true, false])
  })

  it('gives the same numbers to the bit when asked again', async () => {
    expect(await language.score([...requests], options)).toEqual(await language.score(requests, options))
  })

  it('counts the tokens it reads up to their sum', async () => {
    const seen: [number, number][] = []
    await language.score(requests, { ...options, onTokens: (done, total) => seen.push([done, total]) })
    expect(seen.length).toBeGreaterThan(3)
    expect(seen.at(-1)![0]).toBe(seen.at(-1)![1])
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b))
  })

  it('answers with other weights once they are in use, without loading the graph again', async () => {
    const { loads } = engine.meter()
    const dense = await language.score(requests, options)
    const { name } = model.linears[0]!
    const { dims, data } = model.weights.get(name)
    await language.use(model.weights.with(new Map([[name, float32(dims, new Float32Array(data.length))]])))
    const pruned = await language.score(requests, options)
    expect(pruned.some(({ logprobs }, i) => Math.abs(logprobs[0]! - dense[i]!.logprobs[0]!) > 0.01)).toBe(true)
    await language.use(model.weights)
    expect(await language.score(requests, options)).toEqual(dense)
    expect(engine.meter().loads).toBe(loads)
  })

  it('stops between two batches, and is not asked what it cannot read', async () => {
    const stop = new AbortController()
    const scoring = language.score(requests, { ...options, signal: stop.signal, onTokens: () => stop.abort() })
    await expect(scoring).rejects.toMatchObject({ code: 'engine/stopped' })
    const long = [{ ids: randomIds(66), scored: 1 }]
    await expect(language.score(long, options)).rejects.toThrow('65 ids, got 1 of 66')
    expect(await language.score([], options)).toEqual([])
  })

  it('goes on after the engine died, with the weights that were in use', async () => {
    const before = await language.score(requests, options)
    process.kill(engine.pid()!, 'SIGKILL')
    await language.score(requests, options).catch((error: unknown) => expect(error).toMatchObject({ code: 'engine/died' }))
    expect(await language.score(requests, options)).toEqual(before)
  })
})

describe('writing', () => {
  const prompts: GenerateRequest[] = [3, 3, 3, 5, 9, 9, 17, 40].map((length, i) => ({
    ids: randomIds(length),
    maxTokens: 4 + 3 * i,
    stopIds: [i, 50 + i],
  }))
  prompts.push({ ids: Int32Array.of(1, 2), maxTokens: 20, stopIds: [], isEnough: (newIds) => newIds.length === 2 })
  prompts.push({ ids: randomIds(60), maxTokens: 20, stopIds: [] })
  prompts.push({ ids: Int32Array.of(1), maxTokens: 0, stopIds: [] })

  it.for([16, 200, 4000])(
    'gives each prompt the text it gets alone, read anew for each id (%i tokens to a batch)',
    async (batchTokens) => {
      const session = await engine.open(model.graphs.score, model.weights)
      const texts = await language.generate(prompts, { batchTokens })
      for (const [i, prompt] of prompts.entries()) expect([...texts[i]!]).toEqual(await writeAlone(session, prompt))
      expect(texts[8]).toHaveLength(2) // as soon as it is enough
      expect(texts[9]).toHaveLength(5) // 60 ids and 5 more: the model reads 64
      expect(texts[10]).toHaveLength(0)
      await session.close()
    },
  )

  it('writes with the weights in use', async () => {
    const dense = await language.generate(prompts, options)
    const zeros = model.linears.map(({ name }) => [name, model.weights.get(name)] as const)
    await language.use(model.weights.with(new Map(zeros.map(([name, { dims, data }]) => [name, float32(dims, new Float32Array(data.length))])))) // prettier-ignore
    expect(await language.generate(prompts, options)).not.toEqual(dense)
    await language.use(model.weights)
    expect(await language.generate(prompts, options)).toEqual(dense)
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const writing = language.generate(prompts, { ...options, signal: stop.signal })
    stop.abort()
    await expect(writing).rejects.toMatchObject({ code: 'engine/stopped' })
  })
})
