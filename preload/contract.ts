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
  /** Kind of the training after compression, such as 'sparse-to-dense'; 'none' where there was none. */
  readonly transfer: string
  /** Everything else that decides that training but its seed, in words: rows of one reference share it. '' where there was none. */
  readonly training: string
  /** What was trained on, how long and how fast (highest rate); null where nothing was trained. */
  readonly trainItems: number | null
  readonly steps: number | null
  readonly learningRate: number | null
  /** Seed of the compression. */
  readonly seed: number
  /** Seed of the order of the texts in training, apart from that of the compression; null where nothing was trained. */
  readonly trainSeed: number | null
  /** The family of a task that is one level of an axis. */
  readonly task: string
  /** Group of tasks, such as a phenomenon; '' where the task stands alone. */
  readonly taskGroup: string
  /** What changes from level to level of a family of tasks, such as 'options'; '' and null where a task stands on no axis. */
  readonly axis: string
  readonly level: number | null
  /** Larger = harder: by the task's place on its axis, and comparable only within it; else as declared; null where nothing is known. */
  readonly difficulty: number | null
  readonly scorer: string
  readonly scorerVersion: number
  readonly better: 'higher' | 'lower'
  readonly value: number
  /** 95 % interval of `value`, bootstrap over items; where all items are right, or all wrong, Wilson's. */
  readonly low: number
  readonly high: number
  /** Items. */
  readonly n: number
  /** Score of the best constant predictor; null for perplexities. */
  readonly chance: number | null
  /** The same task and scorer on the uncompressed model, trained alike where there was training. */
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
  /** True where the value cannot be told to be better than chance: its interval reaches the chance level or lies beyond it. */
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

