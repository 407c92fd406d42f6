import { WIDTH, type Chart, type DataTable } from './chart.ts'
import { BOLD, drawLegend, shorten, type LegendEntry } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { FLOOR, seriesColour, SOFT } from './palette.ts'
import { createPanels, logScale, percentScale, type Box, type Panels, type Scale } from './panels.ts'
import { groupBy, isControl, type Level, type Point, type Series, type View } from './view.ts'
import { fixed, percent, plural } from './words.ts'

const LEFT = 46
const RIGHT = 14
const GAP = 34
const HEIGHT = 150
const HEAD = 26
const FOOT = 24
/** Mean drop from which on a model counts as collapsed (paper.md 1.5). */
const COLLAPSE = 0.5

/** How far apart hard and easy are, by pruning and by quantisation: against memory, and against how far the outputs moved (paper.md 1.5). */
export const contrast: Chart = {
  id: 'contrast',
  title: 'Hard less easy, by pruning and by quantisation',
  empty: 'No two conditions above chance differ in difficulty, so there is nothing to tell apart.',
  isFor: ({ view }) => view.series.some((s) => s.isCoded) && view.series.some((s) => !s.isCoded) && (view.families.length > 0 || view.hasDifficulty), // prettier-ignore
  caption({ view }) {
    const error = hasErrors(view) ? ' Right: against the relative error of the outputs of a matrix, on a logarithmic scale.' : '' // prettier-ignore
    return (
      'Separation: drop of the hardest condition above chance less that of the easiest; of tasks without an axis, hardest and easiest third. ' +
      `Left: against bits per weight, 16 for each weight kept, without the index that says which; with one bit per weight for a mask, pruning moves right by one.${error} ` +
      'Bars: 95 %, from the intervals of both drops. Hollow marks: the mean drop has passed one half, so that little is left to tell apart. Dashed: no separation.'
    )
  },
  figure({ view }, prefix) {
    const lines = linesOf(view)
    const spots = lines.flatMap((one) => one.spots)
    if (spots.length === 0) return null
    const names = [...new Set(lines.map(({ name }) => name))]
    const panels = createPanels()
    const color = (name: string) => seriesColour(names.indexOf(name))
    const entries = names.map((name): LegendEntry => {
      return { label: name, color: color(name), mark: 'full', line: lookOf(lines.find((one) => one.name === name)!) }
    })
    const top = drawLegend(panels, [...entries, { label: 'collapsed', color: SOFT, mark: 'hollow' }], LEFT, 0, WIDTH) + 6
    const subjects = [...groupBy(lines, ({ subject }) => subject)]
    const columns = hasErrors(view) ? COLUMNS : COLUMNS.slice(0, 1)
    const width = (WIDTH - LEFT - RIGHT - GAP * (columns.length - 1)) / columns.length
    const rowHeight = HEAD + HEIGHT + FOOT
    for (const [row, [subject, mine]] of subjects.entries()) {
      const y = heightScale(mine.flatMap((one) => one.spots))
      const at = top + row * rowHeight
      panels.write(shorten(subject, (WIDTH - LEFT) / BOLD), LEFT, at + 10, { bold: true })
      for (const [i, { place, scale }] of columns.entries()) {
        const box: Box = { x: LEFT + i * (width + GAP), y: at + HEAD, width, height: HEIGHT }
        const panel = panels.add(box, scale(spots), y, { x: true, y: i === 0 })
        const x = scale(spots)
        panels.draw(line(panel, [[x.min, 0], [x.max, 0]], { color: FLOOR, type: 'dashed' })) // prettier-ignore
        for (const one of mine) drawLine(panels, panel, one, place, color(one.name))
      }
    }
    const bottom = top + subjects.length * rowHeight
    for (const [i, { title }] of columns.entries()) panels.write(title, LEFT + i * (width + GAP) + width / 2, bottom + 6, { fill: SOFT, align: 'center' }) // prettier-ignore
    panels.write('separation, points of dense', 8, top + HEAD + HEIGHT / 2, { fill: SOFT, align: 'center', turn: 90 })
    return {
      id: `${prefix}-contrast`,
      title: contrast.title,
      about: `Separation of hard and easy conditions for ${names.join(', ')}, a row per axis or estimator, against memory${columns.length > 1 ? ' and output error' : ''}. The numbers are in the table below.`, // prettier-ignore
      width: WIDTH,
      height: bottom + 16,
      option: panels.option(),
    }
  },
  tables: ({ view }) => tableOf(linesOf(view)),
}

/** One level: where it stands, and how far apart hard and easy are there. */
interface Spot {
  readonly label: string
  readonly bits: number
  readonly error: number | null
  readonly value: number
  readonly low: number
  readonly high: number
  readonly isCollapsed: boolean
}
interface Line {
  readonly subject: string
  readonly name: string
  readonly isCoded: boolean
  readonly isControl: boolean
  readonly spots: readonly Spot[]
}

interface Column {
  readonly title: string
  place(spot: Spot): number | null
  scale(spots: readonly Spot[]): Scale
}

const errorWords = (v: number) => (v < 0.001 ? v.toExponential(0).replace('-', '−') : String(Number(v.toPrecision(3))))

