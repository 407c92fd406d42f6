import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of a zip as it is to be written, lies and all. What is left out is told as it is. */
export interface RawEntry {
  readonly name: string | Buffer
  readonly data?: Buffer
  /** As they stand in the file; deflated `data` where left out. */
  readonly packed?: Buffer
  readonly method?: number
  readonly flags?: number
  /** Unix mode. */
  readonly mode?: number
  readonly extra?: Buffer
  /** What the directory says, where that differs. */
  readonly told?: Partial<Record<'bytes' | 'packedBytes' | 'crc' | 'offset' | 'method', number>>
  /** What the entry's own header says, where that differs. */
  readonly localName?: string
  /** In the directory alone: without bytes of its own. */
  readonly isListedOnly?: boolean
}

export interface RawEnd {
  readonly entries?: number
  readonly zip64?: boolean
  readonly tail?: Buffer
}

const u16 = (...values: number[]) => Buffer.concat(values.map((v) => Buffer.from([v & 255, (v >> 8) & 255])))
const u32 = (...values: number[]) => {
  const buffer = Buffer.alloc(4 * values.length)
  values.forEach((v, i) => buffer.writeUInt32LE(v >>> 0, 4 * i))
  return buffer
}

/** A zip made by hand, so that it may break every rule of the format (APPNOTE 4.3). */
export function rawZip(entries: readonly RawEntry[], end: RawEnd = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  const put = (part: Buffer) => {
    parts.push(part)
    at += part.length
  }
  for (const entry of entries) {
    const { data = Buffer.alloc(0), method = 8, flags = 0x800, mode = 0o100644, extra = Buffer.alloc(0), told = {} } = entry
    const name = Buffer.from(entry.name as string)
    const packed = entry.packed ?? (method === 8 ? deflateRawSync(data) : data)
    const sizes = u32(told.crc ?? crc32(data), told.packedBytes ?? packed.length, told.bytes ?? data.length)
    const offset = told.offset ?? at
    if (!entry.isListedOnly) {
      const local = entry.localName === undefined ? name : Buffer.from(entry.localName)
      const own = u32(crc32(data), packed.length, told.bytes ?? data.length)
      put(Buffer.concat([u32(0x04034b50), u16(20, flags, method, 0, 0x21), own, u16(local.length, 0), local, packed]))
    }
    directory.push(
      Buffer.concat([
        ...[u32(0x02014b50), u16(0x033f, 20, flags, told.method ?? method, 0, 0x21), sizes],
        ...[u16(name.length, extra.length, 0, 0, 0), u32(mode << 16, offset), name, extra],
      ]),
    )
  }
  const start = at
  for (const part of directory) put(part)
  const size = at - start
  if (end.zip64) {
    const where = at
    const big = (v: number) => u32(v, 0)
    put(Buffer.concat([u32(0x06064b50), big(44), u16(45, 45), u32(0, 0), big(entries.length), big(entries.length), big(size), big(start)])) // prettier-ignore
    put(Buffer.concat([u32(0x07064b50, 0), big(where), u32(1)]))
  }
  const count = end.entries ?? entries.length
  put(
    Buffer.concat([
      u32(0x06054b50),
      u16(0, 0, count & 0xffff, count & 0xffff),
      u32(size, start),
      u16(0),
      end.tail ?? Buffer.alloc(0),
    ]),
  )
  return Buffer.concat(parts)
}

/** Zeros, deflated once and for all: 1030 of them take one byte. */
export function zeros(bytes: number): Buffer {
  return deflateRawSync(Buffer.alloc(bytes), { level: 9 })
}
