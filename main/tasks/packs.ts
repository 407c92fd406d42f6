import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Json } from '../base/json.ts'
import { nearest } from '../base/text.ts'
import type { Names } from './expressions.ts'
import { parseJson } from './python.ts'

/** Older names of data sets that task files still use. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  blimp: 'nyu-mll/blimp',
  glue: 'nyu-mll/glue',
  ai2_arc: 'allenai/ai2_arc',
  commonsense_qa: 'tau/commonsense_qa',
  winogrande: 'allenai/winogrande',
  piqa: 'baber/piqa',
  'ybisk/piqa': 'baber/piqa',
  'hails/mmlu_no_train': 'cais/mmlu',
  xquad: 'google/xquad',
}

/** The name that a data set goes by now. */
export const currentName = (path: string): string => OLDER_NAMES[path] ?? path

/** Packs whose rows say which field they belong to: the column that holds it. */
export const FIELD_COLUMNS: Readonly<Record<string, string>> = { 'nyu-mll/blimp': 'field' }

/** One line of a split. */
export interface Row {
  /** From 1, as editors count. */
  readonly line: number
  readonly doc: Readonly<Record<string, Json>>
  /** The same for templates, where 5.0 is not 5. */
  readonly names: Names
}

/** A split as it was read: `columns` are those of its first row. */
export interface Split {
  readonly file: string
  /** SHA-256 of the file's bytes. */
  readonly hash: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** What is made of a row; its LabErrors begin with file and line. */
export function atRow<T>(file: string, row: Row, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    throw new LabError(error.code, `${file}:${row.line}: ${error.message}`, { cause: error })
  }
}

/** Where a pack's splits lie: `<data>/<dataset_path>/<dataset_name or "default">`. */
export interface Pack {
  readonly path: string
  readonly folder: string
}

/** The folder of a pack. LabError 'task/pack' names what is missing: the data folder, the pack or the configuration, and what is there. */
export function findPack(data: string, path: string, name: string | undefined): Pack {
  if (!isFolder(data)) throw new LabError('task/pack', `Expected a data folder at ${data}, found none.`)
  if (path.split(/[/\\]/).includes('..') || /^([/\\]|[a-zA-Z]:)/.test(path)) {
    throw new LabError('task/pack', `Expected dataset_path to be a name inside the data folder, got "${path}".`)
  }
  const known = isFolder(join(data, path)) ? path : currentName(path)
  const root = join(data, known)
  if (!isFolder(root)) {
    const meant = nearest(path, packNames(data))
    throw new LabError(
      'task/pack',
      `Expected the pack "${known}" in ${data}, found none${meant ? ` (did you mean "${meant}"?)` : ''}.`,
    )
  }
  const config = name ?? 'default'
  const folder = join(root, config)
  if (!isFolder(folder)) {
    const others = readdirSync(root).filter((entry) => isFolder(join(root, entry)))
    const shown =
      others.length > 12 ? `${others.slice(0, 12).join(', ')} and ${others.length - 12} more` : others.join(', ') || 'none'
    throw new LabError('task/pack', `Expected the configuration "${config}" in ${root}, found only ${shown}.`)
  }
  return { path: known, folder }
}

function packNames(data: string): string[] {
  const names = readdirSync(data).filter((entry) => isFolder(join(data, entry)))
  return names.flatMap((name) => [
    name,
    ...readdirSync(join(data, name))
      .filter((entry) => isFolder(join(data, name, entry)))
      .map((entry) => `${name}/${entry}`),
  ])
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Whether a pack has a split. */
export const hasSplit = (pack: Pack, split: string): boolean => splitFile(pack, split) !== undefined

function splitFile(pack: Pack, split: string): string | undefined {
  return [join(pack.folder, `${split}.jsonl`), join(pack.folder, `${split}.txt`)].find((file) => existsSync(file))
}

/**
 * Rows of a split, at most `limit` of them: JSON Lines, or plain text, one row { text } per line as the wikitext sets have it (a blank line
 * is "", any other keeps its line end). LabError 'task/pack' for a missing split, a bad line (file and line), text that is not UTF-8, or bytes
 * that no longer hash to what is `known` of them.
 */
export function readSplit(pack: Pack, split: string, limit = Infinity, known?: string): Split {
  const file = splitFile(pack, split)
  if (!file) {
    const others = readdirSync(pack.folder).flatMap((entry) => /^(.+)\.(?:jsonl|txt)$/.exec(entry)?.[1] ?? [])
    throw new LabError('task/pack', `Expected the split "${split}" in ${pack.folder}, found only ${others.join(', ') || 'none'}.`)
  }
  const bytes = read(file)
  const hash = sha256(bytes)
  if (known !== undefined && hash !== known)
    throw new LabError('task/pack', `Expected ${file} as it was when the task was loaded, found it changed.`)
  const text = decode(file, bytes)
  const rows = file.endsWith('.txt') ? textRows(text, limit) : jsonRows(file, text, limit)
  if (rows.length === 0 && limit > 0) throw new LabError('task/pack', `Expected at least one row in ${file}, found none.`)
  return { file, hash, columns: Object.keys(rows[0]?.doc ?? {}), rows }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new LabError('task/pack', `Expected UTF-8 text in ${file}, found bytes that are not.`, { cause: error })
  }
}

function textRows(text: string, limit: number): Row[] {
  const lines = text.split(/(?<=\n)/).slice(0, limit)
  return lines.map((line, i) => {
    const doc = { text: line.trim() === '' ? '' : line }
    return { line: i + 1, doc, names: doc }
  })
}

function jsonRows(file: string, text: string, limit: number): Row[] {
  const rows: Row[] = []
  for (let from = 0, line = 1; from < text.length && rows.length < limit; line++) {
    const end = text.indexOf('\n', from)
    const source = text.slice(from, end < 0 ? text.length : end)
    from = end < 0 ? text.length : end + 1
    if (source.trim() === '' && from >= text.length) break
    rows.push(jsonRow(file, line, source))
  }
  return rows
}

function jsonRow(file: string, line: number, source: string): Row {
  let doc: Json
  try {
    doc = JSON.parse(source) as Json
  } catch (error) {
    throw new LabError('task/pack', `Expected one JSON object per line, got ${file}:${line}: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  if (typeof doc !== 'object' || doc === null || Array.isArray(doc)) {
    throw new LabError('task/pack', `Expected one JSON object per line, got ${file}:${line}: ${source.slice(0, 60)}.`)
  }
  const row = doc as Readonly<Record<string, Json>>
  const hasFloat = /[0-9](?:\.[0-9]|[eE][-+0-9])/.test(source)
  return { line, doc: row, names: hasFloat ? (parseJson(source) as Names) : row }
}
