import { closeSync, openSync, readSync } from 'node:fs'
import { fromErrno, LabError } from '../base/errors.ts'
import { float32, fromBfloat16, fromFloat16, sizeOf, type FloatTensor } from '../base/tensor.ts'
import type { TensorPlace } from './graph.ts'

/** Stored bytes read at once where a tensor is not needed whole. */
const PIECE = 4 << 20

/** Reads a weight from where it lies, widened to 32 bits. Throws on a file that ends early and on NaN or infinity. */
export function readPlace(name: string, place: TensorPlace): FloatTensor {
  let data = new Float32Array()
  readPieces(name, place, (piece) => (data = piece), place.bytes)
  return float32(place.dims, data)
}

/** The same piece by piece, so that a tensor of any size fits in memory; pieces are only valid during the call. */
export function readPieces(
  name: string,
  place: TensorPlace,
  take: (piece: Float32Array<ArrayBuffer>) => void,
  pieceBytes = PIECE,
): void {
  const { path, bytes, offset, stored, dims } = place
  if (bytes !== sizeOf(dims) * (stored === 'F32' ? 4 : 2)) {
    throw new LabError(
      'model/shape',
      `Expected the bytes of ${stored} [${dims.join(', ')}] for "${name}" in ${path}, got ${bytes}.`,
    )
  }
  const file = open(path)
  try {
    for (let done = 0; done < bytes; done += pieceBytes) {
      const piece = widen(readBytes(file, offset + done, Math.min(pieceBytes, bytes - done), path), stored)
      checkFinite(name, piece, done / (stored === 'F32' ? 4 : 2))
      take(piece)
    }
  } finally {
    closeSync(file)
  }
}

/** Throws LabError('model/not-finite') on the first NaN or infinity; `from` is the index of the first number in its tensor. */
export function checkFinite(name: string, data: Float32Array, from = 0): void {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length)
  const whole = data.length & ~3
  let exponents = 0
  for (let i = 0; i < whole; i += 4) {
    exponents |= over(bits[i]!) | over(bits[i + 1]!) | over(bits[i + 2]!) | over(bits[i + 3]!)
  }
  for (let i = whole; i < data.length; i++) exponents |= over(bits[i]!)
  if (exponents >= 0) return
  const at = data.findIndex((x) => !Number.isFinite(x))
  throw new LabError('model/not-finite', `Expected finite numbers in "${name}", got ${data[at]} at index ${from + at}.`)
}

/** Negative for the bits of an infinity or NaN: their exponent of ones runs over into the sign. */
const over = (bits: number): number => (bits & 0x7fffffff) + 0x800000

/** Exactly these bytes of an open file; a file that ends before them is named as cut short. */
export function readBytes(file: number, position: number, length: number, path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    // one call reads 2 GiB at most
    const n = readSync(file, bytes, done, Math.min(length - done, 1 << 30), position + done)
    if (n === 0) {
      throw new LabError(
        'model/truncated',
        `Expected ${length} bytes at ${position} of ${path}, got ${done}: the file ends early.`,
      )
    }
    done += n
  }
  return bytes
}

function widen({ buffer }: Uint8Array<ArrayBuffer>, stored: TensorPlace['stored']): Float32Array<ArrayBuffer> {
  switch (stored) {
    case 'F32':
      return new Float32Array(buffer)
    case 'F16':
      return fromFloat16(new Uint16Array(buffer))
    case 'BF16':
      return fromBfloat16(new Uint16Array(buffer))
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}
