import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isKept } from '../../main/compress/bits.ts'
import { compress } from '../../main/compress/recipe.ts'
import type { Mask } from '../../main/compress/method.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import type { Weights } from '../../main/onnx/graph.ts'
import { readCheckpoint } from '../../main/train/checkpoint.ts'
import { createLearner } from '../../main/train/learner.ts'
import { train } from '../../main/train/loop.ts'
import { momentsOf } from '../../main/train/optimiser.ts'
import { transfer, transfers, type TransferId } from '../../main/train/transfer.ts'
import { decays, learnable, lessons, loopSettings, tinyWeights } from '../make/learner.ts'

const weights = tinyWeights()
const nowMs = () => performance.now()
let engine: Engine
let masks: ReadonlyMap<string, Mask>
let pruned: Weights
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
  const recipe = { method: 'magnitude', group: 'model', pattern: 'free', sparsity: 0.6, params: {}, seed: 0, include: [], exclude: [] } as const // prettier-ignore
  const made = await compress(learnable.linears, weights, recipe)
  masks = made.masks
  pruned = made.weights
})
afterAll(() => engine.close())

const run = (id: TransferId, steps = 12, peak = 0.01, given = masks, schedule: 'cosine' | 'constant' = 'constant') => {
  const loop = loopSettings(steps, peak)
  const settings = { ...loop, schedule: { ...loop.schedule, kind: schedule, warmup: 0 }, transfer: id, decays, clipNorm: 1 }
  return transfer(engine, learnable, weights, given, lessons(), settings, { nowMs })
}
const smallOf = (of: Weights, name: string) => [...of.get(name).data].filter((_, i) => !isKept(masks.get(name)!, i))
const bitsOf = (of: Weights, name: string) =>
  new Int32Array(of.get(name).data.buffer, of.get(name).data.byteOffset, of.get(name).data.length)

