import { fit, right, shareOfRight } from './fit.ts'
import type { Scorer } from './scorer.ts'
import { chanceOfWords, judged, squadWords } from './spoken.ts'

/** Free text whose words are those of a right answer, both normalised as by SQuAD 1.1's script (Rajpurkar et al. 2016). */
export const squadExact: Scorer = {
  ...shareOfRight,
  ...{ id: 'squad_exact', label: 'Exact match (SQuAD)', version: 1, asks: ['text'] },
  score: (question, answer) => right(judged(fit(question, 'text', 'squad_exact'), answer.text!, hasSameWords) === 1),
  chance: (questions) => chanceOfWords(questions, hasSameWords),
}

const hasSameWords = (said: string, answer: string) => Number(squadWords(said).join(' ') === squadWords(answer).join(' '))
