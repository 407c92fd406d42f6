import { LabError } from '../../base/errors.ts'
import type { StudyCell } from '../../store/cells.ts'
import type { ItemOutcomes, OutcomeColumn, RightAnswers } from '../../store/records.ts'
import { readParquet, rowsOf, writeParquet, type Column } from './parquet.ts'

/** The items of a cell, with what its model gave the right answers where that is on record. */
export interface CellItems {
  readonly outcomes: ItemOutcomes
  readonly answers: RightAnswers | null
}
/** One finished cell and its items. */
interface Cell extends CellItems {
  readonly fingerprint: string
  readonly task: string
}

const TRUNCATED = 1
const FALLBACK = 2

/** Tasks of a study in its order, each with the name of its file and its finished cells. */
export function itemFiles(cells: readonly StudyCell[]): { readonly name: string; readonly cells: readonly StudyCell[] }[] {
  const done = cells.filter(({ record }) => record !== undefined)
  const tasks = [...new Set(done.map(({ record }) => record!.key.task.id))]
  return tasks.map((task, i) => ({
    name: `items/${String(i + 1).padStart(4, '0')}-${plainName(task)}.parquet`,
    cells: done.filter(({ record }) => record!.key.task.id === task),
  }))
}

/** Small letters, digits, dots, dashes: what names in a bundle are made of. Long ones are cut in the middle, for they differ at both ends. */
export function plainName(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^\.+/, '-') || '-' // prettier-ignore
  return name.length > 90 ? `${name.slice(0, 50)}-${name.slice(-39)}` : name
}

/** The items of one task at every level as Parquet: a row per cell and item, exact to the bit. */
export function writeItems(cells: readonly Cell[]): Uint8Array {
  const rows = cells.map(({ outcomes }) => outcomes)
  const each = <T>(of: (outcomes: ItemOutcomes, cell: Cell) => Iterable<T>) => rows.flatMap((outcomes, i) => [...of(outcomes, cells[i]!)]) // prettier-ignore
  const scorers = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))].sort()
  const scores = scorers.flatMap((id): Column[] => {
    const value = each(({ scores, ids }) => scores[id]?.value ?? new Array<null>(ids.length).fill(null))
    const weight = each(({ scores, ids }) => scores[id]?.weight ?? new Array<null>(ids.length).fill(null))
    const gold = each(({ scores, ids }) => scores[id]?.gold ?? new Array<null>(ids.length).fill(null))
    const optional = { kind: 'double', isOptional: true } as const
    const beside = [['weight', weight], ['gold', gold]] as const // prettier-ignore
    const some = beside.filter(([, data]) => data.some((x) => x !== null))
    return [{ name: id, ...optional, data: value }, ...some.map(([what, data]) => ({ name: `${id}_${what}`, ...optional, data }))]
  })
  return writeParquet([
    { name: 'cell', kind: 'text', data: each(({ ids }, { fingerprint }) => new Array<string>(ids.length).fill(fingerprint)) },
    { name: 'item', kind: 'int', data: each(({ ids }) => ids) },
    ...scores,
    { name: 'log_likelihoods', kind: 'float', isList: true, data: each(({ counts, ll }) => lists(counts, ll, Number)) },
    { name: 'is_greedy', kind: 'boolean', isList: true, data: each(({ counts, isGreedy }) => lists(counts, isGreedy, Boolean)) },
    { name: 'is_truncated', kind: 'boolean', data: each(({ flags }) => Array.from(flags, (f) => (f & TRUNCATED) !== 0)) },
    { name: 'is_boundary_fallback', kind: 'boolean', data: each(({ flags }) => Array.from(flags, (f) => (f & FALLBACK) !== 0)) },
    ...answerColumns(cells),
  ])
}

const RIGHT = { choice: 'right_choice', ll: 'right_log_likelihood', tokens: 'right_tokens', bytes: 'right_bytes' } as const

