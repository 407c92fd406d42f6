import type { Answer } from '../../main/score/scorer.ts'
import type { Scorer } from '../../main/score/scorer.ts'
import { valueOf } from '../../main/stats/measure.ts'
import type { Question } from '../../main/tasks/task.ts'

/** A multiple-choice question; what stands before the choices does not matter to a scorer. */
export const choiceQuestion = (choices: readonly string[], gold: number): Question => ({
  ask: 'choice',
  prompts: choices.map((choice) => ({ context: 'Question:', continuation: ` ${choice}` })),
  choices,
  gold,
})

export const continuationQuestion = (continuation: string): Question => ({
  ask: 'continuation',
  prompt: { context: 'Once', continuation },
})

export const textQuestion = (...answers: string[]): Question => ({
  ...{ ask: 'text', context: 'Question:', until: ['\n'], maxTokens: 8, answers },
})

export const numberQuestion = (gold: number): Question => ({ ask: 'number', text: 'How much?', gold })

/** An answer where all went well. */
export const makeAnswer = (parts: Partial<Answer>): Answer => ({
  ...{ ll: [], isGreedy: [], tokens: [], isTruncated: false, isBoundaryFallback: false },
  ...parts,
})

/** The number a scorer reports of these answers. */
export function report(scorer: Scorer, questions: readonly Question[], answers: readonly Answer[]): number {
  const found = questions.flatMap((question, i) => scorer.score(question, answers[i]!))
  const column = {
    value: Float64Array.from(found, ({ value }) => value),
    weight: Float64Array.from(found, ({ weight }) => weight),
    ...(found[0]?.gold !== undefined && { gold: Float64Array.from(found, ({ gold }) => gold!) }),
  }
  return valueOf(column, scorer)
}
