import { float32 } from '../../base/tensor.ts'
import { methods } from '../../compress/index.ts'
import { needsOf, type StatName, type Stats } from '../../compress/method.ts'
import { compress, layerOf, type Recipe, type StatsSource } from '../../compress/recipe.ts'
import type { Engine } from '../../engine/session.ts'
import { heldWeights } from '../../models/weights.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { MatrixShape } from '../../onnx/graph.ts'
import { solverOf } from '../solve.ts'
import { peakBytesOf, type MemoryTask } from './estimate-memory.ts'
import { metered, peakMemory, unspent } from './meter.ts'
import { logitsOf, PROMPTS, promptsOf } from './reopen.ts'

/** What a compression will take, before it begins. */
export interface Estimate {
  readonly seconds: number
  /** Most memory of the lab and of its engine, in bytes. */
  readonly peakBytes: number
  /** Of the seconds: forward passes over the calibration text, the method itself, reading and writing, asking what was written. */
  readonly parts: { readonly forward: number; readonly method: number; readonly files: number; readonly checks: number }
  /** Milliseconds of each stage that is left, in order; the rest of the time comes after them. */
  readonly stageMs: readonly number[]
}

export interface Rehearsal {
  readonly model: LanguageModel
  readonly recipe: Recipe
  readonly samples: readonly Int32Array[] | undefined
  readonly order: StatsSource['order'] | undefined
  readonly batchTokens: number
  /** Milliseconds that reading every weight once took. */
  readonly readMs: number
  readonly formats: readonly string[]
  /** Statistics as the compression itself will ask for them, from an engine. */
  readonly statsFrom: ((engine: Pick<Engine, 'open' | 'beside'>, samples: readonly Int32Array[]) => StatsSource) | undefined
  readonly engine: Pick<Engine, 'open' | 'beside'>
  readonly enginePid: () => number | undefined
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** Matrices of a rehearsal are this large at most: a cube of 512 takes well below a tenth of a second. */
const LARGEST = 512
/** What is done with a weight while its matrix is solved, besides products, costs as much as so many multiplications of these (measured). */
const BESIDE_PRODUCTS = 4000
/** What is done with every weight after it was hashed, in passes that cost as much: written twice, compared, counted, opened and hashed again. */
const READS = 6

/**
 * Seconds and memory, from the sizes of the matrices and from a rehearsal: one batch of the calibration text as far as the first layers, the
 * method on a corner of one matrix. Nothing of it is kept.
 */
export async function estimate(r: Rehearsal, left: readonly (readonly MatrixShape[])[]): Promise<Estimate> {
  const needs = needsOf(
    methods.find(({ id }) => id === r.recipe.method)!,
    r.recipe.params,
  )
  const { passes, besides, ...way } = r.samples ? await rehearseForward(r, needs, left) : stayed(left)
  const onTheWay = r.samples ? peakMemory(r.enginePid()).engine : null
  const perWork = await rehearseMethod(r, needs)
  const methodMs = left.map((stage) => perWork * stage.reduce((sum, matrix) => sum + workOf(needs, matrix), 0))
  const sum = (list: readonly number[]) => list.reduce((total, ms) => total + ms, 0)
  const parts = {
    forward: (sum(passes) + besides) / 1000,
    method: sum(methodMs) / 1000,
    files: (READS * r.readMs) / 1000,
    checks: (await rehearseChecks(r)) / 1000,
  }
  return {
    seconds: sum(Object.values(parts)),
    peakBytes: peakBytesOf(
      { model: r.model, needs, stages: left, text: textOf(r) },
      { lab: process.memoryUsage.rss(), onTheWay, engine: peakMemory(r.enginePid()).engine, ...way },
    ),
    parts,
    stageMs: passes.map((ms, i) => ms + methodMs[i]!),
  }
}

type Needs = readonly StatName[]

/** Operations that a method needs for a matrix, up to a factor: a look at each weight, and the products that invert its Hessian and sweep its columns. */
export function workOf(needs: Needs, { out, in: width }: Pick<MatrixShape, 'out' | 'in'>): number {
  const products = needs.includes('hessian') ? width ** 3 / 3 + out * width ** 2 : 0
  return out * width + products / BESIDE_PRODUCTS
}

/**
 * The stages of the text's way through the model: in one pass each goes as far as its layer, so that later ones take longer; block by block
 * each goes on from the one before.
 */
async function rehearseForward(r: Rehearsal, needs: Needs, left: readonly (readonly MatrixShape[])[]) {
  const batch = r.samples!.slice(0, Math.max(1, Math.floor(r.batchTokens / r.samples![0]!.length)))
  const batches = Math.ceil(r.samples!.length / batch.length)
  const layers = [...Map.groupBy(r.model.linears, ({ name }) => layerOf(name)).values()]
  const ask = async (source: StatsSource, depth: number) => {
    const names = layers[depth]!.map(({ name }) => name)
    await source.of(names, r.model.weights, needs.length > 0 ? needs : ['inputNorm'], r.signal)
  }
  const at = async (depth: number) => {
    const spent = unspent()
    await ask(r.statsFrom!(metered(r.engine, spent, r.nowMs), batch), depth)
    return spent
  }
  /** What one layer takes after the one before it; undefined where each begins at the ids. */
  const next = async (depth: number) => {
    const spent = unspent()
    const source = r.statsFrom!(metered(r.engine, spent, r.nowMs), batch)
    if (source.order === 'one-pass') return undefined
    await ask(source, depth - 1)
    const { openMs, runMs } = spent
    await ask(source, depth)
    return { openMs: spent.openMs - openMs, runMs: spent.runMs - runMs, weightBytes: spent.weightBytes }
  }
  await at(0) // the first run of a graph lays out its memory
  const deep = Math.min(2, layers.length - 1)
  const [first, later] = [await at(0), await at(deep)]
  const open = line(first.openMs, later.openMs, deep)
  const run = line(first.runMs, later.runMs, deep)
  const depthOf = (stage: readonly MatrixShape[]) =>
    layers.findIndex((layer) => layer.some(({ name }) => name === stage[0]!.name))
  const step = deep > 0 ? await next(deep) : undefined
  const fromIds = (depth: number) => open(depth) + batches * run(depth)
  const costOf = (depth: number, isFirst: boolean) => (step && !isFirst ? step.openMs + batches * step.runMs : fromIds(depth))
  const passes = left.map((stage, i) => (needs.length > 0 ? costOf(depthOf(stage), i === 0) : 0))
  // the errors of the outputs are measured in one more pass, with two products more for each matrix
  const last = layers.length - 1
  const errors = 2 * (open(last) + 2 * batches * run(last))
  // a spread over layers is found first, and what noise is to match is done first, each layer by layer
  const isNoise = methods.find(({ id }) => id === r.recipe.method)!.kind === 'noise'
  const before = Number(r.recipe.profile !== undefined) + Number(isNoise && needs.length > 0)
  const whole = layers.reduce((sum, _, depth) => sum + costOf(depth, depth === 0), 0)
  const weights = Math.max(first.weightBytes, later.weightBytes, step?.weightBytes ?? 0)
  return {
    ...{ passes, besides: errors + before * whole, weights },
    weightsToLast: line(first.weightBytes, later.weightBytes, deep)(last),
  }
}

/** Of a text that goes nowhere. */
function stayed(left: readonly unknown[]) {
  return { passes: left.map(() => 0), besides: 0, weights: 0, weightsToLast: 0 }
}

function textOf({ samples, order, batchTokens }: Rehearsal): MemoryTask['text'] {
  if (!samples || !order) return undefined
  const length = samples[0]!.length
  return { order, tokens: samples.length * length, atOnce: Math.min(samples.length * length, Math.max(length, batchTokens)) }
}

/** A folder that was written is opened and its prompts are asked of four sets of weights; an ONNX file is asked once, beside the weights. */
async function rehearseChecks({ model, engine, nowMs, formats, signal }: Rehearsal): Promise<number> {
  const spent = unspent()
  const session = await metered(engine, spent, nowMs).open(model.graphs.logits, model.weights)
  try {
    await logitsOf(session, promptsOf(model).slice(0, 1), signal)
  } finally {
    await session.close()
  }
  const asks = (formats.includes('hf') ? 4 : 0) + (formats.includes('onnx') ? 2 : 0)
  return spent.openMs * (asks / 2) + asks * PROMPTS.length * spent.runMs
}

/** The line through what the first layer and one at `deep` took; never falling, for deeper is never less. */
function line(first: number, later: number, deep: number): (depth: number) => number {
  const slope = deep === 0 ? 0 : Math.max(0, (later - first) / deep)
  return (depth) => first + slope * Math.max(0, depth)
}

/** Milliseconds for each unit of `workOf`, by the method itself on a corner of the first matrix. */
async function rehearseMethod({ model, recipe, engine, nowMs, signal }: Rehearsal, needs: Needs): Promise<number> {
  const { name, out, in: width } = model.linears[0]!
  const of = recipe.pattern === 'free' ? 1 : recipe.pattern.of
  const corner = { name, out: Math.min(out, LARGEST), in: Math.min(width, Math.max(of, LARGEST)) }
  const { data } = model.weights.get(name)
  const w = Float32Array.from({ length: corner.out * corner.in }, (_, i) => {
    return data[Math.floor(i / corner.in) * width + (i % corner.in)]!
  })
  const weights = heldWeights(new Map([[name, float32([corner.out, corner.in], w)]]))
  const stats: StatsSource = {
    order: 'one-pass',
    stages: [[name]],
    of: async () => new Map([[name, plainStats(corner.in)]]),
    elsewhere: solverOf(engine),
  }
  let least = Infinity
  // the first time it is compiled; what is least is what it costs
  for (let i = 0; i < 3; i++) {
    const began = nowMs()
    await compress([corner], weights, { ...recipe, include: [], exclude: [], layers: {} }, { stats, signal })
    least = Math.min(least, nowMs() - began)
  }
  return least / workOf(needs, corner)
}

/** Inputs of equal strength that have nothing to do with each other. */
function plainStats(width: number): Stats {
  const hessian = new Float64Array(width * width)
  for (let j = 0; j < width; j++) hessian[j * width + j] = 1
  return { inputNorm: new Float32Array(width).fill(1), hessian }
}
