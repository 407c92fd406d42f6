import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fromErrno, LabError } from './errors.ts'

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** SHA-256 of a file, read in pieces of 4 MiB so that any size fits in memory. */
export function sha256File(path: string): string {
  const hash = createHash('sha256')
  const piece = new Uint8Array(4 << 20)
  const file = openSync(path, 'r')
  try {
    for (let n = readSync(file, piece); n > 0; n = readSync(file, piece)) hash.update(piece.subarray(0, n))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}

/** A file of text in UTF-8. LabError 'file/…' where it cannot be read, or is no such text: no character stands in for bytes that are none. */
export function readText(path: string): string {
  const bytes = readBytes(path)
  try {
    // a byte order mark is left to who reads the text, as by Node
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new LabError('file/text', `Expected text in UTF-8 in ${path}, got other bytes ${placeOfOther(bytes)}.`)
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if (existsSync(path) && statSync(path).isDirectory()) {
      throw new LabError('file/missing', `Expected a file at ${path}, got a folder.`, { cause: error })
    }
    throw fromErrno(error) ?? error
  }
}

/** Where the first byte is that belongs to no character. */
function placeOfOther(bytes: Buffer): string {
  const again = Buffer.from(bytes.toString('utf8'))
  const first = bytes.findIndex((byte, i) => byte !== again[i])
  // a character cut off at the end may begin as the stand-in does
  const at = first === -1 ? bytes.length - 1 : first
  const line = bytes.subarray(0, at).toString('latin1').split('\n').length
  return `in line ${line} (0x${bytes[at]!.toString(16).padStart(2, '0')})`
}

/** Writes a file whole or not at all: a new file beside it, synced, then renamed over it. Folders are made. */
export function writeWhole(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(temporary, 'wx')
    try {
      // one call may write less than asked for, on a full disk or above 2 GiB
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary, { force: true })
    throw fromErrno(error) ?? error
  }
}

/** Where a file inside the archive of a packaged app lies for programs that are not Electron: those it needs are unpacked beside it. */
export function unpacked(path: string): string {
  return path.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked')
}

/** The folder of the lab's store and caches: what was asked for, else LAB_HOME, else the place this system keeps such data. */
export function homeFolder(asked?: string): string {
  const chosen = asked ?? process.env.LAB_HOME
  if (chosen) return resolve(chosen)
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Junk DNA Lab')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Junk DNA Lab')
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'junk-dna-lab')
}
