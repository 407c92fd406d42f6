import { LabError } from '../base/errors.ts'
import type { Tokenizer } from '../base/text.ts'
import { strip } from './python.ts'
import type { Prompt } from './task.ts'

/** A prompt as ids: a model reads both, the continuation is scored. Neither is empty. */
export interface SplitIds {
  readonly context: number[]
  readonly continuation: number[]
  /** True where a merge swallowed the whole continuation, so that the two were encoded apart. */
  readonly isFallback: boolean
}

/**
 * Ids of a prompt as lm-evaluation-harness cuts them (interfaces.md 3.4, items 1–4): the two texts are encoded as one and cut after as many ids
 * as the context alone has. LabError 'task/empty-choice' for a continuation without ids, 'model/tokenizer' where a token to begin with is needed
 * and there is none.
 */
export function splitIds(prompt: Prompt, tokenizer: Tokenizer): SplitIds {
  const [context, continuation] = moveSpace(prompt)
  const before = prompt.context === '' ? [] : encode(context, tokenizer)
  if (before.length === 0) return afterPrefix(continuation, tokenizer)
  const after = encode(context + continuation, tokenizer).slice(before.length)
  if (after.length > 0) return { context: before, continuation: after, isFallback: false }
  return { context: before, continuation: some(tokenizer.encode(continuation, false), continuation), isFallback: true }
}

/** Ids of a text that is read with nothing to follow, cut as the context of a prompt is; of an empty one the token that begins a text. */
export function readIds(text: string, tokenizer: Tokenizer): number[] {
  const ids = text === '' ? [] : encode(strip(text, undefined, 'right'), tokenizer)
  return ids.length > 0 ? ids : [prefixToken(tokenizer)]
}

/** White space at the end of a context belongs to the word after it: most vocabularies spell " word" as one token. */
function moveSpace({ context, continuation }: Prompt): [string, string] {
  const kept = strip(context, undefined, 'right')
  return [kept, context.slice(kept.length) + continuation]
}

/** Ids with the special tokens the tokenizer adds by itself, unless the text brings its own first token. */
export function encode(text: string, tokenizer: Tokenizer): number[] {
  const prefix = (tokenizer.bos ?? tokenizer.eos)?.text
  return tokenizer.encode(text, !prefix || !text.startsWith(prefix))
}

function afterPrefix(continuation: string, tokenizer: Tokenizer): SplitIds {
  const prefix = prefixToken(tokenizer)
  const ids = some(tokenizer.encode(continuation, false), continuation)
  if (ids[0] !== prefix) return { context: [prefix], continuation: ids, isFallback: false }
  if (ids.length > 1) return { context: [prefix], continuation: ids.slice(1), isFallback: false }
  return { context: [prefix], continuation: ids, isFallback: true }
}

/** The token that stands where nothing does: BOS, else EOS. LabError 'model/tokenizer' where there is neither. */
export function prefixToken(tokenizer: Tokenizer): number {
  const token = tokenizer.bos ?? tokenizer.eos
  if (token) return token.id
  throw new LabError(
    'model/tokenizer',
    'Expected a token to begin a text with (bos_token or eos_token in tokenizer_config.json), found neither.',
  )
}

function some(ids: number[], continuation: string): number[] {
  if (ids.length > 0) return ids
  throw new LabError(
    'task/empty-choice',
    `Expected a continuation of at least one token, got ${JSON.stringify(continuation)}, which has none.`,
  )
}
