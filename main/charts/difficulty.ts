import type { TrendRow } from '../../preload/contract.ts'
import { levelName } from './amount.ts'
import { keyOfLevel, levelKey, type Level, type Point, type Series, type View } from './view.ts'
import { fixed, lossName, percent, pValue, signed } from './words.ts'
import { sizeWords, stateWords, WIDTH, type Chart, type ChartData, type DataTable } from './chart.ts'
import { BOLD, drawLegend, shorten } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { createPanels, logScale, niceScale, percentScale, SMALL, timesWords, type Panels, type Scale } from './panels.ts'
import { FLOOR, INK, seriesColour, SOFT } from './palette.ts'

const LEFT = 48
const GAP = 18
const RIGHT = 14
const HEIGHT = 140
const HEAD = 56
const FOOT = 24
const CHOSEN = 3

/** Difficulty against drop: a row of panels per series, at up to three informative levels. */
export const difficulty: Chart = {
  id: 'difficulty',
  title: 'Difficulty against drop',
  empty: 'Nothing has been compressed yet, or no task declares a difficulty, so difficulty cannot be set against drop.',
  isFor: ({ view, estimator }) => estimator !== null || view.families.length === 0,
  caption({ view, estimator }) {
    const floor = hasFloor(view)
      ? 'Shown are the first, middle and last level at which at least half of the tasks that the dense model can do still stand above chance (of all levels, where there is none). ' +
        'Hollow grey marks: tasks at the floor there; leaving them out of tau takes away tasks that lost most. Crosses at the lower edge: tasks on which the dense model itself is not above chance, so that no drop can be seen. Both are left out of tau and of the line.'
      : `Shown are the first, middle and last level; ${lossName(view.scorer)} on a logarithmic scale, as a multiple of dense.`
    const shared = isOfDense(estimator)
      ? ` The ${estimator === 'human-gap' ? 'human gap' : estimator} comes from the same answers of the uncompressed model as the score that the drop is divided by, so the two share their noise, which by itself pushes tau below zero.`
      : ''
    return (
      `Each mark is a task: its difficulty${estimator ? ` (${estimator})` : ''} against what it lost of its dense score. Bars: 95 % intervals, paired bootstrap over items. ${floor} ` +
      `Tau is Kendall’s tau-b; positive means that harder tasks lose more. The line is Theil and Sen’s: the median of all pairwise slopes.${shared} ${sizeWords(view)}`
    )
  },
  figure({ view, trends, estimator }, prefix) {
    if (estimator === null || view.series.length === 0) return null
    const rows = view.series.map((series, i) => ({ series, color: seriesColour(i), levels: informativeLevels(series) }))
    const shown = rows.flatMap(({ levels }) => levels.flatMap(({ points }) => points)).filter(isPlaced)
    if (shown.length === 0) return null
    const panels = createPanels()
    const top = drawLegend(panels, hasFloor(view) ? LEGEND : LEGEND.filter(({ color }) => color !== FLOOR), LEFT, 0, WIDTH) + 6
    const width = (WIDTH - RIGHT - LEFT - GAP * (CHOSEN - 1)) / CHOSEN
    const [x, y] = [hardnessScale(shown), dropScale(shown, view.better)]
    const rowHeight = HEAD + HEIGHT + FOOT
    const words = (series: Series, level: Level) => trendWords(trendsOf(series, level, trends, estimator))
    for (const [r, { series, color, levels }] of rows.entries()) {
      const upper = top + r * rowHeight
      panels.place({ type: 'circle', shape: { cx: LEFT + 5, cy: upper + 10, r: 4 }, style: { fill: color } })
      panels.write(shorten(series.label, (WIDTH - LEFT - 20) / BOLD), LEFT + 15, upper + 10, { bold: true })
      for (const [c, level] of levels.entries()) {
        const box = { x: LEFT + c * (width + GAP), y: upper + HEAD, width, height: HEIGHT }
        const panel = panels.add(box, x, y, { x: true, y: c === 0 })
        const known = level.points.filter(isPlaced)
        const count = `${known.filter(isCounted).length} of ${known.length} tasks`
        panels.write(levelName(level), box.x, box.y - 24, { bold: true, size: 11 })
        panels.write(count, box.x + width, box.y - 24, { size: SMALL, fill: SOFT, align: 'right' })
        panels.write(words(series, level), box.x, box.y - 10, { size: SMALL, fill: SOFT })
        drawPanel(panels, panel, level, color, x, y)
      }
      panels.write(y.isLog ? `${lossName(view.scorer)}, × dense` : 'drop, % of dense', 8, upper + HEAD + HEIGHT / 2, {
        fill: SOFT,
        align: 'center',
        turn: 90,
      })
    }
    const height = top + rows.length * rowHeight
    panels.write(`difficulty: ${estimator} (harder →)`, (LEFT + WIDTH) / 2, height + 10, { fill: SOFT, align: 'center' })
    return {
      id: `${prefix}-difficulty`,
      title: difficulty.title,
      about: `Scatter plots of difficulty against drop at chosen levels. ${rows.map(({ series, levels }) => `${series.label}: ${levels.map((level) => `${level.label}, ${words(series, level)}`).join('; ')}`).join('. ')}.`,
      width: WIDTH,
      height: height + 20,
      option: panels.option(),
    }
  },
  tables(data) {
    if (data.estimator === null) return []
    return data.view.series.flatMap((series) => informativeLevels(series).flatMap((level) => tableOf(series, level)))
  },
}

