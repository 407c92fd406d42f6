import { LabError } from '../../base/errors.ts'
import { float32, int32 } from '../../base/tensor.ts'
import { runLanes } from '../../engine/lanes.ts'
import type { Feeds, Session } from '../../engine/session.ts'
import type { Head } from '../head.ts'
import type { Batch, Lessons } from '../lessons.ts'
import { padded, textLessons, type TextSettings } from './texts.ts'

/** A text with what is so of all of it: its class, from 0, or its number. */
export interface Labelled {
  readonly ids: Int32Array
  readonly label: number
}

/** Learns the labels of whole texts from the hidden state of their last token; every text counts the same. */
export function labelled(items: readonly Labelled[], head: Head, settings: TextSettings<Labelled>): Lessons {
  for (const { ids, label } of [...items, ...(settings.validation ?? [])]) checkItem(ids, label, head)
  return textLessons(items, settings, { idsOf: ({ ids }) => ids.length, rows: 1 }, (runs) => {
    const count = runs.reduce((sum, { length }) => sum + length, 0)
    return runs.map((run) => batchOf(run, head, 1 / count))
  })
}

export interface ReadOptions {
  /** Padded tokens of one batch at most. */
  readonly batchTokens: number
  readonly signal?: AbortSignal
  /** Called after each batch with the tokens done so far and in all (padding not counted). */
  readonly onTokens?: (done: number, total: number) => void
}

/** What a head says of texts, in their order: float32 [classes or 1] each. The session is of a headGraph; the longest texts come first. */
export async function readTexts(
  session: Session,
  texts: readonly Int32Array[],
  { batchTokens, signal, onTokens }: ReadOptions,
): Promise<Float32Array[]> {
  const order = texts.map((ids, at) => ({ ids, at })).sort((a, b) => b.ids.length - a.ids.length || a.at - b.at)
  const batches: (typeof order)[] = []
  for (let i = 0; i < order.length; i += batches.at(-1)!.length) {
    batches.push(order.slice(i, i + Math.max(1, Math.floor(batchTokens / order[i]!.ids.length))))
  }
  const total = texts.reduce((sum, { length }) => sum + length, 0)
  const rows = new Array<Float32Array>(texts.length)
  let done = 0
  await runLanes(batches, signal, async (batch) => {
    const { feeds, tokens } = readOf(batch.map(({ ids }) => ids))
    const { logits } = await session.run(feeds, ['logits'], signal)
    const width = logits.dims[1]!
    batch.forEach(({ at }, i) => (rows[at] = (logits.data as Float32Array).slice(i * width, (i + 1) * width)))
    done += tokens
    onTokens?.(done, total)
  })
  return rows
}

function checkItem(ids: Int32Array, label: number, head: Head): void {
  const isFit = head.kind === 'number' ? Number.isFinite(label) : Number.isInteger(label) && label >= 0 && label < head.count
  const wanted = head.kind === 'number' ? 'a finite number' : `a class from 0 to ${head.count - 1}`
  if (!isFit) throw new LabError('train/items', `Expected ${wanted} as the label of each text, got ${label}.`)
  if (ids.length === 0) throw new LabError('train/items', 'Expected texts of at least one token, got an empty one.')
}

/** A batch read, and the row of each text's last token. */
function readOf(texts: readonly Int32Array[]): { readonly feeds: Feeds; readonly tokens: number } {
  const { ids, length, tokens } = padded(texts)
  const rows = Int32Array.from(texts, (text, i) => i * length + text.length - 1)
  return { feeds: { ids, rows: int32([texts.length], rows) }, tokens }
}

function batchOf(items: readonly Labelled[], head: Head, share: number): Batch {
  const { feeds, tokens } = readOf(items.map(({ ids }) => ids))
  const labels = items.map(({ label }) => label)
  const n = items.length
  return {
    tokens,
    feeds: {
      ...feeds,
      targets: head.kind === 'number' ? float32([n], Float32Array.from(labels)) : int32([n], Int32Array.from(labels)),
      share: float32([n], new Float32Array(n).fill(share)),
    },
  }
}
