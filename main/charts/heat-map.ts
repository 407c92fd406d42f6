import type { ChartSeries } from './option.ts'
import { levelNumber } from './amount.ts'
import type { Point, View } from './view.ts'
import { fixed, lossName, multiple, percent, plural, sentence } from './words.ts'
import { sizeWords, stateWords, WIDTH, type Chart, type DataTable } from './chart.ts'
import { BOLD, shorten, textWidth } from './legend.ts'
import { createPanels, type Panels } from './panels.ts'
import { diverging, FAINT, FLOOR, GROUND, INK, SOFT } from './palette.ts'

const ROW = 12
const HEAD = 92
const SMALL = 10
const GAP = 8
/** Below this a cell shows nothing; the map grows wider instead and is scaled down. */
const LEAST_CELL = 7

/** So that the label of a narrow last column stays inside. */
const EDGE = 4
/** Between families of tasks. */
const FAMILY_GAP = 5

/** Where the columns of the map end, in CSS pixels. */
interface Layout {
  readonly width: number
  readonly names: number
  readonly difficulty: number
  readonly dense: number
  readonly cells: number
  readonly cell: number
}

/** How a drop becomes a colour: −1 … 1 blue to red. */
interface Shade {
  readonly title: string
  readonly ends: readonly [string, string, string]
  of(drop: number): number
}

interface Cell {
  readonly x: number
  readonly y: number
  readonly point: Point
  readonly tip: string
}

/** Tasks × levels, hardest at the bottom. */
export const heatMap: Chart = {
  id: 'heat-map',
  title: 'Every task at every level',
  empty: 'No compressed version has been scored yet, so there is no map of tasks and levels.',
  caption({ view }) {
    const levels = 'the levels of each axis from the easiest (top) to the hardest'
    const tasks = view.hasDifficulty
      ? 'tasks from the easiest (top) to the hardest by the study’s difficulty'
      : 'tasks by group and name'
    const hasOthers = view.tasks.some((p) => p.axis === '')
    const order = sentence(view.families.length === 0 ? tasks : hasOthers ? `${tasks}, then ${levels}` : levels)
    const names = view.prefix ? `, their names without “${view.prefix}”` : ''
    const colour =
      view.better === 'higher'
        ? 'the drop in percent of the dense score (red: worse than dense, blue: better)'
        : `${lossName(view.scorer)} as a multiple of dense, on a logarithmic scale (red: worse than dense, blue: better)`
    const floor = view.tasks.some((p) => p.chance !== null)
      ? 'Struck through: the score is not above chance, so the drop can grow no further. Grey: on this task the dense model itself is not, so no drop can be seen. '
      : ''
    return (
      `${order}${names}; colour is ${colour}. A full cell has a 95 % interval that excludes zero (paired bootstrap over items); ` +
      `a small one cannot be told from no change. ${floor}Point at a cell to read it. ${sizeWords(view)}`
    )
  },
  figure({ view }, prefix) {
    if (view.series.length === 0 || view.tasks.length === 0) return null
    const layout = layOut(view)
    const shade = shadeOf(view)
    const panels = createPanels()
    drawKey(panels, shade, view.tasks.some((p) => p.chance !== null)) // prettier-ignore
    drawHeads(panels, view, layout)
    drawNames(panels, view, layout)
    panels.draw(cellSeries(placeCells(view, layout), layout, shade))
    return {
      id: `${prefix}-heat-map`,
      title: heatMap.title,
      about: `A map of ${plural(view.tasks.length, 'task')} by ${view.series.map((s) => `${plural(s.levels.length, 'level')} of ${s.label}`).join(', ')}; colour is the drop. The numbers are in the table below.`,
      width: layout.width,
      height: HEAD + view.tasks.length * ROW + FAMILY_GAP * breaksOf(view).length + 6,
      option: panels.option(),
    }
  },
  tables: ({ view }) => view.series.map((_, i) => tableOf(view, i)),
}

function tableOf(view: View, index: number): DataTable {
  const { label, levels, of } = view.series[index]!
  const at = levels.map(({ points }) => new Map(points.map((p) => [p.task, p])))
  const rows = view.tasks.map((p) => {
    const difficulty = view.hasDifficulty ? [p.axis === '' ? fixed(p.difficulty, 3) : '–'] : []
    return [p.task, ...difficulty, scoreOf(p), ...at.map((level) => cellWords(level.get(p.task)))]
  })
  const unit = of === null ? '' : ' kept'
  return {
    caption: `${label}: drop in percent of dense [95 % interval]; † at the floor; ‡ dense not above chance`,
    head: ['task', ...(view.hasDifficulty ? ['difficulty'] : []), 'dense', ...levels.map((level) => `${level.label}${unit}`)],
    words: 1,
    rows,
  }
}

