import type { ResultRow, TrendRow } from '../../preload/contract.ts'
import { amountOf, bitsOf, levelLabel, ofPattern, withoutBits } from './amount.ts'

/** One model under one scorer, after one training where there was any: what belongs in one set of figures, for it has one reference. */
export interface View {
  readonly model: string
  readonly scorer: string
  /** As in ResultRow; '' where nothing was trained. */
  readonly training: string
  readonly better: ResultRow['better']
  /**
   * The tasks, from easy to hard where difficulty is declared, else by group and name, then those on axes: family by family, its easiest level
   * first. As they stand uncompressed where that is known.
   */
  readonly tasks: readonly Point[]
  readonly families: readonly Family[]
  readonly series: readonly Series[]
  /** Seeds of the order of texts in training; empty where nothing was trained. */
  readonly trainSeeds: readonly number[]
  /** Whether a difficulty is declared that holds across tasks; places on axes are not that. */
  readonly hasDifficulty: boolean
  /** What all names of tasks start with and figures leave out; '' where that would save little. */
  readonly prefix: string
}

/** Tasks that are levels of one axis, all else held still. */
export interface Family {
  readonly family: string
  readonly axis: string
  /** The estimator of its trends: "world_options by options". */
  readonly name: string
  /** Easiest first; uncompressed where that is known. */
  readonly levels: readonly Point[]
}

/** One method within one comparison group and family of patterns, from little to much compression: levels of sparsity, or of bits. */
export interface Series {
  readonly id: string
  readonly label: string
  /** The label without the pattern, for places that say it themselves. */
  readonly short: string
  /** As in ResultRow, without bits. */
  readonly method: string
  readonly group: string
  /** As in ResultRow. */
  readonly transfer: string
  /** Whether its levels are bits of a weight rather than zeros. */
  readonly isCoded: boolean
  /** M of patterns that keep N of M; null where the pattern is free. */
  readonly of: number | null
  readonly seeds: readonly number[]
  readonly levels: readonly Level[]
}

export interface Level {
  /** As in ResultRow. */
  readonly method: string
  readonly sparsity: number
  readonly pattern: string
  /** "50 %", "4 of 8" kept, or "4 bits". */
  readonly label: string
  /** As in ResultRow, mean over seeds. */
  readonly effectiveBits: number
  readonly outputError: number | null
  /** In the order of the view's `tasks`. */
  readonly points: readonly Point[]
}

/** One task at one level, over all seeds: means of values, the widest span of intervals. */
export interface Point {
  readonly task: string
  /** The task as figures write it, without the view's `prefix`. */
  readonly name: string
  readonly taskGroup: string
  /** '' and null off any axis. */
  readonly family: string
  readonly axis: string
  readonly axisLevel: number | null
  readonly difficulty: number | null
  readonly value: number
  readonly low: number
  readonly high: number
  readonly n: number
  readonly chance: number | null
  readonly dense: number
  readonly normalised: number | null
  readonly drop: number | null
  readonly dropLow: number | null
  readonly dropHigh: number | null
  /** True where at least half of the seeds are not above chance. */
  readonly isFloor: boolean
  readonly isDenseFloor: boolean
  readonly seeds: number
}

/** The rows by model, scorer and training, in the order they first come. */
export function viewsOf(rows: readonly ResultRow[]): View[] {
  return [...groupBy(rows, (r) => JSON.stringify([r.model, r.scorer, r.training])).values()].map(viewOf)
}

/** What a series is called without what was trained after it. */
export function compressionOf({ label, transfer }: Series): string {
  return label.replace(` → ${transfer}`, '')
}

/** Whether a series removes weights by chance: what any removal does. */
export function isControl({ method }: Series): boolean {
  return method.split(' ')[0] === 'random'
}

/** Items by a key, keys in the order they first come. */
export function groupBy<T, K>(items: Iterable<T>, key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group) group.push(item)
    else groups.set(name, [item])
  }
  return groups
}

/** The name of a task with the level of its axis, where it has one. */
export function conditionOf(row: Pick<ResultRow, 'task' | 'axis' | 'level'>): string {
  return row.axis === '' ? row.task : `${row.task} · ${row.axis} ${row.level ?? ''}`.trimEnd()
}

