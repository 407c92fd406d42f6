import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../base/files.ts'
import { compress, type Compressed } from '../../compress/recipe.ts'
import { PLAIN_BITS } from '../../compress/method.ts'
import type { Engine } from '../../engine/session.ts'
import { languageGradients } from '../../grad/loss.ts'
import type { LanguageModel } from '../../models/model.ts'
import { openSafetensors, writeSafetensors } from '../../models/safetensors.ts'
import { heldWeights, joinedWeights, placedWeights } from '../../models/weights.ts'
import type { MatrixShape, Weights } from '../../onnx/graph.ts'
import type { LedgerLine } from '../../store/ledgers.ts'
import type { Masks } from '../../store/masks.ts'
import type { TransferRecord } from '../../store/records.ts'
import type { PlannedCell } from '../../study/plan.ts'
import { randomSubset } from '../../tasks/subset.ts'
import { firstHead, HEAD, headFor, headGraph, headLearnable } from '../../train/head.ts'
import type { Lessons } from '../../train/lessons.ts'
import { completion, completionsOf } from '../../train/objectives/completion.ts'
import { labelled } from '../../train/objectives/labelled.ts'
import { labelledOf } from '../../train/objectives/labels.ts'
import type { Schedule } from '../../train/schedule.ts'
import { transfer as train, type Learnable, type TransferId } from '../../train/transfer.ts'
import { recipeOf } from '../compress/recipe.ts'
import { keepMask } from '../masks/keep.ts'
import { createStats } from './calibrate.ts'
import type { StatsKeeper } from './keep-stats.ts'
import { meanError, outputErrors } from './output-error.ts'
import type { PreparedStudy, Training } from './prepare.ts'

/** Weights of one level, ready to be asked. */
export interface Level {
  readonly weights: Weights
  readonly ledger: readonly LedgerLine[]
  /** Fraction of zeros in the compressible matrices. */
  readonly actualSparsity: number
  /** As in CellRecord. */
  readonly effectiveBits: number
  readonly outputError: number | null
}

/** Where a training is. */
export interface TrainingStep {
  readonly step: number
  readonly steps: number
  readonly loss: number
}

export interface LevelPlace {
  /** Where trained weights are kept, each set under its key. */
  readonly folder: string
  /** Keeps masks where the study says so. */
  readonly masks: Masks
  readonly signal: AbortSignal
  /** Statistics of the model of the cell, from level to level. */
  readonly keeper: StatsKeeper
  readonly nowMs: () => number
  /** A step of training was made. */
  readonly onStep: (label: string, at: TrainingStep) => void
}

/** The weights a cell is asked of: compressed, then trained on where its key says so. Trained weights are kept and not made again. */
export async function makeLevel(p: PreparedStudy, cell: PlannedCell, engine: Engine, place: LevelPlace): Promise<Level> {
  const model = p.models[cell.model]!
  const { transfer } = cell.key
  const made = await compressed(p, cell, engine, place)
  const { ledger, zeros, total, effectiveBits, outputError } = made
  const said = { ledger, effectiveBits, outputError }
  if (transfer === 'none') return { weights: made.weights, actualSparsity: zeros / total, ...said }
  const kept = join(place.folder, `${cell.weights}.safetensors`)
  if (!existsSync(kept)) await trainOn(model, made, cell, p.training.get(transfer.task.id)!, engine, place)
  const places = [...openSafetensors(kept)].map(([name, tensor]) => [name, { ...tensor, stored: 'F32' as const }] as const)
  const weights = placedWeights(new Map(places))
  return { weights, actualSparsity: countZeros(model, weights) / total, ...said }
}

interface Made extends Pick<Compressed, 'weights' | 'masks' | 'zeros' | 'total'>, Omit<Level, 'actualSparsity'> {}

async function compressed(
  p: PreparedStudy,
  cell: PlannedCell,
  engine: Engine,
  { signal, keeper, masks }: LevelPlace,
): Promise<Made> {
  const model = p.models[cell.model]!
  const { linears, weights } = model
  const key = cell.key.compression
  const total = linears.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0)
  if (key.method === 'dense') {
    const unchanged = { ledger: [], effectiveBits: PLAIN_BITS, outputError: 0 }
    return { weights, masks: new Map(), zeros: countZeros(model, weights), total, ...unchanged }
  }
  const samples = key.calibration && p.calibration?.samples[cell.model]
  const { batchTokens } = p.engine
  const stats = samples && { stats: createStats(model, samples, key.calibration.order, engine, batchTokens, keeper) }
  const made = await compress(linears, weights, recipeOf(key), { signal, ...stats })
  if (p.study.masks) for (const matrix of linears) keepMaskOf(matrix, made, masks)
  const errors = samples && (await outputErrors(model, made.weights, samples, engine, { batchTokens, signal }))
  return {
    ...made,
    ledger: made.ledger.map((row) => ({ ...row, outputError: errors?.get(row.name) ?? null })),
    effectiveBits: made.ledger.reduce((sum, row) => sum + row.effectiveBits * row.out * row.in, 0) / total,
    outputError: errors ? meanError(linears, errors) : null,
  }
}

