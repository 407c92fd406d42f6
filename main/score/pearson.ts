import { pearsonOf } from './correlation.ts'
import { correlation, saidAndGold } from './number.ts'
import type { Scorer } from './scorer.ts'

/** Pearson's correlation of what was said and what is right (Pearson 1895), GLUE's metric of STS-B beside Spearman's; 0 where all is said alike. */
export const pearson: Scorer = {
  ...correlation,
  ...{ id: 'pearson', label: 'Pearson correlation', version: 1 },
  score(question, answer) {
    const { said, gold } = saidAndGold(question, answer, 'pearson')
    return [{ value: said, weight: 1, gold }]
  },
  whole: ({ value, gold }) => (counts) => pearsonOf(value, gold!, counts), // prettier-ignore
}
