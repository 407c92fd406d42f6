import { confusion, isOnDiagonal } from './choice.ts'
import type { Scorer } from './scorer.ts'

/** Matthews correlation coefficient of two-choice items (Matthews 1975); 0 where one side is constant, as scikit-learn has it. GLUE's metric of CoLA. */
export const mcc: Scorer = {
  ...{ id: 'mcc', label: 'Matthews correlation', version: 1, better: 'higher', bounds: [-1, 1], asks: ['choice'], classes: 4 },
  score: (question, answer) => confusion(question, answer, 'mcc'),
  finish({ 0: tn = 0, 1: fp = 0, 2: fn = 0, 3: tp = 0 }) {
    const scale = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    return scale === 0 ? 0 : Math.max(-1, Math.min(1, (tp * tn - fp * fn) / scale))
  },
  isRight: isOnDiagonal,
  chance: (questions) => (questions.length === 0 ? undefined : 0),
}
