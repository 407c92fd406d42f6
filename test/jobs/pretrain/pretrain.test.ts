import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256File } from '../../../main/base/files.ts'
import { runPretrain } from '../../../main/jobs/pretrain/run.ts'
import { openModel } from '../../../main/models/folder.ts'
import { RECIPE } from '../../make/recipe.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-pretrain-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'recipe.yaml')
const at = (name: string) => join(folder, name)
const signal = new AbortController().signal
const run = (out: string, options: Partial<Parameters<typeof runPretrain>[1]> = {}) =>
  runPretrain(file, { out, threads: 1, signal, onProgress: () => {}, ...options })
const curveOf = (out: string) =>
  readFileSync(join(out, 'training.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    // without its speed, which is of the machine
    .map((line) => line.split(',').filter((_, column) => column !== 3))

describe('a model made from a recipe', () => {
  const out = at('model')
  beforeAll(async () => {
    writeFileSync(file, RECIPE)
    await run(out)
  })

  it('stands in its folder with its curve, and nothing else is left', () => {
    expect(readdirSync(folder).toSorted()).toEqual(['model', 'recipe.yaml'])
    const model = openModel(out)
    expect(model.config).toMatchObject({ blocks: 1, width: 16, contextLength: 32, isTied: true })
    const curve = curveOf(out)
    expect(curve.map(([step]) => Number(step))).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
    expect(Number(curve.at(-1)![1])).toBeLessThan(Number(curve[0]![1]) - 0.5)
    expect(curve.filter(([, , , validation]) => validation !== '').map(([step]) => Number(step))).toEqual([10, 20, 24])
    const note = JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as Record<string, unknown>
    expect(note).toMatchObject({ steps: 24, tokens: 1536, parameters: model.parameters, device: { provider: 'cpu' } })
    expect(String(note.loss)).toBe(curve.at(-1)![1])
  })
  it('is left as it is when asked for again', async () => {
    const before = sha256File(join(out, 'model.safetensors'))
    expect(await run(out, { onProgress: () => expect.unreachable() })).toEqual({ folder: out, isNew: false })
    expect(sha256File(join(out, 'model.safetensors'))).toBe(before)
  })
  it('is never written over anything else', async () => {
    mkdirSync(at('mine'))
    writeFileSync(at('mine/notes.txt'), 'mine')
    await expect(run(at('mine'))).rejects.toMatchObject({ code: 'train/exists' })
    writeFileSync(at('other.yaml'), RECIPE.replace('batch: 4', 'batch: 3'))
    const other = runPretrain(at('other.yaml'), { out, threads: 1, signal, onProgress: () => {} })
    await expect(other).rejects.toMatchObject({ code: 'train/exists' })
  })
  it('stops when asked to, keeps its checkpoint from another recipe, and goes on to the same model', async () => {
    const stop = new AbortController()
    const onProgress = ({ step }: { step: number }) => step === 12 && stop.abort()
    await expect(run(at('stopped'), { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(existsSync(at('stopped'))).toBe(false)
    writeFileSync(at('other.yaml'), RECIPE.replace('batch: 4', 'batch: 3'))
    const other = runPretrain(at('other.yaml'), { out: at('stopped'), threads: 1, signal, onProgress: () => {} })
    await expect(other).rejects.toMatchObject({ code: 'train/checkpoint' })
    const steps: number[] = []
    await run(at('stopped'), { onProgress: ({ step }) => steps.push(step) })
    expect(steps[0]).toBe(11)
    expect(sha256File(at('stopped/model.safetensors'))).toBe(sha256File(join(out, 'model.safetensors')))
    expect(curveOf(at('stopped'))).toEqual(curveOf(out))
  })
  it('is the same after a kill without warning', { timeout: 60_000 }, async () => {
    const program = join(import.meta.dirname, '..', '..', 'make', 'pretraining.ts')
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, file, at('killed')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (text.split('\n').includes('8')) child.kill('SIGKILL')
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(existsSync(at('killed'))).toBe(false)
    const steps: number[] = []
    await run(at('killed'), { onProgress: ({ step }) => steps.push(step) })
    expect(steps[0]).toBeGreaterThan(5)
    expect(sha256File(at('killed/model.safetensors'))).toBe(sha256File(join(out, 'model.safetensors')))
    expect(existsSync(at('killed.part'))).toBe(false)
  })
})
