import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { findPlace, findPlaces, type Scored } from '../../main/compress/rank.ts'

const breathe = () => Promise.resolve()
const scored = (name: string, scores: Float32Array): Scored => ({ name, out: 1, in: scores.length, scores: () => scores })

/** The same place by sorting. */
function sortedPlace(scores: Float32Array, rank: number) {
  const sorted = scores.toSorted()
  if (rank >= sorted.length) return { value: Infinity, ties: 0 }
  const below = sorted.findIndex((score) => score === sorted[rank])
  return { value: sorted[rank]! + 0, ties: rank - below }
}

const rng = createRng('scores')
const float = new Float32Array(1)
const samples: Record<string, Float32Array> = {
  'of all sizes and both signs': Float32Array.from({ length: 5000 }, () => {
    new Uint32Array(float.buffer)[0] = rng.uint32()
    return Number.isFinite(float[0]) ? float[0]! : 1
  }),
  'with many ties': Float32Array.from({ length: 5000 }, () => rng.int(7) - 3),
  'that are all equal': new Float32Array(100).fill(-0.25),
  'that share the upper half of their bits': Float32Array.from({ length: 3000 }, () => 1 + rng.int(5000) * 2 ** -23),
  'that are zeros of both signs': Float32Array.of(0, -0, 0, -0, -0, 1, -1),
  'at the ends of the range': Float32Array.of(3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -1e-45, 0),
}

describe.each(Object.keys(samples))('ranking scores %s', (name) => {
  const scores = samples[name]!
  const n = scores.length
  const ranks = [0, 1, n >> 3, n >> 1, n - 2, n - 1, n]

  it('finds over several matrices what sorting them as one finds', async () => {
    const parts = [scored('a', scores.subarray(0, n >> 1)), scored('b', scores.subarray(n >> 1))]
    const found = await findPlaces(parts, ranks, breathe)
    expect(found).toEqual(ranks.map((rank) => sortedPlace(scores, rank)))
  })

  it('finds in one run what sorting finds', () => {
    // + 0: a zero of a run may carry either sign, which compares alike
    const found = ranks.map((rank) => findPlace(scores.slice(), rank)).map(({ value, ties }) => ({ value: value + 0, ties }))
    expect(found).toEqual(ranks.map((rank) => sortedPlace(scores, rank)))
  })
})

describe('scores that rank nothing', () => {
  it.each([NaN, -NaN, Infinity, -Infinity])('are refused with the name of their matrix: %d', async (bad) => {
    const matrices = [scored('first', Float32Array.of(1, 2)), scored('second', Float32Array.of(1, bad))]
    await expect(findPlaces(matrices, [1], breathe)).rejects.toMatchObject({
      code: 'compress/score',
      message: expect.stringMatching(`second, got ${bad}`) as string,
    })
  })
})

it('refuses scores that change while they are ranked', async () => {
  let passes = 0
  const changing = { name: 'w', out: 1, in: 3, scores: () => new Float32Array(3).fill(++passes) }
  await expect(findPlaces([changing], [1], breathe)).rejects.toMatchObject({ code: 'compress/score' })
})
