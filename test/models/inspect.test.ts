import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { createRng } from '../../main/base/rng.ts'
import { compareModels, comparePair } from '../../main/models/compare.ts'
import { surveyModel } from '../../main/models/folder.ts'
import { countZeros, findPlace, keptMap, tensorFacts, tensorHeads, zeroRows } from '../../main/models/inspect.ts'
import { openSafetensors, writeSafetensors } from '../../main/models/safetensors.ts'
import { float32 } from '../../main/base/tensor.ts'
import type { TensorPlace } from '../../main/onnx/graph.ts'
import { makeModelFolder } from '../make/model.ts'
import { makeFolder } from '../make/store.ts'

const folder = makeFolder()
afterAll(() => folder[Symbol.dispose]())
let file = 0

/** Numbers as a weight in a file. */
function placed(dims: readonly number[], data: readonly number[], stored: TensorPlace['stored'] = 'F32'): TensorPlace {
  const path = join(folder.path, `${file++}.safetensors`)
  writeSafetensors(path, [{ name: 'w', dims, stored, read: () => float32(dims, Float32Array.from(data)) }])
  return { ...openSafetensors(path).get('w')!, stored }
}

describe('a weight looked at number by number', () => {
  it('has the moments, zeros and bins that one counts by hand', () => {
    const facts = tensorFacts('w', placed([2, 4], [0, 1, -1, 3, 0, 0, 2, -2]), 5)
    expect(facts).toMatchObject({ min: -2, max: 3, zeros: 3, sparsity: 3 / 8, mean: 3 / 8 })
    // Σ(x − 3/8)² = 1 + 1 + 9 + 4 + 4 − 8·(3/8)² = 17.875
    expect(facts.std).toBeCloseTo(Math.sqrt(17.875 / 8), 12)
    expect(facts.rowZeros).toEqual({ min: 1, median: 2, max: 2 })
    // bins of width 1 from −2; the largest number is in the last one, zeros in none
    expect(facts.histogram).toEqual({ low: -2, high: 3, counts: [1, 1, 0, 1, 2] })
  })
  it('of numbers that are all alike has one full bin; of a vector no rows', () => {
    const facts = tensorFacts('w', placed([3], [0.5, 0.5, 0.5]), 4)
    expect(facts).toMatchObject({ std: 0, rowZeros: null, pattern: null, histogram: { counts: [3, 0, 0, 0] } })
  })
  it('finds the N:M that a matrix was pruned to, whatever its width leaves over', () => {
    const rng = createRng('pattern')
    for (const [keep, of] of [
      [1, 2],
      [2, 4],
      [4, 8],
      [3, 8],
      [8, 16],
    ] as const) {
      const width = of * 6 + 1
      const data = Array.from({ length: 5 }, () =>
        Array.from({ length: 6 }, () => rng.shuffle(Array.from({ length: of }, (_, i) => (i < keep ? 1 + rng.float() : 0)))).flat().concat(1),
      ).flat() // prettier-ignore
      expect(countZeros('w', placed([5, width], data)).pattern).toEqual({ keep, of, conformity: 1 })
    }
  })
  it('says how far zeros anywhere follow any pattern at all', () => {
    // pairs of one zero and one number: half of all pairs where each number is zero with probability 1/2
    const rng = createRng('free')
    const { pattern } = countZeros(
      'w',
      placed(
        [200, 200],
        Array.from({ length: 40_000 }, () => rng.int(2)),
      ),
    )
    expect(pattern).toMatchObject({ keep: 1, of: 2 })
    expect(Math.abs(pattern!.conformity - 0.5)).toBeLessThan(0.02) // 4 standard errors of 20,000 pairs
  })
  it('is drawn as shares kept, tile by tile', () => {
    const place = placed([4, 4], [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1])
    expect(keptMap('w', place, { rows: 2, columns: 2 })).toEqual({ out: 4, in: 4, rows: 2, columns: 2, kept: [0.25, 1, 1, 0.25] })
    expect(keptMap('w', place, { rows: 100, columns: 1 })).toMatchObject({ rows: 4, columns: 1, kept: [0.75, 0.5, 0.5, 0.75] })
    const uneven = keptMap('w', placed([3, 5], new Array<number>(15).fill(1)), { rows: 2, columns: 3 })
    expect(uneven.kept).toEqual([1, 1, 1, 1, 1, 1])
  })
})

describe('two weights', () => {
  it('differ by their distance, angle and common zeros', () => {
    const [a, b] = [placed([2, 2], [3, 0, 0, 4]), placed([2, 2], [3, 0, 4, 0])]
    expect(comparePair('w', a, b)).toEqual({
      ...{ isSame: false, sparsityA: 0.5, sparsityB: 0.5, distance: Math.sqrt(32), relative: Math.sqrt(32) / 5 },
      ...{ cosine: 9 / 25, overlap: 1 / 3 },
    })
    expect(comparePair('w', a, a)).toMatchObject({ isSame: true, distance: 0, cosine: 1, overlap: 1 })
    expect(comparePair('w', placed([2], [0, 0]), placed([2], [1, 2]))).toMatchObject({ relative: null, cosine: null, overlap: 0 })
  })
  it('are the same where one is stored shorter without loss', () => {
    expect(comparePair('w', placed([2], [0.5, -2]), placed([2], [0.5, -2], 'BF16'))).toMatchObject({
      isSame: true,
      overlap: null,
    })
  })
})

describe('a model', () => {
  let made: ReturnType<typeof makeModelFolder>
  beforeAll(() => (made = makeModelFolder()))
  afterAll(() => made[Symbol.dispose]())

  it('lists its weights, those that compression works on told apart', () => {
    const model = surveyModel(made.path)
    const heads = tensorHeads(model)
    expect(heads.map(({ name }) => name)).toEqual([...model.places.keys()])
    expect(heads.filter(({ isCompressible }) => isCompressible).map(({ name }) => name)).toEqual(model.linears.map(({ name }) => name)) // prettier-ignore
    expect(zeroRows(model).map(({ name }) => name)).toEqual(model.linears.map(({ name }) => name))
    expect(() => findPlace(model, `${heads[0]!.name}x`)).toThrow(`perhaps "${heads[0]!.name}"`)
  })
  it('is the same as itself, weight by weight', () => {
    const model = surveyModel(made.path)
    const { tensors, counts } = compareModels(model, model)
    expect(counts).toEqual({ same: tensors.length, changed: 0, missing: 0 })
    const one = new Map([...model.places].slice(1))
    expect(compareModels(model, { places: one }).tensors[0]).toMatchObject({ state: 'only-a', sparsityB: null, cosine: null })
    expect(compareModels({ places: one }, model).tensors.at(-1)).toMatchObject({ state: 'only-b', sparsityA: null })
  })
})
