import { LabError } from '../base/errors.ts'
import type { Question } from '../tasks/task.ts'
import { fit } from './fit.ts'
import type { Answer } from './scorer.ts'

/** What a head said and what is right. LabError 'score/number' where it said no number. */
export function saidAndGold(
  question: Question,
  answer: Answer,
  scorer: string,
): { readonly said: number; readonly gold: number } {
  const { gold } = fit(question, 'number', scorer)
  const { number: said } = answer
  if (said !== undefined && Number.isFinite(said)) return { said, gold }
  throw new LabError('score/number', `Expected a finite number from the head for ${scorer}, got ${said} (${typeof said}).`)
}

/** Members of a scorer that sets what was said against what is right over all items: an item's value is what was said, its gold what is right. */
export const correlation = {
  better: 'higher',
  bounds: [-1, 1],
  asks: ['number'],
  finish: (means: ArrayLike<number>) => means[0]!,
  // what a constant predictor is given
  chance: (questions: readonly Question[]) => (questions.length === 0 ? undefined : 0),
} as const