function cellWords(p: Point | undefined): string {
  if (p === undefined || p.drop === null) return '–'
  const mark = p.isDenseFloor ? ' ‡' : p.isFloor ? ' †' : ''
  return `${percent(p.drop)} [${percent(p.dropLow)}, ${percent(p.dropHigh)}]${mark}`
}

function scoreOf(p: Point): string {
  return p.chance === null ? fixed(p.dense, 2) : percent(p.dense)
}

/** Rows at which another family begins. */
function breaksOf({ tasks }: View): number[] {
  return tasks.flatMap((p, i) => (i > 0 && (p.family !== tasks[i - 1]!.family || p.axis !== tasks[i - 1]!.axis) ? [i] : []))
}

/** Upper end of a row. */
function topOf(view: View): (row: number) => number {
  const breaks = breaksOf(view)
  return (row) => HEAD + row * ROW + FAMILY_GAP * breaks.filter((i) => i <= row).length
}

function layOut(view: View): Layout {
  const columns = view.series.reduce((sum, s) => sum + s.levels.length, 0)
  const gaps = GAP * (view.series.length - 1)
  const sides = (view.hasDifficulty ? 46 : 0) + 42
  const wanted = Math.max(60, ...view.tasks.map((p) => textWidth(p.name, SMALL))) + 8
  const names = Math.max(130, Math.min(wanted, WIDTH - sides - gaps - 15 * columns))
  const cell = Math.max(LEAST_CELL, Math.min(34, (WIDTH - EDGE - names - sides - gaps) / columns))
  const cells = names + sides
  return {
    width: Math.max(WIDTH, Math.ceil(cells + gaps + cell * columns) + EDGE),
    ...{ names, difficulty: cells - 46, dense: cells - 8, cells, cell },
  }
}

/** Full colour at the 95th percentile of what can be seen, rounded up. */
function shadeOf(view: View): Shade {
  const isLog = view.better === 'lower'
  const points = view.series.flatMap((s) => s.levels.flatMap((l) => l.points)).filter((p) => !p.isDenseFloor && p.drop !== null)
  const height = (drop: number) => (isLog ? Math.log2(Math.max(1e-9, 1 + drop)) : drop)
  const sizes = points.map((p) => Math.abs(height(p.drop!))).sort((a, b) => a - b)
  const seen = sizes[Math.floor(0.95 * (sizes.length - 1))] ?? 0
  const limit = isLog ? Math.max(1, Math.ceil(seen - 1e-9)) : Math.max(0.1, Math.ceil(seen * 20 - 1e-9) / 20)
  return {
    title: isLog ? `${lossName(view.scorer)}, × dense` : 'drop, % of dense',
    ends: isLog ? [`≤ 1/${multiple(2 ** limit)}`, '1', `≥ ${multiple(2 ** limit)}`] : [`≤ ${percent(-limit, 0)}`, '0', `≥ ${percent(limit, 0)}`], // prettier-ignore
    of: (drop) => height(drop) / limit,
  }
}

function drawKey(panels: Panels, shade: Shade, hasFloor: boolean): void {
  const [left, top, width] = [176, 4, 110]
  panels.write(shade.title, 0, top + 5, { fill: SOFT, size: 11 })
  for (let i = 0; i < 55; i++) {
    const shape = { x: left + (i * width) / 55, y: top, width: width / 55 + 0.3, height: 10 }
    panels.place({ type: 'rect', shape, style: { fill: diverging((i - 27) / 27) } })
  }
  swatch(panels, left, top, width, 10, 'none')
  const [low, middle, high] = shade.ends
  panels.write(low, left - 5, top + 5, { fill: SOFT, size: SMALL, align: 'right' })
  panels.write(middle, left + width / 2, top + 17, { fill: SOFT, size: SMALL, align: 'center' })
  panels.write(high, left + width + 5, top + 5, { fill: SOFT, size: SMALL })
  const tint = diverging(0.55)
  const keys: [string, (x: number) => void][] = [
    ['excludes 0', (x) => swatch(panels, x, top, 10, 10, tint)],
    ['may be 0', (x) => swatch(panels, x + 2.5, top + 3, 5, 4, tint)],
  ]
  if (hasFloor) {
    keys.push(['at the floor', (x) => (swatch(panels, x, top, 10, 10, tint), strike(panels, x, top, 10))])
    keys.push(['dense ≤ chance', (x) => swatch(panels, x, top, 10, 10, GROUND)])
  }
  let x = left + width + 62
  for (const [text, draw] of keys) {
    draw(x)
    panels.write(text, x + 15, top + 5, { fill: INK, size: SMALL })
    x += 27 + textWidth(text, SMALL)
  }
}