/** Compression grows to the right in both. */
const COLUMNS: readonly Column[] = [
  {
    title: 'bits per weight',
    place: ({ bits }) => -bits,
    scale: () => ({ min: -16, max: 0, ticks: [-16, -12, -8, -4, 0], label: (v) => String(-v) }),
  },
  {
    title: 'relative output error',
    place: ({ error }) => (error !== null && error > 0 ? error : null),
    scale(spots) {
      const errors = spots.flatMap(({ error }) => (error !== null && error > 0 ? [error] : []))
      return { ...logScale(Math.min(...errors), Math.max(...errors)), isLog: true, label: errorWords }
    },
  },
]

const lookOf = ({ isCoded: coded, isControl: control }: Line) => (control ? 'dotted' : coded ? 'dashed' : 'solid')
const hasErrors = (view: View) => view.series.some(({ levels }) => levels.some(({ outputError }) => (outputError ?? 0) > 0))

/** Every subject under every way of compressing. */
function linesOf(view: View): Line[] {
  return subjectsOf(view).flatMap(({ subject, easy, hard, all }) =>
    view.series.flatMap((series): Line[] => {
      const spots = series.levels.flatMap((level) => spotOf(level, series, { easy, hard, all }))
      const kind = { name: series.label, isCoded: series.isCoded, isControl: isControl(series) }
      return spots.length === 0 ? [] : [{ subject, ...kind, spots: spots.sort((a, b) => b.bits - a.bits) }]
    }),
  )
}

interface Ends {
  readonly easy: readonly string[]
  readonly hard: readonly string[]
  readonly all: readonly string[]
}

/** The ends of each axis, and thirds of what is ordered by a difficulty that holds across tasks; of what dense can do. */
function subjectsOf(view: View): (Ends & { readonly subject: string })[] {
  const ends = (subject: string, able: readonly Point[], size: number) => {
    const names = able.map(({ task }) => task)
    return able.length < 2 ? [] : [{ subject, all: names, easy: names.slice(0, size), hard: names.slice(-size) }]
  }
  const ordered = view.hasDifficulty ? view.tasks.filter((p) => p.axis === '' && p.difficulty !== null && !p.isDenseFloor) : []
  return [
    ...view.families.flatMap(({ name, levels }) => ends(name, levels.filter((p) => !p.isDenseFloor), 1)), // prettier-ignore
    ...ends('tasks by difficulty', ordered, Math.max(1, Math.floor(ordered.length / 3))),
  ]
}

function spotOf(level: Level, { isCoded }: Series, { easy, hard, all }: Ends): Spot[] {
  const of = (names: readonly string[]) => level.points.filter((p) => names.includes(p.task) && p.drop !== null)
  if (of(all).length < all.length) return []
  const [soft, firm] = [meanDrop(of(easy)), meanDrop(of(hard))]
  const value = firm.value - soft.value
  return [
    {
      label: level.label,
      bits: isCoded ? level.effectiveBits : 16 * (1 - level.sparsity),
      error: level.outputError,
      ...{ value, low: value - Math.hypot(firm.below, soft.above), high: value + Math.hypot(firm.above, soft.below) },
      isCollapsed: meanDrop(of(all)).value > COLLAPSE,
    },
  ]
}

/** Mean drop, and how far its interval goes to either side: items of different conditions are drawn apart, so that squares add up. */
function meanDrop(points: readonly Point[]): { readonly value: number; readonly below: number; readonly above: number } {
  const n = points.length
  const side = (of: (p: Point) => number | null) => Math.hypot(...points.map((p) => Math.abs(p.drop! - (of(p) ?? p.drop!)))) / n
  return { value: points.reduce((sum, p) => sum + p.drop!, 0) / n, below: side((p) => p.dropLow), above: side((p) => p.dropHigh) }
}

function heightScale(spots: readonly Spot[]): Scale {
  const ends = spots.flatMap(({ value, low, high }) => [value, (value + low) / 2, (value + high) / 2])
  return percentScale(Math.min(-0.02, ...ends), Math.max(0.02, ...ends), 5)
}

function drawLine(panels: Panels, panel: number, one: Line, place: Column['place'], color: string): void {
  const points = one.spots.flatMap((spot): Mark[] => {
    const x = place(spot)
    const tip = `${one.name}, ${spot.label}: separation ${percent(spot.value)} points [${percent(spot.low)}, ${percent(spot.high)}]`
    return x === null ? [] : [{ at: [x, spot.value], low: spot.low, high: spot.high, isHollow: spot.isCollapsed, tip }]
  })
  const sorted = [...points].sort((a, b) => a.at[0] - b.at[0])
  panels.draw(line(panel, sorted.map(({ at }) => at), { color, width: 1.6, type: lookOf(one) }), errorBars(panel, sorted, color, 0.4)) // prettier-ignore
  panels.draw(marks(panel, sorted, color, 5))
}

function tableOf(lines: readonly Line[]): DataTable[] {
  return [...groupBy(lines, ({ subject }) => subject)].map(([subject, mine]) => ({
    caption: `${subject}: drop of hard less drop of easy in points of dense; ${plural(mine.length, 'way')} of compressing, intervals are 95 %`,
    head: ['compression', 'level', 'state', 'bits per weight', 'output error', 'separation', 'low', 'high'],
    words: 3,
    rows: mine.flatMap(
      ({ name, spots }) =>
      spots.map((s) => [name, s.label, s.isCollapsed ? 'collapsed' : '', fixed(s.bits, 2), s.error === null ? '–' : s.error.toPrecision(3), percent(s.value), percent(s.low), percent(s.high)]), // prettier-ignore
    ),
  }))
}
