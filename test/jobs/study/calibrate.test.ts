import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { float32 } from '../../../main/base/tensor.ts'
import { compress, layerOf } from '../../../main/compress/recipe.ts'
import { createKeeper } from '../../../main/jobs/study/keep-stats.ts'
import { startEngine } from '../../../main/engine/process.ts'
import { createStats } from '../../../main/jobs/study/calibrate.ts'
import { drawSamples } from '../../../main/jobs/study/samples.ts'
import { openModel } from '../../../main/models/folder.ts'
import type { LanguageModel } from '../../../main/models/model.ts'
import { distortionByHessian, relativeError } from '../../../main/compress/distortion.ts'
import { meanError, outputErrors } from '../../../main/jobs/study/output-error.ts'
import { makeModelFolder } from '../../make/model.ts'
import { openStore } from '../../../main/store/open.ts'
import { describeShared, shared } from '../../make/shared.ts'
import { makeStudy, type MadeStudy } from '../../make/study.ts'

const LEVELS = [
  '{ method: wanda, sparsity: 0.5 }',
  '{ method: sparsegpt, pattern: { keep: 2, of: 4 } }',
  '{ method: rtn, bits: [3, 8] }',
  '{ method: gptq, bits: 4 }',
]
/** A study with a calibration text of so many words beside it. */
function calibrated(made: MadeStudy, words: number, calibration: string): MadeStudy {
  writeFileSync(join(made.folder, 'text.txt'), 'abc dead beef cafe '.repeat(words / 4))
  writeFileSync(made.file, `${readFileSync(made.file, 'utf8')}\ncalibration: ${calibration}\n`)
  return made
}
const idsOf = ({ tokenizer }: LanguageModel, text: string) => Int32Array.from(tokenizer.encode(text, false))

async function run({ home, file }: MadeStudy) {
  const bench = openBench({ home, readOnly: false })
  try {
    return await runStudy(bench, file, { onProgress: () => {}, signal: new AbortController().signal })
  } finally {
    bench.close()
  }
}

