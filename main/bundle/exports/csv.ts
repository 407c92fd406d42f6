import { stringify } from 'csv-stringify/sync'
import type { ResultRow } from '../../../preload/contract.ts'
import type { Export } from './export.ts'

/** Every field of a row, in the order of the contract. */
export const COLUMNS = [
  ...['model', 'method', 'group', 'pattern', 'sparsity', 'actualSparsity', 'bits', 'effectiveBits', 'outputError'],
  ...['transfer', 'training', 'trainItems', 'steps', 'learningRate', 'seed', 'trainSeed'],
  ...['task', 'taskGroup', 'axis', 'level', 'difficulty', 'denseLoss', 'scorer', 'scorerVersion', 'better'],
  ...['value', 'low', 'high', 'n', 'chance', 'dense', 'normalised', 'drop', 'dropLow', 'dropHigh'],
  ...['retention', 'retentionLow', 'retentionHigh', 'isFloor', 'isDenseFloor'],
  ...['lost', 'gained', 'mcnemar', 'truncated', 'cell'],
] as const satisfies readonly (keyof ResultRow)[]

/** The tidy table, one row per cell and scorer: RFC 4180, UTF-8, numbers as JavaScript writes them, nothing where there is no number. */
export const csv: Export = {
  id: 'csv',
  label: 'CSV of the tidy table',
  extension: 'csv',
  file: 'results.csv',
  write: ({ rows }) =>
    stringify(rows as ResultRow[], {
      header: true,
      columns: [...COLUMNS],
      record_delimiter: '\r\n',
      cast: { boolean: String, number: String },
    }),
}
