import { overallOf, type Overall } from './levels.ts'
import { compressionOf, groupBy, keyOfLevel, levelKey, type Series } from './view.ts'
import { fixed, lossName, multiple, plural } from './words.ts'
import { WIDTH, type Chart, type ChartData, type DataTable } from './chart.ts'
import { dataFamilies } from './data-shares.ts'
import { heightScale } from './heights.ts'
import { BOLD, drawLegend, shorten } from './legend.ts'
import { errorBars, line, marks, ribbon, type Mark } from './marks.ts'
import { createPanels, SMALL, sparsityScale, type Panels } from './panels.ts'
import { INK, seriesColour, SOFT } from './palette.ts'
import { drawReference, referenceHeights, referenceLegend, referenceTables, referenceWords } from './reference.ts'

const LEFT = 44
const GAP = 24
const RIGHT = 12
const HEIGHTS = [200, 160, 130]
const COLUMNS = 3
const HEAD = 40
const FOOT = 26

/** Performance against sparsity after training, a line per kind: a panel per compression and training. */
export const transfer: Chart = {
  id: 'transfer',
  title: 'What training after compression brings back',
  empty: 'No compressed version has been trained and scored yet, so there is nothing to compare kinds of training by.',
  once: 'scorer',
  takesReference: true,
  // with a single kind there is nothing to compare; of several shares of the data, lines side by side say more than panels
  isFor: (data) => data.view.training !== '' && (kindsOf(panelsOf(data)).length !== 1 || dataFamilies(data).length === 0),
  caption({ view, trainings, reference }) {
    const isLog = view.better === 'lower'
    const what = isLog ? `Mean ${lossName(view.scorer)} as a multiple of` : 'Mean score in percent of'
    const seeds = trainings.some((t) => t.view.series.some((s) => s.seeds.length > 1)) ? ' With several seeds, of compression or of training: means, and the widest span of their intervals.' : '' // prettier-ignore
    const settings = trainings.length > 1 ? ` Panels differ in the training: ${plural(trainings.length, 'setting')}.` : ''
    return (
      `${what} the uncompressed model trained alike (dashed line). Sparse: small weights stay zero while the rest learns. Sparse-to-dense: they start at zero and learn as well. ` +
      `Freezing: they keep their values and do not learn. All kinds share a mask. Over the tasks on which the dense model, trained alike, is above chance. Bands: 95 % intervals, paired bootstrap over items. Hollow marks: at least half of the tasks are not above chance.${settings}${seeds}${referenceWords(reference)}`
    )
  },
  figure(data, prefix) {
    const { view, reference } = data
    const all = panelsOf(data)
    const spots = all.flatMap(({ lines }) => lines.flatMap((l) => l.spots))
    if (spots.length === 0) return null
    const kinds = kindsOf(all)
    const panels = createPanels()
    const colour = (kind: string) => seriesColour(kinds.indexOf(kind))
    const entries = kinds.map((kind) => ({ label: kind, color: colour(kind), mark: 'full' as const, line: 'solid' as const }))
    const dense = { label: 'dense, trained alike', color: INK, line: 'dashed' as const }
    const hollow = { label: 'mostly at the floor', color: SOFT, mark: 'hollow' as const }
    const floor = view.better === 'higher' ? [hollow] : []
    const top = drawLegend(panels, [...entries, dense, ...floor, ...referenceLegend(reference)], LEFT, 0, WIDTH) + 8
    const patterns = patternsOf(data)
    const y = heightScale(spots.map(({ overall: o }) => ({ y: o.normalised!, low: o.normalisedLow, high: o.normalisedHigh })), view.better === 'lower', referenceHeights(reference, patterns)) // prettier-ignore
    // trainings side by side where they fit, compressions below each other
    const wanted = data.trainings.length > 1 ? data.trainings.length : all.length
    const columns = Math.min(COLUMNS, wanted)
    const width = (WIDTH - RIGHT - LEFT - GAP * (columns - 1)) / columns
    const boxHeight = HEIGHTS[columns - 1]!
    const rowHeight = HEAD + boxHeight + FOOT
    for (const [i, { compression, training, lines }] of all.entries()) {
      const [column, row] = [i % columns, Math.floor(i / columns)]
      const box = { x: LEFT + column * (width + GAP), y: top + HEAD + row * rowHeight, width, height: boxHeight }
      panels.write(shorten(compression, width / BOLD), box.x, box.y - 27, { bold: true })
      panels.write(shorten(training, width, SMALL), box.x, box.y - 11, { size: SMALL, fill: SOFT })
      const panel = panels.add(box, sparsityScale(), y, { x: true, y: column === 0 })
      drawReference(panels, panel, reference, [...new Set(lines.map(({ series }) => series.of))])
      panels.draw(line(panel, [[0, 100], [1, 100]], { color: INK, type: 'dashed' })) // prettier-ignore
      for (const one of lines) drawLine(panels, panel, one, colour(one.series.transfer))
    }
    const height = top + Math.ceil(all.length / columns) * rowHeight
    panels.write('sparsity, % of weights set to zero', LEFT + ((width + GAP) * columns - GAP) / 2, height + 6, { fill: SOFT, align: 'center' }) // prettier-ignore
    const title = y.isLog ? `${lossName(view.scorer)}, × dense` : '% of dense'
    panels.write(title, 8, top + HEAD + boxHeight / 2, { fill: SOFT, align: 'center', turn: 90 })
    return {
      id: `${prefix}-transfer`,
      title: transfer.title,
      about: `${plural(all.length, 'panel')}: performance in percent of the dense model trained alike, from 0 to 100 % sparsity, for ${kinds.join(', ')}. The numbers are in the table below.`,
      width: WIDTH,
      height: height + 16,
      option: panels.option(),
    }
  },
  tables(data) {
    const rows = panelsOf(data).flatMap(({ compression, training, lines }) => lines.flatMap(({ series, spots }) => spots.map((spot) => rowOf([compression, training, series.transfer], spot)))) // prettier-ignore
    const head = ['compression', 'training', 'kind', 'level', '% of dense', 'low', 'high', 'mean score', 'tasks', 'at floor']
    return rows.length === 0
      ? []
      : [
          { caption: 'Percent of the dense model trained alike; intervals are 95 %', head, words: 4, rows },
          ...referenceTables(data.reference, patternsOf(data)),
        ]
  },
}

