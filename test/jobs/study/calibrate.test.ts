import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { compress } from '../../../main/compress/recipe.ts'
import { startEngine } from '../../../main/engine/process.ts'
import { createStats, drawSamples } from '../../../main/jobs/study/calibrate.ts'
import { openModel } from '../../../main/models/folder.ts'
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

describe('errors of outputs', () => {
  it('measured on the text are those that the Hessians give, within float32', async () => {
    using folder = makeModelFolder()
    const model = openModel(folder.path)
    const samples = drawSamples(model, 'abc dead beef cafe '.repeat(60), { path: 'text', samples: 3, length: 20, seed: 1 })
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
    const samples = drawSamples(model, text, { path, samples: 8, length: 128, seed: null })
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
