import { confusion, isOnDiagonal } from './choice.ts'
import type { Scorer } from './scorer.ts'

/** F1 of choice 1 among two-choice items: harmonic mean of precision and recall; 0 without a true positive. GLUE's metric of MRPC and QQP. */
export const f1: Scorer = {
  ...{ id: 'f1', label: 'F1', version: 1, better: 'higher', bounds: [0, 1], asks: ['choice'], classes: 4 },
  score: (question, answer) => confusion(question, answer, 'f1'),
  finish: ({ 1: fp = 0, 2: fn = 0, 3: tp = 0 }) => (tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn)),
  isRight: isOnDiagonal,
  /** Always saying choice 1: with a share p of them, 2p / (1 + p). */
  chance(questions) {
    if (questions.length === 0) return undefined
    const p = questions.filter((question) => question.ask === 'choice' && question.gold === 1).length / questions.length
    return (2 * p) / (1 + p)
  },
}
