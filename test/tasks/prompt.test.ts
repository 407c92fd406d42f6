import { describe, expect, it } from 'vitest'
import { turnText } from '../../main/tasks/prompt.ts'

const turn = (question: string, answer: string, prefix: string) =>
  turnText({ question, answer, prefix, delimiter: '|', end: '.' })

describe('a turn', () => {
  it.each([
    ['an example', 'Q', 'A', '', 'Q|A.'],
    ['a question', 'Q', '', '', 'Q'],
    ['a question whose answer has begun', 'Q', '', 'The', 'Q|The'],
    ['an example whose answer has begun', 'Q', 'A', 'The', 'Q|The A.'],
    ['an answer that brings its own space', 'Q', ' A', 'The', 'Q|The A.'],
    ['a beginning that ends in a line', 'Q', 'A', 'The\n', 'Q|The\nA.'],
    ['a question that ends in a line before a beginning', 'Q\n', '', 'The', 'Q\nThe'],
    ['a question that ends in a line before an answer', 'Q\n', 'A', '', 'Q\n|A.'],
    ['nothing asked before a beginning', '', '', 'The', 'The'],
    ['nothing asked before an answer', '', 'A', '', '|A.'],
  ])('is joined as lm-evaluation-harness joins it: %s', (_, question, answer, prefix, text) => {
    expect(turn(question, answer, prefix)).toBe(text)
  })
})