/** Of uncompressed cells; without any, as in bundles of before, there are no such columns. */
function answerColumns(cells: readonly Cell[]): Column[] {
  if (cells.every(({ answers }) => answers === null)) return []
  return (['choice', 'll', 'tokens', 'bytes'] as const).map((field): Column => {
    const data = cells.flatMap(({ answers, outcomes }) => Array.from<number | null>(answers?.[field] ?? new Array<null>(outcomes.ids.length).fill(null))) // prettier-ignore
    return { name: RIGHT[field], kind: field === 'll' ? 'float' : 'int', isOptional: true, data }
  })
}

function lists<T>(counts: Uint16Array, values: ArrayLike<number>, of: (value: number) => T): T[][] {
  let at = 0
  return Array.from(counts, (count) => Array.from({ length: count }, () => of(values[at++]!)))
}

type Row = Readonly<Record<string, unknown>>

/** Back again: the items of each cell, by fingerprint. `items`: how many rows there must be. LabError 'bundle/content'. */
export async function readItems(file: Uint8Array, items: number, name: string): Promise<Map<string, CellItems>> {
  const wrong = (came: string) => new LabError('bundle/content', `Expected a Parquet table of ${items} items in ${name}, got ${came}.`) // prettier-ignore
  try {
    const promised = rowsOf(file)
    if (promised !== items) throw wrong(`${promised}`)
    const rows: readonly Row[] = await readParquet(file)
    if (rows.length !== items) throw wrong(`${rows.length}`)
    const byCell = Map.groupBy(rows, ({ cell }) => String(cell))
    return new Map(
      [...byCell].map(([fingerprint, mine]) => [fingerprint, { outcomes: outcomesOf(mine), answers: answersOf(mine) }]),
    )
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('bundle/content', `${wrong('').message.replace(', got .', '')}, got: ${String(error).slice(0, 160)}.`, { cause: error }) // prettier-ignore
  }
}

const FIXED = [
  ...['cell', 'item', 'log_likelihoods', 'is_greedy', 'is_truncated', 'is_boundary_fallback'],
  ...Object.values<string>(RIGHT),
]

function answersOf(rows: readonly Row[]): RightAnswers | null {
  if (typeof rows[0]![RIGHT.tokens] !== 'number') return null
  const whole = (name: string) => Int32Array.from(rows, (row) => numberOf(row[name]))
  return {
    choice: whole(RIGHT.choice),
    ll: Float32Array.from(rows, (row) => numberOf(row[RIGHT.ll])),
    tokens: whole(RIGHT.tokens),
    bytes: whole(RIGHT.bytes),
  }
}

function outcomesOf(rows: readonly Row[]): ItemOutcomes {
  const ids = Object.keys(rows[0]!).filter((name) => !FIXED.includes(name) && rows[0]![name] !== null)
  const isBeside = (name: string) => /_(weight|gold)$/.test(name) && ids.includes(name.replace(/_(weight|gold)$/, ''))
  const column = (name: string) => Float64Array.from(rows, (row) => numberOf(row[name]))
  const scores = ids.flatMap((id): [string, OutcomeColumn][] => {
    if (isBeside(id)) return []
    const weight = ids.includes(`${id}_weight`) ? column(`${id}_weight`) : null
    return [[id, { value: column(id), weight, ...(ids.includes(`${id}_gold`) && { gold: column(`${id}_gold`) }) }]]
  })
  return {
    ids: Int32Array.from(rows, ({ item }) => numberOf(item)),
    scores: Object.fromEntries(scores),
    counts: Uint16Array.from(rows, (row) => listOf(row.log_likelihoods).length),
    ll: Float32Array.from(rows.flatMap((row) => listOf(row.log_likelihoods).map(numberOf))),
    isGreedy: Uint8Array.from(rows.flatMap((row) => listOf(row.is_greedy).map(Number))),
    flags: Uint8Array.from(rows, (row) => (row.is_truncated ? TRUNCATED : 0) | (row.is_boundary_fallback ? FALLBACK : 0)),
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  throw new TypeError(`a value of type ${typeof value} in place of a number`)
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>)
  throw new TypeError(`a value of type ${typeof value} in place of a list`)
}
