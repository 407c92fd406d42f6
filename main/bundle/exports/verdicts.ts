import { stringify } from 'csv-stringify/sync'
import type { VerdictRow } from '../../../preload/contract.ts'
import type { Export } from './export.ts'

const COLUMNS = [
  ...['hypothesis', 'claim', 'model', 'scorer', 'training', 'transfer', 'compression', 'isControl', 'isCoded', 'subject'],
  ...['verdict', 'why', 'rule', 'statistic', 'value', 'effect', 'unit', 'effectValue', 'effectLow', 'effectHigh'],
  ...['p', 'pHolm', 'tests', 'detectable', 'control', 'isSpecific', 'excluded', 'details'],
] as const satisfies readonly (keyof VerdictRow)[]

/** A row per hypothesis and scope: RFC 4180, UTF-8; lists in one field, parted by "; ". */
export const verdicts: Export = {
  id: 'verdicts',
  label: 'CSV of the verdicts: hypotheses, statistics, intervals, rules, controls',
  extension: 'csv',
  file: 'verdicts.csv',
  write: ({ verdicts: rows }) =>
    stringify(rows.map(flatten), {
      header: true,
      columns: [...COLUMNS],
      record_delimiter: '\r\n',
      cast: { boolean: String, number: String },
    }),
}

function flatten({ excluded, details, ...row }: VerdictRow): object {
  const numbers = details.map(({ name, value }) => `${name} = ${value ?? ''}`)
  return { ...row, excluded: excluded.join('; '), details: numbers.join('; ') }
}
