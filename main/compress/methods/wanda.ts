import { z } from 'zod'
import type { ScoreMethod } from '../method.ts'

/** Small weights on weak inputs go: score = |w_ij| · ‖X_j‖₂, each output row for itself (Sun et al. 2024, eq. 1; paper.md 4.5). */
export const wanda: ScoreMethod<Record<string, never>, 'inputNorm'> = {
  kind: 'score',
  id: 'wanda',
  label: 'Wanda',
  cite: 'Sun et al. 2024, arXiv 2306.11695',
  formula: 'score = |w_ij| · ‖X_j‖₂',
  about: 'Small weights on weak inputs go, each output row for itself. Nothing is made up for.',
  cost: 'the calibration text once, and one pass over the weights',
  needs: ['inputNorm'],
  params: z.strictObject({}),
  group: 'row',
  score({ w, in: width }, { inputNorm }, _, __, scores) {
    for (let i = 0; i < w.length; i += width) {
      for (let j = 0; j < width; j++) scores[i + j] = Math.abs(w[i + j]!) * inputNorm[j]!
    }
  },
}
