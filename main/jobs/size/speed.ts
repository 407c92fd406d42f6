import { performance } from 'node:perf_hooks'
import { createRng } from '../../base/rng.ts'
import { float32, int64 } from '../../base/tensor.ts'
import type { Engine, Feeds, Session } from '../../engine/session.ts'
import type { ModelConfig } from '../../models/model.ts'

/** Tokens per second: the median of the rounds, and the slowest and the fastest of them. */
export interface Speed {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** How fast an ONNX file of a model answers. */
export interface FileSpeed {
  /** Text read at once. */
  readonly reading: Speed
  /** Text written token by token. */
  readonly writing: Speed
  /** Tokens per second of each round, for comparing files round by round: reading, and writing. */
  readonly rounds: readonly (readonly [number, number])[]
}

/** A file to be asked, and the sizes that it is fed with. */
export interface Asked {
  readonly path: string
  readonly config: ModelConfig
}

export const ROUNDS = 5
/** Tokens that are read at once, and tokens that stand before one that is written; less where a model cannot read as many. */
export const READ = 128
export const BEFORE = 64
/** A round asks again until so much time has gone by, so that one short run decides nothing. */
const LEAST_MS = 150

/**
 * Asks files of one kind (`exchange` of LanguageGraphs) in turn, round by round, so that whatever else the machine does meets all alike;
 * a first round warms up and does not count. Time is that of the runtime alone.
 */
export async function measureSpeeds(
  files: readonly Asked[],
  engine: Engine,
  { signal, onRound }: { readonly signal?: AbortSignal; readonly onRound?: (done: number, total: number) => void } = {},
): Promise<FileSpeed[]> {
  const sessions: Session[] = []
  const rounds: [number, number][][] = files.map(() => [])
  try {
    for (const { path } of files) sessions.push(await engine.openFile(path))
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [i, { config }] of files.entries()) {
        const ask = (feeds: Feeds, tokens: number) => rate(sessions[i]!, feeds, tokens, engine, signal)
        const read = Math.min(READ, config.contextLength)
        const speeds = [
          await ask(feedsOf(config, 0, read), read),
          await ask(feedsOf(config, Math.min(BEFORE, config.contextLength - 1), 1), 1),
        ] as [number, number]
        if (round > 0) rounds[i]!.push(speeds)
        onRound?.(round * files.length + i + 1, (ROUNDS + 1) * files.length)
      }
    }
  } finally {
    for (const session of sessions) await session.close()
  }
  return rounds.map((of) => ({ reading: speedOf(of, 0), writing: speedOf(of, 1), rounds: of }))
}

/** Median, least and most of a few numbers. */
export function spreadOf(numbers: readonly number[]): Speed {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, low: sorted[0]!, high: sorted.at(-1)! }
}

const speedOf = (rounds: readonly (readonly [number, number])[], at: 0 | 1) => spreadOf(rounds.map((round) => round[at]))

async function rate(session: Session, feeds: Feeds, tokens: number, engine: Engine, signal: AbortSignal | undefined) {
  const began = performance.now()
  const before = engine.meter().insideMs
  let runs = 0
  do {
    // the least of the outputs: the runtime works all of them out, but only this one travels
    await session.run(feeds, ['present.0.key'], signal)
    runs++
  } while (performance.now() - began < LEAST_MS)
  return (1000 * tokens * runs) / (engine.meter().insideMs - before)
}

function feedsOf({ vocabulary, blocks, kvHeads, headSize }: ModelConfig, past: number, length: number): Feeds {
  const rng = createRng(0).fork('speed')
  const kept = float32([1, kvHeads, past, headSize], Float32Array.from({ length: kvHeads * past * headSize }, () => rng.float() - 0.5)) // prettier-ignore
  const row = (n: number, at: (i: number) => number) =>
    int64(
      [1, n],
      BigInt64Array.from({ length: n }, (_, i) => BigInt(at(i))),
    )
  const names = Array.from({ length: blocks }, (_, i) => [`past_key_values.${i}.key`, `past_key_values.${i}.value`]).flat()
  return {
    input_ids: row(length, () => rng.int(vocabulary)),
    attention_mask: row(past + length, () => 1),
    position_ids: row(length, (i) => past + i),
    ...Object.fromEntries(names.map((name) => [name, kept])),
  }
}
