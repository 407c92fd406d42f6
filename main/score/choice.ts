import { LabError } from '../base/errors.ts'
import type { Question } from '../tasks/task.ts'
import { fit } from './fit.ts'
import type { Answer, ItemScore } from './scorer.ts'

/** Index of the largest number; of equal ones the first, as NumPy's argmax. */
export function argmax(x: readonly number[]): number {
  let best = 0
  for (let i = 1; i < x.length; i++) if (x[i]! > x[best]!) best = i
  return best
}

/** Share of each label among the right answers where all questions offer the same choices, such as "yes" and "no"; undefined where they differ. */
export function labelShares(questions: readonly Question[]): readonly number[] | undefined {
  const first = questions[0]
  if (first?.ask !== 'choice') return undefined
  const shares = first.choices.map(() => 0)
  for (const question of questions) {
    if (question.ask !== 'choice' || question.choices.length !== shares.length) return undefined
    if (question.choices.some((choice, i) => choice !== first.choices[i])) return undefined
    shares[question.gold]! += 1 / questions.length
  }
  return shares
}

/** Accuracy of the best constant predictor: the most frequent label where labels are the same everywhere, else blind choice. */
export function chanceOfChoice(questions: readonly Question[]): number | undefined {
  if (questions.length === 0 || questions.some(({ ask }) => ask !== 'choice')) return undefined
  const shares = labelShares(questions)
  if (shares) return Math.max(...shares)
  const blind = questions.map((question) => 1 / fit(question, 'choice', 'chance').choices.length)
  return blind.reduce((sum, x) => sum + x, 0) / blind.length
}

/** Classes of a two-choice item: 0 true negative, 1 false positive, 2 false negative, 3 true positive; choice 1 is the positive one. */
export function confusion(question: Question, answer: Answer, scorer: string): readonly ItemScore[] {
  const { choices, gold } = fit(question, 'choice', scorer)
  if (choices.length === 2) return [{ value: 2 * gold + argmax(answer.ll), weight: 1 }]
  throw new LabError('task/scorer', `Expected two choices for ${scorer}, got ${choices.length}.`)
}

/** Whether a class of `confusion` is a right answer. */
export const isOnDiagonal = (value: number): boolean => value === 0 || value === 3
