import { spawn } from 'node:child_process'
import type * as Fs from 'node:fs'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sha256File } from '../../../main/base/files.ts'
import { compress } from '../../../main/compress/recipe.ts'
import { startEngine } from '../../../main/engine/process.ts'
import { rounded } from '../../../main/jobs/compress/model-folder.ts'
import { runCompress, type CompressOptions } from '../../../main/jobs/compress/run.ts'
import { createStats } from '../../../main/jobs/study/calibrate.ts'
import { drawSamples } from '../../../main/jobs/study/samples.ts'
import { openModel } from '../../../main/models/folder.ts'
import { openMasks } from '../../../main/store/masks.ts'
import { makeModelFolder } from '../../make/model.ts'
import { describeShared, shared } from '../../make/shared.ts'

/** Writes that still succeed before the disk is full. */
const disk = vi.hoisted(() => ({ writes: Infinity }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>()
  const writeSync = (...args: Parameters<typeof fs.writeSync>) => {
    if (disk.writes-- > 0) return fs.writeSync(...args)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  }
  return { ...fs, writeSync, default: { ...fs, writeSync } }
})

const folder = mkdtempSync(join(tmpdir(), 'lab-compress-'))
const home = join(folder, 'home')
const at = (name: string) => join(folder, name)
const text = at('text.txt')
const shape = { blocks: 3, seed: 6 }
const source = makeModelFolder(shape)
beforeAll(() => writeFileSync(text, 'the cat sat on a mat and ate an old rat in the rain '.repeat(40)))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  source[Symbol.dispose]()
})
afterEach(() => void (disk.writes = Infinity))

const calibration = { text, samples: 4, length: 16 }
const SPARSEGPT = { method: 'sparsegpt', sparsity: 0.5, calibration }
const run = (out: string, given: NonNullable<CompressOptions['given']>, options: Partial<CompressOptions> = {}) =>
  runCompress({
    ...{ model: source.path, out: at(out), home, threads: 1, signal: new AbortController().signal },
    ...{ given, onPlan: () => {}, onEstimate: () => {}, onProgress: () => {} },
    ...options,
  })
const weightsOf = (out: string) => sha256File(join(at(out), 'model.safetensors'))
const left = () => readdirSync(folder).filter((name) => name.includes('.part'))
const workshops = () => (existsSync(join(home, 'compress')) ? readdirSync(join(home, 'compress')) : [])

