import type { TrendRow } from '../../preload/contract.ts'
import { amountOf, levelLabel, withoutBits } from './amount.ts'
import { amountScale, amountTitle, bitsWords, blocksOf, type Block } from './blocks.ts'
import { groupBy, levelKey, meanOf, seriesKey } from './view.ts'
import { fixed, plural, pValue, signed } from './words.ts'
import { signOf, trendMark } from './levels.ts'
import { sizeWords, WIDTH, type Chart, type ChartData } from './chart.ts'
import { BOLD, drawLegend, folded } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { createPanels, niceScale, type Panels, type Scale } from './panels.ts'
import { INK, seriesColour, SOFT } from './palette.ts'

const LEFT = 56
const GAP = 26
/** Of the names above columns. */
const LINE = 13
const TAU_HEIGHT = 190
const FLOOR_HEIGHT = 84
/** Both, and what stands between and below them. */
const BLOCK_HEIGHT = TAU_HEIGHT + 16 + FLOOR_HEIGHT + 42

/** Kendall's tau across levels, above the count of tasks that are left out of it; a column per estimator of difficulty, bits below zeros. */
export const trend: Chart = {
  id: 'trend',
  title: 'Does difficulty predict the drop? Tau across levels',
  empty:
    'No trend between difficulty and drop was computed for this study: it declares no difficulty, or at no level do enough tasks stand above the floor.',
  // levels of axes are tasks too, where an estimator holds across them
  isFor: ({ view, estimator, trends }) => trends.length > 0 || estimator !== null || view.families.length === 0,
  caption({ view, trends }) {
    const estimators = new Set(trends.map((t) => t.estimator)).size
    const columns = estimators > 1 ? 'Left to right: estimators of difficulty. ' : ''
    const over = view.series.some((s) => s.seeds.length > 1)
      ? ' With several seeds, marks are means over them and bars the widest span of their intervals.'
      : ''
    const below = view.tasks.some((p) => p.chance !== null)
      ? 'Below: tasks left out of tau because they, or the dense model on them, are not above chance. Where that line nears all tasks, tau says little.'
      : 'Below: tasks left out of tau; scores without chance leave out none.'
    return (
      `${columns}Above: Kendall’s tau-b between difficulty and drop; above zero, harder tasks lose more. Bars: 95 % intervals, bootstrap over tasks.${bitsWords(view.series)} ` +
      'Full marks have an interval that excludes zero; hollow ones cannot be told from no trend. ' +
      'Each interval stands for itself: with many levels, some exclude zero by chance. ' +
      `${below}${over} ${sizeWords(view)}`
    )
  },
  figure({ view, trends }, prefix) {
    const estimators = [...groupBy(trends, (t) => t.estimator)]
    const blocks = blocksOf(view.series).flatMap((block) => {
      const columns = estimators.map(([name, rows]) => ({ name, lines: linesOf(block, rows) }))
      return columns.some(({ lines }) => lines.some((one) => one.marks.length > 0)) ? [{ ...block, columns }] : []
    })
    const all = blocks.flatMap(({ columns }) => columns.flatMap(({ lines }) => lines))
    if (all.length === 0) return null
    const panels = createPanels()
    const legend = view.series.map(({ label }, i) => ({
      ...{ label, color: seriesColour(i), mark: 'full' as const, line: 'solid' as const },
    }))
    const hollow = { label: 'interval includes zero', color: SOFT, mark: 'hollow' as const }
    const width = (WIDTH - LEFT - 14 - GAP * (estimators.length - 1)) / estimators.length
    const names = estimators.map(([name]) => folded(name, (width + GAP - 6) / BOLD))
    const head = estimators.length > 1 ? 17 + LINE * Math.max(...names.map((lines) => lines.length)) : 10
    const first = drawLegend(panels, [...legend, hollow], LEFT, 0, WIDTH)
    const total = Math.max(1, ...trends.map((t) => t.tasks + t.floor))
    const scales = { tau: tauScale(all), count: countScale(total) }
    for (const [b, block] of blocks.entries()) {
      const top = first + head + b * (BLOCK_HEIGHT + head)
      for (const [i, { lines }] of block.columns.entries()) {
        const left = LEFT + i * (width + GAP)
        const words = estimators.length > 1 ? names[i]!.toReversed() : []
        for (const [up, part] of words.entries()) panels.write(part, left, top - 14 - up * LINE, { bold: true })
        drawColumn(panels, lines, { left, top, width, total, isFirst: i === 0 }, { x: amountScale(block), ...scales })
      }
      const lower = top + TAU_HEIGHT + 16
      panels.write('Kendall’s tau', 8, top + TAU_HEIGHT / 2, { fill: SOFT, align: 'center', turn: 90 })
      panels.write('tasks left out', 8, lower + FLOOR_HEIGHT / 2, { fill: SOFT, align: 'center', turn: 90 })
      panels.write(amountTitle([block]), (LEFT + WIDTH - 14) / 2, lower + FLOOR_HEIGHT + 32, { fill: SOFT, align: 'center' })
    }
    const said = estimators.map(([name], i) => {
      const lines = blocks.flatMap(({ columns }) => columns[i]!.lines)
      return `By ${name}: ${lines.map(({ label, marks: m }) => `${label}: ${m.map(({ tip }) => tip).join('; ')}`).join('. ')}`
    })
    return {
      id: `${prefix}-trend`,
      title: trend.title,
      about: `Tau between difficulty and drop. ${said.join('. ')}.`,
      width: WIDTH,
      height: first + blocks.length * (BLOCK_HEIGHT + head),
      option: panels.option(),
    }
  },
  tables({ trends }) {
    if (trends.every((t) => t.tau === null)) return []
    const hasSeeds = new Set(trends.map((t) => t.seed)).size > 1
    const rows = trends.map((t) => {
      const numbers = [signed(t.tau, 3), signed(t.low, 3), signed(t.high, 3), t.p === null ? '–' : fixed(t.p, 4)]
      const names = [t.estimator, withoutBits(t.method), t.group, levelLabel(t)]
      return [...names, ...(hasSeeds ? [String(t.seed)] : []), ...numbers, String(t.tasks), String(t.floor)]
    })
    const head = ['difficulty', 'method', 'within', 'level', ...(hasSeeds ? ['seed'] : []), 'tau', 'low', 'high', 'p', 'tasks', 'left out'] // prettier-ignore
    return [{ caption: 'Kendall’s tau-b between difficulty and drop; intervals are 95 %', head, words: 4, rows }]
  },
}

