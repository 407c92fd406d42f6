import { expect, it } from 'vitest'
import { compress } from '../../../main/compress/recipe.ts'
import { keptIn, matrixOf } from '../../make/matrices.ts'

it('inverse magnitude takes the largest weights, whatever their sign, of equal ones those of lowest index', async () => {
  const { matrices, weights } = matrixOf([[-5, 1, 4, -3], [4, 2, -4, 0.5]]) // prettier-ignore
  const made = await compress(matrices, weights, {
    ...{ method: 'inverse', group: 'model', pattern: 'free', sparsity: 0.375, params: {}, seed: 0, include: [], exclude: [] },
  })
  expect(keptIn(made)).toEqual([[0, 1, 0, 1], [0, 1, 1, 1]]) // prettier-ignore
})
