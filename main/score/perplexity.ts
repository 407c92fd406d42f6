import { fit, one, perplexityOf } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** exp(−mean log-likelihood) over continuations, each counted once however many tokens it has: LAMBADA's perplexity in lm-evaluation-harness. */
export const perplexity: Scorer = {
  ...{ id: 'perplexity', label: 'Perplexity of the continuation', version: 1, better: 'lower' },
  ...{ bounds: [1, Number.MAX_VALUE], asks: ['continuation'] },
  score(question, answer) {
    fit(question, 'continuation', 'perplexity')
    return one(answer.ll[0]!)
  },
  finish: perplexityOf,
  chance: () => undefined,
}