describe('a compressed folder', () => {
  beforeAll(async () => void (await run('plain', SPARSEGPT)))

  it('is an ordinary one with the weights that a study would ask, and says how they came to be', async () => {
    const model = openModel(source.path)
    const engine = await startEngine({ provider: 'cpu', threads: 1 })
    const ids = Int32Array.from(model.tokenizer.encode(readFileSync(text, 'utf8'), false))
    const samples = drawSamples(model, ids, { path: text, samples: 4, length: 16, seed: null })
    const recipe = { method: 'sparsegpt', group: 'layer', pattern: 'free', sparsity: 0.5, params: {}, seed: 0, include: [], exclude: [] } as const // prettier-ignore
    const stats = createStats(model, samples, 'blocks', engine, 4096)
    const wanted = await compress(model.linears, model.weights, recipe, { stats }).finally(() => engine.close())
    const made = openModel(at('plain'))
    expect(made.weights.hash()).toBe(wanted.weights.hash())
    expect(readdirSync(at('plain')).toSorted()).toEqual([
      ...['compression.json', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
    ])
    const { note } = await run('plain', SPARSEGPT, { onProgress: () => expect.unreachable() })
    expect(note).toMatchObject({
      format: 1,
      label: 'sparsegpt 0.5 layer',
      source: { name: 'tiny', weightsHash: model.weights.hash() },
    })
    expect(note.compression.calibration).toMatchObject({ samples: 4, length: 16, order: 'blocks' })
    expect(note.reopened).toMatchObject({ weightsHash: wanted.weights.hash(), deviation: { max: 0, mean: 0 } })
    expect(note.reopened!.fromDense.max).toBeGreaterThan(0)
    expect(note.totals).toMatchObject({ zeros: wanted.zeros, weights: wanted.total })
    expect(note.spent.seconds).toBeGreaterThan(0)
    expect(note.estimate.seconds).toBeGreaterThan(0)
    for (const [i, line] of note.ledger.entries()) {
      expect(line).toMatchObject(wanted.ledger[i]!)
      expect(line.outputError).toBeGreaterThan(0)
      const { before, after } = line.histogram
      for (const { zeros, counts } of [before, after]) expect(counts.reduce((a, b) => a + b, zeros)).toBe(line.out * line.in)
      expect(after.zeros).toBe(line.zeros)
      const { min, median, max } = line.rowZeros
      expect(min <= median && median <= max && min * line.out <= line.zeros && line.zeros <= max * line.out).toBe(true)
      expect(openMasks(home).read(line.maskHash)).toEqual({ out: line.out, in: line.in, bits: wanted.masks.get(line.name)!.bits })
    }
  })
  it('is the only thing that is left', () => {
    expect(left()).toEqual([])
    expect(workshops()).toEqual([])
  })
  it('is never written over anything else, and never in place', async () => {
    await expect(run('plain', { ...SPARSEGPT, sparsity: 0.4 })).rejects.toMatchObject({ code: 'file/exists' })
    await expect(run('plain', SPARSEGPT, { out: source.path })).rejects.toMatchObject({ code: 'file/exists' })
    mkdirSync(at('empty'))
    await expect(run('empty', SPARSEGPT)).rejects.toMatchObject({ code: 'file/exists' })
  })
  it('is a recipe for the same again', async () => {
    const recipe = join(at('plain'), 'compression.json')
    const { note } = await run('again', { calibration: { text } }, { recipe })
    expect(weightsOf('again')).toBe(weightsOf('plain'))
    expect(note.hash).toBe((JSON.parse(readFileSync(recipe, 'utf8')) as { hash: string }).hash)
  })
  it('has the shards, names and types of its source, rounded to the nearest', async () => {
    using shards = makeModelFolder({ seed: 2, tied: 'model.embed_tokens.weight', stored: 'BF16', shards: 3 })
    const { note } = await run(
      'shards',
      { method: 'gptq', bits: 4, calibration },
      { model: shards.path, formats: ['hf', 'onnx'] },
    )
    const names = (path: string) => readdirSync(path).filter((name) => name.startsWith('model'))
    expect(names(at('shards')).filter((name) => !name.includes('onnx'))).toEqual(names(shards.path))
    const [before, after] = [openModel(shards.path), openModel(at('shards'))]
    for (const name of before.weights.names()) {
      expect(after.weights.place(name)).toMatchObject({ stored: 'BF16', offset: before.weights.place(name)!.offset })
      expect(rounded(after.weights.get(name), 'BF16').data).toEqual(after.weights.get(name).data)
    }
    expect(note.reopened!.deviation.max).toBe(0)
    expect(note.reopened!.fromRounding.max).toBeGreaterThan(0)
    expect(note.totals.effectiveBits).toBeLessThan(8)
    // the runtime adds up in another order; what BF16 rounds away in the weights is not in the codes
    expect(note.onnx!.deviation.mean).toBeLessThan(0.05)
    expect(note.onnx!.matrices.some(({ bits }) => bits === 4)).toBe(true)
  })
})

describe('a compression that is interrupted', () => {
  beforeAll(async () => existsSync(at('plain')) || void (await run('plain', SPARSEGPT)))

  it('stops within a second when asked, and the same command goes on with the layer that was in work', async () => {
    const stop = new AbortController()
    let stoppedAt = 0
    const onProgress = ({ done }: { done: number }) => {
      if (done < 1 || stop.signal.aborted) return
      stoppedAt = performance.now()
      stop.abort()
    }
    await expect(run('stopped', SPARSEGPT, { signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(performance.now() - stoppedAt).toBeLessThan(1000)
    expect([existsSync(at('stopped')), left()]).toEqual([false, []])
    const { note } = await run('stopped', SPARSEGPT)
    expect(note.spent.layersBefore).toBe(1)
    expect(weightsOf('stopped')).toBe(weightsOf('plain'))
  })
  it('gives bit-equal weights after a kill without warning', { timeout: 60_000 }, async () => {
    const program = join(import.meta.dirname, '..', '..', 'make', 'compressing.ts')
    const options = JSON.stringify({ model: source.path, out: at('killed'), given: SPARSEGPT, home })
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString()
      if (said.split('\n').includes('2')) child.kill('SIGKILL')
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect([code, existsSync(at('killed'))]).toEqual([null, false])
    const { note } = await run('killed', SPARSEGPT)
    expect(note.spent.layersBefore).toBeGreaterThanOrEqual(2)
    expect(weightsOf('killed')).toBe(weightsOf('plain'))
    expect([left(), workshops()]).toEqual([[], []])
  })
  it(
    'names a full disk whenever it comes, leaves nothing half-written and goes on once there is room',
    { timeout: 60_000 },
    async () => {
      // in a layer, in a mask, in the weights of the folder, in the very last file
      for (const writes of [2, 12, 45]) {
        disk.writes = writes
        await expect(run('full', SPARSEGPT)).rejects.toMatchObject({ code: 'file/disk-full' })
        expect(disk.writes).toBeLessThan(0)
        expect([existsSync(at('full')), left()]).toEqual([false, []])
      }
      disk.writes = Infinity
      await run('full', SPARSEGPT)
      expect(weightsOf('full')).toBe(weightsOf('plain'))
    },
  )
})

describe('a layer that cannot be compressed', () => {
  const layers = { 'model.layers.1': { blockSize: 6 } }
  const given = { method: 'sparsegpt', pattern: { keep: 2, of: 4 }, calibration, layers }

  it('is named with its matrix, those before it are kept, and it is done again alone with other parameters', async () => {
    await expect(run('redone', given)).rejects.toMatchObject({
      code: 'compress/pattern',
      message: expect.stringMatching(/layer model\.layers\.1 \(2 of 3\).* multiple of 4.* for model\.layers\.1\.self_attn.*--redo model\.layers\.1/) as string, // prettier-ignore
    })
    expect(existsSync(at('redone'))).toBe(false)
    await expect(run('redone', {}, { redo: { layer: 'model.layer.1', params: {} } })).rejects.toThrow(
      'did you mean "model.layers.1"?',
    )
    await expect(run('other', {}, { redo: { layer: 'model.layers.1', params: {} } })).rejects.toMatchObject({
      code: 'compress/redo',
    })
    const { note } = await run('redone', {}, { redo: { layer: 'model.layers.1', params: { damping: 0.5, blockSize: 8 } } })
    expect(note.spent.layersBefore).toBe(1)
    expect(note.layers).toEqual({ 'model.layers.1': { damping: 0.5, blockSize: 8 } })
    expect(note.recipe.layers).toEqual(note.layers)
    const same = { ...given, layers: note.layers }
    await run('straight', same)
    expect(weightsOf('redone')).toBe(weightsOf('straight'))
  })
  it('is refused before anything is written where its name is none', async () => {
    const wrong = { ...given, layers: { 'model.layers.9': {} } }
    await expect(run('wrong', wrong)).rejects.toMatchObject({ code: 'compress/target' })
    expect([existsSync(at('wrong')), workshops()]).toEqual([false, []])
  })
})

describe('what is asked wrongly is named before anything is written', () => {
  it.each([
    [
      'a text too short for its samples',
      { ...SPARSEGPT, calibration: { text, samples: 900, length: 16 } },
      'compress/calibration',
    ],
    ['samples longer than the context', { ...SPARSEGPT, calibration: { text, samples: 1, length: 65 } }, 'compress/calibration'],
    ['a text that is not there', { ...SPARSEGPT, calibration: { text: at('none.txt') } }, 'file/missing'],
    ['a method without its statistics', { method: 'wanda', sparsity: 0.5 }, 'compress/stats'],
    ['an unknown matrix', { method: 'magnitude', sparsity: 0.5, include: ['nothing.*'] }, 'compress/target'],
    ['an expression that is none', { method: 'magnitude', sparsity: 0.5, exclude: ['re:('] }, 'compress/target'],
    ['a pattern wider than a matrix', { method: 'magnitude', pattern: { keep: 1, of: 32 } }, 'compress/pattern'],
  ])('%s', async (_, given, code) => {
    const before = workshops()
    await expect(run('refused', given)).rejects.toMatchObject({ code })
    expect([existsSync(at('refused')), left(), workshops()]).toEqual([false, [], before])
  })
  it('a width that a pattern does not divide is said, and what is left over stays', async () => {
    const { note } = await run('leftover', { method: 'magnitude', pattern: { keep: 3, of: 5 } }, { model: at('plain') })
    expect(note.source.compression!.label).toBe('sparsegpt 0.5 layer')
    expect(note.notes[0]).toMatch(/q_proj\.weight: its last 1 columns stay as they are, for 5 do not divide its width\./)
    expect(note.ledger[0]!.conformity).toBe(1)
    expect(note.ledger[0]!.zeros).toBeGreaterThanOrEqual(16 * 3 * 2)
  })
})

describeShared('tinystories-656k', () => {
  it('opens as what was compressed, 2 of each 4 kept, with the text read block by block', async () => {
    const words = at('words.txt')
    writeFileSync(words, readFileSync(shared('data/text/tinyshakespeare.txt'), 'utf8').slice(0, 4000))
    const given = { method: 'wanda', pattern: { keep: 2, of: 4 }, calibration: { text: words, samples: 4, length: 64 } }
    const { note } = await run('stories', given, { model: shared('models/tinystories-656k') })
    expect(note.ledger.map(({ conformity }) => conformity)).toEqual(note.ledger.map(() => 1))
    expect(note.totals.sparsity).toBe(0.5)
    expect(note.reopened!.deviation.max).toBe(0)
    expect(existsSync(join(at('stories'), 'LICENSE'))).toBe(true)
  })
})
