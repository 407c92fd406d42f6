import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../base/json.ts'
import { COMPRESS_VERSION } from '../../compress/recipe.ts'
import type { Device } from '../../engine/session.ts'
import type { StoredMatrix } from '../../models/onnx-export.ts'
import type { CompressionRecord } from '../../store/records.ts'
import { meanError } from '../study/output-error.ts'
import { NOTE } from './deliver.ts'
import { leftovers, type Line } from './ledger.ts'
import type { peakMemory } from './meter.ts'
import { sizesOf } from './model-folder.ts'
import type { PreparedCompression } from './prepare.ts'
import { recipeOf } from './recipe.ts'
import type { Deviation, Reopened } from './reopen.ts'
import type { Layers } from './workshop.ts'
import type { Told } from './write.ts'

/** What the ONNX file holds and how it answers. */
export interface OnnxNote {
  readonly bytes: number
  readonly matrices: readonly StoredMatrix[]
  /** Its logits against those of the weights it was written from. */
  readonly deviation: Deviation
}

/** The content of compression.json: how a folder came to be. A recipe file too: "lab compress --recipe" reads `recipe`. */
export interface CompressionNote {
  readonly format: 1
  /** Hash of all that decides the weights; equal for equal compressions anywhere. */
  readonly hash: string
  readonly label: string
  /** The keys of a recipe file; of the calibration text the name alone. */
  readonly recipe: Readonly<Record<string, Json>>
  /** What that resolved to. */
  readonly compression: CompressionRecord
  /** Layers with parameters of their own. */
  readonly layers: Layers
  readonly source: {
    readonly name: string
    readonly architecture: string
    readonly parameters: number
    readonly weightsHash: string
    readonly tokenizerHash: string
    readonly graphHash: string
    /** The compression that the source itself is the result of; null where it says of none. */
    readonly compression: { readonly hash: string; readonly label: string } | null
  }
  readonly compressVersion: number
  readonly engine: PreparedCompression['engine']
  readonly device: Device
  readonly totals: {
    readonly zeros: number
    readonly weights: number
    readonly sparsity: number
    readonly effectiveBits: number
    readonly outputError: number | null
  }
  readonly ledger: readonly Line[]
  /** What one must know of these weights. */
  readonly notes: readonly string[]
  readonly files: Readonly<Record<string, number>>
  readonly reopened: Reopened | null
  readonly onnx: OnnxNote | null
  readonly estimate: { readonly seconds: number; readonly peakBytes: number }
  /** Of the last sitting; layers that an earlier one did are counted apart. Memory null where the system does not tell. */
  readonly spent: {
    readonly seconds: number
    readonly peakBytes: number | null
    readonly labBytes: number
    readonly engineBytes: number | null
    readonly layersBefore: number
  }
}

export interface Outcome {
  readonly folder: string
  readonly reopened: Reopened | undefined
  readonly onnx: OnnxNote | undefined
  readonly device: Device
  readonly spent: { readonly seconds: number; readonly peak: ReturnType<typeof peakMemory> }
}

/** What is to be said of a finished folder. */
export function noteOf(p: PreparedCompression, told: Told, { folder, reopened, onnx, device, spent }: Outcome): CompressionNote {
  const { model, record, layers } = p
  const { ledger, made } = told
  const { seconds, peakBytes } = told.estimate
  const { lab, engine } = spent.peak
  const errors = new Map(ledger.map(({ name, outputError }) => [name, outputError]))
  return {
    ...{ format: 1, hash: p.hash, label: p.label },
    recipe: recipeWords(p),
    ...{ compression: record, layers },
    source: {
      ...{ name: model.name, architecture: model.architecture, parameters: model.parameters },
      ...{ weightsHash: p.modelHash, tokenizerHash: model.tokenizer.hash, graphHash: model.graphHash },
      compression: compressionOf(model.folder),
    },
    ...{ compressVersion: COMPRESS_VERSION, engine: p.engine, device },
    totals: {
      ...{ zeros: made.zeros, weights: made.total, sparsity: made.zeros / made.total },
      effectiveBits: ledger.reduce((sum, row) => sum + row.effectiveBits * row.out * row.in, 0) / made.total,
      outputError: p.samples ? meanError(model.linears, errors) : null,
    },
    ledger,
    notes: [...p.notes, ...leftovers(model.linears, recipeOf(record, layers)), ...storageNotes(p)],
    files: sizesOf(folder),
    ...{ reopened: reopened ?? null, onnx: onnx ?? null },
    estimate: { seconds, peakBytes },
    spent: {
      ...{ seconds: spent.seconds, labBytes: lab, engineBytes: engine, layersBefore: told.resumed },
      peakBytes: engine === null ? null : lab + engine,
    },
  }
}

/** What a folder says of how it came to be. */
function compressionOf(folder: string): CompressionNote['source']['compression'] {
  const path = join(folder, NOTE)
  if (!existsSync(path)) return null
  try {
    const { hash, label } = JSON.parse(readFileSync(path, 'utf8')) as Partial<CompressionNote>
    return hash === undefined || label === undefined ? null : { hash, label }
  } catch {
    return null // something else by that name
  }
}

function recipeWords({ job, text, layers }: PreparedCompression): CompressionNote['recipe'] {
  const { calibration, ...rest } = job.recipe
  return {
    ...rest,
    ...(calibration !== undefined && { calibration: { ...(calibration as object), ...(text !== undefined && { text }) } }),
    ...(Object.keys(layers).length > 0 && { layers }),
  }
}

function storageNotes({ record, model, formats }: PreparedCompression): string[] {
  const stored = [...new Set(model.weights.names().map((name) => model.weights.place(name)!.stored))]
  const isCoded = typeof record.params.bits === 'number'
  const coded = `The safetensors hold the numbers that the ${String(record.params.bits)}-bit codes stand for, stored as ${stored.join(' and ')} like the source: they take no less room.`
  const zeros =
    'Zeros are stored as zeros: the files are as large as those of the source, and a dense program runs them no faster.'
  if (!formats.includes('hf')) return []
  return [isCoded ? coded : zeros]
}