/** Kendall's tau-b between difficulty and drop at one compression level: over tasks, or over the levels of one family. */
export interface TrendRow {
  readonly model: string
  readonly method: string
  readonly group: string
  readonly pattern: string
  readonly sparsity: number
  /** As in ResultRow. */
  readonly transfer: string
  readonly training: string
  readonly seed: number
  readonly trainSeed: number | null
  readonly scorer: string
  /** Which estimator of difficulty, such as 'human-gap', or the axis of a family, such as 'world_options by options'. */
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

/** A cell that gave an error in place of numbers. */
export interface CellFault {
  readonly label: string
  readonly fault: Fault
}

/** A figure of the report: SVG on a transparent ground, drawn for white paper. */
export interface FigureSvg {
  readonly id: string
  readonly title: string
  /** How to read it. */
  readonly caption: string
  readonly svg: string
}

/** What the numbers of a study say, in sentences made from them. */
export interface StudySummary {
  readonly parts: readonly {
    readonly title: string
    /** Sentences, and what each goes on to list. */
    readonly said: readonly { readonly text: string; readonly items: readonly string[] }[]
  }[]
  /** What one must know before believing the rest. */
  readonly cautions: readonly string[]
}

export interface MethodRow {
  readonly id: string
  readonly label: string
  readonly cite: string
  /** What competes with what unless told otherwise: 'model', 'layer' or 'row'. */
  readonly group: string
  /** Statistics that it asks calibration for. */
  readonly needs: readonly string[]
}

/** What can compute here; of what cannot, why, and what would bring it. */
export interface ProviderRow {
  readonly provider: string
  readonly isAvailable: boolean
  /** The device and the runtime on it; null where not available. */
  readonly device: { readonly name: string; readonly threads: number; readonly runtime: string } | null
  /** Null where available. */
  readonly why: string | null
  /** Null where available, or where nothing can bring it to this system. */
  readonly remedy: string | null
}

/** What a model folder holds. */
export interface ModelFacts {
  readonly name: string
  readonly folder: string
  readonly architecture: string
  /** All weights, and those that compression works on. */
  readonly parameters: number
  readonly compressible: number
  /** Sizes, in the words of its config.json made plain. */
  readonly config: Readonly<Record<string, number | boolean | string>>
  /** Content hashes; that of the weights where it was asked for, since it reads them all. */
  readonly hashes: { readonly tokenizer: string; readonly graph: string; readonly weights: string | null }
  readonly matrices: readonly { readonly name: string; readonly out: number; readonly in: number }[]
}

/** Something that a study may name under `tasks`. */
export interface TaskEntry {
  readonly name: string
  readonly kind: 'task' | 'group' | 'tag'
  /** How many names it stands for: 1 for a task. */
  readonly members: number
}

/** What to look at: folders of data packs and of a model, null for none; the first `limit` documents, null for all. */
export interface TaskCheckWord {
  readonly task: string
  readonly data: string | null
  readonly model: string | null
  readonly limit: number | null
}

/** A text as it will be asked. */
export interface ShownText {
  readonly context: string
  readonly continuation: string
  /** The same as the model's tokens spell it; null without a model. */
  readonly pieces: { readonly context: readonly string[]; readonly continuation: readonly string[] } | null
}

/** What one should know of a task before asking it. */
export interface TaskReport {
  readonly name: string
  readonly file: string
  /** Python that the file calls, and whether it is written anew here. */
  readonly transforms: readonly { readonly id: string; readonly place: string; readonly isBuiltIn: boolean }[]
  /** Null where a transform is missing, for then nothing can be asked. */
  readonly task: { readonly ask: string; readonly shots: number; readonly scorers: readonly string[] } | null
  /** The file whose rows are asked. */
  readonly data: string | null
  readonly documents: number
  /** `gold`: index of the right text, null where there is none. */
  readonly shown: readonly { readonly id: number; readonly gold: number | null; readonly texts: readonly ShownText[] }[]
  readonly lengths: {
    readonly unit: 'tokens' | 'characters'
    readonly texts: number
    readonly min: number
    readonly median: number
    readonly p95: number
    readonly max: number
  }
  /** Documents, not texts: those that lose their beginning, that cannot be asked, whose halves are encoded apart. */
  readonly truncated: number
  readonly tooLong: number
  readonly fallbacks: number
  /** How often each choice is the right one, by its index. */
  readonly labels: readonly number[]
  /** Rows that cannot be asked. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly string[]
}

/** A study, as a call names it: id, the first four digits of an id or more, or name. */
export interface StudyWord {
  readonly study: string
}

/** name → [argument, reply] */
export interface Api {
  'lab.about': [null, { readonly version: string; readonly home: string }]
  /** Newest first. */
  'studies.list': [null, readonly StudyRow[]]
  'studies.show': [StudyWord, StudyRow]
  'studies.results': [StudyWord, readonly ResultRow[]]
  'studies.trends': [StudyWord, readonly TrendRow[]]
  'studies.ledger': [StudyWord, readonly LedgerEntry[]]
  'studies.faults': [StudyWord, readonly CellFault[]]
  'studies.summary': [StudyWord, StudySummary]
  'studies.figures': [StudyWord, readonly FigureSvg[]]
  /** Tables for a terminal of `width` columns, by groups of tasks or `withTasks` by each. */
  'studies.table': [StudyWord & { readonly width: number; readonly hasColour: boolean; readonly withTasks: boolean }, string]
  /** One HTML page that needs nothing else. */
  'studies.report': [StudyWord, string]
  'studies.export': [StudyWord & { readonly format: string }, { readonly file: string; readonly text: string }]
  /** The JSON Schema of study files. */
  'studies.schema': [null, Json]
  'exports.list': [null, readonly { readonly id: string; readonly label: string }[]]
  'methods.list': [null, readonly MethodRow[]]
  /** Runs a small graph on every provider: takes some seconds. */
  'doctor.read': [null, readonly ProviderRow[]]
  'models.architectures': [null, readonly { readonly id: string; readonly label: string }[]]
  'models.show': [{ readonly folder: string; readonly withHash: boolean }, ModelFacts]
  'tasks.list': [null, readonly TaskEntry[]]
  /** A close look at the tasks behind a name or path; without a model, lengths are in characters. */
  'tasks.check': [TaskCheckWord, readonly TaskReport[]]
}
export type ApiName = keyof Api

/** What a host says by itself. */
export interface Events {
  /** The list of studies, when something in it has changed. */
  'studies.changed': readonly StudyRow[]
  /** The lab cannot be reached; the next 'studies.changed' says that it can again. */
  'lab.lost': Fault
}
export type EventName = keyof Events

/** The two functions a window has. */
export interface Lab {
  call<N extends ApiName>(name: N, argument: Api[N][0]): Promise<Reply<Api[N][1]>>
  /** Gives back how to stop listening. */
  on<E extends EventName>(event: E, listener: (value: Events[E]) => void): () => void
}
