import type { Question } from '../tasks/task.ts'

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
  /** True where the context was cut from the left to fit. */
  readonly isTruncated: boolean
  /** True where a merge spanned the boundary and context and continuation were encoded apart (interfaces.md 3.4). */
  readonly isBoundaryFallback: boolean
}

/** One number per item, and how numbers become one. value = finish(Σ value·weight / Σ weight). */
export interface ItemScore {
  readonly value: number
  readonly weight: number
}

/** Answers → numbers. A change of numbers bumps `version`. */
export interface Scorer {
  readonly id: string
  readonly label: string
  readonly version: number
  readonly better: 'higher' | 'lower'
  /** Bounds of the finished value. */
  readonly bounds: readonly [number, number]
  readonly asks: readonly Question['ask'][]
  /** One entry per outcome: a 'windows' question has one per window, all others one. */
  score(question: Question, answer: Answer): readonly ItemScore[]
  /** From the weighted mean of item values to the reported number: the identity for accuracies, exp(−x) for perplexities. */
  finish(mean: number): number
  /** Value of the best constant predictor for this question, where there is one: 1/choices for accuracies. */
  chance(question: Question): number | undefined
}
