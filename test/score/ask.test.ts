import { describe, expect, it } from 'vitest'
import type { LabError } from '../../main/base/errors.ts'
import type { Tokenizer } from '../../main/base/text.ts'
import { ask, prepare } from '../../main/score/ask.ts'
import { tokenPerplexity } from '../../main/score/token_perplexity.ts'
import type { Question } from '../../main/tasks/task.ts'
import { makeBigram, makeLanguage } from '../make/bigram.ts'
import { choiceQuestion, report } from '../make/questions.ts'
import { makeTokenizer } from '../make/tokenizer.ts'
import { golden } from './golden.ts'

// one id per letter: <s> </s> 0-25 = a-z, 26 = space, 27 = line end
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz \n']
const tokenizer = makeTokenizer(LETTERS)
const VOCABULARY = tokenizer.vocabulary
const bigram = makeBigram(VOCABULARY, 7)
const idsOf = (text: string) => tokenizer.encode(text, false)

/** Log-likelihood of `ids` after `last`, in plain arithmetic. */
function chain(last: number, ids: readonly number[]): number {
  return ids.reduce((sum, next, i) => sum + bigram(i === 0 ? last : ids[i - 1]!, next), 0)
}

async function answersTo(questions: readonly Question[], contextLength = 64, texts: Tokenizer = tokenizer) {
  const language = makeLanguage(bigram, VOCABULARY)
  const prepared = prepare(questions, texts, contextLength)
  const answers = await ask(prepared, language, { batchTokens: 1024 })
  return { answers, language, prepared }
}

const failing = (questions: readonly Question[], contextLength = 64) => {
  try {
    prepare(questions, tokenizer, contextLength)
  } catch (error) {
    return error as LabError
  }
  throw new Error('Expected prepare() to refuse.')
}

describe('choices', () => {
  it('are asked one by one after their context, each with its own log-likelihood', async () => {
    const prompts = [' sea', ' land'].map((continuation) => ({ context: 'ship on', continuation }))
    const question: Question = { ask: 'choice', prompts, choices: ['sea', 'land'], gold: 0 }
    const { answers } = await answersTo([question])
    const last = idsOf('n')[0]!
    expect(answers).toHaveLength(1)
    expect(answers[0]!.ll[0]).toBeCloseTo(chain(last, idsOf(' sea')), 4)
    expect(answers[0]!.ll[1]).toBeCloseTo(chain(last, idsOf(' land')), 4)
    expect(answers[0]).toMatchObject({ tokens: [4, 5], isTruncated: false, isBoundaryFallback: false })
  })

  it('after an empty context follow the token that texts begin with: minimal pairs', async () => {
    const prompts = ['she runs', 'she run'].map((continuation) => ({ context: '', continuation }))
    const { answers, language } = await answersTo([{ ask: 'choice', prompts, choices: ['she runs', 'she run'], gold: 0 }])
    expect([...language.scored[0]!.ids]).toEqual([0, ...idsOf('she runs')])
    expect(answers[0]!.ll[1]).toBeCloseTo(chain(0, idsOf('she run')), 4)
  })

  it('come back in the order of the questions, however many each has', async () => {
    const choices = [['a', 'b'], ['c'], ['d', 'e', 'f']]
    const { answers } = await answersTo(choices.map((words) => choiceQuestion(words, 0)))
    const last = idsOf('n')[0]! // of "Question:", whose colon and capital have no id
    for (const [i, words] of choices.entries()) {
      words.forEach((word, c) => expect(answers[i]!.ll[c]).toBeCloseTo(chain(last, idsOf(` ${word}`)), 4))
      expect(answers[i]!.ll).toHaveLength(words.length)
    }
  })

  it('share the ids of their context: it is encoded once', async () => {
    const texts: string[] = []
    const counting: Tokenizer = {
      ...tokenizer,
      encode(text, special) {
        texts.push(text)
        return tokenizer.encode(text, special)
      },
    }
    await answersTo([choiceQuestion(['a', 'b', 'c', 'd'], 0)], 64, counting)
    expect(texts.filter((text) => text === 'Question:')).toHaveLength(1)
    expect(texts).toHaveLength(5)
  })
})