/** Zeros in the compressible matrices: a model may have been pruned before it came. */
function countZeros({ linears }: LanguageModel, weights: Weights): number {
  let zeros = 0
  for (const { name } of linears) {
    const { data } = weights.get(name)
    for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++
  }
  return zeros
}

function keepMaskOf(matrix: MatrixShape, { masks: made }: Pick<Compressed, 'masks'>, masks: Masks): void {
  const mask = made.get(matrix.name)
  if (mask) keepMask(masks, matrix, mask)
}

/** Steps from one checkpoint to the next: a killed lab repeats at most so many. */
const CHECKPOINT_EVERY = 50

/** Trains a level and keeps its weights, and the losses that led there, whole or not at all. */
async function trainOn(
  model: LanguageModel,
  { masks }: Pick<Compressed, 'masks'>,
  { key, weights: recipe, label }: PlannedCell,
  training: Training,
  engine: Engine,
  { folder, signal, nowMs, onStep }: LevelPlace,
): Promise<void> {
  const record = key.transfer as TransferRecord
  const { learnable, weights, lessons } = await learning(model, record, training)
  const checkpoint = { folder: join(folder, recipe), recipe, every: CHECKPOINT_EVERY }
  const level = label.split(' · ').slice(0, -1).join(' · ')
  const { weights: trained, log } = await train(
    engine,
    learnable,
    weights,
    masks,
    lessons,
    { transfer: record.kind as TransferId, checkpoint, ...settingsOf(record) },
    { signal, nowMs, onProgress: ({ step, steps, loss }) => onStep(`${level}: step ${step} of ${steps}`, { step, steps, loss }) },
  )
  writeWhole(join(folder, `${recipe}.json`), JSON.stringify({ level, ...log }))
  const sources = learnable.names.map((name) => ({
    ...{ name, dims: trained.dims(name), stored: 'F32' as const },
    read: () => trained.get(name),
  }))
  writeSafetensors(join(folder, `${recipe}.safetensors`), sources)
  rmSync(checkpoint.folder, { recursive: true, force: true })
}

interface Learning {
  readonly learnable: Learnable
  /** As they are before the first step. */
  readonly weights: Weights
  readonly lessons: Lessons
}

/** What is trained and by what: all weights by answers as text, or with a fresh head by labels. No mask is about the head (paper.md 3.2). */
async function learning(
  { graphs, weights, tokenizer, config }: LanguageModel,
  { task: { items: count, draw }, batch, seed, head }: TransferRecord,
  training: Training,
): Promise<Learning> {
  const task = draw === undefined ? training.task : randomSubset(training.task, count, training.items, draw)
  if (!head) {
    const items = await completionsOf(task, tokenizer, config.contextLength, count)
    const names = weights.names()
    const learnable = { gradients: languageGradients(graphs.logits, names), names }
    return { learnable, weights, lessons: completion(items, { batch, seed }) }
  }
  const form = headFor(head.labels)
  const graph = headGraph(graphs.logits, form)
  const items = await labelledOf(task, head.labels, tokenizer, config.contextLength, count)
  const fresh = heldWeights(new Map([[HEAD, firstHead(graph, head.seed)]]))
  return {
    learnable: headLearnable(graph, form),
    weights: joinedWeights(weights, fresh),
    lessons: labelled(items, form, { batch, seed }),
  }
}

/** AdamW as the paper's code has it (paper.md 3.3): its library's defaults, no clipping; biases and norms do not decay. */
function settingsOf({ steps, learningRate, schedule, warmUp, weightDecay }: TransferRecord) {
  return {
    adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    schedule: { kind: schedule as Schedule['kind'], peak: learningRate, warmup: Math.floor(warmUp * steps), steps },
    decays: (name: string) => !/norm|bias/.test(name),
  }
}
