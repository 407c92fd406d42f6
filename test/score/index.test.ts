import { describe, expect, it } from 'vitest'
import { scorerOf } from '../../main/score/index.ts'
import { choiceQuestion, continuationQuestion, makeAnswer, report, textQuestion } from '../make/questions.ts'
import { apart, golden as scipy } from '../stats/golden.ts'
import { golden } from './golden.ts'

describe('scorers give the numbers of lm-evaluation-harness:', () => {
  const choices = golden.choice.flatMap(({ items, values }, set) =>
    Object.entries(values).map(([id, value]) => ({ id, value, items, set })),
  )
  it.each(choices)('$id over multiple-choice items, set $set', ({ id, value, items }) => {
    const questions = items.map((item) => choiceQuestion(item.choices, item.gold))
    const answers = items.map(({ ll, greedy }) => makeAnswer({ ll, isGreedy: greedy, tokens: ll.map(() => 1) }))
    expect(apart(report(scorerOf(id), questions, answers), value)).toBeLessThan(1e-12)
  })

  it.each(Object.entries(golden.continuation.values))('%s over continuations', (id, value) => {
    const { items } = golden.continuation
    const answers = items.map(({ ll, greedy }) => makeAnswer({ ll: [ll], isGreedy: [greedy], tokens: [1] }))
    const questions = items.map((_, i) => continuationQuestion(` word ${i}`))
    expect(apart(report(scorerOf(id), questions, answers), value)).toBeLessThan(1e-12)
  })

  it.each(Object.entries(golden.rolling.values))('%s over pages', (id, value) => {
    const { items } = golden.rolling
    const questions = items.map(({ words, bytes }) => ({ ask: 'rolling' as const, text: '', words, bytes }))
    const answers = items.map(({ ll }) => makeAnswer({ ll: [ll], isGreedy: [false], tokens: [9] }))
    expect(apart(report(scorerOf(id), questions, answers), value)).toBeLessThan(1e-12)
  })

  it.each(golden.text)('$said for $answer', ({ said, answer, ...values }) => {
    for (const id of ['exact_match', 'squad_exact', 'squad_f1'] as const) {
      // the F1 recorded is SQuAD 1.1's, which has 0 where neither side has a word left; xquad asks SQuAD 2's, which has 1
      if (id === 'squad_f1' && said === 'a an the') continue
      expect(report(scorerOf(id), [textQuestion(answer)], [makeAnswer({ text: said })]), id).toBeCloseTo(values[id], 12)
    }
  })
})

