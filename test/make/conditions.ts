// Made-up studies over levels of difficulty axes, and over trainings after compression.
import { sha256 } from '../../main/base/files.ts'
import { createRng } from '../../main/base/rng.ts'
import { axisName, groupBy } from '../../main/charts/view.ts'
import type { GroupRow, RecoveryRow, ReportInput } from '../../main/charts/input.ts'
import type { ResultRow, TrendRow } from '../../preload/contract.ts'
import { groupRows, headOf, kendall, ledgerOf, levelOf, levels, normal, provenanceOf, SAMPLE, spread, UNTRAINED, type Level } from './rows.ts' // prettier-ignore

/** A made-up family: what the dense model scores at each level, and how much faster the next level loses than the one before. */
export interface MadeFamily {
  readonly axis: string
  readonly levels: readonly number[]
  /** 1 where larger levels are harder, −1 where they are easier. */
  readonly sign: 1 | -1
  readonly chance: (level: number) => number
  readonly dense: (level: number) => number
  readonly steepness: number
}

export const FAMILIES: Readonly<Record<string, MadeFamily>> = {
  world_facts: { axis: 'rarity', levels: [0, 1, 2, 3, 4], sign: 1, chance: () => 0.25, dense: (l) => 0.95 - 0.12 * l, steepness: 0.8 }, // prettier-ignore
  world_options: { axis: 'options', levels: [2, 3, 4, 5, 6, 7, 8], sign: 1, chance: (l) => 1 / l, dense: (l) => 0.99 - 0.03 * l, steepness: 0.05 }, // prettier-ignore
  world_context: { axis: 'distractors', levels: [0, 1, 3, 7], sign: 1, chance: () => 0.1, dense: (l) => 0.97 - 0.06 * l, steepness: 0.4 }, // prettier-ignore
  world_shots: { axis: 'shots', levels: [0, 1, 2, 3, 4, 5], sign: -1, chance: () => 0.2, dense: (l) => 0.19 + 0.15 * l, steepness: 0.2 }, // prettier-ignore
}

export interface AxisSample {
  readonly families: Readonly<Record<string, MadeFamily>>
  readonly items: number
  readonly seeds: readonly number[]
  readonly bits: readonly number[]
}

/** A made-up study over the levels of axes, 25 levels of compression: equal arguments give equal rows. */
export function makeAxisStudy(change: Partial<AxisSample> = {}): ReportInput {
  const { families, items, seeds, bits } = { families: FAMILIES, items: 200, seeds: [0], bits: [], ...change }
  const all = levels(seeds, bits)
  const rows = all.flatMap((at) =>
    Object.entries(families).flatMap(([task, family]) => {
      const order = [...family.levels].sort((a, b) => family.sign * (a - b))
      return family.levels.map((level) => {
        const [chance, skill] = [family.chance(level), family.dense(level)]
        const dense = scoreOf(skill, items, `${task} ${level}`)
        const kept = at.kept ** (1 + family.steepness * order.indexOf(level))
        const value = at.method === 'dense' ? dense : scoreOf(chance + (skill - chance) * kept, items, `${task} ${level} ${placeOf(at)}`) // prettier-ignore
        const place = { task, taskGroup: task, axis: family.axis, level, difficulty: family.sign * level }
        return rowOf({ ...UNTRAINED, ...place }, at, { dense, value, chance, items })
      })
    }),
  )
  return studyOf(rows, all, 'axes', 'Four axes of a made-up world')
}

/** A made-up training of compressed models, by kind. */
export interface TransferSample {
  readonly trainings: readonly { readonly items: number; readonly steps: number; readonly rate: number }[]
  readonly trainSeeds: readonly number[]
  readonly items: number
  /** Whether what was removed can be learned again. */
  readonly isRecovered: boolean
}

/** A made-up study of trainings after compression; the levels are those of magnitude and random without a pattern. */
export function makeTransferStudy(change: Partial<TransferSample> = {}): ReportInput {
  const trainings = [{ items: 500, steps: 200, rate: 0.001 }, { items: 2000, steps: 800, rate: 0.001 }] // prettier-ignore
  const sample: TransferSample = { trainings, trainSeeds: [0], items: 500, isRecovered: false, ...change }
  const all = levels([0]).filter((at) => at.pattern === 'free')
  const tasks = { world_kinds_0: 0.93, world_kinds_1: 0.86, world_kinds_2: 0.78 }
  const rows = all.flatMap((at) =>
    sample.trainings.flatMap(({ items: trainItems, steps, rate }) =>
      sample.trainSeeds.flatMap((trainSeed) =>
        (at.method === 'dense' ? ['dense'] : ['sparse', 'freezing', 'sparse-to-dense']).flatMap((transfer) =>
          Object.entries(tasks).map(([task, most], i) => {
            const training = `${trainItems} items of world_kinds, ${steps} steps, rate ${rate}, batch 16, linear, warm-up 0.06, decay 0`
            const skill = most - 0.12 + 0.12 * Math.min(1, trainItems / 2000)
            const dense = scoreOf(skill, sample.items, `${task} ${training} ${trainSeed}`)
            const kept = at.kept ** (1 + 0.4 * i)
            const back = sample.isRecovered ? 0.9 : 0.25
            const share = transfer === 'freezing' ? 0.97 + 0.03 * kept : transfer === 'sparse' ? kept : kept + back * (1 - kept)
            const value = at.method === 'dense' ? dense : scoreOf(0.25 + (skill - 0.25) * share, sample.items, `${task} ${training} ${trainSeed} ${transfer} ${placeOf(at)}`) // prettier-ignore
            const trained = { transfer, training, trainItems, steps, learningRate: rate, trainSeed }
            const place = { task, taskGroup: '', axis: '', level: null, difficulty: null }
            return rowOf({ ...trained, ...place }, at, { dense, value, chance: 0.25, items: sample.items })
          }),
        ),
      ),
    ),
  )
  return studyOf(rows, all, 'transfers', 'Training after compression, made up')
}

