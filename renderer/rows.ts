import type { ResultRow, TrendRow } from '../preload/contract.ts'

/** One compression of one model: what a table shows at a time. */
export interface Level {
  readonly key: string
  readonly label: string
  /** What the level is one of, such as "magnitude per layer": levels of one family stand together. */
  readonly family: string
}

export type Column = 'task' | 'taskGroup' | 'difficulty' | 'dense' | 'value' | 'drop' | 'retention' | 'mcnemar'
export interface Order {
  readonly column: Column
  readonly isDown: boolean
}

const UNCOMPRESSED = 'uncompressed'

/** The levels of a table in the order they come, the uncompressed model first where it is there. */
export function levelsOf(rows: readonly ResultRow[]): Level[] {
  const hasModels = new Set(rows.map(({ model }) => model)).size > 1
  const hasSeeds = new Set(rows.map(({ seed }) => seed)).size > 1
  const levels = new Map<string, Level>()
  for (const row of rows) {
    const key = keyOf(row)
    if (levels.has(key)) continue
    const model = hasModels ? `${row.model} · ` : ''
    const seed = hasSeeds && row.method !== 'dense' ? ` · seed ${row.seed}` : ''
    const { then, after } = trainedOf(row)
    if (row.method === 'dense') levels.set(key, { key, label: `${UNCOMPRESSED}${then}`, family: `${model}dense${after}` })
    else {
      const label = `${row.method}${row.transfer === 'none' ? '' : ` → ${row.transfer}`}, ${amountOf(row)}${seed}${then}`
      levels.set(key, { key, label, family: `${model}${row.method}${patternOf(row.pattern)} ${acrossOf(row.group)}${after}` })
    }
  }
  return [...levels.values()]
}

/** The level to begin with: in the middle of the first family that does something to the model. */
export function firstLevel(levels: readonly Level[]): Level | undefined {
  const family = levels.find(({ label }) => !label.startsWith(UNCOMPRESSED))?.family
  const members = levels.filter((level) => level.family === family)
  return members[Math.floor((members.length - 1) / 2)] ?? levels[0]
}

/** What an axis of tasks is measured with, in the order they come. */
export function scorersOf(rows: readonly ResultRow[]): string[] {
  return [...new Set(rows.map(({ scorer }) => scorer))]
}

/** The rows of one level under one scorer whose task or group holds the words looked for. */
export function rowsAt(rows: readonly ResultRow[], level: string, scorer: string, words: string): ResultRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const text = `${row.task} ${row.taskGroup} ${row.axis}`.toLowerCase()
    return keyOf(row) === level && row.scorer === scorer && wanted.every((word) => text.includes(word))
  })
}

/** The trends of one level under one scorer, one per estimator of difficulty. */
export function trendsAt(trends: readonly TrendRow[], level: string, scorer: string): TrendRow[] {
  return trends.filter((trend) => keyOf(trend) === level && trend.scorer === scorer)
}

/** Sorted; what has no number stands last either way. Equal ones keep their order. By difficulty, families of an axis stay apart. */
export function sorted(rows: readonly ResultRow[], { column, isDown }: Order): ResultRow[] {
  const sign = isDown ? -1 : 1
  return [...rows].sort((a, b) => {
    const [one, other] = [familyOf(a), familyOf(b)]
    if (column === 'difficulty' && one !== other) return one < other ? -1 : 1
    const [x, y] = [a[column], b[column]]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return sign * (typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - Number(y))
  })
}

/** The family whose axis a row stands on, '' where it stands on none: how hard a level is says nothing beyond its axis. */
function familyOf({ task, axis }: ResultRow): string {
  return axis === '' ? '' : `${task} ${axis}`
}

/** How much one can rely on a row: a mark in a word or two, '' where the numbers speak for themselves. */
export function markOf(row: ResultRow): '' | 'dense at floor' | 'floor' | 'uncertain' {
  if (row.isDenseFloor) return 'dense at floor'
  if (row.isFloor) return 'floor'
  const isOpen = row.dropLow !== null && row.dropHigh !== null && row.dropLow <= 0 && row.dropHigh >= 0
  return isOpen && row.method !== 'dense' ? 'uncertain' : ''
}

type LevelFields = 'model' | 'method' | 'group' | 'pattern' | 'sparsity' | 'seed' | 'transfer' | 'training' | 'trainSeed'

function keyOf(row: Pick<TrendRow, LevelFields>): string {
  const { model, method, group, pattern, sparsity, seed, transfer, training, trainSeed } = row
  return JSON.stringify([model, method, group, pattern, sparsity, seed, transfer, training, trainSeed])
}

/** What was trained afterwards, as labels and families of levels say it; '' where nothing was. */
function trainedOf({ transfer, steps, trainItems, learningRate, trainSeed }: ResultRow): { then: string; after: string } {
  if (transfer === 'none') return { then: '', after: '' }
  const seed = trainSeed ? `, order ${trainSeed}` : ''
  return { then: ` · ${steps} steps on ${trainItems} items, rate ${learningRate}${seed}`, after: `, then ${transfer}` }
}

function amountOf({ pattern, sparsity }: ResultRow): string {
  const [keep, of] = pattern.split(':')
  return of === undefined ? `${Number((100 * sparsity).toFixed(1))} % zeros` : `${keep} of ${of} kept`
}

function patternOf(pattern: string): string {
  const [, of] = pattern.split(':')
  return of === undefined ? '' : `, N of ${of} kept,`
}

function acrossOf(group: string): string {
  return group === 'model' ? 'across the model' : `per ${group}`
}
