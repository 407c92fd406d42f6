import { sha256 } from '../../main/base/files.ts'
import { createRng, type Rng } from '../../main/base/rng.ts'
import type { GroupRow, LedgerRow, LevelFields, Provenance, ReportInput } from '../../main/charts/input.ts'
import type { ResultRow, TrendRow } from '../../preload/contract.ts'

/** What a made-up study looks like. `skill` 0 puts each task at chance, 1 gives a good model. */
export interface Sample {
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly skill: number
  readonly items: number
  readonly hasDifficulty: boolean
  readonly estimators: readonly string[]
  readonly scorer: 'acc' | 'word_perplexity'
  readonly seeds: readonly number[]
  readonly model: string
  /** Levels of compression; without, only the dense model has been run. */
  readonly hasLevels: boolean
  /** Of a method that codes weights, which comes last. */
  readonly bits: readonly number[]
}

/** As long as those of real suites, and as alike. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  anaphor_agreement: ['anaphor_gender_agreement', 'anaphor_number_agreement'],
  argument_structure: ['causative', 'drop_argument', 'inchoative', 'intransitive', 'passive_1', 'passive_2', 'transitive'],
  binding: [
    'principle_A_c_command',
    'principle_A_case_1',
    'principle_A_case_2',
    'principle_A_domain_1',
    'principle_A_domain_2',
    'principle_A_domain_3',
    'principle_A_reconstruction',
  ],
  control_raising: [
    'existential_there_object_raising',
    'existential_there_subject_raising',
    'expletive_it_object_raising',
    'tough_vs_raising_1',
    'tough_vs_raising_2',
  ],
  determiner_noun_agreement: [1, 2].flatMap((i) => [
    `determiner_noun_agreement_${i}`,
    `determiner_noun_agreement_irregular_${i}`,
    `determiner_noun_agreement_with_adjective_${i}`,
    `determiner_noun_agreement_with_adj_irregular_${i}`,
  ]),
  ellipsis: ['ellipsis_n_bar_1', 'ellipsis_n_bar_2'],
  filler_gap_dependency: [
    'wh_questions_object_gap',
    'wh_questions_subject_gap',
    'wh_questions_subject_gap_long_distance',
    'wh_vs_that_no_gap',
    'wh_vs_that_no_gap_long_distance',
    'wh_vs_that_with_gap',
    'wh_vs_that_with_gap_long_distance',
  ],
  irregular_forms: ['irregular_past_participle_adjectives', 'irregular_past_participle_verbs'],
  island_effects: [
    'adjunct_island',
    'complex_NP_island',
    'coordinate_structure_constraint_complex_left_branch',
    'coordinate_structure_constraint_object_extraction',
    'left_branch_island_echo_question',
    'left_branch_island_simple_question',
    'sentential_subject_island',
    'wh_island',
  ],
  npi_licensing: [
    'matrix_question_npi_licensor_present',
    'npi_present_1',
    'npi_present_2',
    'only_npi_licensor_present',
    'only_npi_scope',
    'sentential_negation_npi_licensor_present',
    'sentential_negation_npi_scope',
  ],
  quantifiers: [
    'existential_there_quantifiers_1',
    'existential_there_quantifiers_2',
    'superlative_quantifiers_1',
    'superlative_quantifiers_2',
  ],
  's-selection': ['animate_subject_passive', 'animate_subject_trans'],
  subject_verb_agreement: [
    'distractor_agreement_relational_noun',
    'distractor_agreement_relative_clause',
    'irregular_plural_subject_verb_agreement_1',
    'irregular_plural_subject_verb_agreement_2',
    'regular_plural_subject_verb_agreement_1',
    'regular_plural_subject_verb_agreement_2',
  ],
}

export interface Level {
  readonly method: string
  readonly group: string
  readonly pattern: string
  readonly sparsity: number
  /** 32 where weights are not coded. */
  readonly bits?: number
  /** Share of skill that stays on a task of middling difficulty. */
  readonly kept: number
  readonly seed: number
}