type Place = Pick<ResultRow, 'task' | 'taskGroup' | 'axis' | 'level' | 'difficulty' | keyof typeof UNTRAINED>

const placeOf = ({ method, pattern, sparsity, seed }: Level) => `${method} ${pattern} ${sparsity} ${seed}`

function scoreOf(p: number, items: number, name: string): number {
  const noisy = p + Math.sqrt((p * (1 - p)) / items) * 0.6 * normal(createRng(name))
  return Math.min(1, Math.max(0, Math.round(noisy * items) / items))
}

interface Scores {
  readonly dense: number
  readonly value: number
  readonly chance: number
  readonly items: number
}

function rowOf(place: Place, at: Level, { dense, value, chance, items: n }: Scores): ResultRow {
  const isDense = at.method === 'dense'
  const half = spread(value, n)
  const drop = 1 - value / dense
  const dropHalf = isDense ? 0 : spread(Math.abs(value - dense) + 0.05, n) / dense
  const isDenseFloor = dense - spread(dense, n) <= chance
  const retention = isDenseFloor ? null : (value - chance) / (dense - chance)
  const lost = Math.max(0, Math.round((dense - value) * n))
  const { method, group, pattern, sparsity, seed } = at
  return {
    ...{ model: SAMPLE.model, method, group, pattern, sparsity, actualSparsity: sparsity, bits: at.bits ?? 32, seed, ...place },
    ...{ effectiveBits: 16, outputError: null, denseLoss: null },
    ...{ scorer: 'acc', scorerVersion: 1, better: 'higher' as const, value, low: value - half, high: value + half, n, chance },
    ...{ dense, normalised: (100 * value) / dense, drop, dropLow: drop - dropHalf, dropHigh: drop + dropHalf },
    ...{ retention, retentionLow: retention && retention - dropHalf, retentionHigh: retention && retention + dropHalf },
    ...{ isFloor: value - half <= chance, isDenseFloor, lost, gained: 0, mcnemar: isDense ? 1 : 2 ** -Math.min(60, lost) },
    ...{ truncated: 0, cell: sha256(JSON.stringify([place, at])) },
  }
}

function studyOf(rows: ResultRow[], all: readonly Level[], name: string, title: string): ReportInput {
  const provenance = provenanceOf({ ...SAMPLE, hasDifficulty: false }, rows)
  const groups = groupRows(rows)
  return {
    ...{
      rows,
      groups,
      trends: trendsOf(rows),
      recoveries: recoveriesOf(groups),
      verdicts: [],
      ledger: ledgerOf(SAMPLE.model, all),
      faults: [],
    },
    provenance: {
      ...provenance,
      data: [],
      study: { ...provenance.study, name, title, description: 'Do the harder levels lose more?' },
    },
  }
}

/** Each kind against 'sparse' at the same level, with half-widths that paired items would give. */
function recoveriesOf(groups: readonly GroupRow[]): RecoveryRow[] {
  const trained = groups.filter((g) => g.of !== 'group' && g.transfer !== 'none' && g.method !== 'dense')
  const key = (g: GroupRow) => JSON.stringify([g.of, g.method, g.sparsity, g.seed, g.training, g.trainSeed])
  const sparse = new Map(trained.filter((g) => g.transfer === 'sparse').map((g) => [key(g), g.normalised!]))
  return trained
    .filter((g) => g.transfer !== 'sparse')
    .map((g): RecoveryRow => {
      const { model, method, group, pattern, sparsity, seed, transfer, training, trainSeed, scorer, of, tasks } = g
      const before = sparse.get(key(g))!
      const gain = g.normalised! - before
      const lost = 100 - before
      const [share, half] = [gain / lost, 2.5 / lost]
      return {
        ...{ model, method, group, pattern, sparsity, seed, transfer, training, trainSeed, scorer },
        ...{ of: of as 'all' | 'able', tasks, sparse: before, gain, gainLow: gain - 2.5, gainHigh: gain + 2.5 },
        ...(lost > 5
          ? { share, shareLow: share - half, shareHigh: share + half }
          : { share: null, shareLow: null, shareHigh: null }),
      }
    })
}

/** With intervals from five levels on, as in the tidy table. */
function trendsOf(rows: readonly ResultRow[]): TrendRow[] {
  const onAxes = rows.filter((r) => r.axis !== '' && r.method !== 'dense')
  return [...groupBy(onAxes, (r) => `${axisName(r)} ${levelOf(r)}`).values()].map((members): TrendRow => {
    const seen = members.filter((r) => !r.isFloor && !r.isDenseFloor)
    const tau = seen.length < 2 ? null : kendall(seen.map((r) => [r.difficulty!, r.drop!]))
    const half = 1.2 / Math.sqrt(seen.length)
    const has = tau !== null && seen.length >= 5
    return {
      ...{
        ...headOf(members[0]!),
        estimator: axisName(members[0]!),
        tau,
        p: tau === null ? null : Math.exp(-3 * (tau / half) ** 2),
      },
      ...{ low: has ? Math.max(-1, tau - half) : null, high: has ? Math.min(1, tau + half) : null },
      ...{ tasks: seen.length, floor: members.length - seen.length },
    }
  })
}
