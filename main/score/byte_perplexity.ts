import { fit, perPart, perplexityOf } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** exp(−Σ log-likelihood / Σ UTF-8 bytes) over whole texts in rolling windows, bytes counted on the original page (lm-evaluation-harness). */
export const bytePerplexity: Scorer = {
  ...{ id: 'byte_perplexity', label: 'Byte perplexity', version: 1, better: 'lower' },
  ...{ bounds: [1, Number.MAX_VALUE], asks: ['rolling'] },
  score: (question, answer) => perPart(answer.ll[0]!, fit(question, 'rolling', 'byte_perplexity').bytes),
  finish: perplexityOf,
  chance: () => undefined,
}
