import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { drawSamples, readCalibration, type Reading } from '../../../main/jobs/study/samples.ts'
import { openModel } from '../../../main/models/folder.ts'
import { makeModelFolder } from '../../make/model.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-samples-'))
afterAll(() => rmSync(folder, { recursive: true }))
const model = makeModelFolder()
afterAll(() => model[Symbol.dispose]())

describe('samples of a text', () => {
  const ids = Int32Array.from({ length: 100 }, (_, i) => i)
  const draw = (seed: number | null, samples = 6, length = 16) =>
    drawSamples({ name: 'tiny' }, ids, { path: 'text.txt', samples, length, seed }).map((sample) => [...sample])

  it('are runs of its tokens: one after the other, or from anywhere by a seed, each time the same', () => {
    expect(draw(null)).toEqual(Array.from({ length: 6 }, (_, i) => [...ids.slice(16 * i, 16 * (i + 1))]))
    const [some, again, others] = [draw(1), draw(1), draw(2)]
    expect(some).toEqual(again)
    expect(some).not.toEqual(others)
    for (const sample of [...some, ...others]) expect(sample).toEqual([...ids.slice(sample[0], sample[0]! + 16)])
    expect(new Set(draw(0, 6, 1).flat()).size).toBeGreaterThan(2)
  })
  it('are refused where the text is too short', () => {
    expect(() => draw(1, 7)).toThrow(/at least 112 tokens, as tiny reads them, for 7 × 16 of text.txt, got 100/)
  })
})

describe('a calibration text', () => {
  const text = join(folder, 'text.txt')
  const words = 'the ring and the rat '.repeat(2000)
  writeFileSync(text, words)
  const opened = openModel(model.path)
  const read = (length: number, signal = new AbortController().signal, onReading = (_: Reading) => {}) =>
    readCalibration({ text, samples: 3, length, order: 'blocks' }, [opened, opened], 'cpu', { signal, onReading })

  it('is cut for each model as its tokenizer reads all of it', async () => {
    const { record, samples } = await read(16)
    const ids = opened.tokenizer.encode(words, false)
    const wanted = [0, 16, 32].map((start) => Int32Array.from(ids.slice(start, start + 16)))
    expect(samples).toEqual([wanted, wanted])
    expect(record).toMatchObject({ samples: 3, length: 16, seed: null, order: 'blocks', provider: 'cpu' })
  })
  it('is not even read where the model cannot take samples of that length', async () => {
    await expect(read(65)).rejects.toThrow(/at most 64 tokens, the context of tiny, for 3 × 65 of .*text.txt, got 65/)
  })
  it('is let go of when asked', async () => {
    await expect(read(16, AbortSignal.abort())).rejects.toMatchObject({ code: 'engine/stopped' })
  })
})
