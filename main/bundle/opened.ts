import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import { openStore } from '../store/open.ts'
import { openBundle, type Manifest } from './archive/manifest.ts'
import { studyReport, type About } from './table.ts'
import { inFreshHome } from './unpack.ts'

/** A bundle that stands open beside the studies of a home, read-only, until it is closed. */
export interface Opened {
  /** The first 32 hex digits of its hash; its study goes by it here, for the home may have that study as well. */
  readonly id: string
  /** The file that it was opened from; it is not needed any more. */
  readonly file: string
  /** SHA-256 of the manifest. */
  readonly bundle: string
  /** Id of the study in it. */
  readonly study: string
  /** Whether its table was computed anew from its items and is the same; null where it has none, or another version made it. */
  readonly isRecomputed: boolean | null
}

/** Written last: a folder without it is not open. */
const NOTE = 'bundle.json'
/** Milliseconds after which an opening that has not come to its end was killed. */
const STALE_MS = 3_600_000

const parentOf = (home: string) => join(home, 'opened')

/** The home of an opened bundle, its database read-only. */
export const homeOfOpened = (home: string, id: string) => join(parentOf(home), id)

/** The bundles that stand open, by id. */
export function listOpened(home: string): Opened[] {
  return namesIn(parentOf(home)).flatMap((name) => readNote(join(parentOf(home), name)) ?? [])
}

/** Opens a bundle once every byte of it is as its manifest says. Throws LabError 'bundle/…' and leaves nothing behind. */
export async function openBeside(home: string, file: string, about: About, nowMs: number): Promise<Opened> {
  const { archive, manifest, hash } = await openBundle(file)
  archive.close()
  const id = hash.slice(0, 32)
  const known = readNote(homeOfOpened(home, id))
  if (known) return known
  sweep(home, nowMs)
  mkdirSync(parentOf(home), { recursive: true })
  try {
    return await inFreshHome(parentOf(home), file, about, (fresh) => {
      const opened = { id, file, bundle: hash, study: manifest.study.id, isRecomputed: follows(fresh, file, manifest, about) }
      chmodSync(join(fresh, 'lab.db'), 0o444)
      writeWhole(join(fresh, NOTE), JSON.stringify(opened))
      renameSync(fresh, homeOfOpened(home, id))
      return opened
    })
  } finally {
    sweep(home, nowMs)
  }
}

/** Closes a bundle; what it leaves goes with the next `sweep`. LabError 'bundle/not-open'. */
export function closeBeside(home: string, id: string): void {
  const folder = homeOfOpened(home, id)
  if (!readNote(folder)) throw new LabError('bundle/not-open', `Expected the id of an open bundle, got "${id}".`)
  rmSync(join(folder, NOTE))
}

/** Removes what is closed, and what a killed lab left half-opened. A file that another thread still reads goes the next time. */
export function sweep(home: string, nowMs: number): void {
  const parent = parentOf(home)
  for (const name of namesIn(parent)) {
    const folder = join(parent, name)
    const isBegun = name.startsWith('lab-') && nowMs - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < STALE_MS
    if (isBegun || existsSync(join(folder, NOTE))) continue
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      return // Windows keeps a file that is being read
    }
  }
  if (existsSync(parent) && namesIn(parent).length === 0) rmdirSync(parent)
}

function namesIn(parent: string): string[] {
  return existsSync(parent) ? readdirSync(parent).sort() : []
}

function readNote(folder: string): Opened | undefined {
  const path = join(folder, NOTE)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Opened) : undefined
}

function follows(fresh: string, file: string, manifest: Manifest, about: About): boolean | null {
  if (!manifest.hasItems || manifest.lab !== about.version) return null
  const store = openStore(fresh, { readOnly: true })
  try {
    if (studyReport(store, manifest.study.id, about).provenance.tableHash === manifest.tableHash) return true
  } finally {
    store.close()
  }
  throw new LabError('bundle/content', `Expected the table of ${file} to follow from its items, but it does not.`)
}
