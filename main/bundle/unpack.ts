import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { openMasks } from '../store/masks.ts'
import { openStore, type Store } from '../store/open.ts'
import { openBundle, type Bundle, type Manifest } from './archive/manifest.ts'
import { readForeign } from './foreign.ts'
import { studyReport, type About } from './table.ts'

/** What a bundle holds, once every byte of it has been looked at. */
export interface Verified {
  readonly manifest: Manifest
  /** SHA-256 of the manifest. */
  readonly bundle: string
  readonly bytes: number
}

/** Inflates a bundle and compares every hash; writes nothing. Throws LabError 'bundle/…'. */
export async function verifyArchive(file: string): Promise<Verified> {
  const bundle = await openBundle(file)
  try {
    for (const { name, sha256 } of bundle.manifest.entries) checkHash(bundle, name, sha256, await bundle.archive.hash(name))
    const bytes = bundle.manifest.entries.reduce((sum, entry) => sum + entry.bytes, 0)
    return { manifest: bundle.manifest, bundle: bundle.hash, bytes }
  } finally {
    bundle.archive.close()
  }
}

function checkHash({ archive }: Bundle, name: string, expected: string, came: string): void {
  if (came === expected) return
  throw new LabError('bundle/hash', `Expected "${name}" in ${archive.path} to hash to ${expected}, got ${came}.`)
}

export interface Imported {
  readonly study: string
  readonly name: string
  /** Rows added to the store, and masks to its home; 0 where all was there. */
  readonly rows: number
  readonly masks: number
}

/** What a bundle says of itself, its hashes not compared: enough to refuse what is none. Throws LabError 'bundle/…'. */
export async function readManifest(file: string): Promise<Manifest> {
  const { archive, manifest } = await openBundle(file)
  archive.close()
  return manifest
}

/** The folder of a bundle being imported begins so: one that was left by a lab that was killed is known by it. */
const BEGUN = '.import-'

/**
 * Adds a bundle to a store that is open for writing: unpacked into a fresh folder of its home, verified there, kept in one transaction, and
 * nothing is left behind. Throws LabError 'bundle/…' with the store as it was.
 */
export async function importBundle(store: Store, file: string, about: About): Promise<Imported> {
  for (const name of readdirSync(store.folder).filter((each) => each.startsWith(BEGUN))) {
    rmSync(join(store.folder, name), { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(store.folder, BEGUN))
  try {
    const bundle = await unpackInto(folder, file)
    const foreign = await readForeign(folder, bundle, about)
    const masks = readMasks(folder)
    const rows = store.imports.add(foreign)
    const added = keepMasks(store.folder, folder, masks)
    return { study: foreign.study.id, name: foreign.study.name, rows, masks: added }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function unpackInto(folder: string, file: string): Promise<Bundle> {
  const bundle = await openBundle(file)
  try {
    for (const { name, sha256 } of bundle.manifest.entries) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      checkHash(bundle, name, sha256, await bundle.archive.hash(name, path))
    }
    return bundle
  } catch (error) {
    throw fromErrno(error) ?? error
  } finally {
    bundle.archive.close()
  }
}

/** The masks of an unpacked bundle by hash, each of them sound. */
function readMasks(folder: string): string[] {
  const hashes = openMasks(folder)
    .list()
    .map(({ hash }) => hash)
  for (const hash of hashes) openMasks(folder).read(hash)
  return hashes
}

function keepMasks(home: string, folder: string, hashes: readonly string[]): number {
  const target = openMasks(home).folder
  const missing = hashes.filter((hash) => !existsSync(join(target, `${hash}.mask`)))
  if (missing.length > 0) mkdirSync(target, { recursive: true })
  // of one disk, so that each is there whole or not at all
  for (const hash of missing) renameSync(join(folder, 'masks', `${hash}.mask`), join(target, `${hash}.mask`))
  return missing.length
}

/**
 * A home that holds this bundle alone, made in a temporary folder: the same bundle has the same home, made once. Results, report, exports and
 * the window read it as any other; its database is read-only. Throws LabError 'bundle/…' and leaves nothing behind.
 */
export async function homeOfBundle(file: string, about: About): Promise<{ home: string; study: string }> {
  const bundle = await openBundle(file)
  bundle.archive.close()
  const { id } = bundle.manifest.study
  const parent = ownFolder()
  const home = join(parent, `${id.slice(0, 8)}-${bundle.hash.slice(0, 16)}`)
  if (existsSync(home)) return { home, study: id }
  await inFreshHome(parent, file, about, (fresh) => {
    chmodSync(join(fresh, 'lab.db'), 0o444)
    renameSync(fresh, home)
  })
  return { home, study: id }
}

/** A temporary folder that nobody else may enter. */
function ownFolder(): string {
  const user = process.getuid?.() ?? 0
  const path = join(tmpdir(), `junk-dna-lab-${user}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const { uid, mode } = statSync(path)
  if (process.getuid === undefined || (uid === user && (mode & 0o077) === 0)) return path
  throw new LabError('file/read-only', `Expected a folder of your own at ${path}, got one that others may write to.`)
}

/** Whether the table of a verified bundle follows from its items, computed anew: null where it has none, or where another version made it. */
export async function recomputes(file: string, { manifest }: Verified, about: About): Promise<boolean | null> {
  if (!manifest.hasItems || manifest.lab !== about.version) return null
  return inFreshHome(ownFolder(), file, about, (home) => {
    const store = openStore(home, { readOnly: true })
    try {
      return studyReport(store, manifest.study.id, about).provenance.tableHash === manifest.tableHash
    } finally {
      store.close()
    }
  })
}

/** Imports a bundle into a home of its own, hands that on, and removes what is left of it. */
export async function inFreshHome<T>(parent: string, file: string, about: About, use: (home: string) => T): Promise<T> {
  const fresh = mkdtempSync(join(parent, 'lab-'))
  try {
    const store = openStore(fresh)
    try {
      await importBundle(store, file, about)
    } finally {
      store.close()
    }
    return use(fresh)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
