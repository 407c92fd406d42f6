import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fstatSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { toBfloat16, toFloat16, type FloatTensor } from '../base/tensor.ts'
import type { TensorPlace } from '../onnx/graph.ts'
import { readBytes } from '../onnx/places.ts'
import { bytesOf, HEADER_LIMIT, parseHeader, type StoredTensor } from './header.ts'
import { describe, readJson } from './json-file.ts'

/** A stored tensor and the file it lies in. */
export interface FiledTensor extends StoredTensor {
  readonly path: string
}

/** The tensors of one safetensors file, from its header alone. Git LFS pointers and pickles are named as what they are. */
export function openSafetensors(path: string): Map<string, FiledTensor> {
  const file = open(path)
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new LabError('model/missing-file', `Expected ${path} to be a file; it is none.`)
    const { size } = stat
    const head = readBytes(file, 0, Math.min(16, size), path)
    refuseLookalikes(head, path)
    if (size < 8) throw new LabError('model/truncated', `Expected at least 8 bytes in ${path}, got ${size}.`)
    const length = Number(new DataView(head.buffer).getBigUint64(0, true))
    if (length > HEADER_LIMIT) {
      throw new LabError('model/header', `Expected a header of at most ${HEADER_LIMIT} bytes in ${path}, got ${length}.`)
    }
    if (length > size - 8) {
      throw new LabError('model/truncated', `Expected a header of ${length} bytes in ${path}, but the file has ${size} in all.`)
    }
    const tensors = parseHeader(readBytes(file, 8, length, path), 8 + length, size, path)
    return new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, path }]))
  } finally {
    closeSync(file)
  }
}

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/** Whether a file is a pickle by its name; such a file is never opened. */
export function isPickle(name: string): boolean {
  return /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(name)
}

/** The tensors of a model folder, from model.safetensors or from the shards its index names. `entries` are the names in the folder. */
export function openTensors(folder: string, entries: readonly string[]): { files: string[]; tensors: Map<string, FiledTensor> } {
  if (entries.includes(SINGLE)) {
    const path = join(folder, SINGLE)
    return { files: [path], tensors: openSafetensors(path) }
  }
  if (entries.includes(INDEX)) return openShards(folder)
  const pickle = entries.find(isPickle)
  if (pickle !== undefined) {
    throw new LabError('model/pickle', `Expected ${SINGLE} in ${folder}, found ${pickle}, which is a pickle and was not opened.`)
  }
  throw new LabError('model/missing-file', `Expected ${SINGLE} or ${INDEX} in ${folder}, found neither.`)
}

function openShards(folder: string): { files: string[]; tensors: Map<string, FiledTensor> } {
  const path = join(folder, INDEX)
  const { weight_map: map } = readJson(path, 'model/header')
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new LabError('model/header', `Expected a weight_map from tensors to files in ${path}, got ${describe(map)}.`)
  }
  const shardOf = new Map<string, unknown>(Object.entries(map))
  for (const [name, shard] of shardOf) {
    // a plain name: the index must not lead out of the folder
    if (typeof shard === 'string' && /^[^/\\\0]+\.safetensors$/.test(shard)) continue
    const code = typeof shard === 'string' && isPickle(shard) ? 'model/pickle' : 'model/header'
    throw new LabError(code, `Expected a .safetensors file of this folder for "${name}" in ${path}, got ${describe(shard)}.`)
  }
  const files = [...new Set(shardOf.values() as Iterable<string>)].sort().map((shard) => join(folder, shard))
  const tensors = new Map<string, FiledTensor>()
  for (const file of files) {
    for (const [name, tensor] of openSafetensors(file)) {
      if (shardOf.get(name) !== basename(file)) {
        throw new LabError(
          'model/header',
          `Expected "${name}" in ${String(shardOf.get(name) ?? 'no file')}, as ${path} says, found it in ${file}.`,
        )
      }
      tensors.set(name, tensor)
    }
  }
  for (const [name, shard] of shardOf) {
    if (!tensors.has(name)) {
      throw new LabError('model/header', `Expected "${name}" in ${String(shard)}, as ${path} says; it is not there.`)
    }
  }
  return { files: [path, ...files], tensors }
}

/** A tensor to be written; `read` is called when its turn comes, so that a large model never lies in memory whole. */
export interface TensorSource {
  readonly name: string
  readonly dims: readonly number[]
  readonly stored: TensorPlace['stored']
  read(): FloatTensor
}

