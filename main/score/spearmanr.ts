import { spearmanOf } from './correlation.ts'
import { correlation, saidAndGold } from './number.ts'
import type { Scorer } from './scorer.ts'

/** Spearman's rank correlation of what was said and what is right (Spearman 1904), GLUE's metric of STS-B beside Pearson's; 0 where all is said alike. */
export const spearmanr: Scorer = {
  ...correlation,
  ...{ id: 'spearmanr', label: 'Spearman correlation', version: 1 },
  score(question, answer) {
    const { said, gold } = saidAndGold(question, answer, 'spearmanr')
    return [{ value: said, weight: 1, gold }]
  },
  whole: ({ value, gold }) => spearmanOf(value, gold!),
}
