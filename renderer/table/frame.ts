import type { ResultRow } from '../../preload/contract.ts'
import { columnOf, isNumber } from './columns.ts'

/** Rows with what is looked up again and again, made once per column when first asked for. */
export interface Frame {
  readonly rows: readonly ResultRow[]
  codes(column: string): Codes
  /** All rows in an order; those without a number last either way, equal ones as they come. */
  inOrder(order: Order): Uint32Array
}

/** A column as small numbers: `of[i]` is the place of row i's value among `values`. */
export interface Codes {
  /** Different values in their order: numbers by size, words as people sort them; what has none comes last. */
  readonly values: readonly (string | number | boolean | null)[]
  readonly of: Uint32Array
}

/** Rows whose value in `column` is among `values`. */
export interface Filter {
  readonly column: string
  readonly values: readonly (string | number | boolean | null)[]
}

export interface Order {
  readonly column: string
  readonly isDown: boolean
}

export function frameOf(rows: readonly ResultRow[]): Frame {
  const known = new Map<string, Codes>()
  const orders = new Map<string, Uint32Array>()
  const codes = (column: string) => {
    const found = known.get(column) ?? encode(rows, column)
    known.set(column, found)
    return found
  }
  return {
    ...{ rows, codes },
    inOrder({ column, isDown }) {
      const name = `${column} ${isDown}`
      const found = orders.get(name) ?? ranked(codes(column), isDown)
      orders.set(name, found)
      return found
    },
  }
}

function encode(rows: readonly ResultRow[], id: string): Codes {
  const column = columnOf(id)
  const places = new Map<string | number | boolean | null, number>()
  const ranks = new Map<unknown, number>()
  const raw = new Uint32Array(rows.length)
  for (const [i, row] of rows.entries()) {
    const value = column.of(row)
    let place = places.get(value)
    if (place === undefined) {
      places.set(value, (place = places.size))
      if (column.rank) ranks.set(value, column.rank(row))
    }
    raw[i] = place
  }
  const first = [...places.keys()]
  const values = [...first].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || compare(a, b))
  const rank = new Map(values.map((value, i) => [value, i]))
  const moved = first.map((value) => rank.get(value)!)
  return { values, of: raw.map((place) => moved[place]!) }
}

const collator = new Intl.Collator('en', { numeric: true })

function compare(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  if (typeof a === 'string') return collator.compare(a, String(b))
  return Number(a) - Number(b)
}

/** The places of the rows that fit every filter and hold all words looked for in one of their names, in the order they come. */
export function filtered(frame: Frame, filters: readonly Filter[], text: string): Uint32Array {
  const tests = filters.map(({ column, values }) => {
    const codes = frame.codes(column)
    const isIn = Uint8Array.from(codes.values, (value) => Number(values.includes(value)))
    return { of: codes.of, isIn }
  })
  for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) tests.push(holding(frame, word))
  const picks = new Uint32Array(frame.rows.length)
  let count = 0
  for (let i = 0; i < picks.length; i++) {
    let fits = true
    for (let t = 0; fits && t < tests.length; t++) fits = tests[t]!.isIn[tests[t]!.of[i]!] === 1
    if (fits) picks[count++] = i
  }
  return picks.slice(0, count)
}

const NAMES = ['condition', 'taskGroup', 'compression', 'model', 'transfer', 'scorer']

/** Rows of which some name holds a word, as one test. */
function holding(frame: Frame, word: string): { of: Uint32Array; isIn: Uint8Array<ArrayBuffer> } {
  const of = new Uint32Array(frame.rows.length)
  for (const name of NAMES) {
    const codes = frame.codes(name)
    const has = Uint8Array.from(codes.values, (value) => Number(String(value).toLowerCase().includes(word)))
    for (let i = 0; i < of.length; i++) of[i]! |= has[codes.of[i]!]!
  }
  return { of, isIn: Uint8Array.of(0, 1) }
}

function ranked({ values, of }: Codes, isDown: boolean): Uint32Array {
  const missing = values.at(-1) === null ? values.length - 1 : values.length
  // whole numbers alone, sorted natively: place in the order · 2^32 + place in the table
  const keys = Float64Array.from(of, (code, i) => {
    const rank = code === missing ? values.length : isDown ? missing - 1 - code : code
    return rank * 2 ** 32 + i
  })
  keys.sort()
  return Uint32Array.from(keys, (key) => key % 2 ** 32)
}

/** Picks in another order; those without a number last either way, equal ones as they come in the table. */
export function sorted(frame: Frame, picks: Uint32Array, order: Order): Uint32Array {
  const isPicked = new Uint8Array(frame.rows.length)
  for (const pick of picks) isPicked[pick] = 1
  return frame.inOrder(order).filter((row) => isPicked[row] === 1)
}

/** Columns in which not all of these rows are alike, and that can tell them apart by name. */
export function telling(frame: Frame, ids: readonly string[]): string[] {
  return ids.filter((id) => frame.codes(id).values.length > 1)
}

/** Whether a column can be the height or place of a mark: a number in at least one row. */
export function isMeasured(frame: Frame, id: string): boolean {
  return isNumber(columnOf(id)) && frame.codes(id).values.some((value) => value !== null)
}
