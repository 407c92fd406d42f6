import { LabError } from '../base/errors.ts'
import type { Ask, Question } from '../tasks/task.ts'
import type { ItemScore } from './scorer.ts'

/** The question as one of the kind a scorer can judge. LabError 'task/scorer' where it is of another kind. */
export function fit<A extends Ask>(question: Question, ask: A, scorer: string): Extract<Question, { ask: A }> {
  if (question.ask === ask) return question as Extract<Question, { ask: A }>
  throw new LabError('task/scorer', `Expected a question of kind "${ask}" for ${scorer}, got "${question.ask}".`)
}

/** One item that counts once. */
export const one = (value: number): readonly ItemScore[] => [{ value, weight: 1 }]

/** One item, right or wrong. */
export const right = (isRight: boolean): readonly ItemScore[] => one(Number(isRight))

/** Members of a scorer whose number is the share of right items. */
export const shareOfRight = {
  better: 'higher',
  bounds: [0, 1],
  finish: (means: ArrayLike<number>) => means[0]!,
  isRight: (value: number) => value === 1,
} as const

/** exp(−mean log-likelihood); where a destroyed model leaves the range of numbers, the largest there is, for a row of results has no infinity. */
export const perplexityOf = (means: ArrayLike<number>): number => Math.min(Number.MAX_VALUE, Math.exp(-means[0]!))

/** Value of `count` equal parts that have this log-likelihood together; a page without parts does not count. */
export const perPart = (ll: number, count: number): readonly ItemScore[] => [
  count === 0 ? { value: 0, weight: 0 } : { value: ll / count, weight: count },
]
