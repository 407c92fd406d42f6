import { describe, expect, it } from 'vitest'
import { prefixToken, splitIds } from '../../main/tasks/boundary.ts'
import { makeTokenizer } from '../make/tokenizer.ts'

const PIECES = ['The', ' sky', ' is', ' blue', ' ', 'blue', 'a', 'b', 'ab', '.']
const tokenizer = makeTokenizer(PIECES)
const spell = (ids: readonly number[]) => ids.map((id) => tokenizer.piece(id))
const split = (context: string, continuation: string, by = tokenizer) => {
  const ids = splitIds({ context, continuation }, by)
  return [spell(ids.context), spell(ids.continuation), ids.isFallback]
}

describe('the boundary between context and continuation', () => {
  it('puts BOS before a continuation without context', () => {
    expect(split('', 'The sky')).toEqual([['<s>'], ['The', ' sky'], false])
  })

  it('takes EOS where the tokenizer has no BOS, and refuses where it has neither', () => {
    expect(split('', 'The', makeTokenizer(PIECES, { bos: false }))).toEqual([['</s>'], ['The'], false])
    const bare = makeTokenizer(PIECES, { bos: false, eos: false })
    expect(() => prefixToken(bare)).toThrow(expect.objectContaining({ code: 'model/tokenizer' }))
  })

  it('does not put BOS before a text that brings its own', () => {
    expect(split('', '<s>The sky')).toEqual([['<s>'], ['The', ' sky'], false])
    expect(split('<s>The', ' sky')).toEqual([['<s>', 'The'], [' sky'], false])
  })

  it('gives white space at the end of the context to the continuation', () => {
    expect(split('The sky is ', 'blue')).toEqual([['<s>', 'The', ' sky', ' is'], [' blue'], false])
    expect(split('The \u00a0', 'blue')).toEqual([['<s>', 'The'], [' ', 'blue'], false])
    expect(split(' ', 'blue')).toEqual([['<s>'], [' blue'], false])
    expect(split(' ', 'blue', makeTokenizer(PIECES, { addsBos: false }))).toEqual([['<s>'], [' blue'], false])
  })

  it('cuts the joint ids after as many as the context has, even where a merge crosses the boundary', () => {
    expect(split('The a', 'b.')).toEqual([['<s>', 'The', ' ', 'a'], ['.'], false])
  })

  it('encodes apart and says so where a merge swallows the whole continuation', () => {
    expect(split('The a', 'b')).toEqual([['<s>', 'The', ' ', 'a'], ['b'], true])
    expect(split('', '<s>')).toEqual([['<s>'], ['<s>'], true])
  })

  it('refuses a continuation without a token', () => {
    expect(() => split('The', '')).toThrow(expect.objectContaining({ code: 'task/empty-choice' }))
    expect(() => split('', '')).toThrow(expect.objectContaining({ code: 'task/empty-choice' }))
  })
})
