import { amountOf } from './amount.ts'
import { amountScale, amountTitle, amountWords, bitsWords } from './blocks.ts'
import { type Family, type Point, type Series, type View } from './view.ts'
import { fixed, lossName, multiple, plural } from './words.ts'
import { sizeWords, stateWords, WIDTH, type Chart, type DataTable } from './chart.ts'
import { drawSwatches, layFamilies, LEFT, levelWords, nameFamilies, pointsOf, type FamilyPanel } from './families.ts'
import { heightScale, type Height } from './heights.ts'
import { BOLD, drawLegend, textWidth } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { createPanels, type Panels, type Scale } from './panels.ts'
import { INK, ramp, SOFT } from './palette.ts'
import { drawReference, referenceHeights, referenceLegend, referenceTables, referenceWords, type Reference } from './reference.ts'

/** Performance against sparsity or bits, a panel per family and series, a line per level of difficulty. */
export const axisPerformance: Chart = {
  id: 'axis-performance',
  title: 'Performance against compression, by level of difficulty',
  empty: 'No compressed version has been scored yet, so there is no performance to draw.',
  takesReference: true,
  isFor: ({ view }) => view.families.length > 0,
  caption({ view, reference }) {
    const isShare = view.better === 'higher'
    const what = isShare
      ? 'Each line is one level of an axis: its score in percent of its own score uncompressed (dashed line at 100).'
      : `Each line is one level of an axis: its ${lossName(view.scorer)} as a multiple of its own uncompressed (dashed line at 1; upwards is worse; logarithmic scale).`
    const floor = hasFloor(view)
      ? ' Hollow marks: not above chance at this level. Ticks at the right edge: what chance is of the dense score of each level, where its line ends when nothing is left. Levels on which the dense model itself is not above chance are not drawn.'
      : ''
    const seeds = view.series.some((s) => s.seeds.length > 1) ? ' With several seeds: means, and the widest span of their intervals.' : '' // prettier-ignore
    return `${what} Colours run from the easiest level to the hardest. Where harder levels lose more, their lines fall earlier. Bars: 95 % intervals, paired bootstrap over items.${bitsWords(view.series)}${floor}${seeds} ${sizeWords(view)}${referenceWords(reference)}`
  },
  figure({ view, reference }, prefix) {
    const shown = view.series.flatMap((s) => s.levels.flatMap(({ points }) => points)).filter(isDrawn)
    if (shown.length === 0) return null
    const panels = createPanels()
    const top =
      drawLegend(panels, [...(hasFloor(view) ? LEGEND : LEGEND.slice(0, 1)), ...referenceLegend(reference)], LEFT, 0, WIDTH) + 8
    const layout = layFamilies(view, top, 1)
    nameFamilies(panels, layout, 1)
    for (const { family, x, y } of layout.heads) {
      const at = layout.isAlone ? ([x, y + 17] as const) : ([x + textWidth(family.name) * BOLD + 16, y] as const)
      const entries = family.levels.map((p, i) => ({ label: levelWords(p), color: ramp(i, family.levels.length) }))
      drawSwatches(panels, entries, at, layout.isAlone ? ['', ''] : ['easiest', 'hardest'])
    }
    const isLog = view.better === 'lower'
    const y = heightScale(shown.map((p) => heightsOf(p, isLog)), isLog, referenceHeights(reference, patternsOf(view))) // prettier-ignore
    for (const panel of layout.panels) drawPanel(panels, panel, y, reference)
    panels.write(amountTitle(view.series), layout.middle, layout.bottom + 6, { fill: SOFT, align: 'center' })
    panels.write(y.isLog ? `${lossName(view.scorer)}, × dense` : '% of dense', 8, layout.first, {
      fill: SOFT,
      align: 'center',
      turn: 90,
    })
    return {
      id: `${prefix}-axis-performance`,
      title: axisPerformance.title,
      about: `${plural(layout.panels.length, 'panel')}: performance in percent of the dense model, a line per level of ${view.families.map(({ name }) => name).join(', ')}, ${amountWords(view.series)}. The numbers are in the table below.`,
      width: WIDTH,
      height: layout.bottom + 16,
      option: panels.option(),
    }
  },
  tables: ({ view, reference }) => [
    ...view.families.flatMap((family) => view.series.flatMap((series) => tableOf(family, series))),
    ...referenceTables(reference, patternsOf(view)),
  ],
}

