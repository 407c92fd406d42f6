import { mkdirSync, rmSync } from 'node:fs'
import { LabError } from '../../base/errors.ts'
import { methods } from '../../compress/index.ts'
import { needsOf } from '../../compress/method.ts'
import {
  compress,
  layerOf,
  stagesFor,
  type Compressed,
  type Recipe,
  type Stage,
  type StatsSource,
} from '../../compress/recipe.ts'
import type { ProcessEngine } from '../../engine/process.ts'
import type { Engine } from '../../engine/session.ts'
import { placedWeights } from '../../models/weights.ts'
import type { MatrixShape, TensorPlace, Weights } from '../../onnx/graph.ts'
import { openMasks } from '../../store/masks.ts'
import { holdLock } from '../../store/open.ts'
import type { Shift, StepContext } from '../kind.ts'
import { createStats } from '../study/calibrate.ts'
import { outputErrors } from '../study/output-error.ts'
import { checkRoom } from './disk.ts'
import { estimate, type Estimate } from './estimate.ts'
import { writeLedger } from './ledger.ts'
import { metered, peakMemory, unspent } from './meter.ts'
import type { CompressionNote } from './note.ts'
import type { PreparedCompression, PreparePlace } from './prepare.ts'
import { createCourse, type Course, type Progress } from './progress.ts'
import { recipeOf } from './recipe.ts'
import { saveJob, stageKey, type KeptStage } from './workshop.ts'
import { writeFolder } from './write.ts'

export interface CompressPlace extends PreparePlace {
  /** Before anything long begins; not where only the writing is left. */
  readonly onEstimate: (estimate: Estimate) => void
  readonly onProgress: (progress: Progress) => void
}

/** A finished folder beside the place where it shall be, and what it says of itself. */
export interface CompressedFolder {
  readonly part: string
  readonly note: CompressionNote
}

/** Compresses layer by layer, each kept as soon as it is done, writes the folder beside its place and reads it back. */
export function openShift(
  p: PreparedCompression,
  engine: ProcessEngine,
  c: StepContext,
  place: CompressPlace,
): Shift<PreparedCompression, CompressedFolder> {
  return {
    async run() {
      const recipe = recipeOf(p.record, p.layers)
      const stages = stagesFor(p.model.linears, recipe, statsOf(p, engine))
      const course = createCourse(stages.length + 1, place.nowMs, (progress) => {
        place.onProgress(progress)
        c.onMove()
      })
      checkRoom(p, stages)
      mkdirSync(p.workshop.folder, { recursive: true })
      const letGo = holdLock(p.workshop.folder)
      try {
        return await work(p, { recipe, stages, engine, course, signal: c.signal, place })
      } finally {
        letGo()
        p.workshop.tidy()
      }
    },
    close: () => engine.close(),
  }
}

interface Work {
  readonly recipe: Recipe
  readonly stages: readonly (readonly MatrixShape[])[]
  readonly engine: ProcessEngine
  readonly course: Course
  readonly signal: AbortSignal
  readonly place: CompressPlace
}

async function work(p: PreparedCompression, w: Work): Promise<CompressedFolder> {
  const { recipe, stages, engine, course, signal, place } = w
  const began = place.nowMs()
  const keys = keysOf(p, stages)
  const left = stages.filter((stage, i) => p.workshop.read(keys[i]!, stage) === undefined)
  course.begin('estimating')
  const expected = await estimateLeft(p, w, left)
  // the rehearsal has shown that the method can do what it is asked
  saveJob(p.workshop, p.job)
  place.onEstimate(expected)
  course.expect(stages.map((stage) => expected.stageMs[left.indexOf(stage)] ?? 0), 1000 * expected.seconds - expected.stageMs.reduce((sum, ms) => sum + ms, 0)) // prettier-ignore
  const kept = new Map<string, KeptStage>()
  const stats = statsOf(p, metered(engine, unspent(), place.nowMs, batches(p, course)))
  const made = await compress(p.model.linears, p.model.weights, recipe, {
    ...{ signal, stage: keeping(p, w, keys, kept) },
    ...(stats && { stats }),
  })
  const errors = await errorsOf(p, made, w)
  course.begin('counting')
  const ledger = await writeLedger(p.model, made, errors, openMasks(place.home), signal)
  const part = `${p.out}.${p.hash.slice(0, 8)}.part`
  const told = { made, ledger, codesOf: (name: string) => kept.get(name)?.codes(name), estimate: expected, resumed: stages.length - left.length } // prettier-ignore
  try {
    const spent = () => ({ seconds: (place.nowMs() - began) / 1000, peak: peakMemory(engine.pid()) })
    const note = await writeFolder(p, part, told, { engine, course, signal, spent })
    return { part, note }
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    throw error
  }
}

