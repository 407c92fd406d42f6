import { FLIPS, type Flip, type ItemTable } from './items.ts'

/** Which items, and in which order. */
export interface ItemWish {
  readonly task: string | null
  readonly level: string | null
  readonly cell: string | null
  readonly flip: 'all' | 'lost' | 'gained' | 'changed' | 'right' | 'wrong'
  readonly sort: 'study' | 'margin' | 'denseMargin' | 'change'
  readonly isDescending: boolean
}

/** Rows of a table that were asked for, in order, and how many flipped among all that `flip` chooses from. */
export interface ItemOrder {
  readonly rows: Uint32Array
  readonly counts: { readonly all: number; readonly lost: number; readonly gained: number }
}

/** Dense cells are shown where they are asked for by name: against themselves nothing flips. */
export function orderItems(table: ItemTable, wish: ItemWish): ItemOrder {
  const { task, level, cell, flip } = wish
  const isChosen = table.cells.map((one) => {
    const isTask = task === null || one.record.key.task.id === task || one.family === task
    const isLevel = level === null ? cell !== null || !one.isDense : one.level === level
    return isTask && isLevel && (cell === null || one.record.fingerprint === cell)
  })
  const rows = new Uint32Array(table.cell.length)
  const counts = { all: 0, lost: 0, gained: 0 }
  let found = 0
  for (let row = 0; row < table.cell.length; row++) {
    if (!isChosen[table.cell[row]!]) continue
    const how = FLIPS[table.flip[row]!]!
    counts.all++
    if (how === 'lost') counts.lost++
    if (how === 'gained') counts.gained++
    if (fits(flip, how, table.value[row]!)) rows[found++] = row
  }
  return { rows: sorted(table, rows.subarray(0, found), wish), counts }
}

function fits(flip: ItemWish['flip'], how: Flip, value: number): boolean {
  if (flip === 'all') return true
  if (flip === 'changed') return how === 'lost' || how === 'gained'
  // whether right or wrong is told of scores that are one or the other, and those alone flip
  if (flip === 'right') return value === 1
  if (flip === 'wrong') return value === 0
  return how === flip
}

/** Rows by what they are sorted by; those of which it is not known come last, equals in the order of the study. */
function sorted(table: ItemTable, rows: Uint32Array, { sort, isDescending }: ItemWish): Uint32Array {
  if (sort === 'study') return isDescending ? rows.toReversed() : rows.slice()
  const { margin, denseMargin } = table
  const keyOf = (row: number) => sort === 'margin' ? margin[row]! : sort === 'denseMargin' ? denseMargin[row]! : margin[row]! - denseMargin[row]! // prettier-ignore
  const orderOf = (row: number) => sortable(isDescending ? -keyOf(row) : keyOf(row))
  if (rows.length > PLACES) return rows.slice().sort((a, b) => orderOf(a) - orderOf(b) || a - b)
  // key and place in one number: a million of them are sorted ten times as fast as by comparing rows
  const packed = Float64Array.from(rows, (row, place) => orderOf(row) * PLACES + place)
  packed.sort()
  return Uint32Array.from(packed, (key) => rows[key % PLACES]!)
}

/** Rows that a table may have for its keys to be sorted so: 32 bits of the key leave 21 of the 53 that a number is exact to. */
const PLACES = 2 ** 21

const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)

/** A whole number of 32 bits that orders as the float does; not a number is the largest. */
function sortable(x: number): number {
  if (Number.isNaN(x)) return 0xffffffff
  float[0] = x
  const b = bits[0]!
  return (b & 0x80000000 ? ~b : b | 0x80000000) >>> 0
}
