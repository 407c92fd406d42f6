import type { ResultRow } from '../../preload/contract.ts'
import { amountOf, bitsOf, ofPattern } from '../../main/charts/amount.ts'
import { amountName, axisName, compressionName } from '../../main/charts/view.ts'
import { words } from '../words.ts'
import { markOf } from './mark.ts'

/** A column of the tidy table, or one read off it. */
export interface Column {
  readonly id: string
  readonly label: string
  /** In one line: what it is, its unit. */
  readonly about: string
  /** How it is written: a word, a whole number, a number of so many digits, a share in percent, yes or no. */
  readonly kind: 'word' | 'whole' | 'number' | 'share' | 'flag'
  readonly digits: number
  /** CSS pixels in a table. */
  readonly width: number
  of(row: ResultRow): string | number | boolean | null
  /** Where a word stands among the others, where that is not as people sort words. */
  rank?(row: ResultRow): number
  /** Its 95 % interval, where it has one. */
  low?(row: ResultRow): number | null
  high?(row: ResultRow): number | null
}

type Plain = {
  [K in keyof ResultRow]: [kind: Column['kind'], width: number, digits?: number]
}

/** Every column of the tidy table, in its order. */
const PLAIN: Plain = {
  model: ['word', 150],
  method: ['word', 120],
  group: ['word', 80],
  pattern: ['word', 80],
  sparsity: ['share', 84],
  actualSparsity: ['share', 100],
  bits: ['number', 64, 2],
  effectiveBits: ['number', 96, 2],
  outputError: ['number', 96, 4],
  transfer: ['word', 130],
  training: ['word', 180],
  trainItems: ['whole', 96],
  steps: ['whole', 72],
  learningRate: ['number', 96, 5],
  seed: ['whole', 60],
  trainSeed: ['whole', 84],
  task: ['word', 240],
  taskGroup: ['word', 150],
  axis: ['word', 110],
  level: ['number', 70, 2],
  difficulty: ['number', 84, 3],
  denseLoss: ['number', 92, 3],
  scorer: ['word', 110],
  scorerVersion: ['whole', 76],
  better: ['word', 76],
  value: ['number', 76, 3],
  low: ['number', 70, 3],
  high: ['number', 70, 3],
  n: ['whole', 70],
  chance: ['number', 74, 3],
  dense: ['number', 74, 3],
  normalised: ['number', 92, 1],
  drop: ['share', 76],
  dropLow: ['share', 84],
  dropHigh: ['share', 84],
  retention: ['share', 88],
  retentionLow: ['share', 100],
  retentionHigh: ['share', 100],
  isFloor: ['flag', 76],
  isDenseFloor: ['flag', 96],
  lost: ['whole', 60],
  gained: ['whole', 70],
  mcnemar: ['number', 76, 4],
  truncated: ['whole', 84],
  cell: ['word', 100],
}

const INTERVALS: Readonly<Record<string, Pick<Column, 'low' | 'high'>>> = {
  value: { low: (row) => row.low, high: (row) => row.high },
  drop: { low: (row) => row.dropLow, high: (row) => row.dropHigh },
  retention: { low: (row) => row.retentionLow, high: (row) => row.retentionHigh },
  normalised: { low: (row) => turned(row, row.dropHigh), high: (row) => turned(row, row.dropLow) },
}

/** An end of the drop's interval in percent of dense. */
function turned(row: ResultRow, end: number | null): number | null {
  if (end === null || row.better === 'lower') return end === null ? null : 100 * (1 + end)
  return 100 * (1 - end)
}

const plain = Object.entries(PLAIN).map(([id, [kind, width, digits = 0]]): Column => {
  const [label, about] = words.columns[id as keyof ResultRow]
  return { id, label, about, kind, digits, width, of: (row) => row[id as keyof ResultRow], ...INTERVALS[id] }
})

/** What belongs together though no single column says so. */
const made: readonly Column[] = [
  { ...word('compression', 180), of: compressionName },
  { ...word('amount', 90), of: amountName, rank: amountRank },
  { ...word('family', 190), of: (row) => (row.axis === '' ? '' : axisName(row)) },
  { ...word('state', 110), of: (row) => words.results.marks[markOf(row)] },
  { ...word('condition', 240), of: (row) => (row.axis === '' ? row.task : `${row.task} · ${row.axis} ${row.level ?? ''}`) },
]

/** Zeros from few to many, then N of M kept, then bits from many to few; the dense model comes last. */
function amountRank(row: ResultRow): number {
  if (row.method === 'dense') return 30
  const kind = bitsOf(row.method) !== null ? 20 : ofPattern(row.pattern) !== null ? 10 : 0
  return kind + amountOf(row) // amountOf: 0 to 1, or −5 to 0 for 32 bits to 1
}

function word(id: keyof typeof words.madeColumns, width: number): Omit<Column, 'of'> {
  const [label, about] = words.madeColumns[id]
  return { id, label, about, kind: 'word', digits: 0, width }
}

export const columns: readonly Column[] = [...made, ...plain]

const byId = new Map(columns.map((column) => [column.id, column]))

/** A column by its id, which must be known. */
export function columnOf(id: string): Column {
  return byId.get(id)!
}

export function isNumber({ kind }: Column): boolean {
  return kind === 'whole' || kind === 'number' || kind === 'share'
}
