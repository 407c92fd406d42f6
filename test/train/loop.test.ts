import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FloatTensor } from '../../main/base/tensor.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import { readCheckpoint } from '../../main/train/checkpoint.ts'
import { createLearner } from '../../main/train/learner.ts'
import type { Lessons } from '../../main/train/lessons.ts'
import { train, type LoopSettings, type TrainProgress, type Watch } from '../../main/train/loop.ts'
import { decays, learnable, lessons, loopSettings, tinyIds, tinyWeights } from '../make/learner.ts'

let engine: Engine
let folder: string
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-train-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

const nowMs = () => performance.now()
const learn = (settings: LoopSettings, given: Lessons = lessons(), watch: Partial<Watch> = {}) => {
  const { gradients, names } = learnable
  const options = { epsilon: settings.adam.epsilon, decays, clipNorm: 1, isAccumulating: given.runsPerStep > 1 }
  return train(engine, createLearner(gradients, names, tinyWeights(), options), given, settings, { nowMs, ...watch })
}
const bitsOf = (tensors: ReadonlyMap<string, FloatTensor>) =>
  [...tensors].map(([name, { data }]) => [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')])
const lossesOf = (rows: readonly { readonly loss: number }[]) => rows.map(({ loss }) => loss)

describe('training', () => {
  it('learns, tells each step once, in order, and says how long it will take', async () => {
    const told: TrainProgress[] = []
    const { rows, step, spent } = await learn(loopSettings(60), lessons(), { onProgress: (progress) => told.push(progress) })
    expect(step).toBe(60)
    expect(rows.map((row) => row.step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    expect(told.map((progress) => progress.loss)).toEqual(lossesOf(rows))
    expect(rows[0]!.loss).toBeGreaterThan(2.5)
    expect(rows.at(-1)!.loss).toBeLessThan(1.6)
    expect(rows[1]!.learningRate).toBe(0.005)
    expect(told.at(-1)!.etaMs).toBe(0)
    expect(told[30]!.etaMs).toBeGreaterThan(0)
    expect(told[30]!.tokensPerSecond).toBeGreaterThan(0)
    expect(spent.insideMs).toBeGreaterThan(0)
    expect(spent.insideMs).toBeLessThan(spent.wallMs)
  })
  it('makes of several runs the step of one', async () => {
    const one = await learn(loopSettings(6), lessons({ batch: 8 }))
    const four = await learn(loopSettings(6), lessons({ batch: 2, accumulate: 4 }))
    lossesOf(four.rows).forEach((loss, i) => expect(loss).toBeCloseTo(lossesOf(one.rows)[i]!, 4))
    const far = await learn(loopSettings(6), lessons({ batch: 8, seed: 4 }))
    expect(Math.abs(far.rows[0]!.loss - one.rows[0]!.loss)).toBeGreaterThan(1e-3)
  })
  it('asks what it does not learn from, and moves nothing by it', async () => {
    const plain = await learn(loopSettings(9))
    const asked = await learn({ ...loopSettings(9), validate: { every: 4 } }, lessons({ validation: tinyIds(150, 2) }))
    expect(asked.rows.filter((row) => row.validation !== undefined).map((row) => row.step)).toEqual([4, 8, 9])
    expect(lossesOf(asked.rows)).toEqual(lossesOf(plain.rows))
    for (const [name, { data }] of plain.tensors) expect(asked.tensors.get(name)!.data).toEqual(data)
  })
  it('stops when validation no longer gets better, with the best weights it had', async () => {
    // nine tenths of chance and a rate far too high: soon it knows its few windows by heart, and nothing else
    const few = lessons({ validation: tinyIds(150, 9), batch: 2 })
    const settings = { ...loopSettings(400, 0.05), validate: { every: 5, patience: 3 } }
    const { rows, step, tensors } = await learn(settings, few)
    const asked = rows.filter((row) => row.validation !== undefined)
    const best = asked.reduce((a, b) => (b.validation! < a.validation! ? b : a))
    expect(rows.length).toBeLessThan(400)
    expect(step).toBe(best.step)
    expect(rows.length).toBe(best.step + 15)
    // the same training, stopped soon after its best step, has kept what it was then
    const stop = new AbortController()
    const checkpoint = { folder, recipe: 'f'.repeat(64), every: best.step }
    const onProgress = (progress: TrainProgress) => progress.step === best.step + 1 && stop.abort()
    const cut = learn({ ...settings, checkpoint }, few, { signal: stop.signal, onProgress })
    await expect(cut).rejects.toMatchObject({ code: 'engine/stopped' })
    const kept = readCheckpoint(checkpoint)!
    expect(kept.best).toEqual({ step: best.step, validation: best.validation })
    for (const [name, { data }] of tensors) expect(kept.tensors.get(name)!.data).toEqual(data)
  })
  it('refuses to validate with nothing', async () => {
    await expect(learn({ ...loopSettings(3), validate: { every: 1 } })).rejects.toMatchObject({ code: 'train/items' })
  })
})

describe('what goes wrong', () => {
  it('names the step at which the loss is no number any more, and keeps the last good checkpoint', async () => {
    const settings = { ...loopSettings(40, 1e30), checkpoint: { folder, recipe: 'a'.repeat(64), every: 1 } }
    await expect(learn(settings)).rejects.toMatchObject({
      code: 'train/not-finite',
      message: expect.stringMatching(/^Expected .* step \d+, got .*The last good checkpoint is of step \d+\.$/) as string,
    })
    const kept = readdirSync(folder).filter((name) => name.endsWith('.safetensors'))
    expect(kept).toHaveLength(1)
    await expect(learn(settings)).rejects.toMatchObject({ code: 'train/not-finite' })
  })
  it('refuses a batch too large for the memory, with the numbers and a smaller one that fits', async () => {
    const settings = { ...loopSettings(2), memoryBytes: 2 ** 20 }
    const refused = await learn(settings, lessons({ batch: 32 })).catch((error: unknown) => error as Error)
    expect(refused).toMatchObject({ code: 'train/memory' })
    const [, batch, runs] = /32 × 12 tokens.* A batch of (\d+) would need .* with (\d+) runs/.exec((refused as Error).message)!
    expect(Number(batch) * Number(runs)).toBe(32)
    await learn(settings, lessons({ batch: Number(batch), accumulate: Number(runs) }))
    await expect(learn({ ...loopSettings(2), memoryBytes: 1000 })).rejects.toThrow('Not even one text')
  })
  it('stops within a second of being asked to, and goes on from its last checkpoint to the same bits', async () => {
    const settings = { ...loopSettings(60), checkpoint: { folder, recipe: 'b'.repeat(64), every: 7 } }
    const whole = await learn(loopSettings(60))
    const stop = new AbortController()
    let askedAt = 0
    const onProgress = ({ step }: TrainProgress) => {
      if (step !== 17) return
      askedAt = performance.now()
      stop.abort()
    }
    await expect(learn(settings, lessons(), { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'engine/stopped',
    })
    expect(performance.now() - askedAt).toBeLessThan(1000)
    const steps: number[] = []
    const rest = await learn(settings, lessons(), { onProgress: ({ step }) => steps.push(step) })
    expect(steps[0]).toBe(15)
    expect(bitsOf(rest.tensors)).toEqual(bitsOf(whole.tensors))
    expect(lossesOf(rest.rows)).toEqual(lossesOf(whole.rows))
    const none: number[] = []
    const done = await learn(settings, lessons(), { onProgress: ({ step }) => none.push(step) })
    expect(none).toEqual([])
    expect(bitsOf(done.tensors)).toEqual(bitsOf(whole.tensors))
  })
  it('goes on where early stop stood, with the best weights so far', async () => {
    const given = lessons({ validation: tinyIds(150, 9), batch: 2 })
    const validate = { every: 5, patience: 3 }
    const whole = await learn({ ...loopSettings(400, 0.05), validate }, given)
    const settings = { ...loopSettings(400, 0.05), validate, checkpoint: { folder, recipe: 'e'.repeat(64), every: 5 } }
    const stop = new AbortController()
    const onProgress = ({ step }: TrainProgress) => step === whole.step + 7 && stop.abort()
    await expect(learn(settings, given, { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'engine/stopped' })
    const rest = await learn(settings, given)
    expect(rest.step).toBe(whole.step)
    expect(bitsOf(rest.tensors)).toEqual(bitsOf(whole.tensors))
  })
  it('refuses the checkpoint of another recipe by name', async () => {
    await learn({ ...loopSettings(3), checkpoint: { folder, recipe: 'c'.repeat(64), every: 2 } })
    const other = { ...loopSettings(3), checkpoint: { folder, recipe: 'd'.repeat(64), every: 2 } }
    await expect(learn(other)).rejects.toMatchObject({
      code: 'train/checkpoint',
      message: expect.stringContaining('step 3 of recipe cccccccccccccccc') as string,
    })
  })
})
