import { BOLD, shorten, textWidth } from './legend.ts'
import type { Box, Panels } from './panels.ts'
import { SMALL } from './panels.ts'
import { INK } from './palette.ts'
import { WIDTH } from './chart.ts'
import type { Family, Level, Point, Series, View } from './view.ts'

export const LEFT = 44
const GAP = 24
const RIGHT = 12
const HEIGHT = 112
const FOOT = 24
const COLUMNS = 3
/** Lines of text above a panel. */
const TITLE = 17

/** The panel of one family and series. */
export interface FamilyPanel {
  readonly family: Family
  readonly series: Series
  readonly box: Box
  readonly isFirst: boolean
  /** Where its second line of text stands: x and y. */
  readonly below: readonly [number, number]
}

/** Where a family's name stands, and what room there is beside it. */
export interface FamilyHead {
  readonly family: Family
  readonly x: number
  readonly y: number
  readonly width: number
}

/**
 * Small multiples: with several series a row of panels per family, a column per series; with one, families side by side. `lines`: of text above
 * each panel, below the family's name.
 */
export function layFamilies(view: View, top: number, lines: 1 | 2) {
  const { families, series } = view
  const isAlone = series.length === 1
  const columns = Math.min(COLUMNS, isAlone ? families.length : series.length)
  const width = (WIDTH - RIGHT - LEFT - GAP * (columns - 1)) / columns
  const above = TITLE * (isAlone ? 2 : 1 + lines) + 6
  const panels: FamilyPanel[] = []
  const heads: FamilyHead[] = []
  let y = top
  const rows = isAlone ? chunks(families.map((family) => [family, series[0]!] as const), columns) : families.flatMap((family) => chunks(series.map((one) => [family, one] as const), columns)) // prettier-ignore
  let last: Family | undefined
  for (const row of rows) {
    const named = isAlone || row[0]![0] !== last
    for (const [i, [family, one]] of row.entries()) {
      const x = LEFT + i * (width + GAP)
      if (isAlone || (named && i === 0)) heads.push({ family, x, y: y + 9, width: isAlone ? width : WIDTH - RIGHT - LEFT })
      const box = { x, y: y + above, width, height: HEIGHT }
      panels.push({ family, series: one, box, isFirst: i === 0, below: [x, y + above - 12] })
    }
    last = row[0]![0]
    y += above + HEIGHT + FOOT
  }
  return {
    panels,
    heads,
    isAlone,
    bottom: y,
    middle: LEFT + (columns * (width + GAP) - GAP) / 2,
    first: top + above + HEIGHT / 2,
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

/** Names of the families, and of the series above their panels. */
export function nameFamilies(
  panels: Panels,
  { panels: all, heads, isAlone }: ReturnType<typeof layFamilies>,
  lines: 1 | 2,
): void {
  for (const { family, x, y, width } of heads) {
    panels.write(shorten(family.name, width / BOLD), x, y, { bold: true })
  }
  if (isAlone) return
  for (const { series, box, below } of all) {
    panels.write(shorten(series.label, box.width, 11), box.x, below[1] - TITLE * (lines - 1), { size: 11 })
  }
}

/** Short lines of colour, each with its word, from left to right as far as there is room. */
export function drawSwatches(
  panels: Panels,
  entries: readonly { readonly label: string; readonly color: string }[],
  [x, y]: readonly [number, number],
  ends: readonly [string, string] = ['', ''],
): void {
  const [from, to] = ends
  const write = (text: string) => {
    if (text === '') return
    panels.write(text, x, y, { size: SMALL, fill: INK })
    x += textWidth(text, SMALL) + 7
  }
  write(from)
  for (const { label, color } of entries) {
    panels.place({ type: 'line', shape: { x1: x, y1: y, x2: x + 10, y2: y }, style: { stroke: color, lineWidth: 2.4 } })
    x += 13
    write(label)
  }
  write(to)
}

/** The points of a family at one level of compression, easiest first. */
export function pointsOf({ family, axis }: Family, { points }: Level): Point[] {
  return points.filter((p) => p.family === family && p.axis === axis)
}

/** Level of a point as an axis or a legend writes it. */
export function levelWords({ axisLevel }: Point): string {
  return String(axisLevel)
}
