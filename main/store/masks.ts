import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { sha256, writeWhole } from '../base/files.ts'

/** Which weights of a matrix stay: bits packed row-major, 1 = keep, 8 per byte, the first in the highest bit, spare bits 0. */
export interface StoredMask {
  readonly out: number
  readonly in: number
  readonly bits: Uint8Array
}

/**
 * Masks as files, each under the SHA-256 of its bits, which is what ledgers call it by. A file is 16 bytes (the letters "LABMASK1", then
 * outputs and inputs as little-endian 32-bit whole numbers) and the bits. Matrices of other sizes may share bits: the sizes are those of
 * the one that came first.
 */
export interface Masks {
  readonly folder: string
  /** Keeps a mask whole or not at all and gives its hash; one that is there already stays. */
  save(mask: StoredMask): string
  /** Whether there is a mask of this hash. */
  has(hash: string): boolean
  /** The mask of a hash; undefined where there is none. LabError 'store/mask' where the file is not what its name says. */
  read(hash: string): StoredMask | undefined
  /** Hashes and sizes of what is kept, by hash. */
  list(): readonly { readonly hash: string; readonly out: number; readonly in: number; readonly bytes: number }[]
}

const LETTERS = 'LABMASK1'
const HEAD = 16
const ENDING = '.mask'

/** The masks of a home: files in its folder "masks", made when the first is kept. */
export function openMasks(home: string): Masks {
  const folder = join(home, 'masks')
  const pathOf = (hash: string) => join(folder, `${hash}${ENDING}`)
  return {
    folder,
    save({ out, in: width, bits }) {
      const hash = sha256(bits)
      if (existsSync(pathOf(hash))) return hash
      const file = new Uint8Array(HEAD + bits.length)
      file.set(new TextEncoder().encode(LETTERS))
      const view = new DataView(file.buffer)
      view.setUint32(8, out, true)
      view.setUint32(12, width, true)
      file.set(bits, HEAD)
      writeWhole(pathOf(hash), file)
      return hash
    },
    has: (hash) => existsSync(pathOf(hash)),
    read(hash) {
      const path = pathOf(hash)
      if (!existsSync(path)) return undefined
      const file = readBytes(path)
      const mask = { ...sizesOf(file, file.length, path), bits: Uint8Array.from(file.subarray(HEAD)) }
      if (sha256(mask.bits) !== hash) refuse(path, 'bits whose SHA-256 is its name', sha256(mask.bits))
      return mask
    },
    list() {
      const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ENDING)) : []
      return names.toSorted().map((name) => {
        const path = join(folder, name)
        const { size } = statSync(path)
        return { hash: name.slice(0, -ENDING.length), ...sizesOf(readHead(path), size, path), bytes: size }
      })
    },
  }
}

function sizesOf(file: Uint8Array, size: number, path: string): { out: number; in: number } {
  const letters = new TextDecoder('latin1').decode(file.subarray(0, LETTERS.length))
  if (letters !== LETTERS) refuse(path, `a mask, which begins with ${LETTERS}`, JSON.stringify(letters))
  if (size < HEAD) refuse(path, `at least ${HEAD} bytes`, `${size}`)
  const view = new DataView(file.buffer, file.byteOffset, HEAD)
  const [out, width] = [view.getUint32(8, true), view.getUint32(12, true)]
  const bytes = Math.ceil((out * width) / 8)
  if (size !== HEAD + bytes) refuse(path, `${HEAD + bytes} bytes for [${out}, ${width}]`, `${size}`)
  return { out, in: width }
}

/** The first bytes of a file, followed by zeros where it is shorter. */
function readHead(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r')
    try {
      const head = new Uint8Array(HEAD)
      readSync(file, head)
      return head
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

function refuse(path: string, wanted: string, came: string): never {
  throw new LabError('store/mask', `Expected ${wanted} in ${path}, got ${came}.`)
}
