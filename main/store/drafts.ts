import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { nearest } from '../base/text.ts'

/** A study file that is being written. */
export interface DraftFile {
  readonly name: string
  readonly text: string
  /** ISO 8601. */
  readonly changedAt: string
  readonly bytes: number
}

/** Where drafts are kept, and where their relative paths start. */
export const draftFolder = (home: string): string => join(home, 'drafts')

/** All drafts, the one changed last first. */
export function listDrafts(home: string): DraftFile[] {
  const folder = draftFolder(home)
  const names = namesIn(folder)
  return names
    .map((name) => readFile(folder, name))
    .sort((a, b) => (a.changedAt > b.changedAt ? -1 : a.changedAt < b.changedAt ? 1 : a.name < b.name ? -1 : 1))
}

/** The text of a draft. LabError 'draft/unknown', 'draft/name'. */
export function readDraft(home: string, name: string): string {
  checkName(name)
  const known = namesIn(draftFolder(home))
  if (!known.includes(name)) throw unknown(name, known)
  return readFile(draftFolder(home), name).text
}

/** Keeps a draft whole or not at all; one of this name is replaced. LabError 'draft/name'. */
export function saveDraft(home: string, name: string, text: string): void {
  checkName(name)
  writeWhole(pathOf(draftFolder(home), name), text)
}

/** Takes a draft away. LabError 'draft/unknown', 'draft/name'. */
export function removeDraft(home: string, name: string): void {
  readDraft(home, name)
  rmSync(pathOf(draftFolder(home), name))
}

const pathOf = (folder: string, name: string) => join(folder, `${name}.yaml`)

/** A name that is a file name on any system, and leads nowhere. Windows keeps some for its devices. */
const NAME = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9._-]{0,79}$/

function checkName(name: string): void {
  if (NAME.test(name) && !name.endsWith('.')) return
  throw new LabError('draft/name', `Expected a name for a draft, got ${JSON.stringify(name.slice(0, 80))} (string).`)
}

function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
    return names.map((name) => name.slice(0, -'.yaml'.length)).filter((name) => NAME.test(name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw fromErrno(error) ?? error
  }
}

function readFile(folder: string, name: string): DraftFile {
  const path = pathOf(folder, name)
  const { mtime, size } = statSync(path)
  return { name, text: readFileSync(path, 'utf8'), changedAt: mtime.toISOString(), bytes: size }
}

function unknown(name: string, known: readonly string[]): LabError {
  const meant = nearest(name, known)
  return new LabError(
    'draft/unknown',
    `Expected the name of a draft (${known.join(', ') || 'none yet'}), got "${name}"${meant ? `; perhaps "${meant}".` : '.'}`,
  )
}