export function levels(seeds: readonly number[], bits: readonly number[] = []): Level[] {
  const tenths = Array.from({ length: 9 }, (_, i) => (i + 1) / 10)
  const left = (s: number, knee: number, width: number) => 1 / (1 + Math.exp((s - knee) / width))
  const free = { group: 'model', pattern: 'free' }
  return [
    { ...free, method: 'dense', sparsity: 0, kept: 1, seed: 0 },
    ...tenths.map((s) => ({ ...free, method: 'magnitude', sparsity: s, kept: left(s, 0.62, 0.08), seed: 0 })),
    ...seeds.flatMap((seed) => tenths.map((s) => ({ ...free, method: 'random', sparsity: s, kept: left(s, 0.22, 0.06), seed }))),
    ...[7, 6, 5, 4, 3, 2, 1].map((keep) => {
      const s = 1 - keep / 8
      return { method: 'magnitude', group: 'row', pattern: `${keep}:8`, sparsity: s, kept: left(s, 0.5, 0.08), seed: 0 }
    }),
    ...bits.map((b) => {
      const name = { method: `rtn bits=${b} groupSize=32`, group: 'none', pattern: 'free' }
      return { ...name, sparsity: 0, bits: b, kept: 1 - 2 ** (1 - b), seed: 0 }
    }),
  ]
}

/** What the tidy table says where nothing was trained after compression. */
export const UNTRAINED = {
  ...{ transfer: 'none', training: '', trainItems: null, steps: null, learningRate: null, trainSeed: null },
} as const

/** Two standard errors of a proportion: near enough for made-up numbers. */
export const spread = (p: number, n: number) => 1.96 * Math.sqrt(Math.max(0.0005, p * (1 - p)) / n)

export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.float())) * Math.cos(2 * Math.PI * rng.float())
}

export const SAMPLE: Sample = {
  ...{ groups: GROUPS, skill: 0.8, items: 1000, hasDifficulty: true, estimators: ['human-gap', 'human-error'], hasLevels: true },
  ...{ bits: [], scorer: 'acc', seeds: [0], model: 'stories-260k' },
}

/** A made-up study; equal arguments give equal rows. By default 67 tasks in 13 groups, dense and 25 levels, many at chance. */
export function makeStudy(change: Partial<Sample> = {}): ReportInput {
  const sample: Sample = { ...SAMPLE, ...change }
  const all = levels(sample.seeds, sample.bits).slice(0, sample.hasLevels ? undefined : 1)
  const tasks = Object.entries(sample.groups).flatMap(([taskGroup, names]) => names.map((task) => ({ task, taskGroup })))
  const rows = tasks.flatMap(({ task, taskGroup }) => {
    const rng = createRng(task)
    const difficulty = Math.round((rng.float() * 0.5 - 0.05) * 1000) / 1000
    const skill = Math.max(-0.2, sample.skill * (0.95 - 1.5 * rng.float() ** 2))
    const dense = measure(sample, skill, rng.fork('dense'))
    return all.map((level) => row(sample, level, { task, taskGroup, difficulty }, skill, dense))
  })
  return {
    rows,
    groups: groupRows(rows),
    trends: sample.hasDifficulty ? sample.estimators.flatMap((estimator) => trendRows(rows, estimator)) : [],
    recoveries: [],
    verdicts: [],
    ledger: ledgerOf(sample.model, all),
    faults: [],
    provenance: provenanceOf(sample, rows),
  }
}

function measure(sample: Sample, skill: number, rng: Rng): number {
  if (sample.scorer === 'word_perplexity') return 20 * Math.exp(4 * (0.8 - skill) + 0.02 * normal(rng))
  const p = Math.min(0.995, Math.max(0.02, 0.5 + 0.5 * skill))
  const value = p + Math.sqrt((p * (1 - p)) / sample.items) * normal(rng)
  return Math.min(1, Math.max(0, Math.round(value * sample.items) / sample.items))
}

