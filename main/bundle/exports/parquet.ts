import type { ResultRow } from '../../../preload/contract.ts'
import { writeParquet, type Column } from '../archive/parquet.ts'
import { COLUMNS } from './csv.ts'
import type { Export } from './export.ts'

const TEXTS: readonly (keyof ResultRow)[] = [
  ...(['model', 'method', 'group', 'pattern', 'transfer', 'training'] as const),
  ...(['task', 'taskGroup', 'axis', 'scorer', 'better', 'cell'] as const),
]
const FLAGS: readonly (keyof ResultRow)[] = ['isFloor', 'isDenseFloor']

/** The tidy table, one row per cell and scorer: text, booleans, and doubles that may be null. pandas and DuckDB read it. */
export const parquet: Export = {
  id: 'parquet',
  label: 'Parquet of the tidy table',
  extension: 'parquet',
  file: 'results.parquet',
  write: ({ rows, provenance: { study, lab, tableHash } }) =>
    writeParquet(
      COLUMNS.map((name): Column => {
        const data = rows.map((row) => plain(row[name]))
        if (TEXTS.includes(name)) return { name, kind: 'text', data }
        return FLAGS.includes(name) ? { name, kind: 'boolean', data } : { name, kind: 'double', isOptional: true, data }
      }),
      { study: study.id, lab, tableHash },
    ),
}

/** Minus zero would come back from JSON as zero, and the same table as other bytes. */
function plain(value: ResultRow[keyof ResultRow]): ResultRow[keyof ResultRow] {
  return value === 0 ? 0 : value
}
