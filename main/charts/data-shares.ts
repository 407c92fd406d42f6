import type { ChartData } from './chart.ts'
import type { GroupRow } from './input.ts'
import type { Height } from './heights.ts'
import { overallOf } from './levels.ts'
import { groupBy, keyOfLevel, levelKey, meanOf, type Level, type Series } from './view.ts'
import { plural } from './words.ts'

/** Trainings that differ in how much data they learn from, and in nothing else: the data adequacy of paper.md 2.1. */
export interface DataFamily {
  /** The task that is asked after it, or how many. */
  readonly subject: string
  /** What tells its training from those of the other families, its length always: "3 epochs". */
  readonly training: string
  /** Every way of compressing before it, and of training after. */
  readonly series: readonly Series[]
  /** From all of the data, which is easiest, down to the least. */
  readonly doses: readonly Dose[]
}

/** All that was learned from one amount of data; several draws of it, and several seeds, are taken together. */
export interface Dose {
  readonly items: number
  /** Of the most that its family learns from, 0..1. */
  readonly share: number
  /** Mean score of the uncompressed model trained alike; without ends where its own rows are not at hand. */
  readonly dense: Height
  readonly chance: number | null
  /** Whether the uncompressed model, trained alike, is not above chance: then nothing can be lost. */
  readonly isDenseFloor: boolean
  /** By the id of a series, in the order of its levels. */
  readonly lines: ReadonlyMap<string, readonly DoseScore[]>
}

/** One level of compression after one amount of data: means over draws and seeds, the widest span of their intervals. */
export interface DoseScore {
  readonly level: Level
  readonly score: Height
  /** Of dense trained alike; null where that is not above zero, as a correlation may be, so that there is no share of it. */
  readonly percent: Height | null
  /** At least half of its tasks are not above chance. */
  readonly isFloor: boolean
}

type Training = ChartData['trainings'][number]

/** The families of a study, in the order they come; none where all trainings learn from as many items. */
export function dataFamilies({ trainings }: Pick<ChartData, 'trainings'>): DataFamily[] {
  const trained = trainings.filter(({ view }) => ITEMS.test(view.training))
  const groups = [...groupBy(trained, ({ view }) => restOf(view.training))]
  const families = groups.filter(([, members]) => new Set(members.map(itemsOf)).size > 1)
  const parts = families.map(([rest]) => rest.split(', '))
  return families.map(([, members], i): DataFamily => {
    const tasks = new Map(members.flatMap(({ view }) => view.tasks.map((p) => [p.task, p])))
    const isShown = (part: string) => /^\d+ (steps|epochs)$/.test(part) || parts.some((other) => !other.includes(part))
    const most = Math.max(...members.map(itemsOf))
    const byItems = [...groupBy(members, itemsOf)].sort(([a], [b]) => b - a)
    const series = new Map(members.flatMap(({ view }) => view.series.map((one) => [one.id, one])))
    return {
      subject: tasks.size === 1 ? [...tasks.keys()][0]! : plural(tasks.size, 'task'),
      training: parts[i]!.filter(isShown).map((part) => part.replace(/^1 (step|epoch)s$/, '1 $1')).join(', '), // prettier-ignore
      series: [...series.values()],
      doses: byItems.map(([items, same]) => doseOf(items, items / most, same)),
    }
  })
}

/** Shares of the data of all families, the largest first. */
export function sharesOf(families: readonly DataFamily[]): number[] {
  return [...new Set(families.flatMap(({ doses }) => doses.map(({ share }) => share)))].sort((a, b) => b - a)
}

/** 0.25 as "25 %". */
export function shareWords(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`
}

const ITEMS = /^(\d+) items of /
const itemsOf = ({ view }: Training) => Number(ITEMS.exec(view.training)![1])

/** Everything of a training but the number of its items, and which draw of them it is. */
function restOf(training: string): string {
  return training.replace(ITEMS, '').replace(/ \(draw \d+\)/, ' (random draw)')
}

function doseOf(items: number, share: number, members: readonly Training[]): Dose {
  const rows = members.flatMap(({ groups }) => groups.filter((g) => g.of === 'all'))
  const levels = groupBy(rows, levelKey)
  const runs = [...groupBy(rows, (g) => JSON.stringify([g.training, g.trainSeed])).values()].map(([first]) => first!)
  const own = overallOf(rows.filter((g) => g.method === 'dense'))
  const dense = own?.value ?? meanOf(runs.map((g) => g.dense)) ?? 0
  const series = new Map(members.flatMap(({ view }) => view.series.map((one) => [one.id, one])))
  return {
    ...{ items, share },
    dense: { y: dense, low: own?.low ?? null, high: own?.high ?? null },
    chance: runs[0]?.chance ?? null,
    isDenseFloor: runs.filter((g) => g.chance !== null && g.denseFloor === g.tasks).length * 2 >= Math.max(1, runs.length),
    lines: new Map([...series].map(([id, one]) => [id, one.levels.flatMap((level) => scoreOf(one, level, levels))])),
  }
}

function scoreOf(series: Series, level: Level, levels: ReadonlyMap<string, readonly GroupRow[]>): DoseScore[] {
  const all = overallOf(levels.get(keyOfLevel(series, level)) ?? [])
  if (!all) return []
  return [
    {
      level,
      score: { y: all.value, low: all.low, high: all.high },
      percent: all.normalised === null ? null : { y: all.normalised, low: all.normalisedLow, high: all.normalisedHigh },
      isFloor: all.floor !== null && all.floor > 0 && all.floor * 2 >= all.tasks,
    },
  ]
}
