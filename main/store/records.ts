import type { Json } from '../base/json.ts'

/** What was done to the weights, as results carry it. `pattern` is 'free' or 'keep:of'. Dense is method 'dense', sparsity 0. */
export interface CompressionRecord {
  readonly method: string
  readonly group: string
  readonly pattern: string
  readonly sparsity: number
  readonly params: Readonly<Record<string, Json>>
  readonly seed: number
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** How the sparsity was spread over layers; absent where evenly. */
  readonly profile?: ProfileRecord
  /** What the statistics of its method, and the errors of its outputs, came from; absent where the study has none. */
  readonly calibration?: CalibrationRecord
}

/** Sparsity by the outliers of layers (compress/profile.ts). */
export interface ProfileRecord {
  readonly kind: 'owl'
  readonly m: number
  readonly lambda: number
  readonly spread?: 'published' | undefined
}

/** Text that a model read so that its inputs could be measured. */
export interface CalibrationRecord {
  /** SHA-256 of the text. */
  readonly text: string
  readonly samples: number
  /** Tokens of each sample. */
  readonly length: number
  /** Where the samples begin; null: one after the other from the start. */
  readonly seed: number | null
  readonly order: 'blocks' | 'one-pass'
  /** What computed. */
  readonly provider: string
}

/** Training after compression, as results carry it (train/transfer.ts has the kinds). */
export interface TransferRecord {
  readonly kind: string
  /** What was learned from: so many training items of a task, the first or, with the seed of a draw, random ones. */
  readonly task: { readonly id: string; readonly hash: string; readonly items: number; readonly draw?: number }
  readonly steps: number
  /** Passes over the items, where those were asked for and decided the steps. */
  readonly epochs?: number
  /** Of the first step after warming up. */
  readonly learningRate: number
  readonly schedule: string
  /** Share of the steps in which the rate rises. */
  readonly warmUp: number
  readonly weightDecay: number
  /** Texts of one step. */
  readonly batch: number
  /** Order of the texts. */
  readonly seed: number
  /** A fresh head in place of the vocabulary: what its classes stand for or that it says a number, and the seed it was drawn by. Absent where answers are learned as text. */
  readonly head?: { readonly labels: readonly string[] | 'number'; readonly seed: number }
}

/** Everything that decides a cell's numbers; its canonical JSON hashed is the fingerprint. */
export interface CellKey {
  /** Content hash of the uncompressed weights. */
  readonly weights: string
  /** Content hash of the tokenizer files. */
  readonly tokenizer: string
  /** Content hash of the graph's structure (architecture and config). */
  readonly graph: string
  readonly compression: CompressionRecord
  /** Version of the code that compresses. */
  readonly compressVersion: number
  readonly transfer: 'none' | (TransferRecord & { readonly version: number })
  readonly task: { readonly id: string; readonly hash: string; readonly shots: number; readonly limit: number | null }
  /** Scorer id → version, and the version of asking (boundaries, truncation). */
  readonly scorers: Readonly<Record<string, number>>
  readonly askVersion: number
  readonly provider: string
}

/** One finished cell. Nothing here but `tookMs` and `device` may differ between two runs of the same study. */
export interface CellRecord {
  readonly fingerprint: string
  readonly key: CellKey
  readonly modelName: string
  readonly taskLabel: string
  readonly taskGroup: string
  readonly items: number
  /** Mean chance level per scorer; null where there is none. */
  readonly chance: Readonly<Record<string, number | null>>
  /** Fraction of zeros over the compressible matrices. */
  readonly actualSparsity: number
  /** Bits of a compressible weight with its share of scales, the mean over all; 16 for one that is not coded. */
  readonly effectiveBits: number
  /** Relative error of the outputs of a matrix on the calibration text, the mean weighted by sizes; 0 when dense, null without calibration. */
  readonly outputError: number | null
  /** Key of the ledger this cell's weights came with. */
  readonly ledger: string
  readonly truncated: number
  readonly boundaryFallbacks: number
  readonly device: Json
  readonly tookMs: number
}

/** Per-item numbers of one scorer; `weight` null means 1 for each. */
export interface OutcomeColumn {
  readonly value: Float64Array
  readonly weight: Float64Array | null
  /** What each value should have been, of scores that set the two against each other; absent elsewhere. */
  readonly gold?: Float64Array
}

/** Every item's outcome of one cell, in the order of the task. */
export interface ItemOutcomes {
  /** Row of each outcome in the split. */
  readonly ids: Int32Array
  readonly scores: Readonly<Record<string, OutcomeColumn>>
  /** Log-likelihoods asked for each outcome, one after the other; `counts` says how many belong to each. */
  readonly counts: Uint16Array
  readonly ll: Float32Array
  /** One byte per log-likelihood: 1 where greedy decoding gives the continuation. */
  readonly isGreedy: Uint8Array
  /** One byte per outcome: bit 0 truncated, bit 1 boundary fallback. */
  readonly flags: Uint8Array
}

/** The right answer of every item as a model took it, in the order of the item's outcomes: what its loss is made from. */
export interface RightAnswers {
  /** Index of the right choice among those asked; −1 where there is nothing to choose from. */
  readonly choice: Int32Array
  /** Log-likelihood of the right answer in nats; NaN where it has none, such as a free answer without a word. */
  readonly ll: Float32Array
  /** Tokens behind that log-likelihood, from 1; 0 where there is none. */
  readonly tokens: Int32Array
  /** UTF-8 bytes of the answer, the blank before it not counted; 0 where what was scored has no bytes of its own. */
  readonly bytes: Int32Array
}
