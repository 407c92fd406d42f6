import { z } from 'zod'
import type { ScoreMethod } from '../method.ts'

/** Large weights go: score = −|w| (control of Yin et al. 2024, paper.md 4.3). */
export const inverse: ScoreMethod = {
  kind: 'score',
  id: 'inverse',
  label: 'Inverse magnitude',
  cite: 'Control in Yin et al. 2024, arXiv 2310.02277',
  formula: 'score = −|w|',
  about: 'Large weights go: the control that says whether size carries anything.',
  cost: 'one pass over the weights',
  needs: [],
  params: z.strictObject({}),
  group: 'model',
  score({ w }, _, __, ___, scores) {
    for (let i = 0; i < w.length; i++) scores[i] = -Math.abs(w[i]!)
  },
}
