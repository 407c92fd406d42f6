import { z } from 'zod'
import { bySize, type ScoreMethod } from '../method.ts'

const params = z.strictObject({
  from: z.number().min(0).lt(1).meta({
    label: 'Band begins at',
    unit: 'quantile of |w|',
    description:
      'Quantile of |w| at which the band of zeros begins (0 up to, not including, 1); it is as wide as the sparsity, and both together are at most 1.',
  }),
})

/** A band of magnitudes goes: q_from ≤ |w| < q_(from + s), by rank (slicing of Yin et al. 2024, paper.md 4.3); score = |w|. */
export const band: ScoreMethod<{ from: number }> = {
  kind: 'score',
  id: 'band',
  label: 'Magnitude band',
  cite: 'Slicing control in Yin et al. 2024, arXiv 2310.02277',
  formula: 'q_f ≤ |w| < q_(f + s)',
  about: 'Weights whose size lies in a band go, so that small, middling and large ones can be set side by side.',
  cost: 'one pass over the weights',
  needs: [],
  params,
  group: 'model',
  score: bySize,
  cut: ({ from }) => ({ from }),
}
