import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import type { Codes } from '../../compress/method.ts'
import type { Compressed } from '../../compress/recipe.ts'
import type { ProcessEngine } from '../../engine/process.ts'
import { openModel } from '../../models/folder.ts'
import { ONNX_GRAPH, writeOnnx } from '../../models/onnx-export.ts'
import { NOTE } from './deliver.ts'
import type { Estimate } from './estimate.ts'
import type { Line } from './ledger.ts'
import type { peakMemory } from './meter.ts'
import { copyCompanions, writeWeights } from './model-folder.ts'
import { noteOf, type CompressionNote, type OnnxNote } from './note.ts'
import type { PreparedCompression } from './prepare.ts'
import type { Course } from './progress.ts'
import { reopen, reopenOnnx } from './reopen.ts'

/** All that a folder is written from. */
export interface Told {
  readonly made: Compressed
  readonly ledger: readonly Line[]
  readonly codesOf: (name: string) => Codes | undefined
  readonly estimate: Estimate
  /** Stages that were done in an earlier sitting. */
  readonly resumed: number
}

export interface Desk {
  readonly engine: ProcessEngine
  readonly course: Course
  readonly signal: AbortSignal
  readonly spent: () => { readonly seconds: number; readonly peak: ReturnType<typeof peakMemory> }
}

/** Writes a model folder, reads it back and asks it, and says in compression.json what came of it. What lies there from before goes. */
export async function writeFolder(p: PreparedCompression, folder: string, told: Told, desk: Desk): Promise<CompressionNote> {
  const { engine, course, signal, spent } = desk
  const { weights } = told.made
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw fromErrno(error) ?? error
  }
  copyCompanions(p.model.folder, folder)
  const hasWeights = p.formats.includes('hf')
  if (hasWeights) {
    course.begin('writing')
    await writeWeights(p.model, weights, folder, signal)
  }
  course.begin('reopening')
  const reopened = hasWeights ? await reopen(folder, p.model, weights, engine, signal) : undefined
  let onnx: OnnxNote | undefined
  if (p.formats.includes('onnx')) {
    course.begin('writing ONNX')
    const stored = hasWeights ? openModel(folder).weights : weights
    const { matrices, bytes } = await writeOnnx(folder, p.model, stored, { codesOf: told.codesOf, signal })
    course.begin('reopening ONNX')
    onnx = { bytes, matrices, ...(await reopenOnnx(join(folder, ONNX_GRAPH), p.model, stored, engine, signal)) }
  }
  const note = noteOf(p, told, { folder, reopened, onnx, device: engine.device, spent: spent() })
  writeWhole(join(folder, NOTE), `${JSON.stringify(note, null, 1)}\n`)
  return note
}
