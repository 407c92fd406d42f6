import type { GroupRow } from './input.ts'
import { amountOf, levelLabel } from './amount.ts'
import { amountScale, amountTitle, amountWords, bitsWords, blocksOf, type Block } from './blocks.ts'
import { compareText, groupBy, levelKey, meanOf, seriesKey, type Series } from './view.ts'
import { fixed, lossName, plural } from './words.ts'
import { sizeWords, WIDTH, type Chart, type ChartData } from './chart.ts'
import { drawLegend, shorten } from './legend.ts'
import { area, errorBars, line, marks, ribbon, type Mark } from './marks.ts'
import { createPanels, logScale, niceScale, SMALL, timesWords, type Panels, type Scale } from './panels.ts'
import { FLOOR, INK, PALE, seriesColour, SOFT } from './palette.ts'
import { drawReference, referenceHeights, referenceLegend, referenceTables, referenceWords } from './reference.ts'

const LEFT = 44
const GAP = 18
const RIGHT = 12
/** Of panels that stand 1, 2, 3 or 4 in a row. */
const HEIGHTS = [190, 150, 120, 104]
const HEAD = 34
const FOOT = 24

/** A set of tasks that shares a panel. */
interface Set {
  readonly key: string
  readonly name: string
  readonly members: readonly GroupRow[]
}

/** One set of tasks at one level, over all seeds. Heights are in percent of dense. */
interface Spot {
  readonly x: number
  readonly y: number
  readonly low: number
  readonly high: number
  readonly row: GroupRow
  readonly floor: number
}

/** Performance against sparsity, and below it against bits: a panel per task group, a line per series. */
export const performance: Chart = {
  id: 'performance',
  title: 'Performance against compression, by group of tasks',
  empty: 'No compressed version has been scored yet, so there is no performance to draw.',
  takesReference: true,
  caption({ view, groups, reference }) {
    const isAccuracy = view.better === 'higher'
    const what = isAccuracy
      ? 'Mean score of the tasks in percent of their mean score uncompressed (dashed line at 100).'
      : `Mean ${lossName(view.scorer)} of the tasks as a multiple of that of the uncompressed model (dashed line at 1; upwards is worse; logarithmic scale).`
    const floor = isAccuracy
      ? ' Grey ground: no better than chance. Hollow marks: at least half of the tasks are not above chance.'
      : ''
    const seeds = view.series.some((s) => s.seeds.length > 1)
    const over = seeds ? ' With several seeds, lines are means over them and bands the widest span of their intervals.' : ''
    const spots = [...spotsOf(groups).values()].flat()
    const { min, max } = heightScale(spots, !isAccuracy)
    const cut = spots.some(({ y }) => y < min || y > max)
      ? ' Where dense is above chance on no task, scores may lie beyond the axis.'
      : ''
    return `${what} Bands: 95 % intervals, paired bootstrap over items.${bitsWords(view.series)}${floor}${cut}${over} ${sizeWords(view)}${referenceWords(reference)}`
  },
  figure(data, prefix) {
    const { view, groups, reference } = data
    const sets = setsOf(groups)
    const spots = spotsOf(groups)
    if (view.series.length === 0 || spots.size === 0) return null
    const panels = createPanels()
    const top = drawLegend(panels, legendOf(data), LEFT, 0, WIDTH)
    const isLog = view.better === 'lower'
    const patterns = [...new Set(view.series.map(({ of }) => of))]
    const y = heightScale([...spots.values()].flat(), isLog, referenceHeights(reference, patterns))
    const columns = sets.length > 6 ? 4 : Math.min(3, sets.length)
    const boxHeight = HEIGHTS[columns - 1]!
    const left = isLog ? LEFT + 8 : LEFT
    const width = (WIDTH - RIGHT - left - GAP * (columns - 1)) / columns
    const rowHeight = HEAD + boxHeight + FOOT
    const blocks = blocksOf(view.series)
    const blockHeight = Math.ceil(sets.length / columns) * rowHeight + 26
    for (const [b, block] of blocks.entries()) {
      const upper = top + 8 + b * blockHeight
      for (const [i, { key, name, members }] of sets.entries()) {
        const [column, row] = [i % columns, Math.floor(i / columns)]
        const box = { x: left + column * (width + GAP), y: upper + HEAD + row * rowHeight, width, height: boxHeight }
        panels.write(shorten(name, width + GAP - 6, 11), box.x, box.y - 24, { size: 11 })
        panels.write(standing(members), box.x, box.y - 10, { fill: SOFT, size: SMALL })
        const panel = panels.add(box, amountScale(block), y, { x: true, y: column === 0 })
        const of = (series: Series) => spots.get(JSON.stringify([key, series.id])) ?? []
        if (!block.isCoded) drawReference(panels, panel, reference, patterns)
        drawPanel(panels, panel, block, of, chanceOf(members), y)
      }
      const [middle, bottom] = [left + ((width + GAP) * columns - GAP) / 2, upper + blockHeight - 18]
      panels.write(amountTitle([block]), middle, bottom, { fill: SOFT, align: 'center' })
      const title = isLog ? `${lossName(view.scorer)}, × dense` : '% of dense'
      panels.write(title, 8, upper + HEAD + boxHeight / 2, { fill: SOFT, align: 'center', turn: 90 })
    }
    return {
      id: `${prefix}-performance`,
      title: performance.title,
      about: `${plural(sets.length * blocks.length, 'panel')}, one per set of tasks: performance in percent of the dense model ${amountWords(view.series)}. The numbers are in the table below.`,
      width: WIDTH,
      height: top + blocks.length * blockHeight,
      option: panels.option(),
    }
  },
  tables({ view, groups, reference }) {
    const spots = spotsOf(groups)
    return spots.size === 0
      ? []
      : [
          {
            caption: 'Mean score by group of tasks and level; intervals are 95 %',
            head: [
              'group',
              'compression',
              'level',
              'mean score',
              'low',
              'high',
              '% of dense',
              'low',
              'high',
              'tasks',
              'at floor',
            ],
            words: 3,
            rows: setsOf(groups).flatMap(({ key, name }) =>
              view.series.flatMap((series) =>
                (spots.get(JSON.stringify([key, series.id])) ?? []).map((spot) => rowOf(name, series, spot)),
              ),
            ),
          },
          ...referenceTables(reference, [...new Set(view.series.map(({ of }) => of))]),
        ]
  },
}

