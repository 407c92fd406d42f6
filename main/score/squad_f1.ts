import { fit, one } from './fit.ts'
import type { Scorer } from './scorer.ts'
import { chanceOfWords, judged, squadWords } from './spoken.ts'

/** Overlap of the words of a free text and of a right answer: harmonic mean of precision and recall, as by SQuAD 1.1's script (Rajpurkar et al. 2016). */
export const squadF1: Scorer = {
  ...{ id: 'squad_f1', label: 'Word F1 (SQuAD)', version: 1, better: 'higher', bounds: [0, 1], asks: ['text'] },
  score: (question, answer) => one(judged(fit(question, 'text', 'squad_f1'), answer.text!, overlap)),
  finish: (means) => means[0]!,
  chance: (questions) => chanceOfWords(questions, overlap),
}

function overlap(said: string, answer: string): number {
  const [mine, theirs] = [squadWords(said), squadWords(answer)]
  if (mine.length === 0 || theirs.length === 0) return Number(mine.length === theirs.length)
  const left = new Map<string, number>()
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1)
  let same = 0
  for (const word of mine) {
    const count = left.get(word) ?? 0
    if (count > 0) same++
    left.set(word, count - 1)
  }
  return (2 * same) / (mine.length + theirs.length)
}