interface Spot {
  readonly x: number
  readonly label: string
  readonly overall: Overall
}
interface KindLine {
  readonly series: Series
  readonly spots: readonly Spot[]
}
interface Panel {
  readonly compression: string
  readonly training: string
  readonly lines: readonly KindLine[]
}

/** Compression by compression, each under all trainings. */
function panelsOf({ trainings }: ChartData): Panel[] {
  const all = trainings.flatMap(({ name, view, groups }) => {
    const able = groups.some((g) => g.of === 'able') ? 'able' : 'all'
    const levels = groupBy(groups.filter((g) => g.of === able), levelKey) // prettier-ignore
    const spotsOf = (series: Series) =>
      series.levels.flatMap((level): Spot[] => {
        const overall = overallOf(levels.get(keyOfLevel(series, level)) ?? [])
        return overall && overall.normalised !== null ? [{ x: level.sparsity, label: level.label, overall }] : []
      })
    const lines = view.series.map((series): KindLine => ({ series, spots: spotsOf(series) }))
    return [...groupBy(lines, ({ series }) => compressionOf(series))].map(([compression, mine]): Panel => ({ compression, training: name, lines: mine })) // prettier-ignore
  })
  const order = [...new Set(all.map(({ compression }) => compression))]
  return all.sort((a, b) => order.indexOf(a.compression) - order.indexOf(b.compression))
}

const patternsOf = ({ view }: ChartData) => [...new Set(view.series.map(({ of }) => of))]

function kindsOf(panels: readonly Panel[]): string[] {
  return [...new Set(panels.flatMap(({ lines }) => lines.map(({ series }) => series.transfer)))]
}

function drawLine(panels: Panels, panel: number, { series, spots }: KindLine, color: string): void {
  const points = spots.map(({ x, label, overall }): Mark => ({
    at: [x, overall.normalised!],
    ...{ low: overall.normalisedLow, high: overall.normalisedHigh },
    isHollow: isMostlyFloor(overall),
    tip: `${series.label}, ${label}: ${fixed(overall.normalised, 1)} % of dense [${fixed(overall.normalisedLow, 1)}, ${fixed(overall.normalisedHigh, 1)}]`,
  }))
  const band = spots.map(({ x, overall: o }): [number, number, number] => [x, o.normalisedLow ?? o.normalised!, o.normalisedHigh ?? o.normalised!]) // prettier-ignore
  panels.draw(ribbon(panel, [[0, 100, 100], ...band], color), line(panel, [[0, 100], ...points.map(({ at }) => at)], { color, width: 1.6 })) // prettier-ignore
  if (points.length === 1) panels.draw(errorBars(panel, points, color))
  panels.draw(marks(panel, points, color, 4.5))
}

function isMostlyFloor({ floor, tasks }: Overall): boolean {
  return floor !== null && floor > 0 && floor * 2 >= tasks
}

function rowOf(names: readonly string[], { label, overall: o }: Spot): DataTable['rows'][number] {
  const shares = [o.normalised, o.normalisedLow, o.normalisedHigh].map((v) => (v !== null && v > 1e5 ? multiple(v) : fixed(v, 1)))
  return [
    ...names,
    label,
    ...shares,
    fixed(o.value, o.floor === null ? 2 : 4),
    String(o.tasks),
    fixed(o.floor, (o.floor ?? 0) % 1 ? 1 : 0),
  ]
}