function rowOf(name: string, series: Series, { row, y, low, high, floor }: Spot): string[] {
  const scores = [row.value, row.low, row.high].map((v) => fixed(v, row.chance === null ? 2 : 4))
  const shares = [y, low, high].map((v) => fixed(v, 1))
  return [name, series.label, levelLabel(row), ...scores, ...shares, String(row.tasks), fixed(floor, floor % 1 ? 1 : 0)] // prettier-ignore
}

/** All tasks first, then those that dense can do, then the groups by name. */
function setsOf(groups: readonly GroupRow[]): Set[] {
  const order = { all: 0, able: 1, group: 2 }
  const sets = [...groupBy(groups, setKey)].map(([key, members]): Set => ({ key, name: nameOf(members[0]!), members }))
  return sets.sort(({ members: [a] }, { members: [b] }) => order[a!.of] - order[b!.of] || compareText(a!.taskGroup, b!.taskGroup))
}

function setKey({ of, taskGroup }: GroupRow): string {
  return `${of} ${taskGroup}`
}

function nameOf({ of, taskGroup, tasks }: GroupRow): string {
  if (of === 'group') return taskGroup || 'tasks without a group'
  return of === 'able' ? 'tasks above chance, dense' : tasks === 1 ? 'the task' : 'all tasks'
}

/** How many of its tasks the uncompressed model can do at all. */
function standing(members: readonly GroupRow[]): string {
  const { tasks, denseFloor, chance } = members.reduce((a, b) => (b.tasks > a.tasks ? b : a))
  return chance === null ? plural(tasks, 'task') : `dense above chance: ${tasks - denseFloor} of ${tasks}`
}

function legendOf({ view, reference }: ChartData) {
  const series = view.series.map((s, i) => ({
    ...{ label: s.label, color: seriesColour(i), mark: 'full' as const, line: 'solid' as const },
  }))
  const dense = { label: 'dense', color: INK, line: 'dashed' as const }
  if (view.better === 'lower') return [...series, dense, ...referenceLegend(reference)]
  return [
    ...series,
    dense,
    { label: 'chance', color: FLOOR, line: 'dotted' as const, ground: PALE },
    { label: 'mostly at the floor', color: SOFT, mark: 'hollow' as const },
    ...referenceLegend(reference),
  ]
}

