import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import type { FloatTensor } from '../base/tensor.ts'
import { openSafetensors, writeSafetensors } from '../models/safetensors.ts'
import { readPlace } from '../onnx/places.ts'

/** One step as it is kept. */
export interface LossRow {
  /** From 1. */
  readonly step: number
  /** Before the update that it led to. */
  readonly loss: number
  readonly learningRate: number
  /** Of the weights after the step, where they were asked. */
  readonly validation?: number
  /** Ids read per second, without padding; of the machine, not of the training. */
  readonly tokensPerSecond: number
}

/** Where a training stands: with the same recipe, all that decides how it goes on. */
export interface Checkpoint {
  /** The last step that is in it; as `Lessons` go by the step, this is the place in the data and in every sequence of chance too. */
  readonly step: number
  /** Weights and all that is carried beside them; with early stop also the best weights so far, as best/<name>. */
  readonly tensors: ReadonlyMap<string, FloatTensor>
  readonly rows: readonly LossRow[]
  readonly best: { readonly step: number; readonly validation: number } | undefined
}

export interface CheckpointPlace {
  readonly folder: string
  /** Hash of all that decides the training. */
  readonly recipe: string
  /** Steps from one checkpoint to the next. */
  readonly every: number
}

const START = 'training-'
const stemOf = (recipe: string) => `${START}${recipe.slice(0, 16)}`

interface Note extends Omit<Checkpoint, 'tensors'> {
  readonly recipe: string
  readonly tensors: string
}

/** Keeps a checkpoint in place of the one before it. The numbers are written first; the note that names them, by one rename, makes them count. */
export function saveCheckpoint({ folder, recipe }: Omit<CheckpointPlace, 'every'>, { tensors, ...rest }: Checkpoint): void {
  const name = `${stemOf(recipe)}-${rest.step}.safetensors`
  // one without a note is what a kill left of the same step
  rmSync(join(folder, name), { force: true })
  const sources = [...tensors].map(([tensor, value]) => ({
    ...{ name: tensor, dims: value.dims, stored: 'F32' as const },
    read: () => value,
  }))
  writeSafetensors(join(folder, name), sources)
  const note: Note = { ...rest, recipe, tensors: name }
  writeWhole(join(folder, `${stemOf(recipe)}.json`), JSON.stringify(note))
  for (const other of leftovers(folder))
    if (other !== name && !other.endsWith('.json')) rmSync(join(folder, other), { force: true })
}

/** The last checkpoint of this recipe; undefined where there is none yet. LabError('train/checkpoint') where there is one of another. */
export function readCheckpoint({ folder, recipe }: Omit<CheckpointPlace, 'every'>): Checkpoint | undefined {
  const notes = leftovers(folder).filter((name) => name.endsWith('.json'))
  const own = `${stemOf(recipe)}.json`
  const other = notes.find((name) => name !== own)
  if (other !== undefined) {
    const { step, recipe: theirs } = readNote(join(folder, other))
    throw new LabError(
      'train/checkpoint',
      `Expected checkpoints of recipe ${recipe.slice(0, 16)} in ${folder}, got ${other}: step ${step} of recipe ${theirs.slice(0, 16)}.`,
    )
  }
  if (!notes.includes(own)) return undefined
  const { step, rows, best, tensors } = readNote(join(folder, own))
  const filed = openSafetensors(join(folder, tensors))
  const read = [...filed].map(([name, { path, offset, bytes, dims }]): [string, FloatTensor] => [
    name,
    readPlace(name, { path, offset, bytes, dims, stored: 'F32' }),
  ])
  return { step, rows, best, tensors: new Map(read) }
}

/** Takes away what a training that has ended no longer needs. */
export function dropCheckpoint(folder: string): void {
  for (const name of leftovers(folder)) rmSync(join(folder, name), { force: true })
}

function leftovers(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(START)) : []
}

function readNote(path: string): Note {
  return JSON.parse(readFileSync(path, 'utf8')) as Note
}
