// Types only, JSON only; imports nothing. Each host answers these calls in the same words.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** An error as a value. */
export interface Fault {
  readonly code: string
  readonly message: string
  readonly hint: string
}
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Fault }

/** The one tidy table: every chart, export and test reads these rows. Proportions are 0..1; null where a number has no meaning. */
export interface ResultRow {
  readonly model: string
  readonly method: string
  readonly group: string
  /** 'free' or 'keep:of', such as '2:4': N kept of M. */
  readonly pattern: string
  /** Fraction of zeros asked for over the compressible matrices. */
  readonly sparsity: number
  /** Fraction of zeros that came. */
  readonly actualSparsity: number
  readonly bits: number
  readonly transfer: string
  readonly seed: number
  readonly task: string
  /** Group of tasks, such as a phenomenon; '' where the task stands alone. */
  readonly taskGroup: string
  readonly axis: string
  readonly level: number | null
  /** Declared difficulty, larger = harder; null where none is declared. */
  readonly difficulty: number | null
  readonly scorer: string
  readonly scorerVersion: number
  readonly better: 'higher' | 'lower'
  readonly value: number
  /** 95 % interval of `value`, bootstrap over items. */
  readonly low: number
  readonly high: number
  /** Items. */
  readonly n: number
  /** Score of the best constant predictor; null for perplexities. */
  readonly chance: number | null
  /** The same task and scorer on the uncompressed model. */
  readonly dense: number
  /** 100 · value / dense (paper.md 1.2). */
  readonly normalised: number | null
  /** 1 − value / dense: positive = worse; interval by paired bootstrap over items. For perplexities value/dense − 1. */
  readonly drop: number | null
  readonly dropLow: number | null
  readonly dropHigh: number | null
  /** (value − chance) / (dense − chance); null where the dense model itself is at chance. */
  readonly retention: number | null
  readonly retentionLow: number | null
  readonly retentionHigh: number | null
  /** True where the value cannot be told from chance: its interval reaches the chance level. */
  readonly isFloor: boolean
  /** True where the dense model itself cannot be told from chance, so that no drop can be seen. */
  readonly isDenseFloor: boolean
  /** Items right when dense and wrong now, and the reverse; null for scores that are not right or wrong. */
  readonly lost: number | null
  readonly gained: number | null
  /** Exact McNemar test, two-sided, against dense; null for scores that are not right or wrong. */
  readonly mcnemar: number | null
  readonly truncated: number
  /** Fingerprint of the cell behind this row. */
  readonly cell: string
}

export interface StudyRow {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly createdAt: string
  readonly state: 'running' | 'interrupted' | 'failed' | 'finished'
  readonly cells: number
  readonly done: number
  readonly failed: number
}

/** Kendall's tau-b between declared difficulty and drop at one compression level. */
export interface TrendRow {
  readonly model: string
  readonly method: string
  readonly group: string
  readonly pattern: string
  readonly sparsity: number
  readonly seed: number
  readonly scorer: string
  /** Which estimator of difficulty, such as 'human-gap'. */
  readonly estimator: string
  readonly tau: number | null
  readonly p: number | null
  readonly low: number | null
  readonly high: number | null
  /** Tasks that entered; floor tasks are left out and counted. */
  readonly tasks: number
  readonly floor: number
}

export interface LedgerEntry {
  readonly model: string
  readonly recipe: string
  readonly name: string
  readonly out: number
  readonly in: number
  readonly asked: number | null
  readonly zeros: number
  readonly sparsity: number
  readonly conformity: number | null
  readonly maskHash: string
}

/** Progress of a running study. */
export interface Progress {
  readonly study: string
  readonly done: number
  readonly total: number
  readonly label: string
  readonly etaMs: number | null
  readonly tokensPerSecond: number | null
}

/** name → [argument, reply] */
export interface Api {
  'studies.list': [null, readonly StudyRow[]]
  'studies.results': [{ readonly study: string }, readonly ResultRow[]]
  'studies.trends': [{ readonly study: string }, readonly TrendRow[]]
  'studies.ledger': [{ readonly study: string }, readonly LedgerEntry[]]
  'lab.about': [null, { readonly version: string; readonly home: string; readonly host: string }]
}
export type ApiName = keyof Api

/** The two functions a window has. */
export interface Lab {
  call<N extends ApiName>(name: N, argument: Api[N][0]): Promise<Reply<Api[N][1]>>
  on(event: 'progress', listener: (progress: Progress) => void): () => void
}
