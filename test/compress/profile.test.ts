import { describe, expect, it } from 'vitest'
import { float32 } from '../../main/base/tensor.ts'
import { magnitude } from '../../main/compress/methods/magnitude.ts'
import { countOutliers, profileSchema, spreadOwl, type LayerOutliers } from '../../main/compress/profile.ts'
import { compressBy, type StatsSource } from '../../main/compress/recipe.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { golden } from '../make/golden.ts'

interface Golden {
  readonly layers: readonly (readonly { readonly w: number[][]; readonly norm: number[] }[])[]
  readonly cases: readonly {
    readonly sparsity: number
    readonly m: number
    readonly lambda: number
    readonly outliers: number[]
    readonly sparsities: number[]
  }[]
}
const { layers, cases } = golden<Golden>('owl-numpy.json')
const shapes = layers.map((matrices, i) =>
  matrices.map(({ w }, j) => ({ name: `layer.${i}.${j}`, out: w.length, in: w[0]!.length })),
)
const matrices = shapes.flat()
const weights = heldWeights(
  new Map(
    matrices.map(({ name, out, in: width }, k) => [name, float32([out, width], Float32Array.from(layers.flat()[k]!.w.flat()))]),
  ),
)
const norms = new Map(matrices.map(({ name }, k) => [name, Float32Array.from(layers.flat()[k]!.norm)]))
const normOf = (name: string) => norms.get(name)!
const size = matrices.reduce((sum, { out, in: width }) => sum + out * width, 0)
const countAll = (m: number): Promise<LayerOutliers[]> =>
  Promise.all(shapes.map((layer) => countOutliers(layer, weights, normOf, m, async () => {})))
const total = (counts: readonly LayerOutliers[], sparsities: readonly number[]) =>
  counts.reduce((sum, { size: n }, i) => sum + n * sparsities[i]!, 0)
const farthest = (sparsities: readonly number[], sparsity: number) => Math.max(...sparsities.map((s) => Math.abs(s - sparsity)))

describe("a sparsity spread by OWL, against the authors' formulas in NumPy", () => {
  it.each(cases)('has their outliers and, as published, their sparsities: $sparsity, m $m, lambda $lambda', async (one) => {
    const counts = await countAll(one.m)
    // theirs are percentages, rounded once more
    counts.forEach(({ outliers, size: n }, i) => expect((100 * outliers) / n).toBeCloseTo(one.outliers[i]!, 12))
    const published = profileSchema.parse({ kind: 'owl', m: one.m, lambda: one.lambda, spread: 'published' })
    spreadOwl(counts, one.sparsity, published).forEach((s, i) => expect(s).toBeCloseTo(one.sparsities[i]!, 12))
  })
  it.each(cases)('keeps the sum over all weights and the bound of lambda, which the published spread does not', async (one) => {
    const counts = await countAll(one.m)
    const found = spreadOwl(counts, one.sparsity, profileSchema.parse({ kind: 'owl', m: one.m, lambda: one.lambda }))
    expect(total(counts, found)).toBeCloseTo(size * one.sparsity, 10)
    expect(farthest(found, one.sparsity)).toBeLessThanOrEqual(one.lambda + 1e-12)
    expect(Math.abs(total(counts, one.sparsities) - size * one.sparsity)).toBeGreaterThan(0.1)
    // the same order: what has more outliers keeps more
    const order = (values: readonly number[]) => [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b)
    expect(order(found)).toEqual(order(one.sparsities))
  })
  it('is even where all layers have the same share of outliers', () => {
    const even = [{ outliers: 1, size: 10 }, { outliers: 2, size: 20 }] // prettier-ignore
    expect(spreadOwl(even, 0.5, profileSchema.parse({ kind: 'owl' }))).toEqual([0.5, 0.5])
  })
})

describe('a method with a profile', () => {
  const stats: StatsSource = {
    order: 'one-pass',
    stages: shapes.map((layer) => layer.map(({ name }) => name)),
    of: () => Promise.resolve(new Map([...norms].map(([name, inputNorm]) => [name, { inputNorm }]))),
  }
  const profile = profileSchema.parse({ kind: 'owl', m: 2, lambda: 0.2 })
  const recipe = {
    group: 'layer',
    pattern: 'free',
    sparsity: 0.6,
    params: {},
    seed: 0,
    include: [],
    exclude: [],
    profile,
  } as const

  it('removes from each layer what the profile says, and its ledger says so', async () => {
    const { ledger } = await compressBy(magnitude, matrices, weights, recipe, { stats })
    const wanted = spreadOwl(await countAll(2), 0.6, profile)
    const layerOf = (name: string) => Number(name.split('.')[1])
    for (const row of ledger) {
      expect(row.asked).toBeCloseTo(wanted[layerOf(row.name)]!, 12)
      expect(row.zeros).toBe(Math.floor(row.out * row.in * wanted[layerOf(row.name)]!))
    }
    expect(new Set(ledger.map(({ asked }) => asked)).size).toBeGreaterThan(2)
  })
  it('names what does not go with it: no calibration, all matrices competing, a pattern, a sparsity near the ends', async () => {
    const fails = async (change: object, code: string, given = { stats } as object) => {
      await expect(compressBy(magnitude, matrices, weights, { ...recipe, ...change }, given)).rejects.toMatchObject({ code })
    }
    await fails({}, 'compress/stats', {})
    await fails({ group: 'model' }, 'compress/quota')
    await fails({ pattern: { keep: 2, of: 4 }, sparsity: 0.5 }, 'compress/quota')
    await fails({ sparsity: 0.1 }, 'compress/quota')
    await fails({ sparsity: 0.85 }, 'compress/quota')
  })
})