/** The estimator of a family's trends. */
export function axisName({ task, axis }: Pick<ResultRow, 'task' | 'axis'>): string {
  return `${task} by ${axis}`
}

/** Which line of a chart a row belongs to; equal for result, group and trend rows of the same compression and kind of training. */
export function seriesKey(row: Pick<TrendRow, 'method' | 'group' | 'pattern' | 'transfer'>): string {
  return JSON.stringify([withoutBits(row.method), row.group, ofPattern(row.pattern), row.transfer])
}

/** Which mark of that line, over all seeds. */
export function levelKey(row: Pick<TrendRow, 'method' | 'group' | 'pattern' | 'sparsity' | 'transfer'>): string {
  return JSON.stringify([row.method, row.group, row.pattern, row.sparsity, row.transfer])
}

/** The levelKey of a series' level. */
export function keyOfLevel({ group, transfer }: Series, { method, pattern, sparsity }: Level): string {
  return levelKey({ method, group, pattern, sparsity, transfer })
}

/** What was done to the weights and after, without how much of it: "magnitude", "wanda, N of 4 kept", "magnitude per layer → sparse". */
export function compressionName(row: Pick<ResultRow, 'method' | 'group' | 'pattern' | 'transfer'>): string {
  const of = ofPattern(row.pattern)
  const within = row.method === 'dense' || row.group === 'model' || row.group === 'none' ? '' : ` per ${row.group}`
  const name =
    row.method === 'dense' ? 'uncompressed' : `${withoutBits(row.method)}${within}${of === null ? '' : `, N of ${of} kept`}`
  return row.transfer === 'none' ? name : `${name} → ${row.transfer}`
}

/** How much of it: "50 %" of weights set to zero, "2 of 4" kept, "4 bits". */
export function amountName(row: Pick<ResultRow, 'method' | 'sparsity' | 'pattern'>): string {
  return row.method === 'dense' ? 'dense' : levelLabel(row)
}

/** Mean of the numbers that are there; null where none is. */
export function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((v) => v !== null)
  return known.length === 0 ? null : known.reduce((sum, v) => sum + v, 0) / known.length
}

/** By code unit: the same order on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function viewOf(rows: readonly ResultRow[]): View {
  const { model, scorer, better, training } = rows[0]!
  const byCondition = groupBy(rows, conditionOf)
  const order = orderTasks(byCondition)
  const prefix = sharedPrefix(order)
  const points = (members: readonly ResultRow[]) => {
    const byTask = groupBy(members, conditionOf)
    return order.flatMap((task) => (byTask.has(task) ? [pointOf(byTask.get(task)!, prefix)] : []))
  }
  const compressed = groupBy(
    rows.filter((r) => r.method !== 'dense'),
    seriesKey,
  )
  const firsts = [...compressed.values()].map((members) => members[0]!)
  const series = [...compressed].map(([id, members]): Series => {
    const levels = [...groupBy(members, levelKey).values()].map((level): Level => {
      const { method, sparsity, pattern } = level[0]!
      const sizes = { effectiveBits: level[0]!.effectiveBits, outputError: meanOf(level.map((r) => r.outputError)) }
      return { method, sparsity, pattern, label: levelLabel(level[0]!), ...sizes, points: points(level) }
    })
    const { method, group, pattern, transfer } = members[0]!
    return {
      ...{ id, method: withoutBits(method), group, transfer, isCoded: bitsOf(method) !== null, of: ofPattern(pattern) },
      ...seriesLabels(members[0]!, firsts),
      seeds: ascending(members.map((r) => r.seed)),
      levels: levels.sort((a, b) => amountOf(a) - amountOf(b)),
    }
  })
  // a study may hold compressed cells before its dense ones are done; each row carries its dense value
  const tasks = [...byCondition.values()].map((members) =>
    members
      .filter((r) => r.method === 'dense')
      .concat(members)
      .slice(0, 1),
  )
  const standing = points(tasks.flat())
  return {
    ...{ model, scorer, better, training, series, prefix },
    ...{ tasks: standing, families: familiesOf(standing) },
    trainSeeds: ascending(rows.flatMap((r) => r.trainSeed ?? [])),
    hasDifficulty: rows.some((r) => r.axis === '' && r.difficulty !== null),
  }
}

const ascending = (numbers: readonly number[]) => [...new Set(numbers)].sort((a, b) => a - b)

function familiesOf(tasks: readonly Point[]): Family[] {
  const onAxes = tasks.filter((p) => p.axis !== '')
  return [...groupBy(onAxes, (p) => JSON.stringify([p.family, p.axis])).values()].map((levels): Family => {
    const { family, axis } = levels[0]!
    return { family, axis, name: axisName({ task: family, axis }), levels }
  })
}

/** "magnitude", with pattern, training and comparison group where another series would read the same. */
function seriesLabels(row: ResultRow, all: readonly ResultRow[]): { label: string; short: string } {
  const of = ofPattern(row.pattern)
  const method = withoutBits(row.method)
  const isSame = (other: ResultRow) =>
    withoutBits(other.method) === method && ofPattern(other.pattern) === of && other.transfer === row.transfer
  const within = all.filter(isSame).length > 1 ? [`per ${row.group}`] : []
  const kept = of === null ? [] : [`N of ${of} kept`]
  const trained = row.transfer === 'none' ? method : `${method} → ${row.transfer}`
  const name = (more: readonly string[]) => (more.length === 0 ? trained : `${trained} (${more.join(', ')})`)
  return { label: name([...kept, ...within]), short: name(within) }
}

