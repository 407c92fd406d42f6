import { stringify } from 'csv-stringify/sync'
import type { DataTable } from '../../charts/chart.ts'

/** A table of a figure for programs: RFC 4180, numbers with a plain minus, nothing where there is none. What marks a number, such as †, stands in a column beside it. */
export function tableCsv({ head, rows, words }: DataTable): string {
  const cells = rows.map((row) => row.map((text, i) => (i < words ? { value: text, note: '' } : numberOf(text))))
  const marked = head.map((_, i) => cells.some((row) => row[i]!.note !== ''))
  // "score, low, high, share, low, high": the second ends are those of the share
  const isAgain = (i: number) => head.indexOf(head[i]!) < head.lastIndexOf(head[i]!)
  const owner = (i: number) => head.findLast((_, j) => j < i && !isAgain(j)) ?? head[0]!
  const names = head.map((name, i) => (head.indexOf(name) < i ? `${owner(i)} ${name}` : name))
  const spread = (of: (i: number) => readonly [string, string]) => head.flatMap((_, i) => of(i).slice(0, marked[i] ? 2 : 1))
  const lines = [
    spread((i) => [names[i]!, `${names[i]!} note`]),
    ...cells.map((row) => spread((i) => [row[i]!.value, row[i]!.note])),
  ]
  return stringify(lines, { record_delimiter: '\r\n' })
}

/** "1,234.5 †" as number and note; a dash is no number. */
function numberOf(text: string): { value: string; note: string } {
  const [, number = '', note = ''] = /^([+−-]?[\d,.]+(?:e[+−-]?\d+)?)?\s*(.*)$/.exec(text.trim()) ?? []
  if (number === '') return { value: '', note: note === '–' ? '' : note }
  return { value: number.replaceAll(',', '').replaceAll('−', '-').replace(/^\+/, ''), note: note.replace(/^–$/, '') }
}