/** The keys of all stages; where each block is compressed by what the one before it hands on, it hangs on that one's key. */
function keysOf({ base, layers, record }: PreparedCompression, stages: Work['stages']): string[] {
  const needs = needsOf(
    methods.find(({ id }) => id === record.method)!,
    record.params,
  )
  const isChained = needs.length > 0 && record.calibration?.order === 'blocks'
  let before: string | null = null
  return stages.map((stage) => {
    const names = stage.map(({ name }) => name)
    const of = new Set(names.map(layerOf))
    const params = of.size === 1 ? (layers[[...of][0]!] ?? null) : null
    const key = stageKey(base, names, params, before)
    if (isChained) before = key
    return key
  })
}

function statsOf(p: PreparedCompression, engine: Pick<Engine, 'open' | 'beside'>): StatsSource | undefined {
  const { model, record, samples } = p
  return record.calibration && samples && createStats(model, samples, record.calibration.order, engine, p.engine.batchTokens)
}

function estimateLeft(p: PreparedCompression, { recipe, engine, signal, place }: Work, left: Work['stages']): Promise<Estimate> {
  const { model, samples, record, readMs, formats } = p
  const { batchTokens } = p.engine
  return estimate(
    {
      ...{ model, recipe, samples, batchTokens, readMs, formats, engine, signal },
      order: record.calibration?.order,
      statsFrom: (on, some) => createStats(model, some, record.calibration!.order, on, batchTokens),
      enginePid: engine.pid,
      nowMs: place.nowMs,
    },
    left,
  )
}

/** Batches of the calibration text that were read, told within a layer. */
function batches({ samples, engine }: PreparedCompression, course: Course): () => void {
  if (!samples) return () => {}
  const all = Math.ceil(samples.length / Math.max(1, Math.floor(engine.batchTokens / samples[0]!.length)))
  let done = 0
  return () => course.move(`batch ${(done++ % all) + 1} of ${all}`)
}

/** Keeps each stage in the workshop, and takes from there what was done before. */
function keeping(p: PreparedCompression, { stages, course }: Work, keys: readonly string[], kept: Map<string, KeptStage>): Stage {
  let at = 0
  return async (matrices, weights, make) => {
    const i = at++
    const label = layersOf(matrices)
    course.begin(label)
    const stage = p.workshop.read(keys[i]!, matrices) ?? p.workshop.keep(keys[i]!, matrices, await named(label, `${i + 1} of ${stages.length}`, make)) // prettier-ignore
    for (const { name } of matrices) kept.set(name, stage)
    course.pass(i + 1)
    return { made: stage.made, weights: placed(weights, stage.places) }
  }
}

function layersOf(matrices: readonly MatrixShape[]): string {
  const layers = [...new Set(matrices.map(({ name }) => layerOf(name)))]
  return layers.length === 1 ? layers[0]! : `${layers[0]!} … ${layers.at(-1)!}`
}

/** What goes wrong in a layer says in which, and what to do about it alone. */
async function named<T>(layer: string, place: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    if (!(error instanceof LabError) || error.code === 'engine/stopped') throw error
    const again = error.code.startsWith('compress/') ? ` To do it alone with other parameters: --redo ${layer} --param name=value.` : '' // prettier-ignore
    throw new LabError(error.code, `In layer ${layer} (${place}), those before it are kept: ${error.message}${again}`, {
      cause: error,
    })
  }
}

function placed(weights: Weights, places: ReadonlyMap<string, TensorPlace>): Weights {
  return placedWeights(new Map(weights.names().map((name) => [name, places.get(name) ?? weights.place(name)!])))
}

async function errorsOf(
  { model, samples, engine: { batchTokens } }: PreparedCompression,
  made: Compressed,
  { engine, course, signal }: Work,
) {
  // prettier-ignore
  if (!samples) return undefined
  course.begin('comparing outputs')
  return outputErrors(model, made.weights, samples, engine, { batchTokens, signal })
}