function row(
  sample: Sample,
  level: Level,
  task: { task: string; taskGroup: string; difficulty: number },
  skill: number,
  dense: number,
): ResultRow {
  const isDense = level.method === 'dense'
  const { items: n, scorer } = sample
  const isAccuracy = scorer === 'acc'
  const rng = createRng(`${task.task}/${level.method}/${level.pattern}/${level.sparsity}/${level.seed}`)
  const kept = level.kept ** (1 + 3 * Math.max(0, task.difficulty))
  const value = isDense ? dense : measure(sample, isAccuracy ? skill * kept : skill - 1.5 * (1 - kept), rng)
  const half = isAccuracy ? spread(value, n) : value * 0.03
  const drop = isDense ? 0 : isAccuracy ? 1 - value / dense : value / dense - 1
  const dropHalf = isDense ? 0 : (isAccuracy ? spread(Math.abs(value - dense) + 0.1, n) : half) / dense
  const chance = isAccuracy ? 0.5 : null
  const isDenseFloor = isAccuracy && dense - spread(dense, n) <= 0.5
  const retention = isAccuracy && !isDenseFloor ? (value - 0.5) / (dense - 0.5) : null
  const changed = Math.round(n * (0.02 + Math.abs(value - dense)))
  const gained = isAccuracy ? (isDense ? 0 : Math.round((changed - (dense - value) * n) / 2)) : null
  return {
    model: sample.model,
    method: level.method,
    group: level.group,
    pattern: level.pattern,
    sparsity: level.sparsity,
    actualSparsity: level.sparsity,
    bits: level.bits ?? 32,
    effectiveBits: 16,
    outputError: null,
    ...UNTRAINED,
    seed: level.seed,
    task: task.task,
    taskGroup: task.taskGroup,
    axis: '',
    level: null,
    difficulty: sample.hasDifficulty ? task.difficulty : null,
    denseLoss: null,
    scorer,
    scorerVersion: 1,
    better: isAccuracy ? 'higher' : 'lower',
    value,
    low: value - half,
    high: value + half,
    n,
    chance,
    dense,
    normalised: (100 * value) / dense,
    drop,
    dropLow: drop - dropHalf,
    dropHigh: drop + dropHalf,
    retention,
    retentionLow: retention === null ? null : retention - dropHalf,
    retentionHigh: retention === null ? null : retention + dropHalf,
    isFloor: isAccuracy && value - half <= 0.5,
    isDenseFloor,
    lost: gained === null ? null : Math.max(0, Math.round(gained + (dense - value) * n)),
    gained: gained === null ? null : Math.max(0, gained),
    mcnemar: isAccuracy ? (isDense ? 1 : Math.min(1, Math.exp(-Math.abs(value - dense) * 60))) : null,
    truncated: 0,
    cell: sha256(`${task.task}/${level.method}/${level.pattern}/${level.sparsity}/${level.seed}`),
  }
}

/** Rows that share all of these are one point of a line. */
export function by<T>(rows: readonly T[], key: (row: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of rows) {
    const name = key(item)
    if (!groups.has(name)) groups.set(name, [])
    groups.get(name)!.push(item)
  }
  return [...groups.values()]
}

export const levelOf = (r: ResultRow) =>
  `${r.method}|${r.pattern}|${r.sparsity}|${r.seed}|${r.transfer}|${r.training}|${r.trainSeed}`
export const headOf = ({
  model,
  method,
  group,
  pattern,
  sparsity,
  seed,
  transfer,
  training,
  trainSeed,
  scorer,
}: ResultRow): LevelFields => ({
  ...{ model, method, group, pattern, sparsity, seed, transfer, training, trainSeed, scorer },
})
export const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

export function groupRows(rows: readonly ResultRow[]): GroupRow[] {
  const able = rows.filter((r) => !r.isDenseFloor)
  const hasAble = able.length > 0 && able.length < rows.length
  const hasGroups = new Set(rows.map((r) => r.taskGroup)).size > 1
  return [
    ...by(rows, levelOf).map((members) => groupRow('all', '', members)),
    ...(hasAble ? by(able, levelOf).map((members) => groupRow('able', '', members)) : []),
    ...(hasGroups ? by(rows, (r) => `${levelOf(r)}|${r.taskGroup}`).map((members) => groupRow('group', members[0]!.taskGroup, members)) : []), // prettier-ignore
  ]
}

function groupRow(of: GroupRow['of'], taskGroup: string, members: readonly ResultRow[]): GroupRow {
  const { chance } = members[0]!
  const value = mean(members.map((r) => r.value))
  const half = mean(members.map((r) => r.high - r.value)) / Math.sqrt(members.length)
  const dense = mean(members.map((r) => r.dense))
  const isDense = members[0]!.method === 'dense'
  return {
    ...{ ...headOf(members[0]!), of, taskGroup },
    tasks: members.length,
    floor: members.filter((r) => r.isFloor).length,
    denseFloor: members.filter((r) => r.isDenseFloor).length,
    ...{ value, low: value - half, high: value + half, dense, chance },
    normalised: (100 * value) / dense,
    normalisedLow: isDense ? 100 : (100 * (value - half)) / dense,
    normalisedHigh: isDense ? 100 : (100 * (value + half)) / dense,
  }
}

