// The door of yazl.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import yazl from 'yazl'
import { fromErrno, LabError } from '../../base/errors.ts'

/** An entry of a zip: its bytes, or the file that holds them. */
export type ZipEntry = { readonly name: string } & ({ readonly data: string | Uint8Array } | { readonly path: string })

// a date by the clock on the wall, which is how the format has it: the same bytes in every time zone
const optionsNow = () => ({ mtime: new Date(1980, 1, 1), mode: 0o100644, forceDosTimestamp: true, compressionLevel: 6 })

/** Hands on a zip piece by piece: entries in the order given, the same entries as the same bytes. */
async function zipInto(entries: Iterable<ZipEntry>, take: (piece: Buffer) => void): Promise<void> {
  const zip = new yazl.ZipFile()
  const options = optionsNow()
  const failed = new Promise<never>((_, fail) => void once(zip, 'error').then(([error]) => fail(error as Error), fail))
  failed.catch(() => {}) // where all goes well nobody waits for it
  const written = (async () => {
    for await (const piece of zip.outputStream as AsyncIterable<Buffer>) take(piece)
  })()
  for (const entry of entries) {
    if ('path' in entry) zip.addFile(entry.path, entry.name, options)
    else zip.addBuffer(Buffer.from(entry.data), entry.name, options)
  }
  zip.end()
  await Promise.race([written, failed])
}

/** A zip in memory. */
export async function zipOf(entries: Iterable<ZipEntry>): Promise<Buffer> {
  const pieces: Buffer[] = []
  await zipInto(entries, (piece) => void pieces.push(piece))
  return Buffer.concat(pieces)
}

/** Writes a zip to a file whole or not at all. LabError 'file/exists' where something is there: the lab replaces no file of yours. */
export async function writeZip(path: string, entries: Iterable<ZipEntry>): Promise<void> {
  if (existsSync(path)) throw new LabError('file/exists', `Expected nothing at ${path} yet, found something.`)
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(temporary, 'wx')
    try {
      await zipInto(entries, (piece) => {
        for (let done = 0; done < piece.length;) done += writeSync(file, piece, done)
      })
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw fromErrno(error) ?? error
  }
}
