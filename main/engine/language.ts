import type { Weights } from '../onnx/graph.ts'
import type { LanguageGraphs } from '../onnx/language-graphs.ts'
import { decodeCarry, generateTexts } from './generation.ts'
import { scoreRequests } from './scoring.ts'
import type { Engine, Session } from './session.ts'

/** Ids of one text of which the last `scored` are scored, each given all before it. 1 ≤ scored < ids.length ≤ context length + 1. */
export interface TokenRequest {
  readonly ids: Int32Array
  readonly scored: number
}

export interface TokenAnswer {
  /** ln p of each scored id, in order; length `scored`. */
  readonly logprobs: Float32Array
  /** Whether each scored id is the most likely one (ties: the lowest id). */
  readonly isGreedy: boolean
}

export interface GenerateRequest {
  readonly ids: Int32Array
  /** New ids at most; the text also ends when it is longer than the model can read. */
  readonly maxTokens: number
  /** Generation stops before any of these ids. */
  readonly stopIds: readonly number[]
  /** Asked after each token with all new ids; true stops there. */
  readonly isEnough?: (newIds: readonly number[]) => boolean
}

export interface ScoreOptions {
  /** Padded tokens of one batch at most. */
  readonly batchTokens: number
  readonly signal?: AbortSignal
  /** Called after each batch with the tokens done so far and in all (padding not counted). */
  readonly onTokens?: (done: number, total: number) => void
}

/** Log-probabilities and text from sessions: longest first, batches by token budget and length, equal requests asked once. */
export interface Language {
  use(weights: Weights): Promise<void>
  score(requests: readonly TokenRequest[], options: ScoreOptions): Promise<TokenAnswer[]>
  /** Greedy text with keys and values kept; the new ids of each request, stop ids left out. */
  generate(requests: readonly GenerateRequest[], options: ScoreOptions): Promise<Int32Array[]>
  close(): Promise<void>
}

/** Opens a model's graphs on an engine. The graph for writing is loaded when the first text is asked for; both share their weights there. */
export async function createLanguage(engine: Engine, graphs: LanguageGraphs, weights: Weights): Promise<Language> {
  const scoring = await engine.open(graphs.score, weights)
  let current = weights
  let writing: Promise<Session> | undefined
  return {
    async use(next) {
      current = next
      await Promise.all([scoring.use(next), writing?.then((session) => session.use(next))])
    },
    score: (requests, options) => scoreRequests(scoring, requests, graphs.contextLength, options),
    async generate(requests, options) {
      writing ??= engine.open(graphs.decode, current, decodeCarry(graphs))
      const session = await writing.catch((error: unknown) => {
        writing = undefined // the next call tries again
        throw error
      })
      return generateTexts(session, requests, graphs, options)
    },
    async close() {
      await scoring.close()
      await (await writing)?.close()
    },
  }
}
