import { describe, expect, it } from 'vitest'
import { compress } from '../../../main/compress/recipe.ts'
import { keptIn, makeMatrices } from '../../make/matrices.ts'

describe('random pruning', () => {
  const { matrices, weights } = makeMatrices({ a: [4, 8], b: [8, 8] })
  const run = (seed: number, group: 'model' | 'row') =>
    compress(matrices, weights, {
      ...{ method: 'random', group, pattern: 'free', sparsity: 0.375, params: {}, seed, include: [], exclude: [] },
    })
  const SEEDS = 300

  it.each(['model', 'row'] as const)('takes the exact number, each weight as likely as any other: %s', async (group) => {
    const gone = new Float64Array(96)
    for (let seed = 0; seed < SEEDS; seed++) {
      const made = await run(seed, group)
      expect(made.zeros).toBe(36)
      const kept = [...keptIn(made, 'a').flat(), ...keptIn(made, 'b').flat()]
      kept.forEach((bit, i) => (gone[i]! += 1 - bit))
    }
    // five standard deviations of a share of that many draws
    const room = 5 * Math.sqrt((0.375 * 0.625) / SEEDS)
    for (const n of gone) expect(Math.abs(n / SEEDS - 0.375)).toBeLessThan(room)
  })
})