const LEGEND = [
  { label: 'task, with interval', color: INK, mark: 'full' },
  { label: 'task at the floor', color: FLOOR, mark: 'hollow' },
  { label: 'dense not above chance', color: FLOOR, mark: 'cross' },
  { label: 'trend (Theil–Sen)', color: INK, line: 'solid' },
] as const

/** Whether an estimator is made from the very answers that drops are. */
const isOfDense = (estimator: string | null) => /^(human-gap|dense-error|dense-loss)/.test(estimator ?? '')

const hasFloor = (view: View) => view.tasks.some((p) => p.chance !== null)
const isCounted = (p: Point) => !p.isFloor && !p.isDenseFloor
/** Levels of an axis have figures of their own: how hard they are cannot be compared with other tasks. */
const isPlaced = (p: Point) => p.difficulty !== null && p.drop !== null && p.axis === ''

function tableOf(series: Series, level: Level): DataTable[] {
  const points = level.points.filter(isPlaced)
  if (points.length === 0) return []
  return [
    {
      caption: `${series.label}, ${levelName(level)}: drop in percent of dense, intervals are 95 %`,
      head: ['task', 'state', 'difficulty', 'drop', 'low', 'high', 'n'],
      words: 2,
      rows: points.map((p) => {
        const state = p.isDenseFloor ? 'dense not above chance' : p.isFloor ? 'at the floor' : ''
        return [p.task, state, fixed(p.difficulty, 3), percent(p.drop), percent(p.dropLow), percent(p.dropHigh), String(p.n)]
      }),
    },
  ]
}

/** Up to three levels: first, middle and last of those at which at least half of the tasks that dense can do are above the floor. */
export function informativeLevels({ levels }: Pick<Series, 'levels'>): Level[] {
  const isOpen = ({ points }: Level) => {
    const able = points.filter((p) => !p.isDenseFloor)
    return able.length > 0 && able.filter((p) => !p.isFloor).length * 2 >= able.length
  }
  const open = levels.filter(isOpen)
  const from = open.length > 0 ? open : levels
  const picks = [0, Math.floor((from.length - 1) / 2), from.length - 1]
  return [...new Set(picks)].flatMap((i) => from[i] ?? [])
}

