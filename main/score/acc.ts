import { argmax, chanceOfChoice } from './choice.ts'
import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'
import { chanceOfWords } from './spoken.ts'

/** Accuracy as lm-evaluation-harness has it: the likeliest choice is the right one; of a continuation, greedy decoding would give it. */
export const acc: Scorer = {
  ...shareOfRight,
  ...{ id: 'acc', label: 'Accuracy', version: 1, asks: ['choice', 'continuation'] },
  score(question, answer) {
    if (question.ask === 'continuation') return right(answer.isGreedy[0]!)
    return right(argmax(answer.ll) === fit(question, 'choice', 'acc').gold)
  },
  chance: (questions) => (questions[0]?.ask === 'continuation' ? chanceOfWords(questions, isSame) : chanceOfChoice(questions)),
}

const isSame = (said: string, answer: string) => Number(said === answer)
