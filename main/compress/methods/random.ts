import { z } from 'zod'
import type { ScoreMethod } from '../method.ts'

/** Chance decides: scores are uniform, so each weight goes with the same probability (control of Yin et al. 2024, paper.md 4.3; exact count). */
export const random: ScoreMethod = {
  kind: 'score',
  id: 'random',
  label: 'Random',
  cite: 'Control in Yin et al. 2024, arXiv 2310.02277',
  formula: 'score = U(0, 1)',
  about: 'Chance decides what goes: the control that any other ranking has to beat.',
  cost: 'one pass over the weights',
  needs: [],
  params: z.strictObject({}),
  // among all matrices, as magnitude, so that the two differ in their scores alone
  group: 'model',
  score(_, __, ___, rng, scores) {
    // 30 random bits read as a float in [0, 2): ranked alike, with 64 times fewer ties than uniform numbers of 24 bits
    const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
    for (let i = 0; i < bits.length; i++) bits[i] = rng.uint32() >>> 2
  },
}
