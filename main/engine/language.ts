import type { Graph, Weights } from '../onnx/graph.ts'

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
  readonly maxTokens: number
  /** Generation stops before any of these ids. */
  readonly stopIds: readonly number[]
  /** Asked after each token with all new ids; true stops there. */
  readonly isEnough?: (newIds: readonly number[]) => boolean
}

/** The two graphs of a causal language model. Their inputs and outputs are the contract between models/ and engine/. */
export interface LanguageGraphs {
  /**
   * Inputs: ids int32 [batch, length] (right-padded), rows int32 [rows] (positions in the flattened batch·length whose hidden state is
   * needed), targets int32 [rows]. Outputs: logprob float32 [rows] = ln p(target | ids up to that row), best int32 [rows] = argmax.
   */
  readonly score: Graph
  /**
   * Inputs: ids int32 [batch, length] (no padding), past_key_<i> and past_value_<i> float32 [batch, kv heads, past, head size] per block.
   * Outputs: best int32 [batch] = argmax after the last id, present_key_<i>, present_value_<i> with past + length positions.
   */
  readonly decode: Graph
  readonly contextLength: number
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
