import { createRng } from '../main/base/rng.ts'
import { float32 } from '../main/base/tensor.ts'
import { createLanguage } from '../main/engine/language.ts'
import { startEngine } from '../main/engine/process.ts'
import { openModel } from '../main/models/folder.ts'

/** What asking a model costs beside the arithmetic itself. */
export interface EngineFigures {
  readonly threads: number
  readonly batchTokens: number
  /** Milliseconds from nothing to a loaded model. */
  readonly startMs: number
  /** Milliseconds from the death of the engine process to the answer of the next run. */
  readonly restartMs: number
  /** Tokens read per second of one evaluation, and tokens written per second in greedy text. */
  readonly tokensPerSecond: number
  readonly newTokensPerSecond: number
  /** Share of the time of ten levels that the runtime was not busy, 0..1. */
  readonly outsideShare: number
  /** Time of ten levels over that of one; at best 10. */
  readonly tenLevels: number
  /** Graphs loaded and megabytes of weights brought to the engine for all of this. */
  readonly loads: number
  readonly weightMegabytes: number
}

/** Scores made-up sentences of the lengths of BLiMP with a model folder at ten levels of its weights, all matrices changed at each. */
export async function benchEngine(folder: string, threads = 0, batchTokens = 4096, sentences = 8000): Promise<EngineFigures> {
  const model = openModel(folder)
  const rng = createRng('bench')
  const randomIds = (length: number) => Int32Array.from({ length }, () => rng.int(model.config.vocabulary))
  const requests = Array.from({ length: sentences }, () => {
    const ids = randomIds(12 + rng.int(30))
    return { ids, scored: ids.length - 1 }
  })
  const prompts = Array.from({ length: 200 }, () => ({ ids: randomIds(20 + rng.int(60)), maxTokens: 64, stopIds: [] }))
  const levels = Array.from({ length: 10 }, (_, level) => {
    const changes = model.linears.map(({ name }) => {
      const { dims, data } = model.weights.get(name)
      return [name, float32(dims, data.map((w) => w * (1 - level / 100)))] as const // prettier-ignore
    })
    return model.weights.with(new Map(changes))
  })

  const began = performance.now()
  const engine = await startEngine({ provider: 'cpu', threads })
  const language = await createLanguage(engine, model.graphs, model.weights)
  const startMs = performance.now() - began
  await language.score(requests.slice(0, 500), { batchTokens }) // the first runs lay out memory

  const before = engine.meter().insideMs
  const times: number[] = []
  const start = performance.now()
  for (const weights of levels) {
    const levelStart = performance.now()
    await language.use(weights)
    await language.score(requests, { batchTokens })
    times.push(performance.now() - levelStart)
  }
  const tenMs = performance.now() - start
  const oneMs = times.sort((a, b) => a - b)[5]!
  const outsideShare = 1 - (engine.meter().insideMs - before) / tenMs

  const written = performance.now()
  const texts = await language.generate(prompts, { batchTokens })
  const writeMs = performance.now() - written
  process.kill(engine.pid()!, 'SIGKILL')
  const died = performance.now()
  while (engine.pid() !== undefined) await new Promise((resolve) => setTimeout(resolve, 1))
  await language.score(requests.slice(0, 1), { batchTokens })
  const restartMs = performance.now() - died
  const { loads, weightBytes } = engine.meter()
  await engine.close()
  return {
    ...{ threads: engine.device.threads, batchTokens, startMs, restartMs },
    tokensPerSecond: (requests.reduce((sum, { ids }) => sum + ids.length - 1, 0) / oneMs) * 1000,
    newTokensPerSecond: (texts.reduce((sum, { length }) => sum + length, 0) / writeMs) * 1000,
    ...{ outsideShare, tenLevels: tenMs / oneMs, loads, weightMegabytes: weightBytes / 1e6 },
  }
}
