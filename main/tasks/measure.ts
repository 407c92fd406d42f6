import { codePoints } from '../base/text.ts'
import type { Tokenizer } from '../base/text.ts'
import { encode, splitIds } from './boundary.ts'
import type { Prompt, Question } from './task.ts'

/** One text of a question as tokens: what a model reads before what is scored. `context` of a text without continuation is empty. */
export interface TokenizedText {
  readonly context: readonly number[]
  readonly continuation: readonly number[]
  /** A merge swallowed the continuation, so that the two were encoded apart. */
  readonly isFallback: boolean
  /** Longer than the model can read: the context loses its beginning. */
  readonly isTruncated: boolean
  /** What is scored is alone longer than the model can read, so that the item cannot be asked. */
  readonly isTooLong: boolean
}

/** The texts of a question: those of a choice one by one, else one. A context that is to be gone on with has an empty continuation. */
export function textsOf(question: Question): readonly Prompt[] {
  switch (question.ask) {
    case 'choice':
      return question.prompts
    case 'continuation':
      return [question.prompt]
    case 'rolling':
    case 'windows':
      return [{ context: '', continuation: question.text }]
    case 'text':
      return [{ context: question.context, continuation: '' }]
    case 'number':
      return [{ context: question.text, continuation: '' }]
  }
}

/** The texts of a question as a model with this tokenizer and context length would be asked them. */
export function tokenize(question: Question, tokenizer: Tokenizer, contextLength = Infinity): TokenizedText[] {
  return textsOf(question).map((text) => {
    if (question.ask === 'choice' || question.ask === 'continuation') {
      const { context, continuation, isFallback } = splitIds(text, tokenizer)
      const isTooLong = continuation.length > contextLength
      return {
        context,
        continuation,
        isFallback,
        isTruncated: context.length + continuation.length > contextLength + 1,
        isTooLong,
      }
    }
    const [context, continuation] = [encode(text.context, tokenizer), encode(text.continuation, tokenizer)]
    const isOpen = question.ask === 'text' || question.ask === 'number'
    const whole = { context: isOpen ? context : [], continuation: isOpen ? [] : continuation }
    const room = question.ask === 'text' ? contextLength - question.maxTokens : isOpen ? contextLength : Infinity
    const isTooLong = room < 1 || (question.ask === 'windows' && question.length > contextLength)
    return { ...whole, isFallback: false, isTruncated: context.length > room, isTooLong }
  })
}

/** Smallest, middle, 95th percentile and largest of some lengths. */
export interface Lengths {
  readonly unit: 'tokens' | 'characters'
  readonly texts: number
  readonly min: number
  readonly median: number
  readonly p95: number
  readonly max: number
}

/** How lengths are distributed; by nearest rank, so that each number is the length of a text. */
export function lengthsOf(values: readonly number[], unit: Lengths['unit']): Lengths {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { unit, texts: sorted.length, min: at(0), median: at(0.5), p95: at(0.95), max: at(1) }
}

/** Characters of a text, as Python counts them. */
export const charactersOf = ({ context, continuation }: Prompt): number => codePoints(context) + codePoints(continuation)
