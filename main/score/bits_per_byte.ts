import { fit, perPart } from './fit.ts'
import type { Scorer } from './scorer.ts'

/** −Σ log-likelihood / Σ UTF-8 bytes / ln 2 over whole texts in rolling windows (lm-evaluation-harness). */
export const bitsPerByte: Scorer = {
  ...{ id: 'bits_per_byte', label: 'Bits per byte', version: 1, better: 'lower' },
  ...{ bounds: [0, Number.MAX_VALUE], asks: ['rolling'] },
  score: (question, answer) => perPart(answer.ll[0]!, fit(question, 'rolling', 'bits_per_byte').bytes),
  finish: (means) => Math.max(0, -means[0]! / Math.LN2),
  chance: () => undefined,
}
