import { SPACE } from '../tasks/python.ts'
import type { Question } from '../tasks/task.ts'

/** How a scorer compares what was said with one right answer, 0..1. */
export type Judge = (said: string, answer: string) => number

/** The best score among the right answers of a question. */
export function judged(question: Question, said: string, judge: Judge): number {
  return Math.max(0, ...answersOf(question).map((answer) => judge(said, answer)))
}

/** What the most frequent right answer would get if it were said to every question; undefined without questions. */
export function chanceOfWords(questions: readonly Question[], judge: Judge): number | undefined {
  if (questions.length === 0) return undefined
  const counts = new Map<string, number>()
  for (const answer of questions.flatMap((question) => [...new Set(answersOf(question))])) {
    counts.set(answer, (counts.get(answer) ?? 0) + 1)
  }
  const [said] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), ['', 0] as const)
  return questions.reduce((sum, question) => sum + judged(question, said, judge), 0) / questions.length
}

function answersOf(question: Question): readonly string[] {
  switch (question.ask) {
    case 'text':
      return question.answers
    case 'choice':
      return [question.choices[question.gold]!]
    case 'continuation':
      return [question.prompt.continuation]
    case 'rolling':
    case 'windows':
    case 'number':
      return []
  }
}

const PUNCTUATION = '!-/:-@\\[-`{-~'
const LETTER = '[\\p{L}\\p{N}_]'
const punctuation = new RegExp(`[${PUNCTUATION}]`, 'g')
const punctuationAndQuotes = new RegExp(`[${PUNCTUATION}‘’´“”]`, 'g')
const articles = new RegExp(`(?<!${LETTER})(a|an|the)(?!${LETTER})`, 'gu')
const spaces = new RegExp(`[${SPACE}]+`, 'g')

/** Words of a text as SQuAD 1.1's script compares them: lower case, no ASCII punctuation, no articles. */
export function squadWords(text: string): string[] {
  return wordsOf(text.toLowerCase().replace(punctuation, ''))
}

/** Words of a text as TriviaQA's script compares them: lower case, punctuation and typographic quotes are spaces, no articles (paper.md 2.4). */
export function triviaWords(text: string): string[] {
  return wordsOf(text.toLowerCase().replace(punctuationAndQuotes, ' '))
}

function wordsOf(text: string): string[] {
  return text
    .replace(articles, ' ')
    .split(spaces)
    .filter((word) => word !== '')
}
