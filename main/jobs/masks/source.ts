import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fromErrno, LabError } from '../../base/errors.ts'
import type { Mask } from '../../compress/method.ts'
import { keepAll, maskHash } from '../../compress/bits.ts'
import { nonZeros } from '../../compress/overlap.ts'
import { openModel } from '../../models/folder.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import type { Masks } from '../../store/masks.ts'
import { NOTE } from '../compress/deliver.ts'
import type { CompressionNote } from '../compress/note.ts'

/** The masks of a model, matrix by matrix. */
export interface MaskSet {
  /** Name of its folder. */
  readonly name: string
  /** Kept by a compression, or taken from the weights that are not 0. */
  readonly from: 'masks' | 'weights'
  readonly matrices: readonly MatrixShape[]
  /** What was asked for in words; null where it is a model without a compression.json. */
  readonly label: string | null
  mask(name: string): Mask
}

/**
 * The masks behind the hash of one, or behind a path: a compressed folder or its compression.json, whose masks this home keeps; else a model folder, whose weights that
 * are not 0 are its mask. LabError 'store/mask-unknown' for a compression.json alone whose masks are not kept here.
 */
export function openMaskSet(path: string, masks: Masks): MaskSet {
  if (/^[0-9a-f]{64}$/.test(path)) return single(path, masks)
  const place = resolve(path)
  const isNote = isFile(place)
  const folder = isNote ? dirname(place) : place
  const note = readNote(isNote ? place : join(folder, NOTE))
  if (note?.ledger.every((row) => isKeptWhole(row) || masks.has(row.maskHash))) return setOf(folder, note, masks)
  if (isNote && note && !existsSync(join(folder, 'config.json'))) {
    throw new LabError(
      'store/mask-unknown',
      `Expected the masks of ${place} in ${masks.folder}, found them missing and no weights beside it.`,
    )
  }
  const model = openModel(folder)
  return {
    ...{ name: model.name, from: 'weights', matrices: model.linears, label: note?.label ?? null },
    mask: (name) => nonZeros(model.weights.get(name).data),
  }
}

/** A mask by its hash, as a set of its own. */
function single(hash: string, masks: Masks): MaskSet {
  const found = masks.read(hash)
  if (!found) throw new LabError('store/mask-unknown', `Expected a mask that is kept in ${masks.folder}, got ${hash}.`)
  const { out, in: width, bits } = found
  const name = hash.slice(0, 16)
  return { name, from: 'masks', matrices: [{ name, out, in: width }], label: null, mask: () => ({ bits, length: out * width }) }
}

function setOf(folder: string, note: CompressionNote, masks: Masks): MaskSet {
  const rows = new Map(note.ledger.map((row) => [row.name, row]))
  return {
    ...{ name: basename(folder), from: 'masks', matrices: note.ledger, label: note.label },
    mask(name) {
      const row = rows.get(name)!
      const length = row.out * row.in
      if (isKeptWhole(row)) return keepAll(length)
      const { bits } = masks.read(row.maskHash)!
      if (bits.length === Math.ceil(length / 8)) return { bits, length }
      throw new LabError(
        'store/mask',
        `Expected a mask of ${length} weights for ${name}, got ${8 * bits.length} bits under ${row.maskHash}.`,
      )
    },
  }
}

/** A mask that keeps everything is never a file. */
function isKeptWhole({ maskHash: hash, out, in: width }: CompressionNote['ledger'][number]): boolean {
  return hash === maskHash(keepAll(out * width))
}

function readNote(path: string): CompressionNote | undefined {
  if (!existsSync(path)) return undefined
  const text = readFileSync(path, 'utf8')
  try {
    const note = JSON.parse(text) as Partial<CompressionNote> | null
    if (Array.isArray(note?.ledger)) return note as CompressionNote
  } catch (error) {
    throw new LabError('store/mask', `Expected what "lab compress" writes in ${path}, got no JSON (${String(error)}).`, {
      cause: error,
    })
  }
  throw new LabError('store/mask', `Expected what "lab compress" writes in ${path}, got JSON without a ledger.`)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}
