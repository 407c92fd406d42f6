import { describe, expect, it } from 'vitest'
import { isKept } from '../../main/compress/bits.ts'
import { select } from '../../main/compress/mask.ts'
import type { Cut, Mask, Quota } from '../../main/compress/method.ts'

const breathe = () => Promise.resolve()

/** Masks of matrices given as rows of scores, as text: 1 = keep, rows apart by a space. */
async function marks(quota: Partial<Quota>, cut: Cut, ...matrices: (readonly (readonly number[])[])[]): Promise<string[]> {
  const scored = matrices.map((rows, i) => ({
    ...{ name: `m${i}`, out: rows.length, in: rows[0]!.length },
    scores: () => Float32Array.from(rows.flat()),
  }))
  const masks = await select(scored, { sparsity: 0, group: 'model', pattern: 'free', ...quota }, cut, breathe)
  const rowAt = (mask: Mask, width: number, row: number) =>
    Array.from({ length: width }, (_, column) => (isKept(mask, row * width + column) ? '1' : '0')).join('')
  return masks.map((mask, i) => matrices[i]!.map((row, r) => rowAt(mask, row.length, r)).join(' '))
}

const small = [[1, 2, 3, 4], [5, 6, 7, 8]] // prettier-ignore
const large = [[9, 10, 11, 12]]

describe('the group', () => {
  it('model lets all matrices compete', async () => {
    expect(await marks({ group: 'model', sparsity: 0.5 }, 'exact', small, large)).toEqual(['0000 0011', '1111'])
  })
  it('layer lets each matrix lose its own share', async () => {
    expect(await marks({ group: 'layer', sparsity: 0.5 }, 'exact', small, large)).toEqual(['0000 1111', '0011'])
  })
  it('row lets each row lose its own share', async () => {
    expect(await marks({ group: 'row', sparsity: 0.5 }, 'exact', small, large)).toEqual(['0011 0011', '0011'])
  })
})

describe('ties', () => {
  const ones = [[1, 1, 1], [1, 1, 2]] // prettier-ignore
  it('go by lowest index, over rows and matrices', async () => {
    expect(await marks({ group: 'model', sparsity: 4 / 9 }, 'exact', ones, [[1, 1, 0]])).toEqual(['000 111', '110'])
    expect(await marks({ group: 'layer', sparsity: 0.5 }, 'exact', ones, [[1, 1, 0]])).toEqual(['000 111', '110'])
    expect(await marks({ group: 'row', sparsity: 0.5 }, 'exact', ones, [[1, 1, 0]])).toEqual(['011 011', '110'])
    expect(await marks({ pattern: { keep: 2, of: 3 }, sparsity: 1 / 3 }, 'exact', ones, [[1, 1, 0]])).toEqual(['011 011', '110'])
  })
  it('hold zeros of both signs to be equal', async () => {
    expect(await marks({ group: 'model', sparsity: 0.5 }, 'exact', [[0, -0, 0, -0]])).toEqual(['0011'])
    expect(await marks({ group: 'row', sparsity: 0.5 }, 'exact', [[0, -0, 0, -0]])).toEqual(['0011'])
  })
})

describe('the threshold', () => {
  const ten = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]
  it('exact takes ⌊n·s⌋, in doubles as Python multiplies them', async () => {
    expect(await marks({ sparsity: 0.39 }, 'exact', ten)).toEqual(['0001111111'])
    // 100 · 0.29 is 28.999999999999996
    const hundred = [Array.from({ length: 100 }, (_, i) => i)]
    expect(await marks({ sparsity: 0.29 }, 'exact', hundred)).toEqual(['0'.repeat(28) + '1'.repeat(72)])
  })
  it('published keeps what is above the ⌊n·(1 − s)⌋-th largest', async () => {
    expect(await marks({ sparsity: 0.35 }, 'published', ten)).toEqual(['0000011111'])
  })
  it('inclusive takes what is up to the score at ⌊n·s⌋', async () => {
    expect(await marks({ sparsity: 0.35 }, 'inclusive', ten)).toEqual(['0000111111'])
  })
  it.each(['published', 'inclusive'] as const)('%s takes all ties of the threshold, and something even at 0', async (cut) => {
    const ties = [[1, 2, 2, 2], [2, 3, 4, 4]] // prettier-ignore
    expect(await marks({ sparsity: 0.25 }, cut, ties)).toEqual(['0000 0111'])
    expect(await marks({ sparsity: 0.25, group: 'layer' }, cut, ties)).toEqual(['0000 0111'])
    expect(await marks({ sparsity: 0.25, group: 'row' }, cut, ties)).toEqual(['0000 0011'])
    expect(await marks({ sparsity: 0 }, cut, ten)).toEqual(['0111111111'])
  })
  it('published keeps nothing where ⌊n·(1 − s)⌋ is 0', async () => {
    expect(await marks({ sparsity: 0.9, group: 'row' }, 'published', small)).toEqual(['0000 0000'])
  })
})