describe('a continuation', () => {
  it('is greedy where each of its tokens is the likeliest one', async () => {
    const likeliest = (last: number) =>
      [...Array(VOCABULARY).keys()].reduce((best, id) => (bigram(last, id) > bigram(last, best) ? id : best))
    const first = likeliest(idsOf('a')[0]!)
    const second = likeliest(first)
    const third = second === 2 ? 3 : 2
    const of = (ids: readonly number[]): Question => ({
      ask: 'continuation',
      prompt: { context: 'a', continuation: tokenizer.decode(ids) },
    })
    const { answers } = await answersTo([of([first, second]), of([first, third])])
    expect(answers.map(({ tokens, isGreedy }) => [tokens, isGreedy])).toEqual([[[2], [true]], [[2], [false]]]) // prettier-ignore
  })

  it('that a merge swallows is encoded apart, and says so', async () => {
    const merging = makeTokenizer([...LETTERS, 'sea'])
    const { answers } = await answersTo([{ ask: 'continuation', prompt: { context: 'se', continuation: 'a' } }], 64, merging)
    expect(answers[0]).toMatchObject({ isBoundaryFallback: true, tokens: [1] })
    expect(answers[0]!.ll[0]).toBeCloseTo(bigram(idsOf('e')[0]!, idsOf('a')[0]!), 4)
  })
})

describe('what is longer than the model can read', () => {
  it('loses its beginning, never its end, and says so', async () => {
    const prompt = { context: 'abcdefgh', continuation: 'ij' }
    // 1 + 8 + 2 ids, of which the last is predicted and not read: 10 are read
    const fits = await answersTo([{ ask: 'continuation', prompt }], 10)
    expect(fits.answers[0]!.isTruncated).toBe(false)
    expect(fits.language.scored[0]!.ids).toHaveLength(11)
    const cut = await answersTo([{ ask: 'continuation', prompt }], 4)
    expect(cut.answers[0]!.isTruncated).toBe(true)
    expect([...cut.language.scored[0]!.ids]).toEqual(idsOf('fghij'))
    expect(cut.answers[0]!.ll[0]).toBeCloseTo(fits.answers[0]!.ll[0]!, 6)
  })

  it('may fill all there is with its continuation, but no more', async () => {
    const of = (continuation: string): Question => ({ ask: 'continuation', prompt: { context: 'a', continuation } })
    const { language, answers } = await answersTo([of('bcde')], 4)
    expect([...language.scored[0]!.ids]).toEqual(idsOf('abcde'))
    expect(answers[0]).toMatchObject({ isTruncated: true, tokens: [4] })
    expect(failing([of('b'), of('bcdef')], 4)).toMatchObject({
      code: 'task/too-long',
      message: 'Expected a continuation of at most 4 tokens in item 1, got 5 ("bcdef").',
    })
  })
})

describe('a rolling text', () => {
  it('is predicted once from end to end, its windows summed', async () => {
    const text = 'the quick brown fox jumps over the lazy dog'
    const question: Question = { ask: 'rolling', text, words: 9, bytes: text.length }
    const ids = tokenizer.encode(text, true)
    const { answers, language } = await answersTo([question], 8)
    expect(language.scored.map(({ scored }) => scored)).toEqual([8, 8, 8, 8, 8, 4])
    expect(answers[0]!.tokens).toEqual([ids.length])
    // each window's first id is conditioned on the one before it, so nothing is lost between windows
    expect(answers[0]!.ll[0]).toBeCloseTo(chain(0, ids), 4)
    expect(answers[0]!.isTruncated).toBe(false)
  })

  it('without ids has a likelihood of one', async () => {
    const { answers } = await answersTo(
      [{ ask: 'rolling', text: '', words: 1, bytes: 0 }],
      8,
      makeTokenizer(LETTERS, { addsBos: false }),
    )
    expect(answers[0]).toMatchObject({ ll: [0], tokens: [0] })
  })
})

describe('a text in windows', () => {
  const text = 'sphinx of black quartz judge my vow'
  const windows = (length: number, of = text): Question => ({ ask: 'windows', text: of, length })

  it('is asked window by window, each by itself, the rest left out', async () => {
    const ids = tokenizer.encode(text, true)
    const { answers } = await answersTo([windows(8)])
    expect(answers[0]!.ll).toHaveLength(Math.floor(ids.length / 8))
    answers[0]!.ll.forEach((ll, w) => expect(ll).toBeCloseTo(chain(ids[8 * w]!, ids.slice(8 * w + 1, 8 * w + 8)), 4))
    expect(new Set(answers[0]!.tokens)).toEqual(new Set([7]))
    const nll = answers[0]!.ll.reduce((sum, ll) => sum - ll / 7, 0) / answers[0]!.ll.length
    expect(report(tokenPerplexity, [windows(8)], answers)).toBeCloseTo(Math.exp(nll), 10)
  })

  it('is another number than the same text rolling', async () => {
    const rolling = await answersTo([{ ask: 'rolling', text, words: 7, bytes: text.length }], 8)
    const { answers } = await answersTo([windows(8)])
    const sum = answers[0]!.ll.reduce((total, ll) => total + ll, 0)
    expect(Math.abs(sum - rolling.answers[0]!.ll[0]!)).toBeGreaterThan(1)
  })

  it('is refused where a window is longer than the model can read or than the text', () => {
    expect(failing([windows(9)], 8)).toMatchObject({
      code: 'task/too-long',
      message: expect.stringContaining('in item 0, got 9') as string,
    })
    expect(failing([windows(50)])).toMatchObject({
      code: 'task/too-short',
      message: expect.stringContaining('got 36 tokens') as string,
    })
  })
})

