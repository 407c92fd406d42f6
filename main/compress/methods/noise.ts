import type { NoiseMethod } from '../method.ts'
import { likeParams, likeOf, type Like } from '../like.ts'

/** Gaussian noise goes on every weight, in each matrix as large (Frobenius) as the change that another method makes at its level. */
export const noise: NoiseMethod<Like> = {
  kind: 'noise',
  id: 'noise',
  label: 'Noise of equal norm',
  cite: 'Control of this lab',
  formula: 'W + c · N(0, 1), with ‖c · N‖_F = ‖W − W′‖_F of the method named',
  about: 'Moves all weights a little where a method moves some a lot: says whether removing, or merely moving, does the harm.',
  cost: 'that of the method it is like, and a few passes over the weights',
  needs: [],
  params: likeParams,
  match: 'norm',
  like: likeOf,
}
