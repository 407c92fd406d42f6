import { LabError } from '../base/errors.ts'
import type { Tokenizer } from '../base/text.ts'
import type { GenerateRequest, Language, ScoreOptions, TokenAnswer, TokenRequest } from '../engine/language.ts'
import { encode, prefixToken, splitIds } from '../tasks/boundary.ts'
import type { Prompt, Question } from '../tasks/task.ts'
import type { Answer } from './scorer.ts'
import { rollingWindows, tokenWindows } from './windows.ts'

/** Version of asking: boundaries, windows, truncation. Whatever changes an answer raises it. */
export const ASK_VERSION = 1

/** Questions as ids of one tokenizer, cut to what one model can read: made once, asked at every compression level. */
export interface Prepared {
  readonly scored: readonly TokenRequest[]
  readonly written: readonly Writing[]
  readonly parts: readonly Part[]
}

/** A question's share: `count` requests of `scored`, or of `written` where free text is asked, from `from` on. */
interface Part {
  readonly ask: Question['ask']
  readonly from: number
  readonly count: number
  readonly isTruncated: boolean
  readonly isBoundaryFallback: boolean
}

interface Writing {
  readonly request: GenerateRequest
  /** New ids → text up to the first stop. */
  read(ids: Int32Array): string
}

interface Requests {
  readonly scored?: readonly TokenRequest[]
  readonly written?: readonly Writing[]
  readonly isTruncated?: boolean
  readonly isBoundaryFallback?: boolean
}

/**
 * Texts → ids as interfaces.md 3.4 and 3.5 have it. `contextLength` is the number of tokens the model can read; what is longer is cut from the left.
 * `endIds` end a written text, by default the tokenizer's EOS.
 * LabError 'task/too-long' names the item whose continuation, window or new text alone is longer; 'task/too-short' one without a whole window.
 */
export function prepare(
  questions: readonly Question[],
  tokenizer: Tokenizer,
  contextLength: number,
  endIds: readonly number[] = tokenizer.eos ? [tokenizer.eos.id] : [],
): Prepared {
  const scored: TokenRequest[] = []
  const written: Writing[] = []
  const once = rememberTwo(tokenizer)
  const parts = questions.map((question, item): Part => {
    const made = requestsOf(question, once, { item, contextLength, endIds })
    const from = made.written ? written.length : scored.length
    const { isTruncated = false, isBoundaryFallback = false } = made
    for (const request of made.scored ?? []) scored.push(request)
    for (const request of made.written ?? []) written.push(request)
    return { ask: question.ask, from, count: (made.written ?? made.scored ?? []).length, isTruncated, isBoundaryFallback }
  })
  return { scored, written, parts }
}

/** All answers, in the order of the questions. */
export async function ask(prepared: Prepared, language: Language, options: ScoreOptions): Promise<Answer[]> {
  const { scored, written, parts } = prepared
  const said = scored.length > 0 ? await language.score(scored, options) : []
  const wrote = written.length > 0 ? await language.generate(written.map(({ request }) => request), options) : [] // prettier-ignore
  return parts.map(({ ask, from, count, isTruncated, isBoundaryFallback }) => {
    const marks = { isTruncated, isBoundaryFallback }
    if (ask === 'text') return { ll: [], isGreedy: [], tokens: [], text: written[from]!.read(wrote[from]!), ...marks }
    const found = said.slice(from, from + count)
    return ask === 'rolling' ? { ...join(found), ...marks } : { ...apart(found), ...marks }
  })
}

function apart(answers: readonly TokenAnswer[]): Pick<Answer, 'll' | 'isGreedy' | 'tokens'> {
  return {
    ll: answers.map(({ logprobs }) => total(logprobs)),
    isGreedy: answers.map(({ isGreedy }) => isGreedy),
    tokens: answers.map(({ logprobs }) => logprobs.length),
  }
}

/** The windows of one text as one. */
function join(answers: readonly TokenAnswer[]): Pick<Answer, 'll' | 'isGreedy' | 'tokens'> {
  const { ll, isGreedy, tokens } = apart(answers)
  return { ll: [total(ll)], isGreedy: [isGreedy.every(Boolean)], tokens: [total(tokens)] }
}

/** In double precision: thousands of single-precision terms would lose the fourth digit. */
function total(x: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  return sum
}

