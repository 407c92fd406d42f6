import { existsSync, mkdtempSync, cpSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32 } from '../../../main/base/tensor.ts'
import { decode } from '../../../main/compress/apply.ts'
import type { Codes } from '../../../main/compress/method.ts'
import { rtn } from '../../../main/compress/methods/rtn.ts'
import { startEngine } from '../../../main/engine/process.ts'
import type { Engine } from '../../../main/engine/session.ts'
import { measurePanel } from '../../../main/jobs/size/measure.ts'
import { panelOf, theoreticalBytes, type Measured, type SizePanel } from '../../../main/jobs/size/panel.ts'
import { openModel } from '../../../main/models/folder.ts'
import { writeOnnx } from '../../../main/models/onnx-export.ts'
import { writeSafetensors } from '../../../main/models/safetensors.ts'
import { makeModelFolder } from '../../make/model.ts'

const root = mkdtempSync(join(tmpdir(), 'lab-size-'))
const dense = makeModelFolder({ seed: 3, width: 32, headSize: 8, mlpWidth: 64 })
let engine: Engine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(async () => {
  await engine.close()
  dense[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

/** A copy of the dense folder with other compressible weights. */
function folderWith(name: string, change: (w: Float32Array, at: string) => Float32Array): string {
  const model = openModel(dense.path)
  const folder = join(root, name)
  cpSync(dense.path, folder, { recursive: true })
  rmSync(join(folder, 'model.safetensors'))
  const changed = new Map(model.linears.map((l) => [l.name, change(model.weights.get(l.name).data.slice(), l.name)]))
  const weights = model.weights.with(new Map([...changed].map(([at, w]) => [at, float32(model.weights.dims(at), w)])))
  const tensors = weights.names().map((at) => ({ name: at, dims: weights.dims(at), stored: 'F32' as const, read: () => weights.get(at) })) // prettier-ignore
  writeSafetensors(join(folder, 'model.safetensors'), tensors)
  return folder
}

describe('three folders side by side', () => {
  let panel: SizePanel
  let half: string
  let coded: string
  const scratch = join(root, 'scratch')
  beforeAll(async () => {
    half = folderWith('half', (w) => w.map((x, i) => (i % 4 < 2 ? 0 : x)))
    const codes = new Map<string, Codes>()
    coded = folderWith('coded', (w, at) => {
      const [out, width] = openModel(dense.path).weights.dims(at)
      codes.set(at, rtn.code({ name: at, out: out!, in: width!, w }, {} as never, { bits: 4, groupSize: 16 }))
      return decode(codes.get(at)!)
    })
    const model = openModel(coded)
    await writeOnnx(coded, model, model.weights, { codesOf: (name) => codes.get(name) })
    writeFileSync(join(coded, 'compression.json'), JSON.stringify({ compression: { params: { bits: 4 } }, totals: { effectiveBits: 5.25 } })) // prettier-ignore
    panel = await measurePanel({ folders: [dense.path, half, coded], engine, scratch })
  }, 60_000)

  it('are listed with what lies on disk, the coded one in both its forms', () => {
    expect(panel.rows.map(({ name, form }) => [name, form])).toEqual([
      ['tiny', 'plain'],
      ['half', 'plain'],
      ['coded', 'plain'],
      ['coded', 'coded'],
    ])
    const sizes = [dense.path, half, coded, coded].map((folder) => statSync(join(folder, 'model.safetensors')).size)
    expect(panel.rows.map(({ tensorBytes }) => tensorBytes)).toEqual(sizes)
    const onnx = ['model.onnx', 'model.onnx_data'].reduce((sum, name) => sum + statSync(join(coded, name)).size, 0)
    expect(panel.rows.map(({ onnxBytes }) => onnxBytes)).toEqual([null, null, null, onnx])
  })

  it('have speeds that were measured, and nothing written for that is left', () => {
    for (const { reading, writing } of panel.rows) {
      for (const { low, median, high } of [reading, writing]) {
        expect(low).toBeGreaterThan(0)
        expect(median).toBeGreaterThanOrEqual(low)
        expect(high).toBeGreaterThanOrEqual(median)
      }
    }
    expect(existsSync(scratch)).toBe(false)
  })

  it('are told as they are: a file of zeros is as large, two of four could be used elsewhere', () => {
    const text = panel.sentences.join('\n')
    expect(panel.rows[1]!.sparsity).toBe(0.5)
    expect(text).toMatch(/half is 50\.0 % zeros, and takes .* as much as tiny: a zero is stored in as many bits/)
    expect(text).toMatch(/Each group of 4 inputs in half keeps at most 2 weights: a runtime with 2:4 kernels/)
    expect(text).toContain('Zeros alone make no dense graph smaller or faster')
    expect(text).toMatch(/coded as safetensors takes .*: it holds the numbers that its codes stand for, not the codes\./)
    expect(text).toMatch(/coded as ONNX with codes takes/)
  })
})

describe('in theory', () => {
  // by hand: 1000 weights of 16 bits, 800 of them compressible
  const contents = { name: 'm', folder: '/m', parameters: 1000, compressible: 800, zeros: 0, twoOfFour: 0, storedBits: 16, codeBits: null, tensorBytes: 2000, onnx: null } // prettier-ignore

  it('kept weights and one bit for each say all there is', () => {
    expect(theoreticalBytes(contents)).toEqual({ dense: 2000, least: 2000, as: 'dense' })
    // 200 · 2 + 400 · 2 + 800 / 8
    expect(theoreticalBytes({ ...contents, zeros: 400 })).toEqual({ dense: 2000, least: 1300, as: 'kept weights and a bitmap' })
    // so few zeros do not pay for the bitmap: 400 + 1560 + 100
    expect(theoreticalBytes({ ...contents, zeros: 20 })).toMatchObject({ least: 2000, as: 'dense' })
    // 400 + 800 · 4.25 / 8
    expect(theoreticalBytes({ ...contents, codeBits: 4.25 })).toEqual({ dense: 2000, least: 825, as: 'codes of 4.25 bits' })
  })

  it('a speed is compared round by round: what slows a whole round slows both', () => {
    const speedOf = (rounds: readonly (readonly [number, number])[]) => ({
      reading: { median: 0, low: 0, high: 0 },
      writing: { median: 0, low: 0, high: 0 },
      rounds,
    })
    const device = { provider: 'cpu' as const, name: 'x', threads: 1, runtime: 'y' }
    const measured = (zeros: number, name: string, rounds: readonly (readonly [number, number])[]): Measured => ({
      ...{ contents: { ...contents, name, zeros }, form: 'plain', onnxBytes: null, speed: speedOf(rounds) },
    })
    const { sentences } = panelOf(device, [
      measured(0, 'dense', [[100, 10], [50, 5], [200, 20]]), // prettier-ignore
      measured(400, 'pruned', [[100, 11], [50, 5.5], [200, 22]]), // prettier-ignore
    ])
    expect(sentences.join('\n')).toContain('pruned reads at 1.00 times (1.00 to 1.00) and writes at 1.10 times (1.10 to 1.10)')
  })
})
