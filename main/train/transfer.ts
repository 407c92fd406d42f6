import { LabError } from '../base/errors.ts'
import { float32, sizeOf, type FloatTensor } from '../base/tensor.ts'
import { applyMask, countKept } from '../compress/bits.ts'
import type { Mask } from '../compress/method.ts'
import type { Engine } from '../engine/session.ts'
import type { Graph, Weights } from '../onnx/graph.ts'
import { createLearner, type Hold, type LearnerOptions } from './learner.ts'
import type { Lessons } from './lessons.ts'
import { train, type LoopSettings, type Trained, type Watch } from './loop.ts'

interface Transfer {
  readonly id: string
  readonly label: string
  /** Whether the small weights are set to zero before the first step. */
  readonly isPruned: boolean
  /** Where they are put back to after every step, the last one included; null where they learn like all others. */
  readonly hold: Hold['at'] | null
}

/**
 * The four ways of training on after compression: paper.md 3.1. "Small" is what a mask, made once from the loaded weights, does not keep.
 * Gradients and moments are never masked, and what no mask is about (biases, norms, embeddings) always learns. The published code leaves
 * its loop before the mask of the last step; here that one counts too.
 */
export const transfers = [
  { id: 'dense', label: 'Dense', isPruned: false, hold: null },
  { id: 'sparse', label: 'Sparse', isPruned: true, hold: 'zero' },
  { id: 'freezing', label: 'Dense with freezing', isPruned: false, hold: 'start' },
  { id: 'sparse-to-dense', label: 'Sparse to dense', isPruned: true, hold: null },
] as const satisfies readonly Transfer[]
export type TransferId = (typeof transfers)[number]['id']

export interface TransferSettings extends LoopSettings, Omit<LearnerOptions, 'epsilon' | 'isAccumulating'> {
  readonly transfer: TransferId
}

/** A loss with the gradients of what is learned (grad/loss.ts), and the names of that. */
export interface Learnable {
  readonly gradients: Graph
  readonly names: readonly string[]
}

export interface Transferred {
  readonly weights: Weights
  readonly log: Omit<Trained, 'tensors'> & {
    /** Weights that the masks do not keep, and all that they are about. */
    readonly masked: { readonly small: number; readonly total: number }
  }
}

/**
 * Trains weights on, by one of the four rows. Masks are by name of weight, 1 = keep; they come from the weights before any of this
 * (compress/). After every step it is verified that what is held is where it should be, else LabError('train/held').
 */
export async function transfer(
  engine: Engine,
  { gradients, names }: Learnable,
  weights: Weights,
  masks: ReadonlyMap<string, Mask>,
  lessons: Lessons,
  { transfer: id, ...settings }: TransferSettings,
  watch: Watch,
): Promise<Transferred> {
  const row: Transfer = transfers.find((one) => one.id === id)!
  checkMasks(masks, names, weights)
  const start = row.isPruned ? weights.with(pruned(weights, masks)) : weights
  const hold = row.hold === null ? undefined : { at: row.hold, masks }
  const { decays, clipNorm, adam } = settings
  const options = {
    epsilon: adam.epsilon,
    decays,
    isAccumulating: lessons.runsPerStep > 1,
    ...(clipNorm !== undefined && { clipNorm }),
  }
  const { tensors, ...log } = await train(engine, createLearner(gradients, names, start, options, hold), lessons, settings, watch)
  const all = [...masks.values()]
  const total = all.reduce((sum, { length }) => sum + length, 0)
  const small = total - all.reduce((sum, mask) => sum + countKept(mask), 0)
  return { weights: start.with(tensors), log: { ...log, masked: { small, total } } }
}

function pruned(weights: Weights, masks: ReadonlyMap<string, Mask>): Map<string, FloatTensor> {
  return new Map(
    [...masks].map(([name, mask]) => {
      const { dims, data } = weights.get(name)
      return [name, float32(dims, applyMask(data, mask))]
    }),
  )
}

function checkMasks(masks: ReadonlyMap<string, Mask>, names: readonly string[], weights: Weights): void {
  for (const [name, { length, bits }] of masks) {
    if (!names.includes(name)) {
      throw new LabError('train/mask', `Expected masks of the ${names.length} weights that are trained, got one of "${name}".`)
    }
    const dims = weights.dims(name)
    if (length === sizeOf(dims) && bits.length === Math.ceil(length / 8)) continue
    throw new LabError('train/mask', `Expected a mask of ${sizeOf(dims)} bits for "${name}" [${dims.join(', ')}], got ${length}.`)
  }
}