describe('a band', () => {
  const ten = [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]]
  it.each(['model', 'layer', 'row'] as const)('passes over the lowest scores: %s', async (group) => {
    expect(await marks({ sparsity: 0.3, group }, { from: 0.2 }, ten)).toEqual(['1111100011'])
    expect(await marks({ sparsity: 0.3, group }, { from: 0.7 }, ten)).toEqual(['0001111111'])
    expect(await marks({ sparsity: 0.3, group }, { from: 0 }, ten)).toEqual(['1111111000'])
  })
  it('has its ends in the stable order when they are ties', async () => {
    const ties = [[1, 1, 1], [1, 1, 1]] // prettier-ignore
    expect(await marks({ sparsity: 0.34 }, { from: 0.17 }, ties, ties)).toEqual(['110 000', '111 111'])
    expect(await marks({ sparsity: 0.34, group: 'row' }, { from: 0.34 }, ties)).toEqual(['101 101'])
  })
  it('lies within each group of a pattern', async () => {
    expect(await marks({ sparsity: 0.5, pattern: { keep: 2, of: 4 } }, { from: 0.25 }, small)).toEqual(['1001 1001'])
  })
  it('that ends above 1 is refused', async () => {
    await expect(marks({ sparsity: 0.5 }, { from: 0.6 }, small)).rejects.toMatchObject({ code: 'compress/quota' })
    await expect(marks({ sparsity: 0.5 }, { from: -0.1 }, small)).rejects.toMatchObject({ code: 'compress/quota' })
  })
})

describe('a keep-of pattern', () => {
  it('leaves the columns beyond the last full group', async () => {
    const wide = [[4, 3, 2, 1, 0, 0], [1, 2, 3, 4, 0, 0]] // prettier-ignore
    expect(await marks({ sparsity: 0.5, pattern: { keep: 2, of: 4 } }, 'exact', wide)).toEqual(['110011 001111'])
  })
  it('is the same whatever the group and the threshold', async () => {
    const pattern = { keep: 1, of: 2 }
    for (const group of ['model', 'layer', 'row'] as const) {
      for (const cut of ['exact', 'published', 'inclusive'] as const) {
        expect(await marks({ sparsity: 0.5, group, pattern }, cut, small, large)).toEqual(['0101 0101', '0101'])
      }
    }
  })
  it('may keep any N of any M, and all', async () => {
    expect(await marks({ sparsity: 1 - 2 / 3, pattern: { keep: 2, of: 3 } }, 'exact', small)).toEqual(['0111 0111'])
    expect(await marks({ sparsity: 0, pattern: { keep: 3, of: 3 } }, 'exact', small)).toEqual(['1111 1111'])
  })
})

describe('a quota that does not fit', () => {
  it.each([1, -0.1, 1.5, NaN])('has a sparsity outside [0, 1): %d', async (sparsity) => {
    await expect(marks({ sparsity }, 'exact', small)).rejects.toMatchObject({
      code: 'compress/quota',
      message: expect.stringContaining(`got ${sparsity} (number)`) as string,
    })
  })
  it.each([
    [{ keep: 0, of: 4 }, 'keep from 1 to of'],
    [{ keep: 5, of: 4 }, 'keep from 1 to of'],
    [{ keep: 1.5, of: 4 }, 'whole numbers'],
    [{ keep: 4, of: 8 }, 'at least 8 inputs for keep 4 of 8, got 4 in m0'],
  ])('has a pattern %o', async (pattern, message) => {
    const sparsity = Math.min(0.9, Math.max(0, 1 - pattern.keep / pattern.of))
    await expect(marks({ sparsity, pattern }, 'exact', small)).rejects.toMatchObject({
      code: 'compress/pattern',
      message: expect.stringContaining(message) as string,
    })
  })
  it('asks for another sparsity than its pattern', async () => {
    await expect(marks({ sparsity: 0.4, pattern: { keep: 2, of: 4 } }, 'exact', small)).rejects.toMatchObject({
      code: 'compress/quota',
      message: 'Expected sparsity 0.5 with keep 2 of 4, got 0.4 (number).',
    })
  })
  it('meets scores that are not finite', async () => {
    for (const quota of [{ group: 'row' }, { group: 'layer' }, { pattern: { keep: 1, of: 2 } }] as const) {
      await expect(marks({ sparsity: 0.5, ...quota }, 'exact', small, [[1, NaN]])).rejects.toMatchObject({
        code: 'compress/score',
        message: 'Expected finite scores for the weights of m1, got NaN (number).',
      })
    }
  })
})

it('gives other work its turn within a large matrix too', async () => {
  let turns = 0
  const large = { name: 'large', out: 2048, in: 2048, scores: () => new Float32Array(1 << 22) }
  const countTurn = () => Promise.resolve(void turns++)
  await select([large], { sparsity: 0.5, group: 'row', pattern: 'free' }, 'exact', countTurn)
  expect(turns).toBe(3)
})