describe('a study with calibration', () => {
  it('runs every method that needs it, and records what it was calibrated with', async () => {
    using made = calibrated(
      makeStudy({ tasks: 1, items: 8, compress: LEVELS }),
      400,
      '{ text: text.txt, samples: 4, length: 32 }',
    )
    const done = await run(made)
    expect(done).toMatchObject({ cells: 6, done: 6, failed: [] })
    const store = openStore(made.home, { readOnly: true })
    const levels = store.cells.ofStudy(done.study).map(({ record }) => record!)
    store.close()
    const known = levels.map(({ key: { compression: c } }) => [c.method, c.params.bits ?? null, c.calibration?.order ?? null])
    expect(known).toEqual([
      ...[['dense', null, null], ['wanda', null, 'blocks'], ['sparsegpt', null, 'blocks']],
      ...[['rtn', 3, 'blocks'], ['rtn', 8, 'blocks'], ['gptq', 4, 'blocks']],
    ]) // prettier-ignore
    expect(levels[1]!.actualSparsity).toBe(0.5)
    expect(levels.slice(0, 3).map(({ effectiveBits }) => effectiveBits)).toEqual([16, 16, 16])
    const errors = levels.map(({ outputError }) => outputError!)
    expect(errors[0]).toBe(0)
    for (const error of errors.slice(1)) expect(error).toBeGreaterThan(0)
    // 8 bits are nearer than 3, and 4 bits that make up for each other too
    expect(errors[4]).toBeLessThan(errors[3]! / 100)
    expect(errors[5]).toBeLessThan(errors[3]!)
    expect(levels[1]!.key.compression.calibration).toMatchObject({ samples: 4, length: 32, seed: null, provider: 'cpu' })
  })
  it('in one pass, on random pieces, spreads by OWL, and matches noise to what it is like', async () => {
    using made = calibrated(
      makeStudy({
        ...{ tasks: 1, items: 4 },
        compress: [
          '{ method: wanda, sparsity: 0.5, profile: { kind: owl, m: 2, lambda: 0.2 } }',
          '{ method: wanda, group: model, sparsity: 0.5 }',
          '{ method: noise, sparsity: 0.5, params: { like: magnitude } }',
          '{ method: matched, sparsity: 0.5, params: { like: wanda } }',
          '{ method: wanda, sparsity: 0.5 }',
          '{ method: matched, bits: 3, params: { like: gptq } }',
          '{ method: gptq, bits: [3, 16] }',
        ],
      }),
      400,
      '{ text: text.txt, samples: 4, length: 32, order: one-pass, seed: 3 }',
    )
    const done = await run(made)
    expect(done).toMatchObject({ cells: 9, done: 9, failed: [] })
    const store = openStore(made.home, { readOnly: true })
    const [, owl, , noise, likeWanda, wanda, likeGptq, gptq, rounded] = store.cells
      .ofStudy(done.study)
      .map(({ record }) => record!)
    const asked = store.ledgers.read(owl!.ledger)!.map((line) => line.asked!)
    const coded = store.ledgers.read(gptq!.ledger)!
    store.close()
    expect(owl!.key.compression.calibration).toMatchObject({ order: 'one-pass', seed: 3 })
    expect(new Set(asked).size).toBeGreaterThan(1)
    expect(Math.max(...asked.map((sparsity) => Math.abs(sparsity - 0.5)))).toBeLessThanOrEqual(0.2 + 1e-12)
    expect([noise!.actualSparsity, likeWanda!.actualSparsity, wanda!.actualSparsity]).toEqual([0, 0, 0.5])
    // measured in float32 by the engine, matched in float64 by Hessians: equal to some 1e-5
    expect(likeWanda!.outputError! / wanda!.outputError!).toBeCloseTo(1, 4)
    expect(likeGptq!.outputError! / gptq!.outputError!).toBeCloseTo(1, 4)
    expect(rounded!.outputError).toBeLessThan(1e-6)
    expect([likeGptq!, rounded!].map(({ effectiveBits }) => effectiveBits)).toEqual([16, 16])
    // a scale of 16 bits and a code of 0 for each row (paper.md 1.5)
    for (const line of coded) expect(line.effectiveBits).toBeCloseTo(3 + (16 + 3) / line.in, 12)
  })
  it('names a text that is too short before anything is written, and a method without calibration', async () => {
    using made = calibrated(makeStudy({ compress: LEVELS }), 40, '{ text: text.txt, samples: 64, length: 32 }')
    await expect(run(made)).rejects.toMatchObject({
      code: 'compress/calibration',
      message: expect.stringContaining('too short') as string,
    })
    made.compress(LEVELS)
    await expect(run(made)).rejects.toMatchObject({ code: 'compress/stats' })
  })
})

/** Asks for the statistics of each stage as compression does, its matrices halved once it was asked for; all others know nothing of before. */
async function stageByStage(model: LanguageModel, samples: readonly Int32Array[], batchTokens: number) {
  const engine = await startEngine({ provider: 'cpu', threads: 1 })
  const nodes: number[] = []
  const counted: typeof engine = {
    ...engine,
    open: (graph, weights) => (nodes.push(graph.nodes.length), engine.open(graph, weights)),
  }
  const on = createStats(model, samples, 'blocks', counted, batchTokens)
  const halved = (names: readonly string[]) => new Map(names.map((name) => {
    const { dims, data } = model.weights.get(name)
    return [name, float32([...dims], data.map((w, i) => (i % 2 ? w : 0)))]
  })) // prettier-ignore
  const needs = ['inputNorm', 'hessian'] as const
  const wholeWay: typeof on = {
    ...on,
    of: (...asked) => createStats(model, samples, 'one-pass', engine, batchTokens).of(...asked),
  }
  let weights = model.weights
  const equal: boolean[] = []
  const ask = async (names: readonly string[]) => {
    const [found, wanted] = [await on.of(names, weights, needs), await wholeWay.of(names, weights, needs)]
    for (const name of names) equal.push(isDeepStrictEqual(found.get(name), wanted.get(name)))
  }
  for (const names of on.stages) {
    await ask(names)
    weights = weights.with(halved(names))
  }
  const inOrder = nodes.splice(0)
  // again, out of order, by other weights, and of several stages
  for (const stage of [1, 0, 1]) await ask(on.stages[stage]!)
  weights = model.weights
  for (const stage of [1, 1]) await ask(on.stages[stage]!)
  await ask(on.stages.flat())
  await engine.close()
  return { equal, inOrder, again: nodes }
}