describe('the four transfers (paper.md 3.1, 4.11)', () => {
  it('sparse ends with exact zeros where the mask does not keep, after the last step too', async () => {
    const { weights: after, log } = await run('sparse')
    expect(log.rows.at(-1)!.learningRate).toBe(0.01) // the step that the published code does not mask
    for (const name of masks.keys()) {
      const bits = bitsOf(after, name)
      expect(
        [...bits.keys()].filter((i) => !isKept(masks.get(name)!, i)).every((i) => bits[i] === 0),
        name,
      ).toBe(true)
      expect(after.get(name).data.filter((x) => x !== 0).length).toBeGreaterThan(0)
      expect(after.get(name).data).not.toEqual(pruned.get(name).data)
    }
    const total = learnable.linears.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0)
    expect(log.masked.total).toBe(total)
    expect(log.masked.small / total).toBeCloseTo(0.6, 2)
  })
  it('freezing ends with the very bits that the model came with, and learns all else', async () => {
    const { weights: after } = await run('freezing')
    for (const [name, mask] of masks) {
      const [then, now] = [bitsOf(weights, name), bitsOf(after, name)]
      const moved = [...then.keys()].filter((i) => then[i] !== now[i])
      expect(
        moved.every((i) => isKept(mask, i)),
        name,
      ).toBe(true)
      expect(moved.length, name).toBeGreaterThan(0)
    }
    expect(after.get('model.embed_tokens.weight').data).not.toEqual(weights.get('model.embed_tokens.weight').data)
    expect(after.get('model.norm.weight').data).not.toEqual(weights.get('model.norm.weight').data)
  })
  it('sparse to dense lets the zeros learn, dense all', async () => {
    const [toDense, dense] = [await run('sparse-to-dense'), await run('dense')]
    for (const name of masks.keys()) {
      const grown = smallOf(toDense.weights, name).filter((x) => x !== 0)
      expect(grown.length).toBeGreaterThan(0)
      expect(smallOf(dense.weights, name)).not.toEqual(smallOf(weights, name))
    }
  })
  it('sparse to dense and sparse begin with the same weights: their first losses are one', async () => {
    const [sparse, toDense, dense, freezing] = await Promise.all(
      (['sparse', 'sparse-to-dense', 'dense', 'freezing'] as const).map(async (id) =>
        (await run(id, 3)).log.rows.map(({ loss }) => loss),
      ),
    )
    expect(toDense![0]).toBe(sparse![0])
    expect(toDense![2]).not.toBe(sparse![2])
    expect(freezing![0]).toBe(dense![0])
    expect(dense![0]).not.toBe(sparse![0])
  })
  it('at a rate of 0 freezing is dense and sparse to dense is sparse: as they came, and as they were pruned', async () => {
    const hashes = new Map<string, string>()
    for (const { id } of transfers) hashes.set(id, (await run(id, 3, 0)).weights.hash())
    expect(hashes.get('freezing')).toBe(hashes.get('dense'))
    expect(hashes.get('dense')).toBe(weights.hash())
    expect(hashes.get('sparse-to-dense')).toBe(hashes.get('sparse'))
    expect(hashes.get('sparse')).toBe(pruned.hash())
  })
  it('without masks all four are one', async () => {
    const hashes = await Promise.all(transfers.map(async ({ id }) => (await run(id, 3, 0.01, new Map())).weights.hash()))
    expect(new Set(hashes).size).toBe(1)
  })
  it('masks neither gradients nor moments: those of held positions go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-transfer-'))
    try {
      const checkpoint = { folder, recipe: 'a'.repeat(64), every: 8 }
      const settings = { ...loopSettings(8), transfer: 'sparse', decays, checkpoint } as const
      await transfer(engine, learnable, weights, masks, lessons(), settings, { nowMs })
      const { tensors } = readCheckpoint(checkpoint)!
      for (const [name, mask] of masks) {
        const { data } = tensors.get(momentsOf(name).first)!
        expect(
          [...data.keys()].filter((i) => !isKept(mask, i)).every((i) => data[i] !== 0),
          name,
        ).toBe(true)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('what is held is verified while training', () => {
  const learn = (start: Weights, at: 'zero' | 'start', tamper: (name: string) => boolean) => {
    const { gradients, names } = learnable
    const settings = loopSettings(5)
    const learner = createLearner(gradients, names, start, { epsilon: 1e-8, decays }, { at, masks })
    // a graph that does not do what it promises: the weight of one matrix is handed on as the update left it
    const nodes = learner.graph.nodes.map((node) =>
      node.op === 'Where' && node.outputs.some((output) => tamper(output))
        ? { ...node, op: 'Identity', inputs: [node.inputs[1]!] }
        : node,
    )
    return train(engine, { ...learner, graph: { ...learner.graph, nodes } }, lessons(), settings, { nowMs })
  }
  const NAME = 'model.layers.1.mlp.up_proj.weight'

  it.each(['zero', 'start'] as const)('names the matrix and the step where one is not kept at %s', async (at) => {
    const start = at === 'zero' ? pruned : weights
    await learn(start, at, () => false)
    // with a warm-up the first step is one of rate 0
    await expect(learn(start, at, (output) => output === `next/${NAME}`)).rejects.toMatchObject({
      code: 'train/held',
      message: expect.stringMatching(/after step 2, got others: \d+ in "model\.layers\.1\.mlp\.up_proj\.weight"\.$/) as string,
    })
  })
  it('sees a start that is not what it should be', async () => {
    await expect(learn(weights, 'zero', () => false)).rejects.toThrow('to be at zero after step 0')
  })
  it('refuses a mask that fits no tensor, by name', async () => {
    const [[name, mask]] = [...masks] as [[string, Mask]]
    await expect(run('sparse', 2, 0.01, new Map([['model.other.weight', mask]]))).rejects.toMatchObject({ code: 'train/mask' })
    const short = new Map([[name, { bits: mask.bits.slice(1), length: mask.length - 8 }]])
    await expect(run('sparse', 2, 0.01, short)).rejects.toThrow(`for "${name}" [16, 16], got ${mask.length - 8}.`)
  })
})
