import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { float32 } from '../../main/base/tensor.ts'
import { applyMask } from '../../main/compress/bits.ts'
import { select } from '../../main/compress/mask.ts'
import type { GraphScore } from '../../main/compress/mask-graphs.ts'
import type { Quota, Stats } from '../../main/compress/method.ts'
import { magnitude } from '../../main/compress/methods/magnitude.ts'
import { wanda } from '../../main/compress/methods/wanda.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import { pruneInEngine, type PruneWish, type Pruned } from '../../main/jobs/masks-in-engine.ts'
import { openModel } from '../../main/models/folder.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { describeShared, shared } from '../make/shared.ts'

let engine: Engine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.close())

const quotas: readonly (readonly [string, Quota])[] = [
  ['half of all together', { sparsity: 0.5, group: 'model', pattern: 'free' }],
  ['0.3 of each matrix', { sparsity: 0.3, group: 'layer', pattern: 'free' }],
  ['0.7 of each row', { sparsity: 0.7, group: 'row', pattern: 'free' }],
  ['nothing', { sparsity: 0, group: 'row', pattern: 'free' }],
  ['two of four', { sparsity: 0.5, group: 'row', pattern: { keep: 2, of: 4 } }],
  ['five of eight, a rest of columns left dense', { sparsity: 0.375, group: 'row', pattern: { keep: 5, of: 8 } }],
]

/** What the plain path says of the same scores. */
async function plainly(score: GraphScore, { matrices, weights, quota, normOf }: PruneWish): Promise<Pruned[]> {
  const scored = matrices.map((matrix) => {
    const { data: w } = weights.get(matrix.name)
    const scores = new Float32Array(w.length)
    if (score === 'wanda') wanda.score({ ...matrix, w }, { inputNorm: normOf!(matrix.name) }, {}, createRng(0), scores)
    else magnitude.score({ ...matrix, w }, {}, {}, createRng(0), scores)
    return { ...matrix, scores: () => scores }
  })
  const masks = await select(scored, quota, 'exact', async () => {})
  return matrices.map(({ name, out, in: width }, i) => ({
    ...{ name, mask: masks[i]! },
    w: float32([out, width], applyMask(weights.get(name).data, masks[i]!)),
  }))
}

async function collect(wish: PruneWish): Promise<Pruned[]> {
  const all: Pruned[] = []
  for await (const one of pruneInEngine(engine, wish)) all.push(one)
  return all
}

describe.each(['magnitude', 'wanda'] as const)('%s in the engine gives the masks of the plain path, bit for bit', (score) => {
  const rng = createRng('ties')
  // few different sizes, so that ties decide most; 27 columns leave a rest of 3, and bits that fill no byte
  const matrices = [
    { name: 'a', out: 13, in: 27 },
    { name: 'b', out: 8, in: 16 },
    { name: 'c', out: 13, in: 27 },
  ]
  const drawn = (length: number) => Float32Array.from({ length }, () => (rng.int(9) - 4) / 8)
  const weights = heldWeights(new Map(matrices.map((m) => [m.name, float32([m.out, m.in], drawn(m.out * m.in))])))
  const norms = new Map(matrices.map((m) => [m.name, Float32Array.from({ length: m.in }, () => 1 + rng.int(3) / 3)]))
  const normOf = (name: string): Stats['inputNorm'] => norms.get(name)!

  it.each(quotas)('%s, full of ties', async (_, quota) => {
    const wish = { matrices, weights, score, quota, normOf }
    expect(await collect(wish)).toEqual(await plainly(score, wish))
  })

  it('with sizes that lie 80 orders of magnitude apart, zero among them', async () => {
    const wide = Float32Array.from({ length: 13 * 27 }, (_, i) =>
      i % 7 === 0 ? 0 : 10 ** (rng.float() * 76 - 38) * (rng.int(2) - 0.5),
    )
    const one = { matrices: [matrices[0]!], weights: heldWeights(new Map([['a', float32([13, 27], wide)]])), score }
    for (const sparsity of [0.1, 0.5, 0.9]) {
      const wish = { ...one, quota: { sparsity, group: 'layer', pattern: 'free' } as const, normOf: () => new Float32Array(27).fill(1) } // prettier-ignore
      expect(await collect(wish)).toEqual(await plainly(score, wish))
    }
  })
})

describeShared('a real model, read by the engine where it lies,', () => {
  it('loses the same weights together', async () => {
    const model = openModel(shared('models/tinystories-656k'))
    const quota = { sparsity: 0.6, group: 'model', pattern: 'free' } as const
    const wish = { matrices: model.linears, weights: model.weights, score: 'magnitude' as const, quota }
    const [made, plain] = [await collect(wish), await plainly('magnitude', wish)]
    expect(made.map(({ name, mask }) => [name, mask])).toEqual(plain.map(({ name, mask }) => [name, mask]))
  })
})

it('a stop is heeded', async () => {
  const stop = new AbortController()
  stop.abort()
  const weights = heldWeights(new Map([['a', float32([4, 4], new Float32Array(16).fill(1))]]))
  const wish = { matrices: [{ name: 'a', out: 4, in: 4 }], weights, score: 'magnitude' as const }
  const made = collect({ ...wish, quota: { sparsity: 0.5, group: 'row', pattern: 'free' }, signal: stop.signal })
  await expect(made).rejects.toMatchObject({ code: 'engine/stopped' })
})
