import { LabError } from '../../base/errors.ts'
import { float32, int32 } from '../../base/tensor.ts'
import type { Engine, Feeds } from '../../engine/session.ts'
import type { Graph, Weights } from '../../onnx/graph.ts'
import type { Head } from '../head.ts'
import type { Batch, Lessons } from '../lessons.ts'
import { cut, padded, textLessons, type TextSettings } from './texts.ts'

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

/** What a head says of texts, in their order: the likeliest class (ties: the lowest), or its number. */
export async function predict(
  engine: Engine,
  graph: Graph,
  weights: Weights,
  texts: readonly Int32Array[],
  { head, batch, signal }: { readonly head: Head; readonly batch: number; readonly signal?: AbortSignal },
): Promise<number[]> {
  const session = await engine.open(graph, weights)
  try {
    const answers: number[] = []
    for (const part of cut(texts, batch)) {
      const { logits } = await session.run(readOf(part).feeds, ['logits'], signal)
      const width = logits.dims[1]!
      part.forEach((_, i) => {
        const row = Array.from(logits.data.subarray(i * width, (i + 1) * width), Number)
        answers.push(head.kind === 'number' ? row[0]! : row.indexOf(Math.max(...row)))
      })
    }
    return answers
  } finally {
    await session.close()
  }
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
