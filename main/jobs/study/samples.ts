import { basename } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { readText, sha256 } from '../../base/files.ts'
import { createRng } from '../../base/rng.ts'
import { encodeText } from '../../models/encode.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { CalibrationRecord } from '../../store/records.ts'
import type { Study } from '../../study/spec.ts'

/** Text to calibrate with, cut for each of some models. */
export interface Calibration {
  readonly record: CalibrationRecord
  /** Ids of the samples, each of the same length, by model. */
  readonly samples: readonly (readonly Int32Array[])[]
}

/** What to calibrate with: the absolute path of a text, and how it is cut. */
export type CalibrationWish = NonNullable<Study['calibration']>

/** What is being read before the work begins, and the milliseconds it will still take; null: not known. */
export interface Reading {
  readonly label: string
  readonly etaMs: number | null
}

export interface ReadingPlace {
  readonly signal: AbortSignal
  readonly onReading: (reading: Reading) => void
}

type Reader = Pick<LanguageModel, 'name' | 'folder' | 'tokenizer' | 'config'>

/** Reads a text and cuts it for each model. LabError 'compress/calibration' where it is too short, 'engine/stopped' when asked. */
export async function readCalibration(
  { text: path, samples, length, order, seed: asked }: CalibrationWish,
  models: readonly Reader[],
  provider: string,
  { signal, onReading }: ReadingPlace,
): Promise<Calibration> {
  const text = readText(path)
  const seed = asked ?? null
  // models of one family read alike
  const known = new Map<string, Int32Array>()
  const cut: Int32Array[][] = []
  for (const model of models) {
    const { hash } = model.tokenizer
    const onWait = (etaMs: number | null) => onReading({ label: `encoding ${basename(path)} for ${model.name}`, etaMs })
    checkLength(model, { path, samples, length, seed })
    const ids = known.get(hash) ?? (await encodeText(model, text, { signal, onWait }))
    known.set(hash, ids)
    cut.push(drawSamples(model, ids, { path, samples, length, seed }))
  }
  return { record: { text: sha256(text), samples, length, seed, order, provider }, samples: cut }
}

interface Cut {
  readonly path: string
  readonly samples: number
  readonly length: number
  readonly seed: number | null
}

/** Samples of the ids of one text, without special tokens: from its start one after the other, or from anywhere, as paper.md 4.7 has it. */
export function drawSamples({ name }: Pick<Reader, 'name'>, ids: Int32Array, cut: Cut): Int32Array[] {
  const { samples, length, seed } = cut
  if (ids.length < samples * length)
    refuse(cut, `at least ${samples * length} tokens, as ${name} reads them,`, `${ids.length}: the text is too short`)
  const rng = createRng(seed ?? 0).fork('calibration')
  return Array.from({ length: samples }, (_, i) => {
    const start = seed === null ? i * length : rng.int(ids.length - length + 1)
    return ids.slice(start, start + length)
  })
}

function checkLength({ name, config }: Pick<Reader, 'name' | 'config'>, cut: Cut): void {
  if (cut.length <= config.contextLength) return
  refuse(cut, `samples of at most ${config.contextLength} tokens, the context of ${name},`, `${cut.length} (number)`)
}

function refuse({ samples, length, path }: Cut, wanted: string, came: string): never {
  throw new LabError('compress/calibration', `Expected ${wanted} for ${samples} × ${length} of ${path}, got ${came}.`)
}
