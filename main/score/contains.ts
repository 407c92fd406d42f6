import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'
import { chanceOfWords, judged, triviaWords } from './spoken.ts'

/**
 * Free text that holds a right answer, both as TriviaQA's script normalises them. One way only, unlike the paper's code: there an empty text
 * lies in every answer and is right (paper.md 2.4).
 */
export const contains: Scorer = {
  ...shareOfRight,
  ...{ id: 'contains', label: 'Contains the answer', version: 1, asks: ['text'] },
  score: (question, answer) => right(judged(fit(question, 'text', 'contains'), answer.text!, holds) === 1),
  chance: (questions) => chanceOfWords(questions, holds),
}

function holds(said: string, answer: string): number {
  const wanted = triviaWords(answer).join(' ')
  return Number(wanted !== '' && triviaWords(said).join(' ').includes(wanted))
}