describe('scorers', () => {
  it.each(scipy.confusion)('give the Matthews correlation and F1 of scikit-learn for $counts', ({ counts, mcc, f1 }) => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    const shares = counts.map((count) => count / total)
    expect(scorerOf('mcc').finish(shares)).toBeCloseTo(mcc, 12)
    expect(scorerOf('f1').finish(shares)).toBeCloseTo(f1, 12)
  })

  it('take the best of several right answers', () => {
    const question = textQuestion('Paris', 'City of Light')
    const said = makeAnswer({ text: 'the city of light' })
    expect(report(scorerOf('squad_exact'), [question], [said])).toBe(1)
    expect(report(scorerOf('exact_match'), [question], [said])).toBe(0)
  })

  it('find an answer inside a text, but not a text inside an answer', () => {
    const contains = scorerOf('contains')
    const score = (said: string, answer: string) => report(contains, [textQuestion(answer)], [makeAnswer({ text: said })])
    expect(score('I think it was “Mount_Everest”, yes', 'the mount everest')).toBe(1)
    expect(score('', 'Everest')).toBe(0)
    expect(score('Everest', 'Mount Everest')).toBe(0)
    expect(score('anything', '!?')).toBe(0)
  })

  it('average token losses window by window', () => {
    const question = { ask: 'windows' as const, text: '', length: 5 }
    const answer = makeAnswer({ ll: [-4, -8], isGreedy: [false, false], tokens: [4, 4] })
    expect(report(scorerOf('token_perplexity'), [question], [answer])).toBeCloseTo(Math.exp(1.5), 12)
  })

  it('do not count a page without words, and know no infinite perplexity', () => {
    const pages = [{ ask: 'rolling' as const, text: '', words: 0, bytes: 0 }, { ask: 'rolling' as const, text: '', words: 2, bytes: 9 }] // prettier-ignore
    const heard = (...lls: number[]) => lls.map((ll) => makeAnswer({ ll: [ll], isGreedy: [false], tokens: [1] }))
    expect(report(scorerOf('word_perplexity'), pages, heard(0, -4))).toBeCloseTo(Math.exp(2), 12)
    expect(report(scorerOf('word_perplexity'), pages, heard(0, -4000))).toBe(Number.MAX_VALUE)
  })

  it('know the nearest name to a wrong one', () => {
    expect(() => scorerOf('acc-norm')).toThrow('did you mean "acc_norm"?')
    expect(() => scorerOf('bleu')).toThrow(expect.objectContaining({ code: 'task/scorer' }))
  })

  it('refuse questions that are not theirs', () => {
    const answer = makeAnswer({ ll: [-1], isGreedy: [true], tokens: [1], text: '' })
    for (const id of ['acc_norm', 'brier_score', 'mcc', 'word_perplexity', 'token_perplexity', 'contains', 'squad_f1']) {
      expect(() => scorerOf(id).score(continuationQuestion(' x'), answer)).toThrow(`for ${id}, got "continuation"`)
    }
    const three = makeAnswer({ ll: [-1, -2, -3], isGreedy: [true, false, false], tokens: [1, 1, 1] })
    expect(() => scorerOf('mcc').score(choiceQuestion(['a', 'b', 'c'], 0), three)).toThrow('Expected two choices')
  })
})

describe('chance', () => {
  const of = (id: string) => scorerOf(id).chance

  it('is blind choice where every question has choices of its own', () => {
    const questions = [choiceQuestion(['a', 'b'], 0), choiceQuestion(['c', 'd', 'e', 'f'], 0)]
    expect(of('acc')(questions)).toBeCloseTo((1 / 2 + 1 / 4) / 2, 12)
    expect(of('acc_norm')(questions)).toBe(of('acc')(questions))
    expect(of('brier_score')(questions)).toBeCloseTo((1 / 2 + 3 / 4) / 2, 12)
  })

  it('is the most frequent label where all questions offer the same', () => {
    const questions = [1, 1, 1, 0].map((gold) => choiceQuestion(['no', 'yes'], gold))
    expect(of('acc')(questions)).toBe(0.75)
    expect(of('exact_match')(questions)).toBe(0.75)
    expect(of('brier_score')(questions)).toBeCloseTo(1 - 0.75 ** 2 - 0.25 ** 2, 12)
    expect(of('f1')(questions)).toBeCloseTo(1.5 / 1.75, 12)
    expect(of('mcc')(questions)).toBe(0)
  })

  it('is the most frequent answer where answers are words', () => {
    expect(of('acc')([' up', ' down', ' up', ' left'].map(continuationQuestion))).toBe(0.5)
    const questions = [textQuestion('red'), textQuestion('blue', 'red'), textQuestion('dark red')]
    expect(of('squad_exact')(questions)).toBeCloseTo(2 / 3, 12)
    expect(of('contains')(questions)).toBeCloseTo(2 / 3, 12)
    expect(of('squad_f1')(questions)).toBeCloseTo((1 + 1 + 2 / 3) / 3, 12)
  })

  it('does not exist for perplexities, nor for no questions at all', () => {
    expect(of('perplexity')([continuationQuestion(' x')])).toBeUndefined()
    for (const id of ['acc', 'f1', 'mcc', 'brier_score', 'exact_match', 'contains']) expect(of(id)([])).toBeUndefined()
  })
})
