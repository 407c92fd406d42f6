import { setImmediate } from 'node:timers/promises'
import { LabError } from '../../base/errors.ts'
import { createRng } from '../../base/rng.ts'
import { float32, int32 } from '../../base/tensor.ts'
import type { Tokenizer } from '../../base/text.ts'
import { prefixToken } from '../../tasks/boundary.ts'
import type { Batch, Lessons } from '../lessons.ts'

export interface PackedSettings {
  /** Tokens of a window. */
  readonly length: number
  /** Windows of one run. */
  readonly batch: number
  /** Runs that make one step. */
  readonly accumulate?: number
  /** Decides the order of the windows. */
  readonly seed: number
  /** Ids that are not learned from, packed likewise. */
  readonly validation?: Int32Array
}

/** Documents encoded between two turns of other work: some 20 ms. */
const STRETCH = 500

/** So many ids of documents, one after the other, each with the token that begins a text before it. LabError('engine/stopped') when aborted. */
export async function packText(
  documents: Iterable<string>,
  tokenizer: Tokenizer,
  tokens: number,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const begin = prefixToken(tokenizer)
  const ids = new Int32Array(tokens)
  let n = 0
  let count = 0
  for (const text of documents) {
    if (++count % STRETCH === 0) {
      await setImmediate()
      if (signal?.aborted) throw new LabError('engine/stopped', `Stopped after ${n} of ${tokens} tokens of text, as asked.`)
    }
    const document = [begin, ...tokenizer.encode(text, false)].slice(0, tokens - n)
    ids.set(document, n)
    n += document.length
    if (n === tokens) return ids
  }
  throw new LabError('train/items', `Expected text of ${tokens} tokens to learn from, got ${n}.`)
}

/**
 * Causal language modelling on packed text: windows side by side, each id but the very first predicted once per epoch, none of it padding.
 * The order of the windows is drawn anew for each epoch; what does not fill a step at its end is left for the next one to draw.
 */
export function packed(ids: Int32Array, { length, batch, accumulate = 1, seed, validation }: PackedSettings): Lessons {
  const perStep = batch * accumulate
  const windows = Math.floor((ids.length - 1) / length)
  const stepsPerEpoch = Math.floor(windows / perStep)
  if (stepsPerEpoch < 1) {
    throw new LabError('train/items', `Expected ${perStep * length + 1} tokens for one step (${perStep} windows of ${length}), got ${ids.length}.`) // prettier-ignore
  }
  const rng = createRng(seed).fork('windows')
  let order: { readonly epoch: number; readonly of: readonly number[] } | undefined
  const unseen = validation ? Math.floor((validation.length - 1) / length) : 0
  if (validation && unseen < 1) {
    throw new LabError('train/items', `Expected ${length + 1} tokens to validate with, got ${validation.length}.`)
  }
  return {
    ...{ runsPerStep: accumulate, stepsPerEpoch },
    sizes: { batch, length, rows: batch * length },
    at(step) {
      const epoch = Math.floor((step - 1) / stepsPerEpoch)
      if (order?.epoch !== epoch) order = { epoch, of: rng.fork(`epoch/${epoch}`).shuffle([...Array(windows).keys()]) }
      const from = ((step - 1) % stepsPerEpoch) * perStep
      const chosen = order.of.slice(from, from + perStep)
      return batches(chosen, batch).map((part) => batchOf(ids, part, length, perStep))
    },
    validation: batches([...Array(unseen).keys()], batch).map((part) => batchOf(validation!, part, length, unseen)),
  }
}

function batches(windows: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(windows.length / size) }, (_, i) => windows.slice(i * size, (i + 1) * size))
}

function batchOf(ids: Int32Array, windows: readonly number[], length: number, sharers: number): Batch {
  const tokens = windows.length * length
  const [read, targets] = [new Int32Array(tokens), new Int32Array(tokens)]
  windows.forEach((window, i) => {
    read.set(ids.subarray(window * length, (window + 1) * length), i * length)
    targets.set(ids.subarray(window * length + 1, (window + 1) * length + 1), i * length)
  })
  const share = new Float32Array(tokens).fill(1 / (sharers * length))
  return {
    tokens,
    feeds: {
      ids: int32([windows.length, length], read),
      rows: int32(
        [tokens],
        Int32Array.from({ length: tokens }, (_, i) => i),
      ),
      targets: int32([tokens], targets),
      share: float32([tokens], share),
    },
  }
}