function swatch(panels: Panels, x: number, y: number, width: number, height: number, fill: string): void {
  panels.place({ type: 'rect', shape: { x, y, width, height }, style: { fill, stroke: FAINT, lineWidth: 0.6 } })
}

function strike(panels: Panels, x: number, y: number, size: number): void {
  panels.place({ type: 'line', shape: { x1: x, y1: y + size, x2: x + size, y2: y }, style: { stroke: INK, lineWidth: 1 } })
}

function drawHeads(panels: Panels, view: View, layout: Layout): void {
  const style = { fill: SOFT, size: SMALL, align: 'right' } as const
  panels.write('task', layout.names - 8, HEAD - 9, style)
  if (view.hasDifficulty) panels.write('difficulty', layout.difficulty, HEAD - 9, style)
  panels.write('dense', layout.dense, HEAD - 9, style)
  // labels of narrow columns would run into each other
  const every = Math.ceil(14 / layout.cell)
  let x = layout.cells
  for (const series of view.series) {
    const width = series.levels.length * layout.cell
    const room = Math.max(width, 40)
    const name = series.short.replace(` → ${series.transfer}`, '')
    panels.write(shorten(name, room / BOLD), x, HEAD - 40, { bold: true })
    const unit = series.isCoded ? 'bits' : series.of === null ? 'zeros, %' : `kept of ${series.of}`
    // after training, the kind is what tells columns apart
    const below = series.transfer === 'none' ? unit : shorten(series.transfer, room, SMALL)
    panels.write(below, x, HEAD - 25, { fill: SOFT, size: SMALL })
    for (const [i, level] of series.levels.entries()) {
      if (i % every > 0) continue
      panels.write(levelNumber(level, 1), x + (i + 0.5) * layout.cell, HEAD - 9, { fill: SOFT, size: SMALL, align: 'center' })
    }
    x += width + GAP
  }
}

function drawNames(panels: Panels, view: View, layout: Layout): void {
  const top = topOf(view)
  for (const [i, p] of view.tasks.entries()) {
    const y = top(i) + 0.5 * ROW
    const style = { size: SMALL, align: 'right', fill: p.isDenseFloor ? FLOOR : INK } as const
    panels.write(shorten(p.name, layout.names - 8, SMALL), layout.names - 8, y, style)
    if (view.hasDifficulty)
      panels.write(p.axis === '' ? fixed(p.difficulty, 2) : '', layout.difficulty, y, { ...style, fill: SOFT })
    panels.write(scoreOf(p), layout.dense, y, style)
  }
}

function placeCells(view: View, layout: Layout): Cell[] {
  const order = new Map(view.tasks.map((p, i) => [p.task, i]))
  const top = topOf(view)
  const cells: Cell[] = []
  let left = layout.cells
  for (const series of view.series) {
    for (const [i, level] of series.levels.entries()) {
      for (const point of level.points) {
        const tip = `${point.task} · ${series.label}, ${level.label}: ${stateWords(point)}`
        cells.push({ x: left + i * layout.cell, y: top(order.get(point.task)!), point, tip })
      }
    }
    left += series.levels.length * layout.cell + GAP
  }
  return cells
}

function cellSeries(cells: readonly Cell[], layout: Layout, shade: Shade): ChartSeries {
  const [width, height] = [layout.cell - 1, ROW - 1]
  return {
    type: 'custom',
    coordinateSystem: 'none',
    data: cells.map(({ tip }, i) => ({ value: [i], name: tip })),
    renderItem({ dataIndex }) {
      const { x, y, point } = cells[dataIndex]!
      const frame = { stroke: FAINT, lineWidth: 0.5 }
      if (point.isDenseFloor || point.drop === null) {
        return { type: 'rect', shape: { x, y, width, height }, style: { fill: GROUND, ...frame } }
      }
      const isSure = point.dropLow === null || point.dropHigh === null || point.dropLow > 0 || point.dropHigh < 0
      const [dx, dy] = isSure ? [0, 0] : [width / 4, 3.5]
      const shape = { x: x + dx, y: y + dy, width: width - 2 * dx, height: height - 2 * dy }
      const strength = shade.of(point.drop)
      const rect = { type: 'rect' as const, shape, style: { fill: diverging(strength), ...frame } }
      if (!point.isFloor) return rect
      const slash = { x1: x + 1, y1: y + height - 1, x2: x + width - 1, y2: y + 1 }
      const stroke = Math.abs(strength) > 0.75 ? '#ffffff' : INK
      return { type: 'group', children: [rect, { type: 'line', shape: slash, style: { stroke, lineWidth: 0.9 } }] }
    },
  }
}
