import { describe, expect, it } from 'vitest'
import { gptq } from '../../../main/compress/methods/gptq.ts'
import { rtn } from '../../../main/compress/methods/rtn.ts'
import { compress } from '../../../main/compress/recipe.ts'
import { matrixOf, rowsOf } from '../../make/matrices.ts'

const rows = [
  [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
  [-4, 3, 2, 1, -1, -2, -3],
]
const one = matrixOf(rows)
const linear = { ...one.matrices[0]!, w: Float32Array.from(rows.flat()) }
const recipe = { method: 'rtn', group: 'row', pattern: 'free', sparsity: 0, seed: 0, include: [], exclude: [] } as const
const ledgerOf = async (params: Record<string, number | string | boolean>) =>
  (await compress(one.matrices, one.weights, { ...recipe, params })).ledger[0]!

describe('rtn', () => {
  it('gives each row, each group of columns or the whole matrix a scale; a last group may be narrower', () => {
    const scales = (params: Parameters<typeof rtn.code>[2]) => [...rtn.code(linear, {}, params).scale]
    // (high − low) / (2^bits − 1), the range holding 0
    const f = Math.fround
    expect(scales({ bits: 2 })).toEqual([f(f(0.7) / 3), f(7 / 3)])
    expect(scales({ bits: 2, per: 'tensor' })).toEqual([f(7 / 3), f(7 / 3)])
    expect(scales({ bits: 2, groupSize: 3 })).toEqual([0.3, 0.6, 0.7, 7, 3, 3].map((r) => f(f(r) / 3)))
    expect(scales({ bits: 2, groupSize: 100 })).toEqual(scales({ bits: 2 }))
  })
  it('has room for both signs in symmetric grids, unless the published range is asked for', () => {
    const top = (params: Parameters<typeof rtn.code>[2]) => {
      const { codes, scale, zero } = rtn.code(linear, {}, params)
      return (codes[6]! - zero[0]!) * scale[0]!
    }
    const symmetric = { bits: 3, symmetric: true }
    expect(top(symmetric)).toBeCloseTo(0.6, 6) // 3 · 1.4/7: the code above the middle that is nearest to 0.7
    expect(top({ ...symmetric, range: 'published' })).toBeCloseTo(0.3, 6) // 3 · 0.7/7: the last code there is
  })
  it('counts scales and codes of 0 among the bits of a weight (paper.md 1.5)', async () => {
    const bits = async (params: Parameters<typeof ledgerOf>[0]) => (await ledgerOf(params)).effectiveBits
    expect(await bits({ bits: 4 })).toBeCloseTo(4 + (16 + 4) / 7, 12)
    expect(await bits({ bits: 4, symmetric: true })).toBeCloseTo(4 + 16 / 7, 12)
    expect(await bits({ bits: 3, groupSize: 3 })).toBeCloseTo(3 + (3 * (16 + 3)) / 7, 12)
    expect(await bits({ bits: 2, per: 'tensor' })).toBeCloseTo(2 + (16 + 2) / 14, 12)
    expect(await bits({ bits: 16 })).toBe(16)
  })
  it('with 16 bits rounds to float16, halves to even, and names what that cannot hold', async () => {
    // between 2048 and 4096 float16 has the even numbers
    const wide = matrixOf([[2049, 2051, 0.1, -0.5]])
    const { weights } = await compress(wide.matrices, wide.weights, { ...recipe, params: { bits: 16 } })
    expect(rowsOf(weights)).toEqual([[2048, 2052, Math.f16round(0.1), -0.5]])
    const wider = matrixOf([[1, 70_000]])
    await expect(compress(wider.matrices, wider.weights, { ...recipe, params: { bits: 16 } })).rejects.toMatchObject({
      code: 'compress/range',
      message: 'Expected weights of at most 65504, what 16 bits hold, in w, got 70000 (number).',
    })
  })
  it('comes nearer where it may shrink its range', () => {
    const skewed = { ...linear, out: 1, in: 14, w: Float32Array.from({ length: 14 }, (_, i) => (i === 0 ? 1.6 : Math.sin(i))) }
    const error = (shrink: boolean) => {
      const { codes, scale, zero } = rtn.code(skewed, {}, { bits: 3, shrink })
      return skewed.w.reduce((sum, w, i) => sum + Math.abs((codes[i]! - zero[0]!) * scale[0]! - w) ** 2.4, 0)
    }
    expect(error(true)).toBeLessThan(error(false))
  })
  it.each([rtn, gptq])('takes one thing that says what shares a scale: $id', ({ params }) => {
    expect(params.safeParse({ bits: 4, per: 'tensor', groupSize: 8 }).error?.issues[0]?.message).toMatch(/no groupSize/)
    expect(params.safeParse({ bits: 9 }).success).toBe(false)
    expect(params.parse({ bits: 4, per: 'row', shrink: false })).toEqual({ bits: 4 })
  })
})