function orderTasks(conditions: ReadonlyMap<string, readonly ResultRow[]>): string[] {
  const first = [...conditions].map(([task, [row]]) => ({ task, row: row! }))
  const hardness = (r: ResultRow) => r.difficulty ?? Infinity
  // families stay together in the order they come: how hard a level is says nothing beyond its axis
  const places = [...new Set(first.filter(({ row }) => row.axis !== '').map(({ row }) => axisName(row)))]
  const place = (r: ResultRow) => (r.axis === '' ? -1 : places.indexOf(axisName(r)))
  first.sort((a, b) => {
    if (place(a.row) !== place(b.row)) return place(a.row) - place(b.row)
    const [x, y] = [hardness(a.row), hardness(b.row)]
    if (x !== y) return x - y
    return compareText(a.row.taskGroup, b.row.taskGroup) || compareText(a.task, b.task)
  })
  return first.map(({ task }) => task)
}

/** Only from eight names on: with few, what they share is part of what they say. */
function sharedPrefix(names: readonly string[]): string {
  if (names.length < 8) return ''
  const [first] = names
  let length = first!.length
  for (const name of names) while (!name.startsWith(first!.slice(0, length))) length--
  return first!.slice(0, length).replace(/[^_/:.]*$/, '')
}

function pointOf(rows: readonly ResultRow[], prefix: string): Point {
  const first = rows[0]!
  const mean = (of: (r: ResultRow) => number | null) => meanOf(rows.map(of))
  const least = (of: (r: ResultRow) => number | null) => extreme(rows.map(of), Math.min)
  const most = (of: (r: ResultRow) => number | null) => extreme(rows.map(of), Math.max)
  const task = conditionOf(first)
  return {
    ...{ task, name: task.slice(prefix.length) || task, taskGroup: first.taskGroup },
    ...{ family: first.axis === '' ? '' : first.task, axis: first.axis, axisLevel: first.level },
    ...{ difficulty: first.difficulty, n: first.n, chance: first.chance, dense: first.dense },
    value: mean((r) => r.value)!,
    low: least((r) => r.low)!,
    high: most((r) => r.high)!,
    normalised: mean((r) => r.normalised),
    drop: mean((r) => r.drop),
    dropLow: least((r) => r.dropLow),
    dropHigh: most((r) => r.dropHigh),
    isFloor: rows.filter((r) => r.isFloor).length * 2 >= rows.length,
    isDenseFloor: first.isDenseFloor,
    seeds: rows.length,
  }
}

function extreme(values: readonly (number | null)[], pick: (...values: number[]) => number): number | null {
  const known = values.filter((v) => v !== null)
  return known.length === 0 ? null : pick(...known)
}
