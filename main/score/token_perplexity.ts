import { fit, perplexityOf } from './fit.ts'
import type { Scorer } from './scorer.ts'

/**
 * The pruning papers' perplexity: all text joined and cut into windows of `length` tokens, exp of the mean loss per window (interfaces.md 3.5).
 * Depends on the length and is not comparable with word perplexity.
 */
export const tokenPerplexity: Scorer = {
  ...{ id: 'token_perplexity', label: 'Token perplexity in windows', version: 1, better: 'lower' },
  ...{ bounds: [1, Number.MAX_VALUE], asks: ['windows'] },
  score(question, answer) {
    fit(question, 'windows', 'token_perplexity')
    return answer.ll.map((ll, window) => ({ value: ll / answer.tokens[window]!, weight: 1 }))
  },
  finish: perplexityOf,
  chance: () => undefined,
}
