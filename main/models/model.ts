import type { Tokenizer } from '../base/text.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import type { LanguageGraphs } from '../onnx/language-graphs.ts'

/** Sizes of a decoder, in the words of its config.json made plain. */
export interface ModelConfig {
  readonly vocabulary: number
  /** Tokens the model can read. */
  readonly contextLength: number
  readonly width: number
  readonly blocks: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly mlpWidth: number
  readonly normEpsilon: number
  readonly ropeTheta: number
  /** True where the vocabulary projection is the token embedding. */
  readonly isTied: boolean
}

/** A model folder, opened: structure, weights still on disk, tokenizer. */
export interface LanguageModel {
  /** Name of the folder. */
  readonly name: string
  /** Absolute path. */
  readonly folder: string
  /** Id in models/index.ts. */
  readonly architecture: string
  readonly config: ModelConfig
  /** All weights; a tied matrix counts once. */
  readonly parameters: number
  readonly weights: Weights
  /** The matrices that compression works on, in the order of the forward pass (paper.md 3.4). */
  readonly linears: readonly MatrixShape[]
  readonly tokenizer: Tokenizer
  /** Ids that end a generated text, as the folder lists them; a story may end with BOS. */
  readonly endIds: readonly number[]
  readonly graphs: LanguageGraphs
  /** Content hash of structure and config: everything but weights and tokenizer that decides an answer. */
  readonly graphHash: string
  /** Absolute paths of the files whose bytes decide `weights.hash()`. */
  readonly files: readonly string[]
}
