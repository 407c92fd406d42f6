// The door of yauzl: what a bundle is allowed to be, checked before a byte of it is inflated (platform.md C3).
import { createHash } from 'node:crypto'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { fromErrno, LabError } from '../../base/errors.ts'

/** What no bundle exceeds; bytes are those of the inflated entries. */
export const LIMITS = {
  entries: 10_000,
  total: 2 ** 31,
  entry: 2 ** 28,
  /** Inflated bytes to stored ones, of entries above `free` bytes. */
  ratio: 200,
  free: 2 ** 20,
} as const

/** A zip that keeps the rules. Reading still counts and compares: what its headers promise is not believed. */
export interface Archive {
  readonly path: string
  /** Inflated bytes by name, in the order of the file. */
  readonly sizes: ReadonlyMap<string, number>
  /** An entry as a whole, at most `most` bytes of it. */
  read(name: string, most: number): Promise<Buffer>
  /** SHA-256 of an entry, which is also written to `path` where one is given. Nothing there is overwritten. */
  hash(name: string, path?: string): Promise<string>
  close(): void
}

/** Opens a zip and looks at every header of it. Throws LabError 'bundle/…' or 'file/…' at the first breach, with nothing inflated. */
export async function openArchive(path: string): Promise<Archive> {
  const zip = await openZip(path)
  try {
    if (zip.entryCount > LIMITS.entries) {
      throw new LabError('bundle/size', `Expected at most ${LIMITS.entries} entries in ${path}, got ${zip.entryCount}.`)
    }
    const entries = await readEntries(zip, path)
    await checkPlaces(zip, entries, path)
    return archiveOf(zip, entries, path)
  } catch (error) {
    zip.close()
    throw named(error, path)
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    if (!statSync(path).isFile()) throw new LabError('bundle/file', `Expected a bundle at ${path}, got a folder or device.`)
    // names stay bytes: how they are decoded is a matter of the rules below
    return await yauzl.openPromise(path, { decodeStrings: false, autoClose: false, validateEntrySizes: true })
  } catch (error) {
    throw named(error, path)
  }
}

async function readEntries(zip: ZipFile, path: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  const folded = new Set<string>()
  let total = 0
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry, path)
    const fold = name.normalize('NFC').toLowerCase()
    if (folded.has(fold)) throw new LabError('bundle/name', `Expected each name once in ${path}, got ${shown(name)} twice.`)
    folded.add(fold)
    checkKind(entry, name, path)
    total += entry.uncompressedSize
    checkSize(entry, name, total, path)
    entries.set(name, entry)
  }
  // the directory ends where its end record begins: nothing is hidden behind a count that is too small, and nothing is zip64
  const end = zip.fileSize - 22 - zip.comment.length
  if (Number(zip.readEntryCursor) !== end) {
    const found = `one that ends at byte ${Number(zip.readEntryCursor)}`
    throw new LabError(
      'bundle/lies',
      `Expected a directory of ${zip.entryCount} entries up to byte ${end} of ${path}, got ${found}.`,
    )
  }
  return entries
}

/** Letters, digits, dots, dashes and slashes; no empty part, none of dots alone. LabError 'bundle/name'. */
function nameOf({ fileNameRaw }: Entry, path: string): string {
  const name = fileNameRaw.toString('latin1')
  const isPlain = /^[a-z0-9._/-]{1,200}$/.test(name) && name.split('/').every((part) => part !== '' && !/^\.+$/.test(part))
  if (isPlain) return name
  const rule = 'names of small letters, digits, ".", "_", "-" and "/" that stay inside'
  throw new LabError('bundle/name', `Expected ${rule} in ${path}, got ${shown(fileNameRaw.toString())}.`)
}

/** A plain file, stored or deflated, not encrypted, without what only larger files need. */
function checkKind(entry: Entry, name: string, path: string): void {
  const no = (what: string) => new LabError('bundle/kind', `Expected ${shown(name)} in ${path} to be a plain file, got ${what}.`)
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) throw no('a symbolic link')
  if (type !== 0 && type !== 0o100000) throw no(`a folder or device (mode ${(entry.externalFileAttributes >>> 16).toString(8)})`)
  if (entry.externalFileAttributes & 0x10) throw no('a folder')
  if (entry.isEncrypted()) throw no('an encrypted one')
  if (!entry.canDecodeFileData()) throw no(`one packed by method ${entry.compressionMethod}`)
  if (entry.extraFields.some(({ id }) => id === 1)) {
    throw new LabError(
      'bundle/zip64',
      `Expected no zip64 sizes in ${path}, for no bundle is so large; got them at ${shown(name)}.`,
    )
  }
}