/** Samples of a few words said so many times. */
const someOf = (model: LanguageModel, times: number, how: { samples: number; length: number; seed: number }) =>
  drawSamples(model, idsOf(model, 'abc dead beef cafe '.repeat(times)), { path: 'text', ...how })

describe('statistics of a model', () => {
  it('are to the bit those of a run from the ids for each stage, though a stage goes on from the one before it', async () => {
    using folder = makeModelFolder({ blocks: 5 })
    const model = openModel(folder.path)
    const samples = someOf(model, 40, { samples: 5, length: 16, seed: 0 })
    const { equal, inOrder, again } = await stageByStage(model, samples, 32)
    expect(equal).toEqual(Array(equal.length).fill(true))
    // the first two begin at the ids, all others at the block before; the last gathers its rows, by two nodes
    const [first, , third] = inOrder as [number, number, number]
    expect(inOrder.slice(2)).toEqual([third, third, third + 2])
    expect(third).toBeLessThan(2 * first)
    // from the ids; the first block alone; from what is still held; from the ids, for the weights are others; from there; from the ids
    expect(again.map((nodes) => nodes > inOrder[0]!)).toEqual([true, false, false, true, false, true])
  })
  it('are measured once for equal weights, and again for the blocks after one that changed', async () => {
    using folder = makeModelFolder()
    const model = openModel(folder.path)
    const samples = someOf(model, 20, { samples: 2, length: 16, seed: 0 })
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    let opened = 0
    const counted: typeof engine = { ...engine, open: (graph, weights) => (opened++, engine.open(graph, weights)) }
    const recipe = {
      method: 'wanda',
      group: 'row' as const,
      pattern: 'free' as const,
      params: {},
      seed: 0,
      include: [],
      exclude: [],
    }
    const measured = async (order: 'blocks' | 'one-pass') => {
      opened = 0
      const stats = createStats(model, samples, order, counted, 512, createKeeper(1 << 24))
      await compress(model.linears, model.weights, { ...recipe, sparsity: 0.3 }, { stats })
      const kept = await compress(model.linears, model.weights, { ...recipe, sparsity: 0.6 }, { stats })
      const alone = createStats(model, samples, order, engine, 512)
      const again = await compress(model.linears, model.weights, { ...recipe, sparsity: 0.6 }, { stats: alone })
      expect(again.weights.hash()).toBe(kept.weights.hash())
      return opened
    }
    const blocks = new Set(model.linears.map(({ name }) => layerOf(name))).size
    expect(await measured('one-pass')).toBe(blocks)
    expect(await measured('blocks')).toBe(2 * blocks - 1)
    await engine.close()
  })
  it('that are not finite are named by the matrix whose inputs they are', async () => {
    using folder = makeModelFolder()
    const model = openModel(folder.path)
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    // so large that what it gives leaves float32
    const huge = model.weights.names().filter((name) => name.includes('up_proj')).map((name) => [name, float32([...model.weights.dims(name)], new Float32Array(model.weights.get(name).data.length).fill(3e38))] as const) // prettier-ignore
    const stats = createStats(model, [Int32Array.of(1, 2, 3)], 'one-pass', engine, 16)
    const down = model.linears.find(({ name }) => name.includes('down_proj'))!.name
    const asked = stats.of([down], model.weights.with(new Map(huge)), ['hessian'])
    await expect(asked).rejects.toMatchObject({ code: 'compress/stats', message: expect.stringContaining(`finite inputs of ${down}`) as string }) // prettier-ignore
    await engine.close()
  })
})

