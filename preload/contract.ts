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
  /** Fraction of zeros asked for over the compressible matrices; of noise, that of the method it is like. */
  readonly sparsity: number
  /** Fraction of zeros that came. */
  readonly actualSparsity: number
  /** Bits of a code; 16 for weights rounded to float16, 32 where none are coded; of noise, those of the method it is like. */
  readonly bits: number
  /**
   * Bits of a compressible weight with its share of scales and zeros (paper.md 1.5), the mean over all of them; 16 for one that is not coded,
   * pruned ones included, whatever the model is stored in.
   */
  readonly effectiveBits: number
  /**
   * ‖XW − XW′‖² / ‖XW‖² of a matrix on the calibration text, X as the dense model hands it on: the mean over all compressible matrices, weighted
   * by their sizes. Of compression alone, before any training. 0 for the dense model; null in a study without calibration.
   */
  readonly outputError: number | null
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
  /**
   * Loss of the right answers under the model that `dense` is of: −log₂ likelihood per UTF-8 byte, the mean over items (of a text over its bytes).
   * Larger = harder. Null where it is not known or not defined, such as of free answers in a study that has no dense-loss.
   */
  readonly denseLoss: number | null
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
  /** Run in this store, or come as a bundle. */
  readonly origin: 'run' | 'imported'
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