/** Median of all pairwise slopes, and the median of the intercepts that follow (Sen 1968, doi:10.1080/01621459.1968.10480934); null below two points. */
export function theilSen(points: readonly (readonly [number, number])[]): { slope: number; intercept: number } | null {
  const slopes = points.flatMap(([x, y], i) => points.slice(0, i).flatMap(([u, v]) => (x === u ? [] : [(y - v) / (x - u)])))
  if (slopes.length === 0) return null
  const slope = median(slopes)
  return { slope, intercept: median(points.map(([x, y]) => y - slope * x)) }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

function hardnessScale(points: readonly Point[]): Scale {
  const hardness = points.map((p) => p.difficulty!)
  const [min, max] = [Math.min(...hardness), Math.max(...hardness)]
  const margin = 0.04 * (max - min) || 0.5
  const ticks = niceScale(min, max, 4).ticks.filter((t) => t >= min - margin && t <= max + margin)
  const digits = Math.max(0, ...ticks.map((t) => (String(t).split('.')[1] ?? '').length))
  return { min: min - margin, max: max + margin, ticks, label: (v) => fixed(Number(v.toPrecision(6)), digits) }
}

/** Wide enough for all marks and half of each bar; perplexities as multiples of dense, on a logarithmic axis. */
function dropScale(points: readonly Point[], better: View['better']): Scale {
  const drops = points
    .filter((p) => !p.isDenseFloor)
    .flatMap((p) => (isCounted(p) ? [p.drop!, halfway(p.drop!, p.dropLow), halfway(p.drop!, p.dropHigh)] : [p.drop!]))
  if (better === 'higher') return percentScale(Math.min(0, ...drops), Math.max(0.02, ...drops), 6)
  const multiples = drops.map((drop) => 1 + drop)
  // a hair below 1 is not worth a decade
  return {
    ...logScale(Math.min(1, ...multiples.filter((m) => m < 0.9)), Math.max(2, ...multiples)),
    isLog: true,
    label: timesWords,
  }
}

function halfway(value: number, end: number | null): number {
  return (value + (end ?? value)) / 2
}

function drawPanel(panels: Panels, panel: number, level: Level, color: string, x: Scale, y: Scale): void {
  const known = level.points.filter(isPlaced)
  const height = (drop: number) => (y.isLog ? 1 + drop : drop)
  const markOf = (p: Point): Mark => ({
    // a drop from chance means nothing: only its difficulty has a place
    at: [p.difficulty!, p.isDenseFloor ? y.min : height(p.drop!)],
    low: p.dropLow === null ? null : height(p.dropLow),
    high: p.dropHigh === null ? null : height(p.dropHigh),
    isHollow: p.isFloor,
    isCross: p.isDenseFloor,
    tip: `${p.task}: difficulty ${fixed(p.difficulty, 3)}, ${stateWords(p)}`,
  })
  const [counted, floor] = [known.filter(isCounted).map(markOf), known.filter((p) => !isCounted(p)).map(markOf)]
  panels.draw(line(panel, [[x.min, height(0)], [x.max, height(0)]], { color: FLOOR, type: 'dashed' })) // prettier-ignore
  panels.draw(marks(panel, floor, FLOOR, 5), errorBars(panel, counted, color, 0.35), marks(panel, counted, color, 4.5))
  const trend = trendLine(counted, y.isLog === true)
  if (trend) panels.draw(line(panel, trend, { color: INK, width: 1.8 }, { z: 5 }))
}

/** From the easiest to the hardest task; straight in the figure, so fitted to logarithms where the axis has them. */
function trendLine(counted: readonly Mark[], isLog: boolean): [number, number][] | undefined {
  const [into, back] = isLog ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v]
  const fit = counted.length < 3 ? null : theilSen(counted.map(({ at: [x, y] }) => [x, into(y)]))
  if (fit === null) return undefined
  const hardness = counted.map(({ at }) => at[0])
  return [Math.min(...hardness), Math.max(...hardness)].map((x) => [x, back(fit.intercept + fit.slope * x)])
}

function trendsOf(series: Series, level: Level, trends: ChartData['trends'], estimator: string): TrendRow[] {
  const key = keyOfLevel(series, level)
  return trends.filter((t) => t.estimator === estimator && levelKey(t) === key)
}

function trendWords(rows: readonly TrendRow[]): string {
  const [one] = rows
  if (one === undefined) return 'no trend'
  const taus = rows.flatMap((t) => (t.tau === null ? [] : [t.tau]))
  if (taus.length === 0) return 'too few tasks above the floor for τ'
  if (rows.length === 1) return `τ = ${signed(one.tau, 2)} [${signed(one.low, 2)}, ${signed(one.high, 2)}], ${pValue(one.p)}`
  return `τ from ${signed(Math.min(...taus), 2)} to ${signed(Math.max(...taus), 2)} over ${rows.length} seeds`
}
