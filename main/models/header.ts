import { LabError } from '../base/errors.ts'
import { describe } from './json-file.ts'

/** A tensor as the header of a safetensors file describes it. `offset` is counted from the start of the file. */
export interface StoredTensor {
  readonly dtype: string
  readonly dims: readonly number[]
  readonly offset: number
  readonly bytes: number
}

/** Largest header the format allows. */
export const HEADER_LIMIT = 100_000_000
const TENSOR_LIMIT = 100_000
/** Bytes per element of what the format knows. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ F64: 8, I64: 8, U64: 8, C64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2 },
  ...{ I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 },
}

/** Bytes of one element of a type that the format knows. */
export function bytesOf(dtype: string): number {
  const width = WIDTHS[dtype]
  if (width === undefined) throw new RangeError(`Expected one of ${Object.keys(WIDTHS).join(', ')}, got "${dtype}".`)
  return width
}

/**
 * Reads the header of a safetensors file, strictly: no name twice, sizes agree with shapes, and the tensors fill the rest of the file
 * exactly, without overlap or gap. `start` is where the data begins, `size` the length of the file, `path` is for messages.
 */
export function parseHeader(header: Uint8Array, start: number, size: number, path: string): Map<string, StoredTensor> {
  const entries = Object.entries(parseObject(header, path))
  const tensors = new Map<string, StoredTensor>()
  for (const [name, entry] of entries) {
    if (name === '__metadata__') checkMetadata(entry, path)
    else tensors.set(name, parseEntry(name, entry, start, path))
  }
  if (tensors.size > TENSOR_LIMIT) throw refuse(path, `at most ${TENSOR_LIMIT} tensors`, `${tensors.size}`)
  checkTiling(tensors, start, size, path)
  return tensors
}

function parseObject(header: Uint8Array, path: string): object {
  let parsed: object
  if (header[0] !== 0x7b)
    throw refuse(path, 'a header that begins with "{"', describe(String.fromCharCode(...header.subarray(0, 8))))
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(header)
    const { repeated, members } = scanKeys(text, TENSOR_LIMIT + 1)
    if (repeated !== undefined) throw refuse(path, 'each name once', `"${repeated}" twice`)
    if (members > TENSOR_LIMIT + 1) throw refuse(path, `at most ${TENSOR_LIMIT} tensors`, 'more') // before they are all made
    parsed = JSON.parse(text) as object
  } catch (error) {
    if (error instanceof LabError) throw error
    throw refuse(path, 'a header in JSON', `something else (${(error as Error).message})`)
  }
  return parsed
}

/** Keys of objects in JSON text: the first that is there twice in one object, and the number of members of the outermost. */
function scanKeys(text: string, enough: number): { repeated: string | undefined; members: number } {
  const open: (Set<string> | undefined)[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/gs)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return { repeated: key, members: 0 }
      keys?.add(key)
      if (open.length === 1 && keys && keys.size > enough) return { repeated: undefined, members: keys.size }
    }
  }
  return { repeated: undefined, members: 0 }
}

function checkMetadata(entry: unknown, path: string): void {
  if (!isObject(entry)) throw refuse(path, '__metadata__ that is an object', describe(entry))
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== 'string') throw refuse(path, `text as "${key}" in __metadata__`, describe(value))
  }
}

function parseEntry(name: string, entry: unknown, start: number, path: string): StoredTensor {
  if (!isObject(entry)) throw refuse(path, `an object for tensor "${name}"`, describe(entry))
  const { dtype, shape, data_offsets: offsets, ...rest } = entry as Record<string, unknown>
  const surplus = Object.keys(rest)[0]
  if (surplus !== undefined) throw refuse(path, `dtype, shape and data_offsets for tensor "${name}"`, `"${surplus}" too`)
  const width = typeof dtype === 'string' && Object.hasOwn(WIDTHS, dtype) ? WIDTHS[dtype] : undefined
  if (width === undefined) {
    throw new LabError(
      'model/dtype',
      `Expected a known dtype (F32, F16, BF16 …) for "${name}" in ${path}, got ${describe(dtype)}.`,
    )
  }
  if (!isCounts(shape)) throw refuse(path, `whole numbers from 0 up as shape of "${name}"`, describe(shape))
  if (!isCounts(offsets) || offsets.length !== 2) throw refuse(path, `two data_offsets for "${name}"`, describe(offsets))
  const [begin, end] = offsets as [number, number]
  const bytes = shape.reduce((product, dim) => product * dim, width)
  if (end - begin !== bytes) {
    throw refuse(path, `${bytes} bytes for "${name}", ${String(dtype)} [${shape.join(', ')}]`, `${end - begin}`)
  }
  return { dtype: String(dtype), dims: shape, offset: start + begin, bytes }
}

function checkTiling(tensors: ReadonlyMap<string, StoredTensor>, start: number, size: number, path: string): void {
  let end = start
  let last = ''
  for (const [name, { offset, bytes }] of [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (offset < end) {
      throw new LabError(
        'model/overlap',
        `Expected "${name}" in ${path} to begin where "${last}" ends, at byte ${end}; it begins at ${offset}.`,
      )
    }
    if (offset > end) throw refuse(path, `"${name}" at byte ${end}, right after what is before it`, `byte ${offset}`)
    end = offset + bytes
    last = name
  }
  if (size < end) throw new LabError('model/truncated', `Expected ${end} bytes in ${path}, got ${size}: the file ends early.`)
  if (size > end) throw refuse(path, `nothing after byte ${end}, where the last tensor ends`, `${size - end} more bytes`)
}

function refuse(path: string, expected: string, found: string): LabError {
  return new LabError('model/header', `Expected ${expected} in ${path}, got ${found}.`)
}
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((member) => Number.isSafeInteger(member) && (member as number) >= 0)
}
