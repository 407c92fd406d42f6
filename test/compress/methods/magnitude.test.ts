import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sha256File } from '../../../main/base/files.ts'
import { float32 } from '../../../main/base/tensor.ts'
import { compress, type Recipe } from '../../../main/compress/recipe.ts'
import { openModel } from '../../../main/models/folder.ts'
import { openSafetensors, type FiledTensor } from '../../../main/models/safetensors.ts'
import { heldWeights } from '../../../main/models/weights.ts'
import { describeShared, shared } from '../../make/shared.ts'
import { keptIn, matrixOf, rowsOf } from '../../make/matrices.ts'

const recipe: Recipe = {
  ...{ method: 'magnitude', group: 'layer', pattern: 'free', sparsity: 0.5 },
  ...{ params: {}, seed: 0, include: [], exclude: [] },
}
const zeroed = (zero: number, of: number) => ({ pattern: { keep: of - zero, of }, sparsity: 1 - (of - zero) / of })
const readJson = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T

describe('magnitude on the golden 3 × 8 matrix (float64 in numpy, see note in the file)', () => {
  const golden = readJson<{
    W: number[][]
    'layerwise_magnitude_s0.5': { W: number[][] }
    'global_strict_keep_density0.5': { mask: number[][] }
    magnitude_nm_zero2_of4: number[][]
    magnitude_nm_zero3_of8: number[][]
  }>(join(import.meta.dirname, '..', '..', 'golden', 'golden_vectors.json'))
  const w = matrixOf(golden.W)
  const run = (change: Partial<Recipe>) => compress(w.matrices, w.weights, { ...recipe, ...change })
  const narrow = (rows: number[][]) => rows.map((row) => row.map(Math.fround))

  it('leaves per matrix what the inclusive threshold leaves', async () => {
    const { weights } = await run({ params: { threshold: 'inclusive' } })
    expect(rowsOf(weights)).toEqual(narrow(golden['layerwise_magnitude_s0.5'].W))
  })
  it('keeps globally what the published threshold keeps', async () => {
    const made = await run({ group: 'model', params: { threshold: 'published' } })
    expect(keptIn(made)).toEqual(golden['global_strict_keep_density0.5'].mask)
  })
  it('keeps 2 of 4 and 5 of 8', async () => {
    expect(rowsOf((await run(zeroed(2, 4))).weights)).toEqual(narrow(golden.magnitude_nm_zero2_of4))
    expect(rowsOf((await run(zeroed(3, 8))).weights)).toEqual(narrow(golden.magnitude_nm_zero3_of8))
  })
})

/** Bytes of a tensor in a safetensors file. */
function bytesOf({ path, offset, bytes }: FiledTensor): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(path).subarray(offset, offset + bytes))
}
const floatsOf = (tensor: FiledTensor) => new Float32Array(bytesOf(tensor).buffer)

describeShared("magnitude as in the authors' code (Wanda's prune_magnitude in PyTorch)", () => {
  interface Case {
    name: string
    layer: string
    method: string
    settings: { sparsity: number; zeroed_per_group: number | null; group: number | null }
    results: { zeros: number }
  }
  const tensors = () => openSafetensors(shared('fixtures/authors_reference.safetensors'))
  const cases = () =>
    readJson<{ cases: Case[] }>(shared('fixtures/authors_reference.json')).cases.filter(({ method }) => method === 'magnitude')

  it('gives every mask they published numbers of, bit for bit', async () => {
    expect(cases()).toHaveLength(6)
    for (const { name, layer, settings, results } of cases()) {
      const stored = tensors().get(`${layer}/W`)!
      const [out, width] = stored.dims as [number, number]
      const weights = heldWeights(new Map([['w', float32([out, width], floatsOf(stored))]]))
      const isFree = settings.zeroed_per_group === null
      const made = await compress([{ name: 'w', out, in: width }], weights, {
        ...recipe,
        ...(isFree ? { sparsity: settings.sparsity } : zeroed(settings.zeroed_per_group!, settings.group!)),
        params: isFree ? { threshold: 'inclusive' } : {},
      })
      expect(made.zeros, name).toBe(results.zeros)
      expect(keptIn(made).flat(), name).toEqual([...bytesOf(tensors().get(`${name}/mask`)!)])
    }
  })
})

describeShared('magnitude on a real model whose weights are full of ties', () => {
  type Level = { total_zeros: number; matrices: Record<string, { zeros: number; mask_sha256: string }> }
  interface Reference {
    weights_sha256: string
    n: number
    matrix_order: string[]
    global_magnitude: (Level & { s: number; kept: number })[]
    per_matrix_magnitude: (Level & { s: number })[]
    nm_magnitude: (Level & { n: number; m: number })[]
  }
  const reference = () => readJson<Reference>(shared('fixtures/prune_reference.json'))
  async function check<L extends Level>(levels: readonly L[], change: (level: L) => Partial<Recipe>): Promise<void> {
    const known = reference()
    const { linears, weights, folder } = openModel(shared('models/tinystories-656k'))
    expect(sha256File(join(folder, 'model.safetensors'))).toBe(known.weights_sha256)
    expect(linears.map(({ name }) => name)).toEqual(known.matrix_order)
    for (const level of levels) {
      const { ledger, zeros, total } = await compress(linears, weights, { ...recipe, ...change(level) })
      expect({ zeros, total }).toEqual({ zeros: level.total_zeros, total: known.n })
      const found = ledger.map(({ name, zeros, maskHash }) => [name, { zeros, mask_sha256: maskHash }])
      expect(Object.fromEntries(found)).toEqual(level.matrices)
    }
  }

  it('gives the masks of all nine global levels under the published threshold', async () => {
    await check(reference().global_magnitude, ({ s }) => ({
      ...{ group: 'model', sparsity: s, params: { threshold: 'published' } },
    }))
  })
  it('gives the masks of all nine levels per matrix under the exact threshold', async () => {
    await check(reference().per_matrix_magnitude, ({ s }) => ({ group: 'layer', sparsity: s }))
  })
  it('gives the masks of all seven patterns of 8', async () => {
    await check(reference().nm_magnitude, ({ n, m }) => ({ pattern: { keep: n, of: m }, sparsity: 1 - n / m }))
  })
})
