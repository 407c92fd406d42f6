import { LabError } from '../../base/errors.ts'
import { createRng } from '../../base/rng.ts'
import { int32 } from '../../base/tensor.ts'
import type { Batch, Lessons } from '../lessons.ts'

export interface TextSettings<T> {
  /** Texts of one run. */
  readonly batch: number
  /** Runs that make one step. */
  readonly accumulate?: number
  /** Decides the order of the texts. */
  readonly seed: number
  /** Texts that are not learned from. */
  readonly validation?: readonly T[]
}

/** What a run of a text is as large as: ids that are read of it, and most rows that are asked of one. */
interface TextSize<T> {
  idsOf(text: T): number
  readonly rows: number
}

/** Batches whose texts are of like length are cut out of so many steps at a time: little padding, and still an order of chance. */
const POOL = 8

/** Lessons of texts, each met once per epoch but for what does not fill its last step. `batchesOf` makes the runs of one step, whose shares sum to 1. */
export function textLessons<T>(
  items: readonly T[],
  { batch, accumulate = 1, seed, validation = [] }: TextSettings<T>,
  size: TextSize<T>,
  batchesOf: (runs: readonly (readonly T[])[]) => Batch[],
): Lessons {
  const perStep = batch * accumulate
  if (items.length < perStep) {
    throw new LabError('train/items', `Expected at least ${perStep} texts for one step, got ${items.length}.`)
  }
  const stepsPerEpoch = Math.floor(items.length / perStep)
  const rng = createRng(seed).fork('texts')
  let order: { readonly epoch: number; readonly steps: readonly (readonly T[])[] } | undefined
  function draw(epoch: number): readonly (readonly T[])[] {
    const { shuffle } = rng.fork(`epoch/${epoch}`)
    const mixed = shuffle(items).slice(0, stepsPerEpoch * perStep)
    return cut(mixed, perStep * POOL).flatMap(
      (pool) =>
      shuffle(cut(pool.toSorted((a, b) => size.idsOf(a) - size.idsOf(b)), perStep)), // prettier-ignore
    )
  }
  return {
    ...{ runsPerStep: accumulate, stepsPerEpoch },
    sizes: { batch, length: Math.max(...[...items, ...validation].map(size.idsOf)), rows: batch * size.rows },
    at(step) {
      const epoch = Math.floor((step - 1) / stepsPerEpoch)
      if (order?.epoch !== epoch) order = { epoch, steps: draw(epoch) }
      return batchesOf(cut(order.steps[(step - 1) % stepsPerEpoch]!, batch))
    },
    validation: validation.length === 0 ? [] : batchesOf(cut(validation, batch)),
  }
}

function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

/** Texts side by side, padded with 0 to the longest: int32 [texts, length]; `tokens` are those without padding. */
export function padded(texts: readonly Int32Array[]) {
  const length = Math.max(...texts.map((ids) => ids.length))
  const ids = new Int32Array(texts.length * length)
  texts.forEach((text, i) => ids.set(text, i * length))
  return { ids: int32([texts.length, length], ids), length, tokens: texts.reduce((sum, text) => sum + text.length, 0) }
}
