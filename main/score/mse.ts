import { fit, one } from './fit.ts'
import { saidAndGold } from './number.ts'
import type { Scorer } from './scorer.ts'

/** Mean squared error of what was said against what is right, in the unit of the task squared: an error for each item by itself. */
export const mse: Scorer = {
  ...{ id: 'mse', label: 'Mean squared error', version: 1, better: 'lower', bounds: [0, Number.MAX_VALUE], asks: ['number'] },
  score(question, answer) {
    const { said, gold } = saidAndGold(question, answer, 'mse')
    return one((said - gold) ** 2)
  },
  finish: (means) => means[0]!,
  /** The mean of all that is right, said every time: their variance. */
  chance(questions) {
    if (questions.length === 0) return undefined
    const golds = questions.map((question) => fit(question, 'number', 'mse').gold)
    const mean = golds.reduce((sum, x) => sum + x, 0) / golds.length
    return golds.reduce((sum, x) => sum + (x - mean) ** 2, 0) / golds.length
  },
}