function heightScale(spots: readonly Spot[], isLog: boolean, more: readonly number[] = []): Scale {
  // a set that has nothing to lose may go anywhere: it does not decide how the others look
  const able = spots.filter(({ row }) => row.denseFloor < row.tasks)
  const own = (able.length > 0 ? able : spots).flatMap(({ y, low, high }) => [y, (y + low) / 2, (y + high) / 2])
  const heights = [...own, ...more]
  if (isLog)
    return { ...logScale(Math.min(100, ...heights), Math.max(200, ...heights)), isLog, label: (v) => timesWords(v / 100) }
  const label = (v: number) => String(Number(v.toPrecision(6)))
  return { ...niceScale(Math.max(0, Math.min(90, ...heights)), Math.max(105, ...heights), 4), label }
}

function drawPanel(
  panels: Panels,
  panel: number,
  block: Block,
  of: (series: Series) => readonly Spot[],
  chance: number | null,
  { min, max }: Scale,
): void {
  const { min: from, max: to } = amountScale(block)
  if (chance !== null) {
    panels.draw(area(panel, [from, min], [to, chance], PALE), line(panel, [[from, chance], [to, chance]], { color: FLOOR, type: 'dotted', width: 1.4 })) // prettier-ignore
  }
  panels.draw(line(panel, [[from, 100], [to, 100]], { color: INK, type: 'dashed' })) // prettier-ignore
  for (const { series: one, color } of block.lines) {
    const spots = of(one)
    const points = spots.map((spot): Mark => ({
      at: [spot.x, spot.y],
      low: spot.low,
      high: spot.high,
      isHollow: spot.floor > 0 && spot.floor * 2 >= spot.row.tasks,
      tip: `${one.label}, ${levelLabel(spot.row)}: ${fixed(spot.y, 1)} % of dense [${fixed(spot.low, 1)}, ${fixed(spot.high, 1)}], ${fixed(spot.floor, 0)} of ${plural(spot.row.tasks, 'task')} at the floor`,
    }))
    const start: [number, number, number] = [from, 100, 100]
    panels.draw(ribbon(panel, [start, ...spots.map((s): [number, number, number] => [s.x, s.low, s.high])], color))
    panels.draw(line(panel, [[from, 100], ...points.map(({ at }) => at)], { color, width: 1.6 }))
    if (points.length === 1) panels.draw(errorBars(panel, points, color))
    panels.draw(marks(panel, points.filter(({ at: [, y] }) => y >= min && y <= max), color, 4.5)) // prettier-ignore
  }
}

/** Chance in percent of dense for one group; null where the score has none. */
function chanceOf(members: readonly GroupRow[]): number | null {
  const { chance, dense } = members[0]!
  return chance === null || dense === 0 ? null : (100 * chance) / dense
}

function spotsOf(groups: readonly GroupRow[]): Map<string, Spot[]> {
  const spots = new Map<string, Spot[]>()
  const levels = groupBy(
    groups.filter((g) => g.method !== 'dense' && g.normalised !== null),
    (g) => JSON.stringify([setKey(g), levelKey(g)]),
  )
  for (const rows of levels.values()) {
    const row = rows[0]!
    const key = JSON.stringify([setKey(row), seriesKey(row)])
    const y = meanOf(rows.map((r) => r.normalised))!
    const low = Math.min(...rows.map((r) => r.normalisedLow ?? y))
    const high = Math.max(...rows.map((r) => r.normalisedHigh ?? y))
    const scores = { value: meanOf(rows.map((r) => r.value))!, low: Math.min(...rows.map((r) => r.low)), high: Math.max(...rows.map((r) => r.high)) } // prettier-ignore
    const spot = { x: amountOf(row), y, low, high, row: { ...row, ...scores }, floor: meanOf(rows.map((r) => r.floor))! }
    spots.set(key, [...(spots.get(key) ?? []), spot])
  }
  for (const line of spots.values()) line.sort((a, b) => a.x - b.x)
  return spots
}
