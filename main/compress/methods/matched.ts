import type { NoiseMethod } from '../method.ts'
import { likeParams, likeOf, type Like } from '../like.ts'

/** Gaussian noise that moves the outputs of each matrix, on the calibration text, as far as another method at its level does (paper.md 1.5). */
export const matched: NoiseMethod<Like> = {
  kind: 'noise',
  id: 'matched',
  label: 'Noise of equal output error',
  cite: 'Control of this lab',
  formula: 'W + c · N(0, 1), with ‖X(c · N)ᵀ‖ = ‖X(W − W′)ᵀ‖ of the method named, X of the dense model',
  about: 'Disturbs what each matrix gives out as much as a method does: says whether it matters which weights carry the error.',
  cost: 'that of the method it is like, the calibration text once, and a few times out · in² operations a matrix',
  needs: ['hessian'],
  params: likeParams,
  match: 'output',
  like: likeOf,
}
