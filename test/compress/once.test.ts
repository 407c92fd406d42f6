import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { isKept, keepAll, keepsAll } from '../../main/compress/bits.ts'
import { select } from '../../main/compress/mask.ts'
import type { Mask } from '../../main/compress/method.ts'
import { markOnce } from '../../main/compress/once.ts'
import type { Scored } from '../../main/compress/rank.ts'

const breathe = () => Promise.resolve()
const N = 100_003
const rng = createRng('once')
const float = new Float32Array(1)
const draws: Readonly<Record<string, (i: number) => number>> = {
  'of all sizes and both signs': () => {
    new Uint32Array(float.buffer)[0] = rng.uint32()
    return Number.isFinite(float[0]) ? float[0]! : 1
  },
  'that are small and lie close together': () => (rng.uint32() + rng.uint32() - 2 ** 32) / 2 ** 36,
  'with some ties': () => rng.int(5000) - 2500,
  'that are zeros of both signs here and there': () => (rng.int(2000) > 0 ? rng.float() - 0.5 : rng.int(2) ? 0 : -0),
}

/** Scores in two matrices, the first with a length that is no multiple of eight. */
function split(scores: Float32Array, isBySize = false): Scored[] {
  const cut = 33_337
  return [scores.subarray(0, cut), scores.subarray(cut)].map((part, i) => {
    return { name: `m${i}`, out: 1, in: part.length, scores: () => part, ...(isBySize && { isBySize }) }
  })
}
const fresh = (matrices: readonly Scored[]) => matrices.map((matrix) => keepAll(matrix.out * matrix.in))
const bitsOf = (masks: readonly Mask[]) => masks.map(({ bits }) => Buffer.from(bits).toString('hex'))

/** The same by a stable sort of all. */
function sorted(scores: Float32Array, matrices: readonly Scored[], rank: number, isThrough: boolean): string[] {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]! || a - b)
  const gone = new Set(order.subarray(0, rank))
  if (isThrough) for (const i of order) if (scores[i]! <= scores[order[rank]!]!) gone.add(i)
  let start = 0
  return matrices.map(({ in: length }) => {
    const bits = new Uint8Array(Math.ceil(length / 8))
    for (let i = 0; i < length; i++) if (!gone.has(start + i)) bits[i >>> 3]! |= 128 >>> (i & 7)
    start += length
    return Buffer.from(bits).toString('hex')
  })
}

describe.each(Object.keys(draws))('marking scores %s in one pass', (name) => {
  const scores = Float32Array.from({ length: N }, (_, i) => draws[name]!(i))
  it.each([false, true])('takes out what a stable sort says (sizes: %s)', async (isBySize) => {
    const matrices = split(scores, isBySize)
    const ranked = isBySize ? scores.map(Math.abs) : scores
    for (const rank of [0, 1, N >> 3, N >> 1, N - 1]) {
      for (const isThrough of [false, true]) {
        const masks = fresh(matrices)
        expect(await markOnce(matrices, masks, { rank, isThrough }, breathe)).toBe(true)
        expect(bitsOf(masks)).toEqual(sorted(ranked, matrices, rank, isThrough))
      }
    }
  })
})

describe('where a sample says nothing', () => {
  it('masks stay as they were, and counting finds the same as a sort', async () => {
    // every score that is sampled is small, though most are large; and all alike, which has no place between two of them
    const step = Math.ceil(N / (N >> 6)) | 1
    const misled = Float32Array.from({ length: N }, (_, i) => (i % step === 0 ? i / N : 1 + i))
    for (const scores of [misled, new Float32Array(N).fill(0.25)]) {
      const matrices = split(scores)
      const masks = fresh(matrices)
      expect(await markOnce(matrices, masks, { rank: N >> 1, isThrough: false }, breathe)).toBe(false)
      expect(bitsOf(masks)).toEqual(bitsOf(fresh(matrices)))
      const found = await select(matrices, { sparsity: 0.5, group: 'model', pattern: 'free' }, 'exact', breathe)
      expect(bitsOf(found)).toEqual(sorted(scores, matrices, N >> 1, false))
    }
  })
  it('few scores are not sampled at all', async () => {
    const matrix: Scored = { name: 'w', out: 1, in: 100, scores: () => expect.unreachable() }
    expect(await markOnce([matrix], fresh([matrix]), { rank: 50, isThrough: false }, breathe)).toBe(false)
  })
})

it.each([NaN, Infinity, -Infinity])('refuses a score that ranks nothing, wherever it stands: %d', async (bad) => {
  for (const at of [40_000, N - 1]) {
    const scores = Float32Array.from({ length: N }, (_, i) => (i === at ? bad : i % 1000))
    const matrices = split(scores)
    await expect(markOnce(matrices, fresh(matrices), { rank: 10, isThrough: false }, breathe)).rejects.toMatchObject({
      code: 'compress/score',
      message: `Expected finite scores for the weights of m1, got ${bad} (number).`,
    })
  }
})

it('a mask keeps all only if it does to the last bit', () => {
  for (const length of [1, 8, 13]) {
    expect(keepsAll(keepAll(length))).toBe(true)
    for (let at = 0; at < length; at++) {
      const mask = keepAll(length)
      mask.bits[at >>> 3]! ^= 128 >>> (at & 7)
      expect([keepsAll(mask), isKept(mask, at)]).toEqual([false, false])
    }
  }
})