describe('free text', () => {
  const question = (until: readonly string[], maxTokens = 12, context = 'abc'): Question => ({
    ...{ ask: 'text', context, until, maxTokens, answers: ['x'] },
  })

  it('goes on greedily up to the tokens it may have, or to an id that ends a text', async () => {
    const { answers, language } = await answersTo([question([])])
    const write = async (stopIds: readonly number[]) => {
      const ids = Int32Array.from([0, ...idsOf('abc')])
      const [said] = await language.generate([{ ids, maxTokens: 12, stopIds }], { batchTokens: 9 })
      return tokenizer.decode([...said!])
    }
    expect(answers[0]).toMatchObject({ text: await write([1]), ll: [], isGreedy: [], tokens: [] })
    const end = idsOf(answers[0]!.text![3]!)[0]!
    const ended = await ask(prepare([question([])], tokenizer, 64, [end]), language, { batchTokens: 9 })
    expect(ended[0]!.text).toBe(await write([end]))
    expect(ended[0]!.text!.length).toBeLessThanOrEqual(3)
  })

  it('ends before the first of its stops, and no more is written than needed to see it', async () => {
    const free = (await answersTo([question([], 40)])).answers[0]!.text!
    const stop = free[5]!
    const { answers, language } = await answersTo([question(['never', '', stop], 40)])
    expect(answers[0]!.text).toBe(free.slice(0, free.indexOf(stop)))
    expect(language.written[0]!.isEnough!(idsOf('ab'))).toBe([...'ab'].includes(stop))
    expect(language.written[0]!.isEnough!(idsOf(`ab${stop}`))).toBe(true)
  })

  it.each(golden.stops)('$text until $until is read as lm-evaluation-harness reads it', ({ text, until, read }) => {
    const spelling: Tokenizer = { ...tokenizer, decode: (ids) => String.fromCodePoint(...ids) }
    const prepared = prepare([question(until)], spelling, 64)
    expect(prepared.written[0]!.read(Int32Array.from([...text].map((letter) => letter.codePointAt(0)!)))).toBe(read)
  })

  it('leaves room for what is to come: its context is cut from the left, and says so', async () => {
    const { answers, language } = await answersTo([question([], 5, 'abcdefgh')], 8)
    expect([...language.written[0]!.ids]).toEqual(idsOf('fgh'))
    expect(answers[0]!.isTruncated).toBe(true)
    expect(failing([question([], 8)], 8)).toMatchObject({ code: 'task/too-long' })
  })

  it('after nothing follows the token that texts begin with', async () => {
    const { language } = await answersTo([question([], 5, '')], 8, makeTokenizer(LETTERS, { addsBos: false }))
    expect([...language.written[0]!.ids]).toEqual([0])
  })
})

describe('asking', () => {
  it('prepared once answers alike at every level, and only the language changes', async () => {
    const questions = [choiceQuestion(['sea', 'land'], 0)]
    const prepared = prepare(questions, tokenizer, 64)
    const [dense, other] = [bigram, makeBigram(VOCABULARY, 8)].map((b) => makeLanguage(b, VOCABULARY))
    const first = await ask(prepared, dense!, { batchTokens: 64 })
    expect(await ask(prepared, dense!, { batchTokens: 64 })).toEqual(first)
    expect((await ask(prepared, other!, { batchTokens: 64 }))[0]!.ll).not.toEqual(first[0]!.ll)
  })

  it('passes progress on and stops when told to', async () => {
    const seen: number[] = []
    const prepared = prepare([choiceQuestion(['sea', 'land'], 0)], tokenizer, 64)
    await ask(prepared, makeLanguage(bigram, VOCABULARY), { batchTokens: 64, onTokens: (done) => seen.push(done) })
    expect(seen).toEqual([2])
    const options = { batchTokens: 64, signal: AbortSignal.abort(new Error('enough')) }
    await expect(ask(prepared, makeLanguage(bigram, VOCABULARY), options)).rejects.toThrow('enough')
  })

  it('asks nothing where there are no questions', async () => {
    const { answers, language } = await answersTo([])
    expect([answers, language.scored, language.written]).toEqual([[], [], []])
  })
})
