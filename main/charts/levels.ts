import type { TrendRow } from '../../preload/contract.ts'
import type { ChartData } from './chart.ts'
import type { GroupRow } from './input.ts'
import { groupBy, keyOfLevel, levelKey, meanOf, type Level, type Series } from './view.ts'

/** One level of compression, over all seeds: means, the widest span of intervals. */
export interface LevelRow {
  readonly series: Series
  readonly level: Level
  /** All tasks; undefined where none has a score. */
  readonly all: Overall | undefined
  /** The tasks that the dense model answers better than chance: all where scores know no chance, undefined where there are none. */
  readonly able: Overall | undefined
  readonly trends: readonly TrendMark[]
  /** Tau over the levels of each family. */
  readonly axes: readonly TrendMark[]
}

/** Scores of a set of tasks at one level. */
export interface Overall {
  readonly tasks: number
  /** Tasks that are not above chance; null for scores without chance. */
  readonly floor: number | null
  readonly value: number
  readonly low: number
  readonly high: number
  readonly dense: number
  readonly normalised: number | null
  readonly normalisedLow: number | null
  readonly normalisedHigh: number | null
}

/** Tau by one estimator at one level. */
export interface TrendMark {
  readonly estimator: string
  readonly tau: number | null
  readonly low: number | null
  readonly high: number | null
  /** Null with several seeds, whose tests do not add up to one. */
  readonly p: number | null
  readonly tasks: number
  readonly floor: number
  readonly seeds: number
}

/** Every level of every series, in the order of the figures. */
export function levelRows({ view, groups, trends, axisTrends }: ChartData): LevelRow[] {
  const [all, able] = (['all', 'able'] as const).map((of) => groupBy(groups.filter((g) => g.of === of), levelKey)) // prettier-ignore
  const marksBy = (rows: readonly TrendRow[]) => {
    const levels = groupBy(rows, levelKey)
    return (key: string) => [...groupBy(levels.get(key) ?? [], (t) => t.estimator).values()].map(trendMark)
  }
  const [overTasks, overLevels] = [marksBy(trends), marksBy(axisTrends)]
  return view.series.flatMap((series) =>
    series.levels.map((level): LevelRow => {
      const key = keyOfLevel(series, level)
      const whole = all!.get(key) ?? []
      return {
        series,
        level,
        all: overallOf(whole),
        able: overallOf(able!.get(key) ?? ifAble(whole)),
        trends: overTasks(key),
        axes: overLevels(key),
      }
    }),
  )
}

/** The dense model on all tasks and on those it can do; undefined where that has not been run, or where it can do none. */
export function denseOverall({ groups }: ChartData): { readonly all: Overall | undefined; readonly able: Overall | undefined } {
  const dense = (of: GroupRow['of']) => groups.filter((g) => g.of === of && g.method === 'dense')
  const [all, able] = [dense('all'), dense('able')]
  return { all: overallOf(all), able: overallOf(able.length > 0 ? able : ifAble(all)) }
}

/** Rows of all tasks stand for the able ones where all are. */
function ifAble(rows: readonly GroupRow[]): readonly GroupRow[] {
  return rows[0]?.denseFloor === 0 ? rows : []
}

/** Rows of one group of tasks at one level, one per seed. */
export function overallOf(rows: readonly GroupRow[]): Overall | undefined {
  const [first] = rows
  if (first === undefined) return undefined
  const known = (of: (g: GroupRow) => number | null) => rows.map(of).filter((v) => v !== null)
  const end = (of: (g: GroupRow) => number | null, pick: (...values: number[]) => number) =>
    known(of).length === 0 ? null : pick(...known(of))
  return {
    tasks: first.tasks,
    floor: first.chance === null ? null : meanOf(rows.map((g) => g.floor)),
    value: meanOf(rows.map((g) => g.value))!,
    low: Math.min(...rows.map((g) => g.low)),
    high: Math.max(...rows.map((g) => g.high)),
    dense: first.dense,
    normalised: meanOf(rows.map((g) => g.normalised)),
    normalisedLow: end((g) => g.normalisedLow, Math.min),
    normalisedHigh: end((g) => g.normalisedHigh, Math.max),
  }
}

/** Trend rows of one estimator at one level, one per seed. */
export function trendMark(rows: readonly TrendRow[]): TrendMark {
  const known = rows.filter((t) => t.tau !== null)
  const low = known.flatMap((t) => (t.low === null ? [] : [t.low]))
  const high = known.flatMap((t) => (t.high === null ? [] : [t.high]))
  return {
    estimator: rows[0]!.estimator,
    tau: meanOf(known.map((t) => t.tau)),
    low: low.length === 0 ? null : Math.min(...low),
    high: high.length === 0 ? null : Math.max(...high),
    p: rows.length === 1 ? rows[0]!.p : null,
    tasks: Math.round(meanOf(rows.map((t) => t.tasks))!),
    floor: Math.round(meanOf(rows.map((t) => t.floor))!),
    seeds: rows.length,
  }
}

/** Whether an interval of tau leaves zero out: 1 above, −1 below, 0 where it does not or there is none. */
export function signOf({ low, high }: Pick<TrendMark, 'low' | 'high'>): -1 | 0 | 1 {
  if (low === null || high === null) return 0
  return low > 0 ? 1 : high < 0 ? -1 : 0
}