function trendRows(rows: readonly ResultRow[], estimator: string): TrendRow[] {
  const isFirst = estimator === 'human-gap'
  return by(
    rows.filter((r) => r.method !== 'dense'),
    levelOf,
  ).map((members) => {
    const seen = members.filter((r) => !r.isFloor && !r.isDenseFloor)
    const hardness = (r: ResultRow) => (isFirst ? r.difficulty! : createRng(`${r.task}/${estimator}`).float())
    const tau = seen.length < 3 ? null : kendall(seen.map((r) => [hardness(r), r.drop!]))
    const half = 1.4 / Math.sqrt(Math.max(1, seen.length))
    return {
      ...{ ...headOf(members[0]!), estimator, tau },
      p: tau === null ? null : Math.exp(-((tau / half) ** 2) * 3),
      low: tau === null ? null : Math.max(-1, tau - half),
      high: tau === null ? null : Math.min(1, tau + half),
      tasks: seen.length,
      floor: members.length - seen.length,
    }
  })
}

/** Without ties, which made-up numbers do not have often enough to matter. */
export function kendall(pairs: readonly (readonly [number, number])[]): number {
  let sum = 0
  for (const [i, [a, b]] of pairs.entries()) for (const [c, d] of pairs.slice(0, i)) sum += Math.sign((a - c) * (b - d))
  return (2 * sum) / (pairs.length * (pairs.length - 1))
}

export function ledgerOf(model: string, all: readonly Level[]): LedgerRow[] {
  const kinds = [
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.down_proj',
  ]
  return all
    .filter((level) => level.method !== 'dense')
    .flatMap((level) =>
      [0, 1, 2, 3, 4].flatMap((block) =>
        kinds.map((kind): LedgerRow => {
          const name = `model.layers.${block}.${kind}.weight`
          const rng = createRng(`${name}/${level.method}/${level.pattern}/${level.sparsity}`)
          const [out, width] = kind.startsWith('mlp') ? [172, 64] : [64, 64]
          const zeros = Math.round(
            out! * width! * Math.min(1, level.sparsity * (level.group === 'model' ? 0.9 + 0.2 * rng.float() : 1)),
          )
          return {
            model,
            recipe: `${level.method} ${level.pattern} ${level.sparsity} seed ${level.seed}`,
            name,
            out: out!,
            in: width!,
            asked: level.group === 'model' ? null : level.sparsity,
            zeros,
            sparsity: zeros / (out! * width!),
            conformity: level.pattern === 'free' ? null : 1,
            effectiveBits: 16,
            outputError: null,
            maskHash: sha256(`${name}/${level.method}/${level.pattern}/${level.sparsity}/${level.seed}`),
            level: {
              method: level.method,
              group: level.group,
              pattern: level.pattern,
              sparsity: level.sparsity,
              seed: level.seed,
            },
          }
        }),
      ),
    )
}

export function provenanceOf(sample: Sample, rows: readonly ResultRow[]): Provenance {
  const tasks = [...new Set(rows.map((r) => r.task))]
  return {
    study: {
      id: 'blimp-human-gap-1',
      name: 'blimp-human-gap',
      title: 'BLiMP by human accuracy',
      description: 'Do the kinds of grammar that are hard for this model break first when it is pruned?',
      createdAt: '2026-11-24T09:30:00.000Z',
    },
    lab: '0.1.0',
    models: [
      {
        name: sample.model,
        weights: sha256('weights'),
        tokenizer: sha256('tokenizer'),
        graph: sha256('graph'),
        parameters: 260_032,
        context: 512,
      },
    ],
    data: tasks.map((name) => ({ name: `nyu-mll/blimp/${name}/train.jsonl`, hash: sha256(name) })),
    tasks: tasks.map((id) => ({ id, hash: sha256(`${id}/task`), version: 1, shots: 0, limit: null })),
    difficulty: sample.hasDifficulty
      ? sample.estimators.map((estimator) => ({ estimator, source: 'nyu-mll/blimp/human_and_lm_accuracy.csv' }))
      : [],
    scorers: { [sample.scorer]: 1 },
    seeds: sample.seeds,
    engine: { provider: 'cpu', threads: '2', runtime: 'onnxruntime-node 1.30.0', device: 'AMD EPYC 9B14, 2 cores' },
    wallMs: 1_284_000,
    cells: { planned: rows.length, done: rows.length, failed: 0 },
    truncated: 0,
    boundaryFallbacks: 0,
    cellsHash: sha256('cells'),
    tableHash: sha256('table'),
    command: 'npm run lab -- run resources/studies/blimp-human-gap.yaml',
  }
}
