import { amountName, compressionName, groupBy } from '../../main/charts/view.ts'
import type { StudyComparison } from '../../preload/contract.ts'
import { columnOf, type Column } from './columns.ts'
import { writeCell } from './write.ts'

/** One task and level, with what each study says of it: cells by column, those of studies by their ids. */
export interface Side {
  readonly cells: Readonly<Record<string, string>>
}

/** What the studies have in common stands in one row, first what most of them have. */
export function sideBySide({ rows }: StudyComparison, scorer: string, measure: Column): Side[] {
  const condition = columnOf('condition')
  const mine = rows.filter((row) => row.scorer === scorer)
  const hasSeeds = new Set(mine.map(({ seed }) => seed)).size > 1
  const level = (row: (typeof rows)[number]) =>
    [compressionName(row), amountName(row), row.training, ...(hasSeeds && row.method !== 'dense' ? [`seed ${row.seed}`] : [])]
      .filter((word) => word !== '' && word !== 'dense')
      .join(' · ')
  const places = groupBy(mine, (row) => JSON.stringify([String(condition.of(row)), level(row)]))
  return [...places.values()]
    .sort((a, b) => new Set(b.map(({ study }) => study)).size - new Set(a.map(({ study }) => study)).size)
    .map((members) => {
      const first = members[0]!
      const studies = Object.fromEntries(members.map((row) => [row.study, writeCell(row, measure)]))
      return { cells: { task: String(condition.of(first)), level: level(first), ...studies } }
    })
}