/** What a study says of one hypothesis of the paper (paper.md 1.3) in one scope, by a rule that was fixed beforehand. */
export interface VerdictRow {
  readonly hypothesis: 'H1' | 'H2' | 'H2b' | 'H3' | 'H4' | 'H5' | 'H6'
  /** The hypothesis in a sentence. */
  readonly claim: string
  /** Of H5, which looks across models, all of them joined by ', '. */
  readonly model: string
  readonly scorer: string
  /** As in ResultRow; of H3 under more and more training, what its trainings share. */
  readonly training: string
  readonly transfer: string
  /** What was done to the weights, as tables name it: 'magnitude', 'magnitude (N of 8 kept)', 'rtn against magnitude'. */
  readonly compression: string
  /** True where that removes or disturbs other weights than the small ones: random, inverse, noise, matched. */
  readonly isControl: boolean
  /** True where weights are stored in fewer bits rather than removed; false for H6, which sets one against the other. */
  readonly isCoded: boolean
  /** What it is asked of: an axis, such as 'world_options by options', an estimator of difficulty, or a set of tasks. */
  readonly subject: string
  readonly verdict: 'supported' | 'not supported' | 'inconclusive'
  /** What led to the verdict, in a sentence. */
  readonly why: string
  /** The rule, its thresholds among its words. */
  readonly rule: string
  /** Name and number of the test's statistic; null where nothing could be tested. */
  readonly statistic: string
  readonly value: number | null
  /** What is measured besides, its unit ('points' of dense, 'sparsity' in points, 'share', 'tau') and its 95 % interval by joint bootstrap over items and seeds. */
  readonly effect: string
  readonly unit: 'points' | 'sparsity' | 'share' | 'tau' | ''
  readonly effectValue: number | null
  readonly effectLow: number | null
  readonly effectHigh: number | null
  /** One-sided, in the direction of the claim; by itself, and after Holm's correction over the `tests` of this hypothesis, model, scorer and training. */
  readonly p: number | null
  readonly pHolm: number | null
  readonly tests: number
  /** The smallest effect that 4 of 5 such studies would have shown (one-sided 5 %), in the effect's unit; null where it is not known. */
  readonly detectable: number | null
  /** What the same rule says of the controls; '' for a control itself. */
  readonly control: string
  /** False where a control shows the same, so that the claim is not specific to small weights; true where each control is refuted; null where that is open. */
  readonly isSpecific: boolean | null
  /** What was left out, and why. */
  readonly excluded: readonly string[]
  /** Further numbers behind it, by name. */
  readonly details: readonly { readonly name: string; readonly value: number | null }[]
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
  /** Zeros in an output row: the fewest, the median, the most. Absent in ledgers of older labs. */
  readonly rowZeros?: { readonly min: number; readonly median: number; readonly max: number }
  /** As in ResultRow, of this matrix. */
  readonly effectiveBits: number
  readonly outputError: number | null
  readonly maskHash: string
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

/** What charts are drawn from besides rows and trends. */
export interface ChartRows {
  readonly groups: readonly GroupRow[]
  readonly recoveries: readonly RecoveryRow[]
  readonly ledger: readonly LedgerRow[]
  /** Estimators of difficulty; the first is the one in the rows. */
  readonly estimators: readonly string[]
}

/** Progress of a running study. */
export interface Progress {
  readonly study: string
  readonly done: number
  readonly total: number
  /** What is at work. */
  readonly label: string
  /** How far that is: tokens where something is asked, steps where something is trained; null while not known. */
  readonly part: { readonly done: number; readonly total: number } | null
  /** Last step of the training at work; null where none is. */
  readonly loss: { readonly step: number; readonly loss: number } | null
  /** Of the lab and its engine together. */
  readonly memoryBytes: number
  readonly etaMs: number | null
  readonly tokensPerSecond: number | null
}

/** A cell that gave an error in place of numbers. */
export interface CellFault {
  readonly label: string
  readonly fault: Fault
}

/** A file as text, or its bytes as base64. */
export interface FileText {
  readonly file: string
  readonly text: string
  readonly encoding: 'utf-8' | 'base64'
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

/** A parameter of a method, for a form or a table. */
export interface MethodParam {
  readonly id: string
  readonly label: string
  /** '' where it has none. */
  readonly unit: string
  readonly about: string
  /** 'params': the parameters of the method that another parameter (a choice) names, as an object. */
  readonly kind: 'number' | 'choice' | 'boolean' | 'params'
  readonly isWhole: boolean
  /** Least and largest value allowed; null where there is no bound. */
  readonly min: number | null
  readonly max: number | null
  /** False where values come as near to `max` as one likes but not to it. */
  readonly isMaxAllowed: boolean
  /** What leaving it out means; null where that has no name, or it cannot be left out. */
  readonly default: Json
  readonly isRequired: boolean
  readonly choices: readonly string[]
}

export interface MethodRow {
  readonly id: string
  readonly label: string
  readonly cite: string
  /** 'score' ranks weights, 'solve' removes them and makes up for it (both take a sparsity or a pattern), 'code' quantises (takes bits), 'noise' perturbs as another method does. */
  readonly kind: 'score' | 'solve' | 'code' | 'noise'
  /** What competes with what unless told otherwise: 'model', 'layer' or 'row'; 'none' where nothing is removed. */
  readonly group: string
  /** Groups that it can compare within; none where nothing is removed. */
  readonly groups: readonly string[]
  /** Statistics that it asks calibration for. */
  readonly needs: readonly string[]
  readonly formula: string
  readonly about: string
  /** Beside reading the weights. */
  readonly cost: string
  /** Without the bits, which methods that quantise take beside them. */
  readonly params: readonly MethodParam[]
}

/** One of the paper's experiments as a study ready to run. */
export interface TemplateRow {
  /** As "lab run paper/<id>" takes it: "w3-option-count", or "real/w3-option-count" for a model and data of one's own. */
  readonly id: string
  readonly title: string
  /** What the paper did, what is inferred, what differs here: a paragraph per line. */
  readonly about: string
  /** What must be given beside the lab, such as a model and packs; '' for nothing. */
  readonly needs: string
  /** Null where model and data decide. */
  readonly cells: number | null
  /** Minutes on two cores, as measured; null where model and data decide. */
  readonly minutes: number | null
  /** The study file, comments and all; its paths hold wherever it is kept. */
  readonly text: string
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

/** A way to make one kind of question harder, on any task it fits: `axis`, `levels` and `params` of a study's task. */
export interface AxisRow {
  readonly id: string
  readonly label: string
  /** What a level is, with its unit and range. */
  readonly about: string
  readonly harder: 'up' | 'down'
  /** Levels where a study names none, easiest first. */
  readonly levels: readonly number[]
  readonly params: readonly { readonly name: string; readonly about: string }[]
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
  /** `gold`: index of the right text, null where there is none; `number`: the right number, null where none is asked for. */
  readonly shown: readonly {
    readonly id: number
    readonly gold: number | null
    readonly number: number | null
    readonly texts: readonly ShownText[]
  }[]
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

// ——— masks

/** A mask that this home keeps. */
export interface MaskRow {
  /** SHA-256 of its bits: what ledgers call it by. */
  readonly hash: string
  readonly out: number
  readonly in: number
  readonly bytes: number
}

/** Where a set of masks comes from: kept by a compression, or the weights that are not 0. `label` null: a model without a compression.json. */
export interface MaskSetHead {
  readonly name: string
  readonly from: 'masks' | 'weights'
  readonly label: string | null
}

/** What stays of one matrix. */
export interface KeptRow {
  readonly name: string
  readonly layer: string
  readonly out: number
  readonly in: number
  readonly kept: number
  /** Fraction that does not stay. */
  readonly sparsity: number
}

/** One matrix, layer or model in two sets of masks: weights that both keep, that one of them keeps, that none keeps. */
export interface OverlapRow {
  readonly name: string
  readonly weights: number
  readonly both: number
  readonly onlyA: number
  readonly onlyB: number
  readonly neither: number
  /** both / (both + onlyA + onlyB), 0 … 1; 1 where neither keeps anything. */
  readonly jaccard: number
}

// ——— library

/** A folder of models that the library shows; nothing of it is copied. */
export interface LibraryFolder {
  readonly folder: string
  readonly isMissing: boolean
  /** Models found in it. */
  readonly models: number
}

/** A model of the library, as its headers describe it; what could not be read is null, and `fault` says why. */
export interface ModelRow {
  readonly name: string
  readonly folder: string
  /** What brought it here: it comes with the lab, lies in a library folder, or was added by itself. */
  readonly from: 'built-in' | 'library' | 'single'
  /** The library folder it lies in; null for the others. */
  readonly library: string | null
  readonly isMissing: boolean
  readonly architecture: string | null
  /** All weights, and those that compression works on. */
  readonly parameters: number | null
  readonly compressible: number | null
  /** How the weights are stored, such as "BF16", or "BF16, F32" where they differ. */
  readonly dtype: string | null
  /** Bytes of the weights on disk. */
  readonly bytes: number | null
  /** Tokens it can read. */
  readonly context: number | null
  readonly fault: Fault | null
}

export interface Library {
  readonly folders: readonly LibraryFolder[]
  /** The built-in model first, then by name. */
  readonly models: readonly ModelRow[]
}

/** What lies in a folder, for picking one: folders, model folders told apart; hidden ones and files are left out. */
export interface FolderView {
  readonly folder: string
  /** Null at the top. */
  readonly parent: string | null
  /** Whether this folder is itself a model. */
  readonly isModel: boolean
  readonly entries: readonly { readonly name: string; readonly folder: string; readonly kind: 'folder' | 'model' }[]
  /** Entries beyond the first 2000, which are not listed. */
  readonly more: number
  /** Where to begin: your own folder, the top of each disk. */
  readonly places: readonly { readonly name: string; readonly folder: string }[]
}

/** A stored weight of a model. */
export interface TensorRow {
  readonly name: string
  readonly dims: readonly number[]
  readonly dtype: string
  readonly bytes: number
  readonly isCompressible: boolean
}

/** N of M: `keep` weights other than zero in each group of `of` along the inputs; `conformity` is the share of groups where it is so. */
export interface FittedPattern {
  readonly keep: number
  readonly of: number
  readonly conformity: number
}

/** Zeros of one compressible matrix. */
export interface ZeroRow {
  readonly name: string
  readonly out: number
  readonly in: number
  readonly zeros: number
  readonly sparsity: number
  /** The N:M that most groups follow; null where nothing is zero. */
  readonly pattern: FittedPattern | null
}

/** One weight, looked at number by number. */
export interface TensorFacts extends TensorRow {
  readonly min: number
  readonly max: number
  readonly mean: number
  /** Standard deviation of the numbers (divided by their count). */
  readonly std: number
  readonly zeros: number
  readonly sparsity: number
  readonly pattern: FittedPattern | null
  /** Zeros of a row of the matrix; null for what is no matrix. */
  readonly rowZeros: { readonly min: number; readonly median: number; readonly max: number } | null
  /** Equal bins from `low` to `high`; zeros are counted apart (`zeros`) and are in no bin. */
  readonly histogram: { readonly low: number; readonly high: number; readonly counts: readonly number[] }
}

/** Which weights of a matrix are other than zero, as shares over the tiles of a grid. */
export interface TensorMap {
  readonly name: string
  readonly out: number
  readonly in: number
  /** Of the grid: at most what was asked for, and no more than the matrix has. */
  readonly rows: number
  readonly columns: number
  /** Share kept, 0..1, row by row. */
  readonly kept: readonly number[]
}

/** One weight in two models. */
export interface ComparedTensor {
  readonly name: string
  readonly state: 'same' | 'changed' | 'shape' | 'only-a' | 'only-b'
  readonly dims: readonly number[]
  /** Null where the model does not have it. */
  readonly sparsityA: number | null
  readonly sparsityB: number | null
  /** ‖a − b‖ (Frobenius), and divided by ‖a‖; null unless both have it in one shape. */
  readonly distance: number | null
  readonly relative: number | null
  readonly cosine: number | null
  /** |zeros of both| / |zeros of either|; null where neither has zeros. */
  readonly overlap: number | null
}

export interface ModelComparison {
  readonly a: ModelRow
  readonly b: ModelRow
  /** In the order of the forward pass of a, then what b alone has. */
  readonly tensors: readonly ComparedTensor[]
  readonly counts: { readonly same: number; readonly changed: number; readonly missing: number }
}

/** A data pack of a data folder: one configuration with its splits. */
export interface PackRow {
  /** The data folder. */
  readonly data: string
  /** What task files call `dataset_path` and `dataset_name`. */
  readonly pack: string
  readonly config: string
  readonly folder: string
  readonly splits: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[]
  /** Tasks that read it. */
  readonly tasks: readonly string[]
}

/** Data packs of all data folders, and the folders that are not there. */
export interface Packs {
  readonly packs: readonly PackRow[]
  readonly missing: readonly string[]
}

// ——— drafts

/** A study file that is being written, kept below the home of the lab. */
export interface DraftRow {
  readonly name: string
  /** Its title, or its name where it has none or cannot be read. */
  readonly title: string
  /** ISO 8601. */
  readonly changedAt: string
  readonly bytes: number
}

/** A place in a study: keys and indices from the top. */
export type DraftPath = readonly (string | number)[]

export interface DraftProblem {
  readonly path: DraftPath
  /** From 1; where the text says it, or would. */
  readonly line: number
  readonly column: number
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** Cells of one model, level or task. */
export interface DraftShare {
  readonly name: string
  readonly cells: number
}

export interface DraftTask extends DraftShare {
  readonly group: string
  /** Asked of each level. */
  readonly items: number
  /** Least true drop of accuracy (0..1) that so many items show at 5 % with a power of 80 %; null for scores that are not right or wrong. */
  readonly detectableDrop: number | null
  /** Why a drop may not be seen here at all: few items, or a dense model that was at chance when last asked; null where nothing is known against it. */
  readonly floorWarning: string | null
}

/** Time, memory and disk that a study will take, and what of it is for what. */
export interface DraftEstimate {
  readonly ms: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly parts: readonly {
    readonly name:
      'asking' | 'compressing' | 'calibrating' | 'training' | 'weights' | 'engine' | 'optimiser' | 'items' | 'trained'
    readonly ms: number
    readonly memoryBytes: number
    readonly diskBytes: number
  }[]
  /** What the time is taken from: speeds that this lab measured here, or a rule of thumb. */
  readonly basis: 'measured' | 'default'
  /** The same in words. */
  readonly why: string
}

export interface DraftPlan {
  readonly cells: number
  /** Cells that need not be run again; null where the weights of a model have not been hashed yet. */
  readonly onRecord: number | null
  readonly models: readonly DraftShare[]
  readonly levels: readonly DraftShare[]
  readonly tasks: readonly DraftTask[]
  readonly estimate: DraftEstimate
}

/** What a study file says, whether it can be run, and what that would take. */
export interface DraftReport {
  /** The text as data; null where it is no YAML. */
  readonly spec: Json | null
  readonly problems: readonly DraftProblem[]
  /** Null while there are problems. */
  readonly plan: DraftPlan | null
}

// ——— runs

export type RunState = 'queued' | 'running' | 'paused' | 'finished' | 'failed' | 'stopped' | 'interrupted'

/** A study of the queue. At most one runs at a time, the uppermost that is queued. */
export interface RunRow {
  readonly id: string
  /** Id of the study in the store; null before it has begun. */
  readonly study: string | null
  readonly name: string
  readonly title: string
  readonly state: RunState
  /** Cells. */
  readonly done: number
  /** Null before the study has begun. */
  readonly total: number | null
  /** What is at work now; null while nothing is. `done` of `total` are tokens when asking, steps when training; null where that is not counted. */
  readonly cell: { readonly label: string; readonly done: number | null; readonly total: number | null } | null
  /** Time at work so far, pauses not counted. */
  readonly elapsedMs: number
  readonly etaMs: number | null
  readonly tokensPerSecond: number | null
  /** Of the lab and its engine together. */
  readonly memoryBytes: number | null
  /** Losses of the training at work, the last 200. */
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
  /** Why it failed. */
  readonly fault: Fault | null
  /** What the lab did about a death, a restart or a busy store, newest last. */
  readonly said: readonly { readonly at: string; readonly text: string }[]
  readonly threads: number | null
  readonly provider: string | null
  /** ISO 8601; null while that has not happened. */
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface LogLine {
  /** From 1. */
  readonly n: number
  /** ISO 8601. */
  readonly at: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

// ——— items

/** A level of a study: one way of making weights from one model. */
export interface LevelRow {
  /** How calls name it; equal for the cells that are asked of these weights. */
  readonly level: string
  readonly label: string
  readonly model: string
  readonly method: string
  readonly pattern: string
  readonly sparsity: number
  readonly bits: number
  readonly transfer: string
  readonly isDense: boolean
  /** Finished cells. */
  readonly cells: number
}

/** Which items: all those that fit every word that is not null. */
export interface ItemsWord {
  readonly study: string
  readonly task: string | null
  readonly level: string | null
  /** Fingerprint of one cell. */
  readonly cell: string | null
  /** Against the dense model: right before and wrong now, the reverse, either; or whatever it was, right or wrong now. */
  readonly flip: 'all' | 'lost' | 'gained' | 'changed' | 'right' | 'wrong'
  readonly sort: 'study' | 'margin' | 'denseMargin' | 'change'
  readonly isDescending: boolean
  readonly offset: number
  /** At most 500. */
  readonly limit: number
}

/** An item at one level, and dense. Margins: log-likelihood of the right choice less that of the best other, in nats; of a single text its log-likelihood; null where it is not known which is right. */
export interface ItemRow {
  readonly cell: string
  readonly task: string
  readonly level: string
  readonly label: string
  readonly item: number
  /** By the main scorer of the task; null where it has no finite value, or where the dense model was not asked. */
  readonly value: number | null
  readonly denseValue: number | null
  readonly flip: 'lost' | 'gained' | 'same' | 'none'
  readonly margin: number | null
  readonly denseMargin: number | null
}

export interface ItemsPage {
  /** Rows that fit. */
  readonly total: number
  readonly offset: number
  readonly rows: readonly ItemRow[]
  /** Of all items of the tasks, levels and cells asked for, whatever `flip` says. */
  readonly counts: { readonly all: number; readonly lost: number; readonly gained: number }
}

/** What was asked and what every level answered. */
export interface ItemView {
  readonly task: string
  readonly item: number
  /** The text as it was asked, read again; null where it cannot be, and `why` says so. */
  readonly asked: {
    readonly ask: string
    readonly context: string
    /** What follows the context, one per choice; the text itself where there are no choices. */
    readonly continuations: readonly string[]
    /** Contexts one by one where each choice has its own. */
    readonly contexts: readonly string[] | null
    readonly gold: number | null
    /** Texts that count as right, where the answer is free text. */
    readonly answers: readonly string[]
  } | null
  readonly why: string | null
  /** Index of the right choice where any level shows it, even without the text. */
  readonly gold: number | null
  /** The right number, of tasks that ask a head for one. */
  readonly number: number | null
  readonly levels: readonly {
    readonly level: string
    readonly label: string
    readonly isDense: boolean
    readonly cell: string
    /** Log-likelihoods, one per choice or text. */
    readonly ll: readonly number[]
    /** Whether greedy decoding gives each. */
    readonly isGreedy: readonly boolean[]
    readonly margin: number | null
    /** What a head said, of tasks that ask for a number, and by how much that is more than what is right. */
    readonly number: number | null
    readonly error: number | null
    readonly scores: Readonly<Record<string, number>>
    readonly isTruncated: boolean
  }[]
}

/** Studies side by side. */
export interface StudyComparison {
  readonly studies: readonly StudyRow[]
  /** One value per study, in their order; settings that differ come first. */
  readonly settings: readonly { readonly name: string; readonly values: readonly Json[]; readonly isSame: boolean }[]
  /** The rows of all, each with the id of its study. */
  readonly rows: readonly (ResultRow & { readonly study: string })[]
}

// ——— settings

export interface Settings {
  /** What computes where a study does not say; null: what the study says. */
  readonly provider: string | null
  /** Threads of one operation; null: what the study says, 0: one per physical core. */
  readonly threads: number | null
  readonly libraryFolders: readonly string[]
  /** Single models of the library. */
  readonly modelFolders: readonly string[]
  /** Folders of data packs; the first is used where a study names none. */
  readonly dataFolders: readonly string[]
  /** Whether the lab may fetch what it lacks, which is Electron and nothing else. */
  readonly isNetworkAllowed: boolean
  readonly theme: 'system' | 'light' | 'dark'
  /** Times the usual size, 0.75 to 2. */
  readonly textScale: number
}

export interface About {
  readonly version: string
  readonly home: string
  /** Of what it runs on; null where that is not there. */
  readonly versions: { readonly node: string; readonly ort: string; readonly sqlite: string; readonly electron: string | null }
  readonly system: string
  /** What comes with the lab and runs in it. */
  readonly licences: readonly { readonly name: string; readonly version: string; readonly licence: string }[]
}

// ——— bundles

/** A bundle that stands open beside the lab's own studies until it is closed, every byte of it verified: read-only. */
export interface OpenedBundle {
  /** Goes where the id of a study goes, in every call that reads one. */
  readonly id: string
  /** What it was opened from; not needed any more. */
  readonly file: string
  /** SHA-256 of its manifest. */
  readonly bundle: string
  /** Its study, going by the id above. */
  readonly study: StudyRow
  /** Whether its table was computed anew from its items and is the same; null where it has none, or another version made it. */
  readonly isRecomputed: boolean | null
}

/** Published curves with their points: performance against sparsity, in percent of dense. */
export interface ReferenceCurves {
  readonly id: string
  readonly label: string
  /** Whom and what they are from. */
  readonly source: string
  /** How far a value may be off, in words. */
  readonly error: string
  readonly panels: readonly {
    /** M of patterns that keep N of M; null where the pattern is free. */
    readonly of: number | null
    /** Points are [sparsity, percent of dense]. */
    readonly lines: readonly { readonly label: string; readonly points: readonly (readonly [number, number])[] }[]
  }[]
}

/** Published curves of one setting, read off a figure. */
export interface ReferenceRow {
  readonly id: string
  readonly label: string
  /** What they are of. */
  readonly model: string
  /** How far a value may be off. */
  readonly error: string
  /** Templates of the same setting. */
  readonly templates: readonly string[]
}

/** What a bundle shall hold beside results, tables and figures. */
export interface BundleParts {
  readonly withItems: boolean
  readonly withMasks: boolean
}

export interface BundleWritten {
  readonly file: string
  readonly entries: number
  readonly bytes: number
  readonly hasItems: boolean
  readonly masks: number
}

/** A bundle whose every byte is what its manifest says. */
export interface BundleFacts {
  readonly study: { readonly id: string; readonly name: string; readonly title: string; readonly createdAt: string }
  /** Version of the lab that made it. */
  readonly lab: string
  readonly cells: { readonly planned: number; readonly done: number; readonly failed: number }
  readonly hasItems: boolean
  readonly masks: number
  /** Hashes of the models' weights by name. */
  readonly models: Readonly<Record<string, string>>
  /** What to type to run it again. */
  readonly command: string
  /** SHA-256 of its manifest, which names the hash of all else. */
  readonly bundle: string
  /** Whether its table follows from its items, computed anew; null where it has none or another version made it. */
  readonly isRecomputed: true | null
  readonly entries: number
  /** Inflated. */
  readonly bytes: number
}

/** A study, as a call names it: id, the first four digits of an id or more, or name. */
export interface StudyWord {
  readonly study: string
}

/** Several of them, each once; "paper/all" stands for the newest of each of the paper's experiments on the built-in model. */
export interface StudiesWord {
  readonly studies: readonly string[]
}

export interface RunWord {
  readonly run: string
}

/** name → [argument, reply] */
export interface Api {
  'lab.about': [null, About]
  'settings.read': [null, Settings]
  /** Changes what is given and leaves the rest. */
  'settings.write': [Partial<Settings>, Settings]
  /** Newest first. */
  'studies.list': [null, readonly StudyRow[]]
  'studies.show': [StudyWord, StudyRow]
  'studies.results': [StudyWord, readonly ResultRow[]]
  'studies.trends': [StudyWord, readonly TrendRow[]]
  /** Hypotheses of the paper, each scope by itself. */
  'studies.verdicts': [StudyWord, readonly VerdictRow[]]
  'studies.ledger': [StudyWord, readonly LedgerEntry[]]
  'studies.charts': [StudyWord, ChartRows]
  'studies.faults': [StudyWord, readonly CellFault[]]
  'studies.summary': [StudyWord, StudySummary]
  /** `reference`: published curves to lay under, one of 'references.list'. */
  'studies.figures': [StudyWord & { readonly reference?: string | null | undefined }, readonly FigureSvg[]]
  /** Tables for a terminal of `width` columns, by groups of tasks or `withTasks` by each. */
  'studies.table': [StudyWord & { readonly width: number; readonly hasColour: boolean; readonly withTasks: boolean }, string]
  /** Every verdict with its numbers, its reason and its rule, for a terminal of `width` columns. */
  'studies.reasons': [StudyWord & { readonly width: number; readonly hasColour: boolean }, string]
  /** One HTML page that needs nothing else. */
  'studies.report': [StudyWord & { readonly reference?: string | null | undefined }, string]
  /** Text, or bytes as base64; a format of several files as one zip. */
  'studies.export': [StudyWord & { readonly format: string }, FileText]
  'studies.several': [StudiesWord, readonly StudyRow[]]
  /** One HTML page over all, and their hypotheses for a terminal, '' where nothing was judged. `links`: where the page finds the report of each, or null. */
  'studies.digest': [
    StudiesWord & { readonly links: readonly (string | null)[]; readonly width: number },
    { readonly page: string; readonly overview: string },
  ]
  'studies.levels': [StudyWord, readonly LevelRow[]]
  'studies.items': [ItemsWord, ItemsPage]
  'studies.item': [StudyWord & { readonly task: string; readonly item: number }, ItemView]
  'studies.compare': [{ readonly studies: readonly string[] }, StudyComparison]
  /** Takes a study out of the store, and its cells that no other study has; gives the studies that stay. */
  'studies.remove': [StudyWord, readonly StudyRow[]]
  /** A study as a study file that runs the same cells. */
  'studies.draft': [StudyWord, { readonly name: string; readonly text: string }]
  /** The studies that come with the lab, on its own model. */
  'studies.examples': [
    null,
    readonly { readonly name: string; readonly title: string; readonly description: string; readonly text: string }[],
  ]
  /** The JSON Schema of study files. */
  'studies.schema': [null, Json]
  'templates.list': [null, readonly TemplateRow[]]
  'exports.list': [null, readonly { readonly id: string; readonly label: string }[]]
  /** The files of an export into a folder; gives their paths. */
  'exports.write': [StudyWord & { readonly format: string; readonly folder: string }, { readonly files: readonly string[] }]
  /** The same of several studies, a folder each, and the table of hypotheses by studies beside them. */
  'exports.several': [StudiesWord & { readonly format: string; readonly folder: string }, { readonly files: readonly string[] }]
  /** A chart as a PDF of one page, base64: its lines and letters, no pixels. `svg`: as the lab or its window draws it. */
  'charts.pdf': [{ readonly svg: string; readonly title: string }, string]
  /** Files of different names as one zip, base64. */
  'files.zip': [{ readonly files: readonly FileText[] }, string]
  /** Published curves that figures can be laid over. */
  'references.list': [null, readonly ReferenceRow[]]
  'references.show': [{ readonly reference: string }, ReferenceCurves]
  /** Writes a study as one file; what is there already is not replaced. */
  'bundles.export': [StudyWord & BundleParts & { readonly file: string }, BundleWritten]
  /** The same in one reply, for a page to save: `base64` is null above 32 MiB. */
  'bundles.download': [StudyWord & BundleParts, { readonly file: string; readonly bytes: number; readonly base64: string | null }]
  /** Looks at every byte of a bundle; with items, computes its table anew. */
  'bundles.verify': [{ readonly file: string }, BundleFacts]
  /** Adds it to the store; 0 rows where all of it was there. */
  'bundles.import': [
    { readonly file: string },
    { readonly study: string; readonly name: string; readonly rows: number; readonly masks: number },
  ]
  /** A temporary home that holds it alone, to be read as any other. */
  'bundles.open': [{ readonly file: string }, { readonly home: string; readonly study: string }]
  /** Opens a bundle beside the studies of this lab, read-only; one that is open already is what it was. */
  'bundles.look': [{ readonly file: string }, { readonly id: string; readonly opened: readonly OpenedBundle[] }]
  'bundles.opened': [null, readonly OpenedBundle[]]
  /** Closes one and removes all that was kept of it; gives what is still open. */
  'bundles.close': [{ readonly id: string }, readonly OpenedBundle[]]
  'methods.list': [null, readonly MethodRow[]]
  /** Runs a small graph on every provider: takes some seconds. */
  'doctor.read': [null, readonly ProviderRow[]]
  'models.architectures': [null, readonly { readonly id: string; readonly label: string }[]]
  'models.show': [{ readonly folder: string; readonly withHash: boolean }, ModelFacts]
  /** From headers alone, so that it is quick. */
  'models.list': [null, Library]
  /** Adds a library folder or a model, by reference; gives the library. */
  'models.add': [{ readonly folder: string }, Library]
  /** Takes it out of the library; nothing is deleted. */
  'models.remove': [{ readonly folder: string }, Library]
  'models.tensors': [{ readonly folder: string }, readonly TensorRow[]]
  'models.tensor': [{ readonly folder: string; readonly name: string; readonly bins: number }, TensorFacts]
  'models.map': [{ readonly folder: string; readonly name: string; readonly rows: number; readonly columns: number }, TensorMap]
  /** Zeros of every compressible matrix: reads them all. */
  'models.zeros': [{ readonly folder: string }, readonly ZeroRow[]]
  'models.compare': [{ readonly a: string; readonly b: string }, ModelComparison]
  'masks.list': [null, readonly MaskRow[]]
  /** `path`: a compressed folder, its compression.json, a model folder, or the hash of a mask. */
  'masks.show': [{ readonly path: string }, { readonly set: MaskSetHead; readonly matrices: readonly KeptRow[] }]
  'masks.diff': [
    { readonly a: string; readonly b: string },
    {
      readonly a: MaskSetHead
      readonly b: MaskSetHead
      readonly matrices: readonly OverlapRow[]
      readonly layers: readonly OverlapRow[]
      readonly total: OverlapRow
    },
  ]
  /** Null: your own folder. */
  'folders.browse': [{ readonly folder: string | null }, FolderView]
  'packs.list': [null, Packs]
  /** Newest first. */
  'drafts.list': [null, readonly DraftRow[]]
  'drafts.read': [{ readonly name: string }, { readonly name: string; readonly text: string }]
  /** Writes it, whole or not at all; gives the list. Paths in a draft start at the folder of drafts. */
  'drafts.save': [{ readonly name: string; readonly text: string }, readonly DraftRow[]]
  'drafts.remove': [{ readonly name: string }, readonly DraftRow[]]
  /** Reads what the draft names and writes nothing. */
  'drafts.check': [{ readonly text: string }, DraftReport]
  /** One value changed, comments and order kept; null takes it out. An index one beyond a list adds to it. */
  'drafts.edit': [{ readonly text: string; readonly path: DraftPath; readonly value: Json }, { readonly text: string }]
  /** In the order of the queue, then those that have ended, newest first. */
  'runs.list': [null, readonly RunRow[]]
  /** Queues the text of a study file, or a study of the store to go on with: one of the two is null. */
  'runs.start': [
    {
      readonly text: string | null
      readonly study: string | null
      readonly threads: number | null
      readonly provider: string | null
    },
    RunRow,
  ]
  /** Stops it within a second; every finished cell stays. */
  'runs.pause': [RunWord, RunRow]
  /** Queues it again: paused, interrupted, failed or stopped, it goes on where it was. */
  'runs.resume': [RunWord, RunRow]
  /** Stops it for good; its finished cells stay in the store. */
  'runs.cancel': [RunWord, RunRow]
  /** To place `to` of those that wait, from 0. */
  'runs.move': [RunWord & { readonly to: number }, readonly RunRow[]]
  /** Takes one that does not run out of the list; the store stays as it is. */
  'runs.remove': [RunWord, readonly RunRow[]]
  /** Lines after the one numbered `after` (0: from the first), at most 2000. */
  'runs.log': [RunWord & { readonly after: number }, { readonly lines: readonly LogLine[]; readonly isEnd: boolean }]
  'tasks.list': [null, readonly TaskEntry[]]
  'tasks.axes': [null, readonly AxisRow[]]
  /** A close look at the tasks behind a name or path; without a model, lengths are in characters. */
  'tasks.check': [TaskCheckWord, readonly TaskReport[]]
}
export type ApiName = keyof Api

/** What a host says by itself. */
export interface Events {
  /** The list of studies, when something in it has changed. */
  'studies.changed': readonly StudyRow[]
  /** The queue, when something in it has moved: at most a few times a second. */
  'runs.changed': readonly RunRow[]
  /** Folders dropped on a window of its own; a page on loopback is not told where they lie. */
  'folders.dropped': readonly string[]
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