interface TrendLine {
  readonly label: string
  readonly color: string
  readonly marks: readonly Mark[]
  /** Through the marks, interrupted at levels without one. */
  readonly path: readonly (readonly [number, number])[]
  readonly floors: readonly Mark[]
}

interface Column {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly total: number
  readonly isFirst: boolean
}

interface Scales {
  readonly x: Scale
  readonly tau: Scale
  readonly count: Scale
}

function drawColumn(panels: Panels, lines: readonly TrendLine[], column: Column, scales: Scales): void {
  const { left, top, width, total, isFirst } = column
  const { x } = scales
  const upper = panels.add({ x: left, y: top, width, height: TAU_HEIGHT }, x, scales.tau, { x: false, y: isFirst })
  const box = { x: left, y: top + TAU_HEIGHT + 16, width, height: FLOOR_HEIGHT }
  const lower = panels.add(box, x, scales.count, { x: true, y: isFirst })
  panels.draw(line(upper, [[x.min, 0], [x.max, 0]], { color: INK, type: 'dashed' })) // prettier-ignore
  panels.draw(line(lower, [[x.min, total], [x.max, total]], { color: INK, type: 'dashed' })) // prettier-ignore
  for (const { marks: points, path, color, floors } of lines) {
    panels.draw(line(upper, path, { color, width: 1.4 }), errorBars(upper, points, color), marks(upper, points, color, 6)) // prettier-ignore
    panels.draw(line(lower, floors.map(({ at }) => at), { color, width: 1.4 }), marks(lower, floors, color, 4.5)) // prettier-ignore
  }
}

function linesOf(block: Block, trends: ChartData['trends']): TrendLine[] {
  const { min, max } = amountScale(block)
  return block.lines.flatMap(({ series: one, color }, i) => {
    const rows = trends.filter((t) => seriesKey(t) === one.id)
    if (rows.length === 0) return []
    // lines that share a level stand a little apart, so that one bar does not hide the other
    const shift = 0.008 * (max - min) * (i - (block.lines.length - 1) / 2)
    const levels = [...groupBy(rows, levelKey).values()].sort((a, b) => amountOf(a[0]!) - amountOf(b[0]!))
    const points = levels.map((some) => markOf(some, shift))
    return {
      ...{ label: one.label, color },
      marks: points.filter((mark) => mark !== null),
      path: points.map((mark, at) => mark?.at ?? ([amountOf(levels[at]![0]!), NaN] as const)),
      floors: levels.map((some) => floorMark(some, shift)),
    }
  })
}

function markOf(rows: readonly TrendRow[], shift: number): Mark | null {
  const mark = trendMark(rows)
  const { tau, low, high, p, seeds, tasks } = mark
  if (tau === null) return null
  const tests = seeds === 1 ? pValue(p) : `over ${seeds} seeds`
  return {
    ...{ at: [amountOf(rows[0]!) + shift, tau], low, high },
    isHollow: signOf(mark) === 0,
    tip: `${levelLabel(rows[0]!)}: tau ${signed(tau, 2)} [${signed(low, 2)}, ${signed(high, 2)}], ${tests}, ${plural(tasks, 'task')}`,
  }
}

function floorMark(rows: readonly TrendRow[], shift: number): Mark {
  const floor = meanOf(rows.map((t) => t.floor))!
  const tip = `${levelLabel(rows[0]!)}: ${fixed(floor, floor % 1 ? 1 : 0)} left out`
  return { at: [amountOf(rows[0]!) + shift, floor], low: null, high: null, tip }
}

/** Symmetric about zero, wide enough for all marks and half of each bar. */
function tauScale(lines: readonly TrendLine[]): Scale {
  const ends = lines.flatMap(({ marks: m }) =>
    m.flatMap(({ at: [, y], low, high }) => [y, (y + (low ?? y)) / 2, (y + (high ?? y)) / 2]),
  )
  const bound = Math.min(1, Math.max(0.2, ...ends.map(Math.abs)))
  const nice = niceScale(-bound, bound, 4)
  const decimals = Math.max(1, ...nice.ticks.map((t) => (String(t).split('.')[1] ?? '').length))
  return { ...nice, label: (v) => signed(v, decimals) }
}

/** All tasks are the uppermost tick; those too near to it for two labels are left out. */
function countScale(total: number): Scale {
  const ticks = niceScale(0, total, 3).ticks.filter((t) => Number.isInteger(t) && t < 0.85 * total)
  return { min: 0, max: 1.06 * total, ticks: [...ticks, total], label: String }
}