interface Place {
  readonly item: number
  readonly contextLength: number
  readonly endIds: readonly number[]
}

function requestsOf(question: Question, tokenizer: Tokenizer, place: Place): Requests {
  switch (question.ask) {
    case 'choice':
      return promptRequests(question.prompts, tokenizer, place)
    case 'continuation':
      return promptRequests([question.prompt], tokenizer, place)
    case 'rolling':
      return { scored: rollingWindows(encode(question.text, tokenizer), prefixToken(tokenizer), place.contextLength) }
    case 'windows':
      return { scored: windowRequests(question, tokenizer, place) }
    case 'text':
      return textRequest(question, tokenizer, place)
    case 'number':
      throw new LabError('task/number', `Expected a head that has learned to say numbers for item ${place.item}, got a language model.`) // prettier-ignore
  }
}

function promptRequests(prompts: readonly Prompt[], tokenizer: Tokenizer, { item, contextLength }: Place): Requests {
  let isTruncated = false
  let isBoundaryFallback = false
  const scored = prompts.map((prompt): TokenRequest => {
    const { context, continuation, isFallback } = splitIds(prompt, tokenizer)
    if (continuation.length > contextLength) {
      throw tooLong(item, `a continuation of at most ${contextLength} tokens`, continuation.length, prompt.continuation)
    }
    const ids = [...context, ...continuation]
    isTruncated ||= ids.length > contextLength + 1
    isBoundaryFallback ||= isFallback
    // the last id is predicted, never read
    return { ids: Int32Array.from(ids.slice(-contextLength - 1)), scored: continuation.length }
  })
  return { scored, isTruncated, isBoundaryFallback }
}

function windowRequests(
  { text, length }: Extract<Question, { ask: 'windows' }>,
  tokenizer: Tokenizer,
  { item, contextLength }: Place,
): TokenRequest[] {
  if (length > contextLength) throw tooLong(item, `windows of at most ${contextLength} tokens`, length, text)
  const ids = encode(text, tokenizer)
  const windows = tokenWindows(ids, length)
  if (windows.length > 0) return windows
  throw new LabError(
    'task/too-short',
    `Expected a text of at least one window of ${length} tokens in item ${item}, got ${ids.length} tokens.`,
  )
}

function textRequest(
  { context, until, maxTokens }: Extract<Question, { ask: 'text' }>,
  tokenizer: Tokenizer,
  { item, contextLength, endIds }: Place,
): Requests {
  const room = contextLength - maxTokens
  if (room < 1) throw tooLong(item, `at most ${contextLength - 1} new tokens`, maxTokens, context)
  const ids = encode(context, tokenizer)
  if (ids.length === 0) ids.push(prefixToken(tokenizer))
  const stops = until.filter((stop) => stop !== '')
  const request: GenerateRequest = {
    ids: Int32Array.from(ids.slice(-room)),
    maxTokens,
    stopIds: endIds,
    isEnough: (newIds) => stops.length > 0 && includesAny(tokenizer.decode(newIds), stops),
  }
  const read = (newIds: Int32Array) => stops.reduce((text, stop) => text.split(stop)[0]!, tokenizer.decode([...newIds]))
  return { written: [{ request, read }], isTruncated: ids.length > room }
}

const includesAny = (text: string, parts: readonly string[]) => parts.some((part) => text.includes(part))

function tooLong(item: number, expected: string, came: number, text: string): LabError {
  const start = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
  return new LabError('task/too-long', `Expected ${expected} in item ${item}, got ${came} (${start}).`)
}

/** The choices of a question share their context, which is often long: of the last two texts the ids are kept, so that it is encoded once. */
function rememberTwo(tokenizer: Tokenizer): Tokenizer {
  const kept = new Map<string, readonly number[]>()
  return {
    ...{ hash: tokenizer.hash, vocabulary: tokenizer.vocabulary, bos: tokenizer.bos, eos: tokenizer.eos },
    encode(text, special) {
      const key = `${special} ${text}`
      const ids = kept.get(key) ?? tokenizer.encode(text, special)
      kept.delete(key)
      kept.set(key, ids)
      if (kept.size > 2) kept.delete(kept.keys().next().value!)
      return [...ids]
    },
    decode: (ids) => tokenizer.decode(ids),
    piece: (id) => tokenizer.piece(id),
  }
}
