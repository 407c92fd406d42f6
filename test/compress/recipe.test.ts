import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sha256 } from '../../main/base/files.ts'
import type { ScoreMethod } from '../../main/compress/method.ts'
import { magnitude } from '../../main/compress/methods/magnitude.ts'
import { compress, compressBy, type Recipe } from '../../main/compress/recipe.ts'
import { keptIn, makeMatrices, matrixOf, rowsOf } from '../make/matrices.ts'

const recipe: Recipe = {
  ...{ method: 'magnitude', group: 'layer', pattern: 'free', sparsity: 0.5 },
  ...{ params: {}, seed: 0, include: [], exclude: [] },
}
const two = makeMatrices({ 'block.0.q_proj.weight': [6, 8], 'block.1.q_proj.weight': [4, 8], 'block.1.o_proj.weight': [8, 6] })
const names = two.matrices.map(({ name }) => name)
const run = (changes: Partial<Recipe>, { matrices, weights } = two) => compress(matrices, weights, { ...recipe, ...changes })

describe('compressed weights', () => {
  it('are zero where the mask says so and the same to the bit elsewhere', async () => {
    const before = matrixOf([[-4, 3, 2, 1], [0.5, -0.25, 8, 9]]) // prettier-ignore
    const { weights } = await run({}, before)
    expect(rowsOf(weights)).toEqual([[-4, 3, 0, 0], [0, 0, 8, 9]]) // prettier-ignore
    expect(rowsOf(before.weights)[0]).toEqual([-4, 3, 2, 1])
  })
  it('share what compression does not work on', async () => {
    const { weights } = await run({})
    expect(weights.names()).toEqual(two.weights.names())
    expect(weights.get('norm')).toBe(two.weights.get('norm'))
  })
  it('share a matrix that keeps everything, so that nothing need be sent for it', async () => {
    const { weights } = await run({ sparsity: 0 })
    for (const name of names) expect(weights.get(name)).toBe(two.weights.get(name))
    expect(weights.hash()).toBe(two.weights.hash())
  })
})

describe('names', () => {
  const changed = async (change: Partial<Recipe>) => {
    const { ledger } = await run(change)
    return ledger.filter(({ zeros }) => zeros > 0).map(({ name }) => name)
  }
  it('choose all matrices where none is given', async () => {
    expect(await changed({})).toEqual(names)
  })
  it('include and exclude by * for anything, from the first letter to the last', async () => {
    expect(await changed({ include: ['block.1.*'] })).toEqual([names[1], names[2]])
    expect(await changed({ include: ['*q_proj*'], exclude: ['block.0.*'] })).toEqual([names[1]])
    expect(await changed({ exclude: [names[0]!, '*.o_proj.weight'] })).toEqual([names[1]])
  })
  it('hold a dot to be a dot', async () => {
    await expect(run({ include: ['block?1*', 'block_1*', 'lock.1*', 'block.1'] })).rejects.toMatchObject({
      code: 'compress/target',
      message:
        'Expected names of 3 matrices to fit include [block?1*, block_1*, lock.1*, block.1] and exclude [], got none that does.',
    })
  })
  it('decide who competes: what is left out lends no quota', async () => {
    const { ledger } = await run({ group: 'model', include: ['block.1.*'] })
    expect(ledger[0]!.zeros).toBe(0)
    expect(ledger[1]!.zeros + ledger[2]!.zeros).toBe((4 * 8 + 8 * 6) / 2)
  })
})

describe('the ledger', () => {
  it('says what was asked and what came, for each matrix', async () => {
    const { ledger, zeros, total } = await run({ sparsity: 0.3, exclude: ['block.0*'] })
    expect(ledger.map(({ name, asked, zeros }) => ({ name, asked, zeros }))).toEqual([
      { name: names[0], asked: 0, zeros: 0 },
      { name: names[1], asked: 0.3, zeros: 9 },
      { name: names[2], asked: 0.3, zeros: 14 },
    ])
    expect(ledger[1]).toMatchObject({ out: 4, in: 8, sparsity: 9 / 32, conformity: null })
    expect({ zeros, total }).toEqual({ zeros: 23, total: 48 + 32 + 48 })
  })
  it('asks nothing of a single matrix where all share the quota', async () => {
    const { ledger, zeros, total } = await run({ group: 'model', sparsity: 0.3 })
    expect(ledger.map(({ asked }) => asked)).toEqual([null, null, null])
    expect(zeros).toBe(Math.floor(total * 0.3))
  })
  it('counts zeros that were there before', async () => {
    const { ledger } = await run({ sparsity: 0.25 }, matrixOf([[0, 0, -0, 1]]))
    expect(ledger[0]).toMatchObject({ asked: 0.25, zeros: 3, sparsity: 0.75 })
  })
  it('tells conformity to a pattern, and the columns beyond it in the actual sparsity', async () => {
    const { ledger } = await run({ pattern: { keep: 1, of: 4 }, sparsity: 0.75, group: 'model' })
    expect(ledger.map(({ asked, conformity, sparsity }) => ({ asked, conformity, sparsity }))).toEqual([
      { asked: 0.75, conformity: 1, sparsity: 0.75 },
      { asked: 0.75, conformity: 1, sparsity: 0.75 },
      { asked: 0.75, conformity: 1, sparsity: (8 * 3) / 48 },
    ])
  })
  it('names the mask by the SHA-256 of its bits', async () => {
    const { ledger } = await run({}, matrixOf([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]))
    expect(ledger[0]!.maskHash).toBe(sha256(new Uint8Array([0b00000111, 0b11000000])))
  })
})