describe('errors of outputs', () => {
  it('measured on the text are those that the Hessians give, within float32', async () => {
    using folder = makeModelFolder()
    const model = openModel(folder.path)
    const samples = someOf(model, 60, { samples: 3, length: 20, seed: 1 })
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    const recipe = { method: 'magnitude', group: 'layer' as const, pattern: 'free' as const, sparsity: 0.5, params: {}, seed: 0 }
    const { weights } = await compress(model.linears, model.weights, { ...recipe, include: [], exclude: ['*down*'] })
    const errors = await outputErrors(model, weights, samples, engine, { batchTokens: 40 })
    const stats = createStats(model, samples, 'one-pass', engine, 64)
    const found = await stats.of(model.linears.map(({ name }) => name), model.weights, ['hessian']) // prettier-ignore
    await engine.close()
    for (const matrix of model.linears) {
      const [before, after] = [model.weights.get(matrix.name).data, weights.get(matrix.name).data]
      const wanted = relativeError(distortionByHessian(matrix, before, after, found.get(matrix.name)!.hessian!))!
      expect(errors.get(matrix.name)! / wanted || 1).toBeCloseTo(1, 4)
      expect(wanted === 0).toBe(matrix.name.includes('down'))
    }
    expect(meanError(model.linears, errors)).toBeLessThan(Math.max(...[...errors.values()].map(Number)))
    expect(meanError([], errors)).toBeNull()
  })
})

describeShared('statistics of a real model', () => {
  it('are to the bit those of a run from the ids for each stage', async () => {
    const model = openModel(shared('models/tinystories-656k'))
    const path = shared('data/text/tinyshakespeare.txt')
    const text = readFileSync(path, 'utf8').slice(0, 20_000)
    const samples = drawSamples(model, idsOf(model, text), { path, samples: 5, length: 128, seed: null })
    const { equal } = await stageByStage(model, samples, 256)
    expect(equal).toEqual(Array(equal.length).fill(true))
  })
})

describeShared('wanda on a real model, calibrated block by block (float64 reference)', () => {
  interface Reference {
    calibration_ids: number[][]
    wanda: { s?: number; n?: number; m?: number; matrices: Record<string, { mask_base64: string }> }[]
  }
  it('gives the masks of both levels, but for 0 of 393,216 bits', async () => {
    const reference = JSON.parse(readFileSync(shared('fixtures/prune_reference.json'), 'utf8')) as Reference
    const model = openModel(shared('models/tinystories-656k'))
    const path = shared('data/text/tinyshakespeare.txt')
    const text = readFileSync(path, 'utf8').slice(0, 20_000)
    const samples = drawSamples(model, idsOf(model, text), { path, samples: 8, length: 128, seed: null })
    expect(samples.map((ids) => [...ids])).toEqual(reference.calibration_ids)
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    const stats = createStats(model, samples, 'blocks', engine, 1024)
    let differ = 0
    for (const { s, n, m, matrices } of reference.wanda) {
      const quota =
        s === undefined ? { pattern: { keep: n!, of: m! }, sparsity: 1 - n! / m! } : { pattern: 'free' as const, sparsity: s }
      const recipe = { method: 'wanda', group: 'row' as const, ...quota, params: {}, seed: 0, include: [], exclude: [] }
      const { masks } = await compress(model.linears, model.weights, recipe, { stats })
      for (const [name, { mask_base64 }] of Object.entries(matrices)) {
        const theirs = Buffer.from(mask_base64, 'base64')
        masks.get(name)!.bits.forEach((byte, i) => {
          for (let rest = byte ^ theirs[i]!; rest > 0; rest &= rest - 1) differ++
        })
      }
    }
    await engine.close()
    expect(differ).toBe(0)
  })
})
