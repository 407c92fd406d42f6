import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { sha256 } from '../../base/files.ts'
import { canonical, type Json } from '../../base/json.ts'
import { nearest } from '../../base/text.ts'
import { COMPRESS_VERSION, layerOf } from '../../compress/recipe.ts'
import { PROVIDERS, type EngineSettings, type Provider } from '../../engine/session.ts'
import { openModel } from '../../models/folder.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { CompressionRecord } from '../../store/records.ts'
import { resolvePlace } from '../../study/places.ts'
import { compressionLabel } from '../../study/plan.ts'
import { readCalibration, type ReadingPlace } from '../study/samples.ts'
import { isDelivered } from './deliver.ts'
import { readWish } from './recipe.ts'
import { findJob, openWorkshop, readJob, type Job, type Layers, type Workshop } from './workshop.ts'

export const FORMATS = ['hf', 'onnx'] as const
export type Format = (typeof FORMATS)[number]

/** What one asks for when compressing a model. Paths may be relative to where the lab was started, or "lab:…" for what comes with it. */
export const compressParams = z.strictObject({
  /** Folder of the model; the one asked for before where a layer is redone. */
  model: z.string().min(1).optional(),
  out: z.string().min(1),
  /** Recipe file; what is in `given` wins over it. */
  recipe: z.string().min(1).optional(),
  given: z.record(z.string(), z.json()).default({}),
  formats: z.array(z.enum(FORMATS)).min(1).default(['hf']),
  /** A layer to do again, and all after it that hang on it, with other parameters; with none, as the recipe says. */
  redo: z.strictObject({ layer: z.string().min(1), params: z.record(z.string(), z.json()) }).optional(),
  provider: z.string().default('cpu'),
  threads: z.int().min(0).default(0),
  batchTokens: z.int().min(16).default(4096),
})
export interface CompressParams extends Omit<z.input<typeof compressParams>, 'given' | 'redo'> {
  readonly given?: Readonly<Record<string, Json>>
  readonly redo?: { readonly layer: string; readonly params: Readonly<Record<string, Json>> }
}

/** A compression made ready: everything it names has been read and checked, nothing has been written. */
export interface PreparedCompression {
  readonly model: LanguageModel
  readonly modelHash: string
  readonly record: CompressionRecord
  /** In a few words, such as "magnitude 0.5 model". */
  readonly label: string
  readonly layers: Layers
  readonly samples: readonly Int32Array[] | undefined
  /** Name of the calibration file, for people. */
  readonly text: string | undefined
  /** Hash of all that decides the layers, but for `layers`; and of all of it. */
  readonly base: string
  readonly hash: string
  /** Absolute path with nothing there yet, or with this very result. */
  readonly out: string
  readonly formats: readonly Format[]
  readonly workshop: Workshop
  /** What the workshop remembers of it. */
  readonly job: Job
  readonly engine: EngineSettings & { readonly batchTokens: number }
  readonly notes: readonly string[]
  /** Milliseconds that reading every weight once took. */
  readonly readMs: number
}

export interface PreparePlace extends ReadingPlace {
  readonly home: string
  readonly nowMs: () => number
}

/** Reads and checks all that is asked for. Throws a LabError for the first thing that is wrong, before anything is written. */
export async function prepareCompression(raw: Json, place: PreparePlace): Promise<PreparedCompression> {
  const params = compressParams.parse(raw)
  const out = resolve(params.out)
  const unfinished = params.redo && findJob(place.home, out)
  const asked = unfinished?.job
  const model = openModel(modelOf(params.model, asked))
  const wish = readWish(params.recipe, asked?.recipe ?? params.given, model.config.contextLength)
  const engine = asked?.engine ?? {
    provider: providerOf(params.provider),
    threads: params.threads,
    batchTokens: params.batchTokens,
  }
  const { calibration } = wish
  const found = calibration && (await readCalibration(calibration, [model], engine.provider, place))
  const began = place.nowMs()
  const modelHash = await hashOf(model, place.signal)
  const readMs = place.nowMs() - began
  const record = found ? { ...wish.record, calibration: found.record } : wish.record
  const base = sha256(
    canonical({
      ...{ model: modelHash, graph: model.graphHash, tokenizer: found ? model.tokenizer.hash : null },
      // sums of floats depend on what is added at once
      ...{ record, compressVersion: COMPRESS_VERSION, engine },
    }),
  )
  if (unfinished && unfinished.base !== base) {
    throw new LabError(
      'compress/redo',
      `Expected the model and the calibration text as they were, found them changed since: begin anew without --redo.`,
    )
  }
  const workshop = openWorkshop(place.home, base)
  const before = readJob(workshop, out)
  const layers = redone({ ...wish.layers, ...before?.layers }, params.redo, model)
  const hash = sha256(canonical({ base, layers }))
  if (existsSync(out) && !isDelivered(out, hash)) {
    throw new LabError(
      'file/exists',
      `Expected nothing at ${out} yet, or the result of this very compression, found something else.`,
    )
  }
  return {
    label: compressionLabel(record),
    ...{ model, modelHash, record, layers, base, hash, out, workshop, readMs },
    ...{ samples: found?.samples[0], text: calibration && basename(calibration.text) },
    job: { out, model: model.folder, recipe: wish.written, layers, engine },
    formats: FORMATS.filter((format) => params.formats.includes(format)),
    engine,
    notes: wish.notes,
  }
}

function modelOf(given: string | undefined, asked: Job | undefined): string {
  if (given === undefined) {
    if (asked) return asked.model
    throw new LabError('cli/usage', 'Expected the folder of a model, got nothing.')
  }
  const folder = resolvePlace('.', given)
  if (asked && asked.model !== folder) {
    throw new LabError('compress/redo', `Expected the model of what is unfinished there, ${asked.model}, got ${folder}.`)
  }
  return folder
}

function redone(layers: Layers, redo: { layer: string; params: Layers[string] } | undefined, { linears }: LanguageModel): Layers {
  if (!redo) return layers
  const { layer, params } = redo
  const known = [...new Set(linears.map(({ name }) => layerOf(name)))]
  if (!known.includes(layer)) {
    const meant = nearest(layer, known)
    const hint = meant ? `; did you mean "${meant}"?` : '.'
    throw new LabError('compress/redo', `Expected a layer (${known[0]} … ${known.at(-1)}), got "${layer}"${hint}`)
  }
  const { [layer]: _, ...others } = layers
  return Object.keys(params).length === 0 ? others : { ...others, [layer]: params }
}

/** The hash of all weights, one by one: a large model takes a while, and other work has its turn. */
async function hashOf({ weights }: LanguageModel, signal: AbortSignal): Promise<string> {
  for (const name of weights.names()) {
    weights.tensorHash(name)
    await setImmediate()
    if (signal.aborted) throw new LabError('engine/stopped', 'Stopped while the model was being read, as asked.')
  }
  return weights.hash()
}

function providerOf(name: string): Provider {
  const found = PROVIDERS.find((provider) => provider === name)
  if (found) return found
  throw new LabError('engine/unknown', `Expected a provider (${PROVIDERS.join(', ')}), got "${name}".`)
}
