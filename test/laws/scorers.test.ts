import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { scorers } from '../../main/score/index.ts'
import { acc } from '../../main/score/acc.ts'
import type { Answer, Scorer } from '../../main/score/scorer.ts'
import type { Ask, Question } from '../../main/tasks/task.ts'
import { choiceQuestion, continuationQuestion, makeAnswer, numberQuestion, report, textQuestion } from '../make/questions.ts'

const rng = createRng('laws of scorers')
const WORDS = ['yes', 'no', 'sea', 'naïve', '東京', 'the end']

/** Questions that any scorer of this kind can judge; two labels, for some know no more. */
const QUESTIONS: Readonly<Record<Ask, readonly Question[]>> = {
  choice: Array.from({ length: 30 }, (_, i) => choiceQuestion(['no', 'yes'], Number(i % 3 === 0))),
  continuation: WORDS.map(continuationQuestion),
  rolling: [3, 40, 500].map((words) => ({ ask: 'rolling', text: '', words, bytes: 6 * words })),
  windows: [{ ask: 'windows', text: '', length: 9 }],
  text: WORDS.map((word) => textQuestion(word)),
  number: Array.from({ length: 30 }, (_, i) => numberQuestion((i * 7) % 11)),
}

/** What a model says whose share of knowledge is `skill`, 0 … 1: at 1 it is certain of all that is right. */
function answer(question: Question, skill: number): Answer {
  const unsure = (1 - skill) * 3
  const guess = () => -unsure * (0.2 + rng.float())
  switch (question.ask) {
    case 'choice': {
      const doubt = question.choices.map((_, i) => (i === question.gold ? guess() : guess() - 60 * skill))
      return makeAnswer({
        ll: doubt,
        isGreedy: doubt.map((_, i) => i === question.gold && skill > 0.5),
        tokens: doubt.map(() => 1),
      })
    }
    case 'continuation':
    case 'rolling':
      return makeAnswer({ ll: [guess()], isGreedy: [skill > 0.5], tokens: [8] })
    case 'windows':
      return makeAnswer({ ll: [guess(), guess(), guess()], isGreedy: [false, false, false], tokens: [8, 8, 8] })
    case 'number':
      return makeAnswer({ number: question.gold + 3 * unsure * (rng.float() - 0.5) })
    case 'text':
      return makeAnswer({ text: skill > 0.5 ? question.answers[0]! : WORDS[rng.int(WORDS.length)]! })
  }
}

/** What a constant predictor says: always this choice, or this word. */
function constant(question: Question, which: number): Answer {
  if (question.ask === 'number') return makeAnswer({ number: 4 * which })
  if (question.ask !== 'choice') return makeAnswer({ text: WORDS[which]!, isGreedy: [] })
  const isChosen = question.choices.map((_, i) => i === which)
  return makeAnswer({ ll: isChosen.map((is) => (is ? -1 : -40)), isGreedy: isChosen, tokens: [1, 1] })
}

/** Every law a scorer breaks, in words. */
function breaches(scorer: Scorer): string[] {
  const found = new Set<string>()
  const law = (isKept: boolean, words: string) => isKept || found.add(words)
  law(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(scorer.id), 'its id is words of lower case, joined by _')
  law(Number.isInteger(scorer.version) && scorer.version >= 1, 'its version counts from 1')
  law(scorer.label.length > 0 && scorer.asks.length > 0, 'it has a label and something to judge')
  for (const ask of scorer.asks) for (const words of breachesOf(scorer, QUESTIONS[ask])) found.add(words)
  return [...found]
}

function breachesOf(scorer: Scorer, questions: readonly Question[]): string[] {
  const found: string[] = []
  const law = (isKept: boolean, words: string) => isKept || found.push(words)
  const [low, high] = scorer.bounds
  const isWithin = (value: number) => value >= low && value <= high
  const isWorse = (a: number, b: number) => (scorer.better === 'higher' ? a < b - 1e-9 : a > b + 1e-9)
  const of = (skill: number) => report(scorer, questions, questions.map((question) => answer(question, skill))) // prettier-ignore

  const own = of(1)
  law(Math.abs(own - (scorer.better === 'higher' ? high : low)) < 1e-12, 'its own answers score best')
  const tries = [0, 0, 0, 0.3, 0.6, 0.9].map(of)
  law([own, ...tries].every(isWithin), 'its value stays within its bounds')
  law(!tries.some((value) => isWorse(own, value)), 'nothing is better than its own answers')
  law(
    tries.slice(0, 3).some((value) => isWorse(value, own)),
    'ignorance is worse',
  )

  const outcomes = questions.map((question) => scorer.score(question, answer(question, 0.5)))
  const isCounted = outcomes.every((scores, i) => scores.length === (questions[i]!.ask === 'windows' ? 3 : 1))
  law(isCounted, 'it gives one number per item, or one per window')
  law(
    outcomes.flat().every(({ value, weight }) => Number.isFinite(value) && weight > 0),
    'its numbers are finite and count',
  )
  const { classes } = scorer
  const isClass = ({ value, weight }: { value: number; weight: number }) =>
    classes === undefined || (weight === 1 && Number.isInteger(value) && value >= 0 && value < classes)
  law(outcomes.flat().every(isClass), 'its classes are those it declares')

  const chance = scorer.chance(questions)
  law(chance === undefined || isWithin(chance), 'chance lies within its bounds')
  if (chance !== undefined && questions[0]!.ask !== 'continuation') {
    const said = [0, 1].map((which) => report(scorer, questions, questions.map((question) => constant(question, which)))) // prettier-ignore
    law(!said.some((value) => isWorse(chance, value)), 'no constant answer is better than chance')
  }
  return found
}

describe.each(scorers)('$id', (scorer) => {
  it('keeps within its bounds, knows its direction and its chance, and finds its own answers best', () => {
    expect(breaches(scorer)).toEqual([])
  })
})

describe('the laws of scorers', () => {
  it('catch a scorer that takes the least likely choice', () => {
    const wrong: Scorer = {
      ...acc,
      score: (question, answer) => acc.score(question, { ...answer, ll: answer.ll.map((x) => -x) }),
    }
    expect(breaches(wrong)).toContain('its own answers score best')
  })

  it('catch wrong bounds, a wrong direction, a lost item, a version that does not count and a chance that is too low', () => {
    expect(breaches({ ...acc, bounds: [0, 0.9] })).toContain('its value stays within its bounds')
    expect(breaches({ ...acc, better: 'lower' })).toContain('its own answers score best')
    expect(breaches({ ...acc, score: () => [] })).toContain('it gives one number per item, or one per window')
    expect(breaches({ ...acc, version: 0 })).toEqual(['its version counts from 1'])
    expect(breaches({ ...acc, chance: () => 0.5 })).toEqual(['no constant answer is better than chance'])
  })

  it('see each id once', () => {
    expect(new Set(scorers.map(({ id }) => id)).size).toBe(scorers.length)
  })
})
