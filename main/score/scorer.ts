import type { Question } from '../tasks/task.ts'
import type { Counts, Pairs } from './correlation.ts'

/** What the model said to one question. */
export interface Answer {
  /** Sum of log-probabilities (natural log) of each prompt's continuation; one per prompt, window or text. */
  readonly ll: readonly number[]
  /** Whether greedy decoding would have given each continuation. */
  readonly isGreedy: readonly boolean[]
  /** Number of tokens scored in each. */
  readonly tokens: readonly number[]
  /** Free text, where that was asked. */
  readonly text?: string
  /** What a head said, where a number was asked. */
  readonly number?: number
  /** True where the context was cut from the left to fit. */
  readonly isTruncated: boolean
  /** True where a merge spanned the boundary and context and continuation were encoded apart (interfaces.md 3.4). */
  readonly isBoundaryFallback: boolean
}

/** One number per item, and how much it counts. */
export interface ItemScore {
  readonly value: number
  readonly weight: number
  /** What the value should have been, of scorers that set the two against each other over all items. */
  readonly gold?: number
}

/** Answers → numbers. A change of numbers bumps `version`. It is also the `Measure` of stats/measure.ts. */
export interface Scorer {
  readonly id: string
  readonly label: string
  readonly version: number
  readonly better: 'higher' | 'lower'
  /** Bounds of the finished value. */
  readonly bounds: readonly [number, number]
  readonly asks: readonly Question['ask'][]
  /** Where the number is no function of one mean (Matthews, F1): item values are classes 0 … classes − 1, each of weight 1. Absent elsewhere. */
  readonly classes?: number
  /** One entry per outcome: a 'windows' question has one per window, all others one. */
  score(question: Question, answer: Answer): readonly ItemScore[]
  /** From weighted means to the reported number: means[0] = Σ value·weight / Σ weight; with `classes`, means[c] is the share of items in class c. */
  finish(means: ArrayLike<number>): number
  /** Where the number is no function of means (correlations): the number of all items, the i-th counted counts[i] times, in place of `finish`. */
  whole?(pairs: Pairs): (counts: Counts) => number
  /** Whether an item value means right; absent where items are not right or wrong. */
  isRight?(value: number): boolean
  /** What the best constant predictor would get on these questions, such as the mean of 1/choices; undefined where there is none. */
  chance(questions: readonly Question[]): number | undefined
}