describe('chance', () => {
  it('gives a matrix the same mask whatever the others are', async () => {
    const all = await run({ method: 'random' })
    const one = await run({ method: 'random' }, { ...two, matrices: [two.matrices[2]!] })
    expect(one.ledger[0]!.maskHash).toBe(all.ledger[2]!.maskHash)
  })
  it('gives different seeds and different matrices different masks', async () => {
    const twins = makeMatrices({ a: [16, 16], b: [16, 16] })
    const hashes = await Promise.all([0, 1].map(async (seed) => (await run({ method: 'random', seed }, twins)).ledger))
    expect(new Set(hashes.flat().map(({ maskHash }) => maskHash)).size).toBe(4)
  })
})

describe('a recipe that cannot be followed', () => {
  const refuse = (change: Partial<Recipe>, code: string, message: string) =>
    expect(run(change)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })

  it('names an unknown method and the one perhaps meant', async () => {
    await refuse({ method: 'magnitud' }, 'compress/method', 'got "magnitud"; perhaps "magnitude"')
  })
  it('names a parameter that the method does not take, or not so', async () => {
    await refuse({ params: { from: 0.5 } }, 'compress/method', 'params of magnitude')
    await refuse({ method: 'band', params: { from: 2 } }, 'compress/method', 'params.from of band')
    await refuse({ method: 'band', params: {} }, 'compress/method', 'params.from of band')
  })
  it('names a quota and a pattern that do not fit', async () => {
    await refuse({ sparsity: 1 }, 'compress/quota', 'got 1 (number)')
    await refuse({ pattern: { keep: 4, of: 8 }, sparsity: 0.5 }, 'compress/pattern', 'got 6 in block.1.o_proj.weight')
    await refuse({ method: 'band', params: { from: 0.8 } }, 'compress/quota', '0.5 from 0.8 on')
  })
  it('names a matrix whose weight has another shape', async () => {
    const wrong = { ...two, matrices: [{ ...two.matrices[0]!, out: 8, in: 6 }] }
    await expect(run({}, wrong)).rejects.toMatchObject({
      code: 'model/shape',
      message: 'Expected block.0.q_proj.weight as [8, 6], got [6, 8].',
    })
  })
  it('does without statistics, or not at all', async () => {
    const needy: ScoreMethod<Record<string, never>, 'inputNorm'> = {
      ...{
        kind: 'score',
        id: 'needy',
        label: 'Needy',
        cite: '',
        formula: '',
        about: '',
        cost: '',
        group: 'row',
        needs: ['inputNorm'],
        params: z.strictObject({}),
      },
      score: ({ w }, { inputNorm }, _, __, scores) => w.forEach((x, i) => (scores[i] = x * inputNorm[i % inputNorm.length]!)),
    }
    await expect(compressBy(needy, two.matrices, two.weights, recipe)).rejects.toMatchObject({
      code: 'compress/stats',
      message: 'Expected calibration, for inputNorm, for needy, got none.',
    })
  })
})

describe('long work', () => {
  const big = makeMatrices(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`m${i}`, [256, 512]])))

  it.each(['model', 'layer', 'row'] as const)('gives other work its turn between matrices: %s', async (group) => {
    let turns = 0
    let isDone = false
    const count = () => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await run({ group }, big)
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(24)
  })
  it('stops between two matrices when it is told to', async () => {
    const abort = new AbortController()
    let scored = 0
    const counting = { ...magnitude, score: (...args: Parameters<typeof magnitude.score>) => {
      if (++scored === 5) abort.abort()
      magnitude.score(...args)
    } } // prettier-ignore
    const stopped = compressBy(counting, big.matrices, big.weights, recipe, { signal: abort.signal })
    await expect(stopped).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(scored).toBe(5)
  })
  it('does not begin when it was stopped before', async () => {
    const stopped = compress(big.matrices, big.weights, recipe, { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(keptIn(big, 'm0').flat()).not.toContain(0)
  })
})
