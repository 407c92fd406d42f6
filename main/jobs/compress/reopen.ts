import { setImmediate } from 'node:timers/promises'
import { LabError } from '../../base/errors.ts'
import { float32, int32, int64, type FloatTensor } from '../../base/tensor.ts'
import type { Engine, Feeds, Session } from '../../engine/session.ts'
import { openModel } from '../../models/folder.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { Weights } from '../../onnx/graph.ts'
import { rounded } from './model-folder.ts'

/** Read by every model after compression, the same ones everywhere. */
export const PROMPTS = [
  'Once upon a time, there was a little girl who lived in a small house near the forest.',
  'The capital of France is',
  'In 1905, three papers changed how we think about light, matter and time: the first',
  'def add(a, b):\n    return',
] as const

/** How far logits are from those they are set against, over all tokens of all prompts and the whole vocabulary. */
export interface Deviation {
  readonly max: number
  readonly mean: number
}

/** What came of opening a folder again and asking it. */
export interface Reopened {
  /** Content hash of its weights. */
  readonly weightsHash: string
  readonly prompts: number
  readonly tokens: number
  /** Against the weights in memory, rounded to what they are stored as: 0 unless something is wrong. */
  readonly deviation: Deviation
  /** Against the same weights before they were rounded: what the stored type costs. */
  readonly fromRounding: Deviation
  /** Against the uncompressed model: what compression does to these prompts. */
  readonly fromDense: Deviation
}

/**
 * Opens a finished folder as any model and holds it against the weights it was written from: number by number, and by its logits on
 * fixed prompts. LabError 'compress/reopened' where a number differs; those of a model where it cannot be read.
 */
export async function reopen(
  folder: string,
  source: LanguageModel,
  weights: Weights,
  engine: Pick<Engine, 'open'>,
  signal: AbortSignal,
): Promise<Reopened> {
  const model = openModel(folder)
  const stored = await roundedWeights(source, weights, model, signal)
  const asked = promptsOf(source)
  const session = await engine.open(source.graphs.logits, model.weights)
  try {
    const ask = async (of: Weights) => {
      await session.use(of)
      return logitsOf(session, asked, signal)
    }
    const came = await ask(model.weights)
    return {
      weightsHash: model.weights.hash(),
      prompts: asked.length,
      tokens: asked.reduce((sum, { length }) => sum + length, 0),
      deviation: between(came, await ask(stored)),
      fromRounding: between(came, await ask(weights)),
      fromDense: between(came, await ask(source.weights)),
    }
  } finally {
    await session.close()
  }
}

/** How the logits of an ONNX file with its own weights are set against those of the weights it was written from. */
export async function reopenOnnx(
  path: string,
  { graphs, tokenizer, config }: LanguageModel,
  weights: Weights,
  engine: Pick<Engine, 'open' | 'openFile'>,
  signal: AbortSignal,
): Promise<{ readonly deviation: Deviation }> {
  const asked = promptsOf({ tokenizer, config })
  const plain = await engine.open(graphs.logits, weights)
  const expected = await logitsOf(plain, asked, signal).finally(() => plain.close())
  const session = await engine.openFile(path)
  try {
    const came: Float32Array[] = []
    for (const ids of asked) {
      const { logits } = await session.run(exchangeFeeds(ids, config), ['logits'], signal)
      came.push(logits.data as Float32Array)
    }
    return { deviation: between(came, expected) }
  } finally {
    await session.close()
  }
}

/** One text without padding and without a past, for the exchange graph of LanguageGraphs. */
function exchangeFeeds(ids: Int32Array, { blocks, kvHeads, headSize }: LanguageModel['config']): Feeds {
  const long = (at: (i: number) => number) =>
    int64(
      [1, ids.length],
      BigInt64Array.from(ids, (_, i) => BigInt(at(i))),
    )
  const none = float32([1, kvHeads, 0, headSize], new Float32Array())
  const past = Array.from({ length: blocks }, (_, i) => [`past_key_values.${i}.key`, `past_key_values.${i}.value`]).flat()
  return {
    ...{ input_ids: long((i) => ids[i]!), position_ids: long((i) => i), attention_mask: long(() => 1) },
    ...Object.fromEntries(past.map((name) => [name, none])),
  }
}

/** The ids of the prompts, as far as the model can read. */
export function promptsOf({ tokenizer, config }: Pick<LanguageModel, 'tokenizer' | 'config'>): Int32Array[] {
  const all = PROMPTS.map((text) => Int32Array.from(tokenizer.encode(text, true)).slice(0, config.contextLength))
  return all.filter(({ length }) => length > 0)
}

/** The weights as they should have been stored, each compared with what is. */
async function roundedWeights(
  source: LanguageModel,
  weights: Weights,
  { weights: came, folder }: LanguageModel,
  signal: AbortSignal,
): Promise<Weights> {
  const changes = new Map<string, FloatTensor>()
  for (const name of weights.names()) {
    await setImmediate()
    if (signal.aborted) throw new LabError('engine/stopped', 'Stopped while the folder was being compared, as asked.')
    const place = source.weights.place(name)!
    const wanted = rounded(weights.get(name), place.stored)
    const { data } = came.get(name)
    for (let i = 0; i < data.length; i++) {
      if (data[i] === wanted.data[i]) continue
      const said = `Expected ${wanted.data[i]} as number ${i} of ${name} in ${folder}, as it was compressed`
      throw new LabError('compress/reopened', `${said}, got ${data[i]} (number).`)
    }
    // what was not changed, or is stored as it was computed, need not be held a second time
    if (place.stored !== 'F32' && weights.place(name)?.path !== place.path) changes.set(name, wanted)
  }
  return weights.with(changes)
}

/** The logits of each prompt, [tokens, vocabulary]. */
export async function logitsOf(session: Session, prompts: readonly Int32Array[], signal: AbortSignal): Promise<Float32Array[]> {
  const all: Float32Array[] = []
  for (const ids of prompts) {
    const feeds = { ids: int32([1, ids.length], ids), rows: int32([ids.length], Int32Array.from(ids.keys())) }
    const { logits } = await session.run(feeds, ['logits'], signal)
    all.push(logits.data as Float32Array)
  }
  return all
}

function between(a: readonly Float32Array[], b: readonly Float32Array[]): Deviation {
  let [max, sum, count] = [0, 0, 0]
  a.forEach((logits, prompt) => {
    logits.forEach((x, i) => {
      const apart = Math.abs(x - b[prompt]![i]!)
      max = Math.max(max, apart)
      sum += apart
    })
    count += logits.length
  })
  return { max, mean: count === 0 ? 0 : sum / count }
}
