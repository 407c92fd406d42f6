import { Tokenizer as Pieces } from '@huggingface/tokenizers'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Tokenizer } from '../base/text.ts'
import { describe, readJson } from './json-file.ts'

type Special = Tokenizer['bos']

/** The tokenizer of a model folder. Refused by name where a token it needs is missing or an id is not among the model's `vocabulary`. */
export function openTokenizer(folder: string, vocabulary: number): Tokenizer {
  const path = join(folder, 'tokenizer.json')
  const main = readJson(path, 'model/tokenizer')
  const optional = ['special_tokens_map.json', 'tokenizer_config.json'].map((name) => join(folder, name)).filter(existsSync)
  const settings = Object.assign({}, ...optional.map((file) => readJson(file, 'model/tokenizer'))) as Record<string, unknown>
  const pieces = build(main, settings, path)
  const known = pieces.get_vocab()
  checkIds(known, vocabulary, path)
  checkNeeded(main, known, path)
  const special = (name: string): Special => {
    const text = contentOf(settings[name])
    if (text === undefined) return undefined
    const id = known.get(text)
    if (id === undefined) throw missing(`${name} "${text}"`, known.size, path)
    return { id, text }
  }
  // as in transformers 5: taking spaces before punctuation away would falsify what BPE says
  const isCleaned = settings.clean_up_tokenization_spaces === true && modelOf(main).type !== 'BPE'
  const decoding = { skip_special_tokens: true, clean_up_tokenization_spaces: isCleaned }
  return {
    hash: sha256([path, ...optional].map((file) => sha256(readFileSync(file))).join('\n')),
    vocabulary,
    bos: special('bos_token'),
    eos: special('eos_token'),
    encode: (text, addSpecial) => encode(pieces, text, addSpecial, path),
    // the library refuses to decode nothing at all
    decode: (ids) => (ids.length === 0 ? '' : pieces.decode([...ids], decoding)),
    piece(id) {
      const piece = pieces.id_to_token(id)
      if (piece === undefined) throw new LabError('model/undefined-id', `Expected an id of ${path}, got ${id}.`)
      return piece
    },
  }
}

function build(main: Record<string, unknown>, settings: Record<string, unknown>, path: string): Pieces {
  try {
    return new Pieces({ added_tokens: [], ...main }, settings)
  } catch (error) {
    const why = error instanceof Error ? error.message : describe(error)
    throw new LabError('model/tokenizer', `Expected a tokenizer that can be read in ${path}: ${why}.`, { cause: error })
  }
}

function encode(pieces: Pieces, text: string, addSpecial: boolean, path: string): number[] {
  const { ids, tokens } = pieces.encode(text, { add_special_tokens: addSpecial })
  const at = ids.findIndex((id: unknown) => id === undefined)
  if (at < 0) return ids
  throw new LabError(
    'model/undefined-id',
    `Expected ids for all of ${describe(text)}, but ${path} has none for ${describe(tokens[at])}.`,
  )
}

/** Every id of the tokenizer must be one of the model's, or a text could ask for a row that is not there. */
function checkIds(known: ReadonlyMap<string, number>, vocabulary: number, path: string): void {
  for (const [piece, id] of known) {
    if (Number.isInteger(id) && id >= 0 && id < vocabulary) continue
    throw new LabError(
      'model/undefined-id',
      `Expected ids below ${vocabulary}, the model's vocabulary, in ${path}; "${piece}" has ${id}.`,
    )
  }
}

/** Tokens that encoding itself puts in: the one for what is unknown, and those around a text. */
function checkNeeded(main: Record<string, unknown>, known: ReadonlyMap<string, number>, path: string): void {
  const { unk_token: unknown } = modelOf(main)
  const around: string[] = []
  const walk = (processor: unknown): void => {
    const { processors, special_tokens: tokens } = (processor ?? {}) as { processors?: unknown; special_tokens?: unknown }
    if (Array.isArray(processors)) processors.forEach(walk)
    if (typeof tokens === 'object' && tokens !== null) around.push(...Object.keys(tokens))
  }
  walk(main.post_processor)
  const lost = [...(typeof unknown === 'string' ? [unknown] : []), ...around].find((token) => !known.has(token))
  if (lost !== undefined) throw missing(`"${lost}"`, known.size, path)
}

function modelOf(main: Record<string, unknown>): { readonly type?: unknown; readonly unk_token?: unknown } {
  return main.model as object // the library has refused what is none
}

/** Special tokens are named plainly or as an object with settings. */
function contentOf(token: unknown): string | undefined {
  const text: unknown = typeof token === 'object' && token !== null && 'content' in token ? token.content : token
  return typeof text === 'string' ? text : undefined
}

function missing(what: string, count: number, path: string): LabError {
  return new LabError('model/tokenizer', `Expected ${what} among the ${count} tokens of ${path}; it is not there.`)
}
