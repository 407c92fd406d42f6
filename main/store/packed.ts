/** Columns of numbers as one compact blob, exact to the bit: each column in the narrowest form that gives back the same numbers. */

type Column = Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array

/** [name, length, form, first value of a constant or ramp] */
type Entry = readonly [name: string, length: number, form: Form, first?: number]
type Form = 'constant' | 'ramp' | 'bits' | 'u8' | 'u16' | 'i32' | 'f32' | 'f64'

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, i32: Int32Array, f32: Float32Array, f64: Float64Array }
const VERSION = 1

/** One blob of all columns, little-endian. */
export function packColumns(columns: Readonly<Record<string, Column>>): Buffer {
  const entries: Entry[] = []
  const parts: Buffer[] = []
  for (const [name, column] of Object.entries(columns)) {
    const form = narrowest(column)
    if (form === 'constant' || form === 'ramp') entries.push([name, column.length, form, column[0] ?? 0])
    else {
      entries.push([name, column.length, form])
      parts.push(form === 'bits' ? packBits(column) : Buffer.from(ARRAYS[form].from(column).buffer))
    }
  }
  const header = Buffer.from(JSON.stringify([VERSION, entries]))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  return Buffer.concat([length, header, ...parts])
}

/** The numbers of each column, as they were. */
export function unpackColumns(blob: Uint8Array): ReadonlyMap<string, ArrayLike<number>> {
  const buffer = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  let at = 4 + buffer.readUInt32LE(0)
  const [version, entries] = JSON.parse(buffer.toString('utf8', 4, at)) as [number, Entry[]]
  if (version !== VERSION) throw new RangeError(`Expected packed outcomes of version ${VERSION}, got ${version}.`)
  const columns = new Map<string, ArrayLike<number>>()
  for (const [name, length, form, first = 0] of entries) {
    if (form === 'constant') columns.set(name, new Float64Array(length).fill(first))
    else if (form === 'ramp')
      columns.set(
        name,
        Int32Array.from({ length }, (_, i) => first + i),
      )
    else {
      const bytes = form === 'bits' ? Math.ceil(length / 8) : length * ARRAYS[form].BYTES_PER_ELEMENT
      const part = buffer.subarray(at, at + bytes)
      at += bytes
      // copied: a typed array must start at a multiple of its element size, a part of a blob need not
      columns.set(name, form === 'bits' ? unpackBits(part, length) : new ARRAYS[form](new Uint8Array(part).buffer))
    }
  }
  return columns
}

function narrowest(column: Column): Form {
  const first = column[0] ?? 0
  // a constant and a ramp live in the header, where JSON has no -0, NaN or infinity
  const isPlain = Number.isFinite(first) && !Object.is(first, -0)
  if (isPlain && column.every((x) => x === first && !Object.is(x, -0))) return 'constant'
  if (isPlain && column.every((x, i) => x === ((first + i) | 0) && !Object.is(x, -0))) return 'ramp'
  const bound = wholeBound(column)
  if (bound === 1) return 'bits'
  if (bound <= 0xff) return 'u8'
  if (bound <= 0xffff) return 'u16'
  if (column instanceof Int32Array) return 'i32'
  return column instanceof Float32Array || column.every((x) => Object.is(Math.fround(x), x)) ? 'f32' : 'f64'
}

/** The largest number where all are whole and not negative, else infinity. */
function wholeBound(column: Column): number {
  let bound = 1
  for (const x of column) {
    if (!(x >= 0) || !Number.isInteger(x) || Object.is(x, -0)) return Infinity
    if (x > bound) bound = x
  }
  return bound
}

function packBits(column: Column): Buffer {
  const bits = Buffer.alloc(Math.ceil(column.length / 8))
  column.forEach((x: number, i: number) => {
    if (x) bits[i >> 3]! |= 128 >> (i & 7)
  })
  return bits
}

function unpackBits(bits: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (bits[i >> 3]! >> (7 - (i & 7))) & 1)
}
