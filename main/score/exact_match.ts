import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'
import { chanceOfWords, judged } from './spoken.ts'

/** Free text that equals a right answer to the letter; of choices, greedy decoding would give the right one (lm-evaluation-harness, no options). */
export const exactMatch: Scorer = {
  ...shareOfRight,
  ...{ id: 'exact_match', label: 'Exact match', version: 1, asks: ['choice', 'text'] },
  score(question, answer) {
    if (question.ask === 'choice') return right(answer.isGreedy[question.gold]!)
    return right(judged(fit(question, 'text', 'exact_match'), answer.text!, isSame) === 1)
  },
  chance: (questions) => chanceOfWords(questions, isSame),
}

const isSame = (said: string, answer: string) => Number(said === answer)
