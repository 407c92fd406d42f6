import { describe, expect, it } from 'vitest'
import { prepare } from '../../main/score/ask.ts'
import { lengthsOf, tokenize } from '../../main/tasks/measure.ts'
import type { Question } from '../../main/tasks/task.ts'
import { makeTokenizer } from '../make/tokenizer.ts'

const tokenizer = makeTokenizer(['a', 'b', 'ab', ' ', '.'])
const QUESTIONS: readonly Question[] = [
  { ask: 'choice', prompts: [{ context: 'a.a.a', continuation: ' a.b' }, { context: 'a.a.a', continuation: 'b' }], choices: ['a.b', 'b'], gold: 0 }, // prettier-ignore
  { ask: 'choice', prompts: [{ context: '', continuation: 'a.a.a.a' }, { context: '', continuation: 'b' }], choices: ['a', 'b'], gold: 1 }, // prettier-ignore
  { ask: 'continuation', prompt: { context: 'a.a.a.a.', continuation: 'b.b' } },
  { ask: 'rolling', text: 'a.a.a.a.a.a.', words: 1, bytes: 12 },
  { ask: 'windows', text: 'a.a.a.a.a.a.', length: 5 },
  { ask: 'text', context: 'a.a.a.a.', until: ['.'], maxTokens: 4, answers: ['a'] },
]

describe('what a check says of lengths', () => {
  it.each(QUESTIONS)('is what happens when the question is asked: $ask', (question) => {
    const seen = new Set<string>()
    for (let contextLength = 2; contextLength < 20; contextLength++) {
      const texts = tokenize(question, tokenizer, contextLength)
      const [isTooLong, isTruncated, isFallback] = (['isTooLong', 'isTruncated', 'isFallback'] as const).map((key) => texts.some((text) => text[key])) // prettier-ignore
      seen.add(`${isTooLong} ${isTruncated}`)
      const asked = () => prepare([question], tokenizer, contextLength)
      if (isTooLong) expect(asked).toThrow(expect.objectContaining({ code: 'task/too-long' }))
      else expect(asked().parts).toMatchObject([{ isTruncated, isBoundaryFallback: isFallback }])
    }
    expect(seen.size).toBeGreaterThan(question.ask === 'rolling' ? 0 : 1)
  })
})

describe('lengths', () => {
  it('are told by numbers that occur', () => {
    expect(lengthsOf([5, 1, 9, 3], 'tokens')).toEqual({ unit: 'tokens', texts: 4, min: 1, median: 3, p95: 9, max: 9 })
    expect(lengthsOf([10, 9], 'tokens')).toMatchObject({ min: 9, median: 9, max: 10 })
    expect(lengthsOf([], 'characters')).toEqual({ unit: 'characters', texts: 0, min: 0, median: 0, p95: 0, max: 0 })
  })
})
