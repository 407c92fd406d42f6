import { LabError } from '../base/errors.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Writes one protobuf message, field by field. Pieces are joined once, at the end. */
export class MessageWriter {
  #pieces: Uint8Array[] = []
  #size = 0

  /** int32, int64, enum or bool; negative numbers take ten bytes, as protobuf wants. */
  int(field: number, value: number): this {
    return this.#push(varint((field << 3) | VARINT)).#push(varint(value))
  }
  float(field: number, value: number): this {
    return this.#push(varint((field << 3) | FIXED32)).#push(new Uint8Array(Float32Array.of(value).buffer))
  }
  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint((field << 3) | BYTES))
      .#push(varint(value.length))
      .#push(value)
  }
  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }
  message(field: number, fill: (message: MessageWriter) => void): this {
    const inner = new MessageWriter()
    fill(inner)
    this.#push(varint((field << 3) | BYTES)).#push(varint(inner.#size))
    for (const piece of inner.#pieces) this.#push(piece)
    return this
  }
  finish(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#size)
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }
  #push(piece: Uint8Array): this {
    this.#pieces.push(piece)
    this.#size += piece.length
    return this
  }
}

function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}

/** One field as it lies in a message: numbers are varints (as two's complement int64), everything else is bytes. */
export interface Field {
  readonly field: number
  readonly value: bigint | Uint8Array
}

/** The fields of one protobuf message, in file order. Throws LabError('onnx/file') where the bytes do not add up. */
export function* readFields(bytes: Uint8Array, what: string): Generator<Field> {
  const cursor = new Cursor(bytes, what)
  while (!cursor.isDone) {
    const tag = Number(cursor.varint())
    const field = Math.floor(tag / 8)
    const wire = tag & 7
    if (wire === VARINT) yield { field, value: cursor.varint() }
    else if (wire === BYTES) yield { field, value: cursor.take(Number(BigInt.asUintN(64, cursor.varint()))) }
    else if (wire === FIXED32) yield { field, value: cursor.take(4) }
    else if (wire === FIXED64) yield { field, value: cursor.take(8) }
    else throw damaged(what, 'wire type 0, 1, 2 or 5', `${wire} in field ${field}`)
  }
}

/** Numbers packed into the bytes of one field. */
export function readPacked(bytes: Uint8Array, what: string): bigint[] {
  const cursor = new Cursor(bytes, what)
  const numbers: bigint[] = []
  while (!cursor.isDone) numbers.push(cursor.varint())
  return numbers
}

class Cursor {
  #at = 0
  readonly #bytes: Uint8Array
  readonly #what: string
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }
  get isDone(): boolean {
    return this.#at === this.#bytes.length
  }
  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#at
    if (length > left) throw damaged(this.#what, `${length} more bytes at ${this.#at}`, `${left}`)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
  /** As two's complement of 64 bits. */
  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0]!
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asIntN(64, value)
    }
    throw damaged(this.#what, `a number of at most ten bytes before ${this.#at}`, 'a longer one')
  }
}

/** A file that is not what it says. */
export function damaged(what: string, expected: string, found: string): LabError {
  return new LabError('onnx/file', `Expected ${expected} in ${what}, got ${found}.`)
}
