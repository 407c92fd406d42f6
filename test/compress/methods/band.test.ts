import { expect, it } from 'vitest'
import { compress } from '../../../main/compress/recipe.ts'
import { keptIn, makeMatrices } from '../../make/matrices.ts'

it('a band takes q_from ≤ |w| < q_(from + s) by the order statistics of paper.md 4.3', async () => {
  const { matrices, weights } = makeMatrices({ w: [10, 20] })
  const w = [...weights.get('w').data].map(Math.abs)
  const sorted = w.toSorted((a, b) => a - b)
  for (const rank of [0, 20, 70, 120, 180]) {
    const from = rank / 200
    const made = await compress(matrices, weights, {
      ...{ method: 'band', group: 'model', pattern: 'free', sparsity: 0.1, params: { from }, seed: 0, include: [], exclude: [] },
    })
    const [low, high] = [sorted[rank]!, sorted[rank + 20] ?? Infinity]
    expect(keptIn(made).flat(), `from ${from}`).toEqual(w.map((size) => (size >= low && size < high ? 0 : 1)))
  }
})
