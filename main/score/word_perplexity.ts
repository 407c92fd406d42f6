import { fit, perPart, perplexityOf } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** exp(−Σ log-likelihood / Σ words) over whole texts in rolling windows, words counted on the original page (lm-evaluation-harness). */
export const wordPerplexity: Scorer = {
  ...{ id: 'word_perplexity', label: 'Word perplexity', version: 1, better: 'lower' },
  ...{ bounds: [1, Number.MAX_VALUE], asks: ['rolling'] },
  score: (question, answer) => perPart(answer.ll[0]!, fit(question, 'rolling', 'word_perplexity').words),
  finish: perplexityOf,
  chance: () => undefined,
}
