import { labelShares } from './choice.ts'
import { fit, one } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** Squared distance between what the model believes (softmax of the choices' log-likelihoods) and the truth, summed over the choices (Brier 1950). */
export const brierScore: Scorer = {
  ...{ id: 'brier_score', label: 'Brier score', version: 1, better: 'lower', bounds: [0, 2], asks: ['choice'] },
  score(question, answer) {
    const { gold } = fit(question, 'choice', 'brier_score')
    const best = Math.max(...answer.ll)
    const shares = answer.ll.map((ll) => Math.exp(ll - best))
    const total = shares.reduce((sum, x) => sum + x, 0)
    return one(shares.reduce((sum, x, i) => sum + (x / total - Number(i === gold)) ** 2, 0))
  },
  finish: (means) => means[0]!,
  /** Belief in each label by its frequency, or in all choices alike where they differ from question to question. */
  chance(questions) {
    if (questions.length === 0) return undefined
    const shares = labelShares(questions)
    if (shares) return 1 - shares.reduce((sum, p) => sum + p * p, 0)
    const blind = questions.map((question) => 1 - 1 / fit(question, 'choice', 'brier_score').choices.length)
    return blind.reduce((sum, x) => sum + x, 0) / blind.length
  },
}