/** Bytes to be written as they are, under any type that the format knows. */
export interface BytesSource {
  readonly name: string
  readonly dims: readonly number[]
  readonly dtype: string
  bytes(): Uint8Array
}

/** The bytes of a tensor as they are stored. */
export function readStored({ path, offset, bytes }: FiledTensor): Uint8Array<ArrayBuffer> {
  const file = open(path)
  try {
    return readBytes(file, offset, bytes, path)
  } finally {
    closeSync(file)
  }
}

/** Writes a safetensors file whole or not at all; an existing one is refused. Numbers are rounded to the nearest, ties to even. */
export function writeSafetensors(path: string, tensors: readonly (TensorSource | BytesSource)[]): void {
  const file = begin(path)
  try {
    for (const bytes of piecesOf(tensors)) write(file.id, bytes)
    file.finish()
  } catch (error) {
    throw file.giveUp(error)
  }
}

/** The same tensor by tensor, so that other work has its turn in between; what `breathe` throws ends it. */
export async function writeSafetensorsInTurns(
  path: string,
  tensors: readonly (TensorSource | BytesSource)[],
  breathe: () => Promise<void>,
): Promise<void> {
  const file = begin(path)
  try {
    for (const bytes of piecesOf(tensors)) {
      await breathe()
      write(file.id, bytes)
    }
    file.finish()
  } catch (error) {
    throw file.giveUp(error)
  }
}

function* piecesOf(tensors: readonly (TensorSource | BytesSource)[]): Generator<Uint8Array> {
  yield headerOf(tensors)
  for (const tensor of tensors) yield 'bytes' in tensor ? tensor.bytes() : encode(tensor.read(), tensor.stored)
}

/** A file in the making beside its place; nothing of it stays unless it is finished. */
function begin(path: string): { id: number; finish(): void; giveUp(error: unknown): unknown } {
  if (existsSync(path)) throw new LabError('file/exists', `Expected a new file, but ${path} is there already.`)
  const temporary = `${path}.${randomBytes(4).toString('hex')}.part`
  let id: number | undefined
  const giveUp = (error: unknown) => {
    if (id !== undefined) closeSync(id)
    rmSync(temporary, { force: true })
    return fromErrno(error) ?? error
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    id = openSync(temporary, 'wx')
  } catch (error) {
    throw giveUp(error)
  }
  return {
    id,
    finish() {
      fsyncSync(id!)
      closeSync(id!)
      id = undefined
      renameSync(temporary, path)
    },
    giveUp,
  }
}

function headerOf(tensors: readonly (TensorSource | BytesSource)[]): Uint8Array {
  let end = 0
  const entries = tensors.map((tensor) => {
    const { name, dims } = tensor
    const dtype = 'bytes' in tensor ? tensor.dtype : tensor.stored
    const begin = end
    end += dims.reduce((product, dim) => product * dim, bytesOf(dtype))
    return [name, { dtype, shape: dims, data_offsets: [begin, end] }] as const
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const text = new TextEncoder().encode(json)
  const length = Math.ceil(text.length / 8) * 8 // so that the numbers lie aligned
  const bytes = new Uint8Array(8 + length).fill(0x20)
  bytes.set(text, 8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  return bytes
}

function encode({ data }: FloatTensor, stored: TensorPlace['stored']): Uint8Array {
  const wide = stored === 'F32' ? data : stored === 'F16' ? toFloat16(data) : toBfloat16(data)
  return new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength)
}

function write(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 1 << 30))
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isMissing) throw new LabError('model/missing-file', `Expected the file ${path}; it is not there.`)
    throw fromErrno(error) ?? error
  }
}

/** What often stands in the place of weights: told by the first bytes, before anything is made of them. */
function refuseLookalikes(head: Uint8Array, path: string): void {
  const text = String.fromCharCode(...head)
  if (text.startsWith('version https://')) {
    throw new LabError('model/lfs-pointer', `Expected weights in ${path}, found a pointer of Git LFS.`)
  }
  // protocol 2 to 5; as the length of a header the same bytes would be followed by its brace
  const isProtocol = head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[8] !== 0x7b
  if (text.startsWith('PK\x03\x04') || isProtocol) {
    throw new LabError('model/pickle', `Expected safetensors in ${path}, found a pickle; nothing more of it was read.`)
  }
}
