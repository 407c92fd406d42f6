import { Tokenizer as Pieces } from '@huggingface/tokenizers'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Tokenizer } from '../base/text.ts'
import { describe, readJson } from './json-file.ts'

type Special = Tokenizer['bos']
type Raw = Readonly<Record<string, unknown>>

/** The tokenizer of a model folder. Refused by name where a token it needs is missing or an id is not among the model's `vocabulary`. */
export function openTokenizer(folder: string, vocabulary: number): Tokenizer {
  const path = join(folder, 'tokenizer.json')
  const main = readJson(path, 'model/tokenizer')
  const optional = ['special_tokens_map.json', 'tokenizer_config.json'].map((name) => join(folder, name)).filter(existsSync)
  const settings = Object.assign({}, ...optional.map((file) => readJson(file, 'model/tokenizer'))) as Raw
  const pieces = named(path, () => new Pieces({ added_tokens: [], ...main }, settings))
  const ids = idsOf(main)
  checkIds(ids, vocabulary, path)
  checkNeeded(main, ids, path)
  const special = (name: string): Special => {
    const text = contentOf(settings[name])
    if (text === undefined) return undefined
    const id = ids.get(text)
    if (id === undefined) throw missing(`${name} "${text}"`, ids.size, path)
    return { id, text }
  }
  // as in transformers 5: taking spaces before punctuation away would falsify what BPE says
  const isCleaned = settings.clean_up_tokenization_spaces === true && modelOf(main).type !== 'BPE'
  const decoding = { skip_special_tokens: true, clean_up_tokenization_spaces: isCleaned }
  // what is broken inside shows here, not in the middle of a study
  named(path, () => [pieces.encode('A first try, 1 of 1.'), pieces.decode([0], decoding)])
  return {
    hash: sha256([path, ...optional].map((file) => sha256(readFileSync(file))).join('\n')),
    vocabulary,
    bos: special('bos_token'),
    eos: special('eos_token'),
    encode: (text, addSpecial) => encode(pieces, text, addSpecial, vocabulary, path),
    // the library refuses to decode nothing at all
    decode: (ids) => (ids.length === 0 ? '' : named(path, () => pieces.decode([...ids], decoding))),
    piece(id) {
      const piece = pieces.id_to_token(id)
      if (piece === undefined) throw new LabError('model/undefined-id', `Expected an id of ${path}, got ${id}.`)
      return piece
    },
  }
}

function encode(pieces: Pieces, text: string, addSpecial: boolean, vocabulary: number, path: string): number[] {
  const { ids, tokens } = named(path, () => pieces.encode(text, { add_special_tokens: addSpecial }))
  const at = ids.findIndex((id: unknown) => !isId(id, vocabulary))
  if (at < 0) return ids
  const piece = tokens[at] === undefined ? 'a part of it' : describe(tokens[at])
  throw new LabError(
    'model/undefined-id',
    `Expected ids below ${vocabulary} for all of ${describe(text)}, but ${path} gives ${describe(ids[at])} for ${piece}.`,
  )
}

/** Runs something of the library; whatever it throws means that the file is none it can read. */
function named<T>(path: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const why = error instanceof Error ? error.message : describe(error)
    throw new LabError('model/tokenizer', `Expected a tokenizer that can be read in ${path}: ${why.replace(/\.$/, '')}.`, {
      cause: error,
    })
  }
}

/** Every token of the file with its id, as written there: of the model (an object, or a list of [token, score]) and added ones. */
function idsOf(main: Raw): Map<string, number> {
  const { vocab } = modelOf(main)
  const ids = new Map<string, number>()
  if (Array.isArray(vocab)) vocab.forEach((entry, id) => ids.set(String(Array.isArray(entry) ? entry[0] : entry), id))
  else for (const [token, id] of Object.entries(vocab ?? {})) ids.set(token, id as number)
  const added = (main.added_tokens ?? []) as readonly { readonly id: number; readonly content: string }[]
  for (const { id, content } of added) ids.set(content, id)
  return ids
}

/** Every id of the tokenizer must be one of the model's, or a text could ask for a row that is not there. */
function checkIds(ids: ReadonlyMap<string, number>, vocabulary: number, path: string): void {
  for (const [token, id] of ids) {
    if (isId(id, vocabulary)) continue
    throw new LabError(
      'model/undefined-id',
      `Expected ids below ${vocabulary}, the model's vocabulary, in ${path}; "${token}" has ${describe(id)}.`,
    )
  }
}

/** Tokens that encoding itself puts in: the one for what is unknown, and those around a text. */
function checkNeeded(main: Raw, ids: ReadonlyMap<string, number>, path: string): void {
  const { unk_token: unknown } = modelOf(main)
  const around: string[] = []
  const walk = (processor: unknown): void => {
    const { processors, special_tokens: tokens } = (processor ?? {}) as { processors?: unknown; special_tokens?: unknown }
    if (Array.isArray(processors)) processors.forEach(walk)
    if (typeof tokens === 'object' && tokens !== null) around.push(...Object.keys(tokens))
  }
  walk(main.post_processor)
  const lost = [...(typeof unknown === 'string' ? [unknown] : []), ...around].find((token) => !ids.has(token))
  if (lost !== undefined) throw missing(`"${lost}"`, ids.size, path)
}

function modelOf(main: Raw): { readonly type?: unknown; readonly unk_token?: unknown; readonly vocab?: unknown } {
  return main.model as object // the library has refused what is none
}

/** Special tokens are named plainly or as an object with settings. */
function contentOf(token: unknown): string | undefined {
  const text: unknown = typeof token === 'object' && token !== null && 'content' in token ? token.content : token
  return typeof text === 'string' ? text : undefined
}

function isId(id: unknown, vocabulary: number): boolean {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabulary
}

function missing(what: string, count: number, path: string): LabError {
  return new LabError('model/tokenizer', `Expected ${what} among the ${count} tokens of ${path}; it is not there.`)
}
