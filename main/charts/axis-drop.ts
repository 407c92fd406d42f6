import { levelName } from './amount.ts'
import type { Family, Level, Point, Series, View } from './view.ts'
import { lossName, percent } from './words.ts'
import { sizeWords, stateWords, WIDTH, type Chart, type DataTable } from './chart.ts'
import { informativeLevels } from './difficulty.ts'
import { drawSwatches, layFamilies, LEFT, levelWords, nameFamilies, pointsOf, type FamilyPanel } from './families.ts'
import { drawLegend } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { createPanels, logScale, percentScale, timesWords, type Panels, type Scale } from './panels.ts'
import { FLOOR, INK, ramp, SOFT } from './palette.ts'

/** Drop against level of difficulty, a panel per family and series, a line per chosen level of compression. */
export const axisDrop: Chart = {
  id: 'axis-drop',
  title: 'Level of difficulty against drop',
  empty: 'Nothing has been compressed yet, so there is no drop to set against the levels of difficulty.',
  isFor: ({ view }) => view.families.length > 0,
  caption({ view }) {
    const floor = hasFloor(view)
      ? ' Hollow marks: at the floor there. Crosses at the lower edge: the dense model itself is not above chance, so that no drop can be seen. Both are left out of tau.' // prettier-ignore
      : ' Perplexities on a logarithmic scale, as multiples of dense.'
    return (
      'Levels stand from the easiest (left) to the hardest, at equal distances. Each line is one level of compression: the first, middle and last at which at least half of the levels that the dense model can do still stand above chance (of all, where there is none). ' +
      `A line that rises says that harder levels lose more. Bars: 95 % intervals, paired bootstrap over items.${floor} ${sizeWords(view)}`
    )
  },
  figure({ view }, prefix) {
    const shown = view.families.flatMap((family) => view.series.flatMap((series) => chosen(family, series).flatMap((level) => pointsOf(family, level)))) // prettier-ignore
    const known = shown.filter((p) => p.drop !== null)
    if (known.length === 0) return null
    const panels = createPanels()
    const top = drawLegend(panels, hasFloor(view) ? LEGEND : LEGEND.slice(0, 1), LEFT, 0, WIDTH) + 8
    const layout = layFamilies(view, top, 2)
    nameFamilies(panels, layout, 2)
    const y = dropScale(known, view.better)
    for (const panel of layout.panels) {
      const levels = chosen(panel.family, panel.series)
      const entries = levels.map(({ label }, i) => ({ label, color: ramp(i, CHOSEN) }))
      drawSwatches(panels, entries, panel.below)
      drawPanel(panels, panel, levels, y)
    }
    panels.write('level of difficulty (harder →)', layout.middle, layout.bottom + 6, { fill: SOFT, align: 'center' })
    const title = y.isLog ? `${lossName(view.scorer)}, × dense` : 'drop, % of dense'
    panels.write(title, 8, layout.first, { fill: SOFT, align: 'center', turn: 90 })
    return {
      id: `${prefix}-axis-drop`,
      title: axisDrop.title,
      about: `Drop against the levels of ${view.families.map(({ name }) => name).join(', ')} at chosen levels of compression, for ${view.series.map((s) => s.label).join('; ')}. The numbers are in the table below.`,
      width: WIDTH,
      height: layout.bottom + 16,
      option: panels.option(),
    }
  },
  tables: ({ view }) =>
    view.families.flatMap((family) =>
      view.series.flatMap((series) => chosen(family, series).flatMap((level) => tableOf(family, series, level))),
    ),
}

const CHOSEN = 3
const LEGEND = [
  { label: 'level, with interval', color: INK, mark: 'full' },
  { label: 'at the floor', color: SOFT, mark: 'hollow' },
  { label: 'dense not above chance', color: FLOOR, mark: 'cross' },
] as const

const hasFloor = (view: View) => view.tasks.some((p) => p.chance !== null)
const isCounted = (p: Point) => !p.isFloor && !p.isDenseFloor

/** Informative levels of compression for this family alone. */
function chosen(family: Family, series: Series): Level[] {
  const levels = series.levels.map((level) => ({ ...level, points: pointsOf(family, level) }))
  return informativeLevels({ levels: levels.filter(({ points }) => points.some((p) => p.drop !== null)) })
}

function dropScale(points: readonly Point[], better: View['better']): Scale {
  const half = (drop: number, end: number | null) => (drop + (end ?? drop)) / 2
  const drops = points
    .filter((p) => !p.isDenseFloor)
    .flatMap((p) => (isCounted(p) ? [p.drop!, half(p.drop!, p.dropLow), half(p.drop!, p.dropHigh)] : [p.drop!]))
  if (better === 'higher') return percentScale(Math.min(0, ...drops), Math.max(0.02, ...drops), 5)
  const multiples = drops.map((drop) => 1 + drop)
  return { ...logScale(Math.min(1, ...multiples.filter((m) => m < 0.9)), Math.max(2, ...multiples)), isLog: true, label: timesWords } // prettier-ignore
}

function drawPanel(panels: Panels, { family, box, isFirst }: FamilyPanel, levels: readonly Level[], y: Scale): void {
  const count = family.levels.length
  const names = new Map(family.levels.map((p, i) => [p.task, i]))
  const x: Scale = {
    ...{ min: -0.5, max: count - 0.5, ticks: family.levels.map((_, i) => i) },
    label: (v) => (family.levels[v] ? levelWords(family.levels[v]) : ''),
  }
  const panel = panels.add(box, x, y, { x: true, y: isFirst })
  const height = (drop: number) => (y.isLog ? 1 + drop : drop)
  panels.draw(line(panel, [[x.min, height(0)], [x.max, height(0)]], { color: FLOOR, type: 'dashed' })) // prettier-ignore
  for (const [i, level] of levels.entries()) {
    const shift = 0.09 * (i - (levels.length - 1) / 2)
    const points = level.points.filter((p) => p.drop !== null)
    const markOf = (p: Point): Mark => ({
      at: [names.get(p.task)! + (p.isDenseFloor ? 0 : shift), p.isDenseFloor ? y.min : height(p.drop!)],
      low: p.dropLow === null || p.isDenseFloor ? null : height(p.dropLow),
      high: p.dropHigh === null || p.isDenseFloor ? null : height(p.dropHigh),
      ...{ isHollow: p.isFloor, isCross: p.isDenseFloor },
      tip: `${p.task}, ${level.label}: ${stateWords(p)}`,
    })
    const color = ramp(i, CHOSEN)
    const able = points.filter((p) => !p.isDenseFloor).map(markOf)
    panels.draw(line(panel, able.map(({ at }) => at), { color, width: 1.5 }), errorBars(panel, able, color, 0.4)) // prettier-ignore
    panels.draw(marks(panel, able, color, 5), marks(panel, points.filter((p) => p.isDenseFloor).map(markOf), FLOOR, 5)) // prettier-ignore
  }
}

function tableOf(family: Family, series: Series, level: Level): DataTable[] {
  const points = level.points.filter((p) => p.drop !== null)
  return [
    {
      caption: `${family.name}, ${series.label}, ${levelName(level)}: drop in percent of dense, intervals are 95 %`,
      head: ['state', family.axis, 'drop', 'low', 'high', 'n'],
      words: 1,
      rows: points.map((p) => {
        const state = p.isDenseFloor ? 'dense not above chance' : p.isFloor ? 'at the floor' : ''
        return [state, levelWords(p), percent(p.drop), percent(p.dropLow), percent(p.dropHigh), String(p.n)]
      }),
    },
  ]
}