const LEGEND = [
  { label: 'dense', color: INK, line: 'dashed' },
  { label: 'at the floor', color: SOFT, mark: 'hollow' },
] as const

const patternsOf = (view: View) => [...new Set(view.series.map(({ of }) => of))]
const hasFloor = (view: View) => view.tasks.some((p) => p.chance !== null)
const isDrawn = (p: Point) => p.axis !== '' && p.normalised !== null && !p.isDenseFloor

/** In percent of dense; the interval is that of the drop, turned round where a higher score is better. */
function heightsOf({ normalised, drop, dropLow, dropHigh }: Point, isLog: boolean): Height {
  const y = normalised!
  // over seeds, the mean of ratios: ends keep their distance from it
  const end = (of: number | null) => (of === null || drop === null ? null : y + (isLog ? 100 : -100) * (of - drop))
  return isLog ? { y, low: end(dropLow), high: end(dropHigh) } : { y, low: end(dropHigh), high: end(dropLow) }
}

function drawPanel(panels: Panels, { family, series, box, isFirst }: FamilyPanel, y: Scale, reference: Reference | null): void {
  const x = amountScale(series)
  const panel = panels.add(box, x, y, { x: true, y: isFirst })
  if (!series.isCoded) drawReference(panels, panel, reference, [series.of])
  panels.draw(line(panel, [[x.min, 100], [x.max, 100]], { color: INK, type: 'dashed' })) // prettier-ignore
  const count = family.levels.length
  for (const [i, level] of family.levels.entries()) {
    const color = ramp(i, count)
    // lines of one level stand a little apart, so that one bar does not hide the other
    const shift = ((0.03 * (x.max - x.min)) / count) * (i - (count - 1) / 2)
    const points = series.levels.flatMap((at) => {
      const p = pointsOf(family, at).find(({ task }) => task === level.task)
      return p && isDrawn(p) ? [markOf(p, amountOf(at) + shift, at.label, y.isLog === true)] : []
    })
    if (points.length === 0) continue
    panels.draw(line(panel, [[x.min, 100], ...points.map(({ at }) => at)], { color, width: 1.5 }))
    panels.draw(errorBars(panel, points, color, 0.35), marks(panel, points, color, 4))
    const end = level.chance === null || level.dense === 0 ? null : (100 * level.chance) / level.dense
    if (end !== null && end >= y.min && end <= y.max) {
      panels.draw(line(panel, [[x.max - 0.03 * (x.max - x.min), end], [x.max, end]], { color, width: 2.4 })) // prettier-ignore
    }
  }
}

function markOf(p: Point, x: number, label: string, isLog: boolean): Mark {
  const { y, low, high } = heightsOf(p, isLog)
  return { at: [x, y], low, high, isHollow: p.isFloor, tip: `${p.task}, ${label}: ${fixed(y, 1)} % of dense, ${stateWords(p)}` }
}

function tableOf(family: Family, series: Series): DataTable[] {
  const at = series.levels.map((level) => new Map(pointsOf(family, level).map((p) => [p.task, p])))
  const unit = series.of === null ? '' : ' kept'
  const cell = (p: Point | undefined) => {
    if (p === undefined || p.normalised === null) return '–'
    return `${p.normalised > 1e5 ? multiple(p.normalised) : fixed(p.normalised, 1)}${p.isDenseFloor ? ' ‡' : p.isFloor ? ' †' : ''}`
  }
  return [
    {
      caption: `${family.name}, ${series.label}: percent of dense; † at the floor; ‡ dense not above chance`,
      head: [family.axis, 'dense score', 'chance', ...series.levels.map((level) => `${level.label}${unit}`)],
      words: 0,
      rows: family.levels.map((p) => [
        ...[levelWords(p), fixed(p.dense, 3), fixed(p.chance, 3)],
        ...at.map((points) => cell(points.get(p.task))),
      ]),
    },
  ]
}
