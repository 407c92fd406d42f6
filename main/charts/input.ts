import type {
  CellFault,
  GroupRow,
  LedgerRow,
  LevelFields,
  RecoveryRow,
  ResultRow,
  TrendRow,
  VerdictRow,
} from '../../preload/contract.ts'
import type { Reference } from './reference.ts'

export type { GroupRow, LedgerRow, LevelFields, RecoveryRow }

/** A finished study, or one so far: what reports, terminal tables and exports are made of. */
export interface ReportInput {
  readonly rows: readonly ResultRow[]
  /** No 'able' where all tasks are, or none is; no 'group' where there is but one. */
  readonly groups: readonly GroupRow[]
  /** By estimator, the one that `difficulty` of the rows holds first. */
  readonly trends: readonly TrendRow[]
  /** Empty where nothing was trained after compression. */
  readonly recoveries: readonly RecoveryRow[]
  /** What the study says of each hypothesis of the paper that it bears on. */
  readonly verdicts: readonly VerdictRow[]
  /** Absent in reports of before there was any. */
  readonly agreement?: readonly AgreementRow[]
  /** Tasks that a measured difficulty says nothing of, and why; absent in reports of before there was any. */
  readonly unmeasured?: readonly Unmeasured[]
  readonly ledger: readonly LedgerRow[]
  /** Cells that gave an error in place of numbers. */
  readonly faults: readonly CellFault[]
  readonly provenance: Provenance
  /** Published curves to lay under figures of the same setting; absent unless asked for. */
  readonly reference?: Reference | null
}

/** Tasks whose uncompressed cells have no loss: their right answers are not on record, or have none in this unit. */
export interface Unmeasured {
  readonly estimator: string
  readonly why: 'not kept' | 'not defined'
  readonly tasks: readonly string[]
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
  /** What is true of the items asked, such as the share whose answer stands in the passage. */
  readonly facts?: Readonly<Record<string, number>>
}

/** How far two measures of difficulty put the same tasks, or the same levels of an axis, in the same order. */
export interface AgreementRow extends Pick<ResultRow, 'model' | 'scorer' | 'training'> {
  /** 'tasks', or the name of a family of levels. */
  readonly over: string
  readonly a: string
  readonly b: string
  /** Kendall's tau-b, −1..1; null where one of them knows no differences. */
  readonly tau: number | null
  /** Two-sided. */
  readonly p: number | null
  readonly tasks: number
}
