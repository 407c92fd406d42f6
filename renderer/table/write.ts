import type { ResultRow } from '../../preload/contract.ts'
import { fixed, percent, whole } from '../format.ts'
import { words } from '../words.ts'
import type { Column } from './columns.ts'
import { markOf } from './mark.ts'

type Value = string | number | boolean | null

/** A value as its column writes it; a dash where there is none. */
export function write(value: Value, { kind, digits }: Pick<Column, 'kind' | 'digits'>): string {
  if (value === null || value === '') return words.none
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'string') return value
  if (kind === 'whole') return whole(value)
  return kind === 'share' ? percent(value) : small(value, digits)
}

/** What has but zeros at so many digits is written with the ones it has. */
function small(value: number, digits: number): string {
  const text = fixed(value, digits)
  return value !== 0 && /^−?0(\.0*)?$/.test(text) ? String(Number(value.toPrecision(2))).replace('-', '−') : text
}

/** With its interval, where it has one: "12.3 % [10.0, 14.9]". */
export function writeCell(row: ResultRow, column: Column): string {
  const value = write(column.of(row), column)
  const [low, high] = [column.low?.(row) ?? null, column.high?.(row) ?? null]
  if (low === null || high === null) return value
  return `${value} ${words.results.tip.interval(bare(low, column), bare(high, column))}`
}

/** Without its unit. */
function bare(value: number, column: Column): string {
  return column.kind === 'share' ? fixed(100 * value, 1) : write(value, column)
}

/** What one reads when pointing at the mark of a row. */
export function tipOf(row: ResultRow, shown: readonly Column[]): string[] {
  const { tip } = words.results
  const state = markOf(row)
  const name = row.axis === '' ? row.task : `${row.task} · ${row.axis} ${row.level ?? ''}`
  const said = { 'dense at floor': tip.denseFloor, floor: tip.floor, uncertain: tip.uncertain, '': '' }[state]
  return [
    name,
    ...shown.map((column) => `${column.label}: ${writeCell(row, column)}`),
    [
      tip.n(whole(row.n)),
      ...(row.chance === null ? [] : [tip.chance(fixed(row.chance, 3))]),
      tip.dense(fixed(row.dense, 3)),
    ].join(' · '),
    ...(said === '' ? [] : [said]),
  ]
}