function checkSize({ uncompressedSize: bytes, compressedSize: packed }: Entry, name: string, total: number, path: string): void {
  const no = (expected: string, came: string) => new LabError('bundle/size', `Expected ${expected} in ${path}, got ${came}.`)
  if (bytes > LIMITS.entry) throw no(`at most ${LIMITS.entry} bytes in one entry`, `${bytes} in ${shown(name)}`)
  if (total > LIMITS.total) throw no(`at most ${LIMITS.total} bytes in all`, `more up to ${shown(name)}`)
  if (bytes > LIMITS.free && bytes > LIMITS.ratio * packed) {
    throw no(`at most ${LIMITS.ratio} bytes from one`, `${bytes} from ${packed} in ${shown(name)}`)
  }
}

/** Each entry's own header says what the directory says, and no two entries share bytes: the bombs that overlap inflate the same ones again and again. */
async function checkPlaces(zip: ZipFile, entries: ReadonlyMap<string, Entry>, path: string): Promise<void> {
  const places: { readonly name: string; readonly from: number; readonly to: number }[] = []
  for (const [name, entry] of entries) {
    const local = await zip.readLocalFileHeaderPromise(entry)
    const isKnownLater = (local.generalPurposeBitFlag & 8) !== 0
    const same =
      local.fileName.equals(entry.fileNameRaw) &&
      local.compressionMethod === entry.compressionMethod &&
      local.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
      (isKnownLater ||
        (local.compressedSize === entry.compressedSize &&
          local.uncompressedSize === entry.uncompressedSize &&
          local.crc32 === entry.crc32))
    if (!same) throw new LabError('bundle/lies', `Expected one description of ${shown(name)} in ${path}, got two that differ.`)
    places.push({ name, from: entry.relativeOffsetOfLocalHeader, to: local.fileDataStart + entry.compressedSize })
  }
  places.sort((a, b) => a.from - b.from)
  for (const [i, { name, from }] of places.entries()) {
    const before = places[i - 1]
    if (before && from < before.to) {
      throw new LabError('bundle/overlap', `Expected each entry in bytes of its own in ${path}, got ${shown(name)} inside ${shown(before.name)}.`) // prettier-ignore
    }
  }
}

function archiveOf(zip: ZipFile, entries: ReadonlyMap<string, Entry>, path: string): Archive {
  /** Hands on an entry piece by piece, and no more of it than was promised. */
  async function each(name: string, take: (piece: Buffer) => void): Promise<void> {
    const entry = entries.get(name)
    if (!entry) throw new LabError('bundle/manifest', `Expected an entry ${shown(name)} in ${path}, found none.`)
    let bytes = 0
    try {
      const stream: Readable = await zip.openReadStreamPromise(entry)
      for await (const piece of stream as AsyncIterable<Buffer>) {
        bytes += piece.length
        if (bytes > entry.uncompressedSize) throw new Error(`more than the ${entry.uncompressedSize} bytes it says`)
        take(piece)
      }
    } catch (error) {
      throw fromErrno(error) ?? new LabError('bundle/lies', `Expected ${shown(name)} in ${path} to hold what its header says, got: ${wordsOf(error)}.`, { cause: error }) // prettier-ignore
    }
    if (bytes === entry.uncompressedSize) return
    throw new LabError('bundle/lies', `Expected ${entry.uncompressedSize} bytes in ${shown(name)} of ${path}, got ${bytes}.`)
  }
  return {
    path,
    sizes: new Map([...entries].map(([name, { uncompressedSize }]) => [name, uncompressedSize])),
    async read(name, most) {
      const size = entries.get(name)?.uncompressedSize ?? 0
      if (size > most)
        throw new LabError('bundle/size', `Expected at most ${most} bytes in ${shown(name)} of ${path}, got ${size}.`)
      const pieces: Buffer[] = []
      await each(name, (piece) => void pieces.push(piece))
      return Buffer.concat(pieces)
    },
    async hash(name, to) {
      const hash = createHash('sha256')
      const file = to === undefined ? undefined : openSync(to, 'wx')
      try {
        await each(name, (piece) => {
          hash.update(piece)
          for (let done = 0; file !== undefined && done < piece.length;) done += writeSync(file, piece, done)
        })
      } finally {
        if (file !== undefined) closeSync(file)
      }
      return hash.digest('hex')
    },
    close: () => zip.close(),
  }
}

function named(error: unknown, path: string): Error {
  if (error instanceof LabError) return error
  const known = fromErrno(error)
  if (known) return known
  return new LabError('bundle/file', `Expected a bundle at ${path}, but it is damaged or no zip: ${wordsOf(error)}.`, { cause: error }) // prettier-ignore
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '').slice(0, 160)
}

/** A name from outside, harmless and short enough to print. */
function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) // prettier-ignore
}
