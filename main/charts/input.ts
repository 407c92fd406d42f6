import type { CellFault, LedgerEntry, ResultRow, TrendRow } from '../../preload/contract.ts'

/** A finished study, or one so far: what reports, terminal tables and exports are made of. */
export interface ReportInput {
  readonly rows: readonly ResultRow[]
  /** No 'able' where all tasks are, or none is; no 'group' where there is but one. */
  readonly groups: readonly GroupRow[]
  /** By estimator, the one that `difficulty` of the rows holds first. */
  readonly trends: readonly TrendRow[]
  /** Empty where nothing was trained after compression. */
  readonly recoveries: readonly RecoveryRow[]
  readonly ledger: readonly LedgerRow[]
  /** Cells that gave an error in place of numbers. */
  readonly faults: readonly CellFault[]
  readonly provenance: Provenance
}

/** One level of compression, and of training after it, under one scorer. */
export type LevelFields = Pick<
  ResultRow,
  'model' | 'method' | 'group' | 'pattern' | 'sparsity' | 'seed' | 'transfer' | 'training' | 'trainSeed' | 'scorer'
>

/** A set of tasks at one level, each counting the same: means over tasks, intervals from the items of all of them. */
export interface GroupRow extends LevelFields {
  /** All tasks of the study; those of them that the uncompressed model answers better than chance; or one group. */
  readonly of: 'all' | 'able' | 'group'
  /** '' for all and able, and where tasks stand alone. */
  readonly taskGroup: string
  readonly tasks: number
  /** Tasks that are not above chance at this level, and those of which that is true uncompressed. */
  readonly floor: number
  readonly denseFloor: number
  /** Mean score with its 95 % interval. */
  readonly value: number
  readonly low: number
  readonly high: number
  /** Mean score of the same tasks on the uncompressed model, trained alike where there was training. */
  readonly dense: number
  readonly chance: number | null
  /** 100 · value / dense, with its 95 % interval by paired bootstrap over items. */
  readonly normalised: number | null
  readonly normalisedLow: number | null
  readonly normalisedHigh: number | null
}

/**
 * One kind of training set against training the pruned weights alone ('sparse') at the same level, with the same settings and seeds; R is a
 * mean score in percent of the dense one trained alike (paper.md 1.3, H3 and H4). Intervals are 95 %, paired bootstrap over items.
 */
export interface RecoveryRow extends LevelFields {
  readonly of: 'all' | 'able'
  readonly tasks: number
  /** R after 'sparse'. */
  readonly sparse: number
  /** R − R after 'sparse', in points. */
  readonly gain: number
  readonly gainLow: number | null
  readonly gainHigh: number | null
  /** (R − R after sparse) / (100 − R after sparse); null where sparse is within 5 points of dense or its interval reaches it, for there may be nothing to bring back. */
  readonly share: number | null
  readonly shareLow: number | null
  readonly shareHigh: number | null
}

/** One matrix at one level of compression. */
export interface LedgerRow extends LedgerEntry {
  readonly level: Pick<ResultRow, 'method' | 'group' | 'pattern' | 'sparsity' | 'seed'>
}

/** How the numbers of a study came to be: all that one needs to make them again. Hashes are SHA-256, lower-case hex. */
export interface Provenance {
  readonly study: {
    readonly id: string
    readonly name: string
    readonly title: string
    /** What is asked and why; '' where the study does not say. */
    readonly description: string
    readonly createdAt: string
  }
  /** Version of the lab. */
  readonly lab: string
  readonly models: readonly ModelProvenance[]
  readonly data: readonly { readonly name: string; readonly hash: string }[]
  readonly tasks: readonly TaskProvenance[]
  /** Where difficulty was read from; the first is the one in the rows. */
  readonly difficulty: readonly { readonly estimator: string; readonly source: string }[]
  /** Scorer id → version. */
  readonly scorers: Readonly<Record<string, number>>
  readonly seeds: readonly number[]
  readonly engine: EngineProvenance
  /** Time that the cells took, added up; of all cells, whether made in one sitting or several. */
  readonly wallMs: number
  readonly cells: { readonly planned: number; readonly done: number; readonly failed: number }
  /** Items whose context was cut from the left to fit, counted once per version of the model. */
  readonly truncated: number
  /** Items whose context and continuation had to be encoded apart (interfaces.md 3.4), counted likewise. */
  readonly boundaryFallbacks: number
  /** Fingerprint of the cells and hash of the tidy table: equal for equal studies, on any machine. */
  readonly cellsHash: string
  readonly tableHash: string
  /** What to type to make the study again. */
  readonly command: string
}

/** What computed: as each cell has it on record, different ones joined by "; ". */
export interface EngineProvenance {
  readonly provider: string
  readonly threads: string
  readonly runtime: string
  readonly device: string
}

export interface ModelProvenance {
  readonly name: string
  readonly weights: string
  readonly tokenizer: string
  readonly graph: string
  readonly parameters: number
  /** Tokens the model can read. */
  readonly context: number
}

export interface TaskProvenance {
  readonly id: string
  readonly hash: string
  readonly version: number
  readonly shots: number
  /** Items asked at most; null for all. */
  readonly limit: number | null
}
