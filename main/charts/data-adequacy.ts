import { amountOf } from './amount.ts'
import { amountScale, amountTitle, amountWords, bitsWords } from './blocks.ts'
import { sizeWords, WIDTH, type Chart, type ChartData, type DataTable } from './chart.ts'
import { dataFamilies, sharesOf, shareWords, type DataFamily, type Dose, type DoseScore } from './data-shares.ts'
import { heightScale } from './heights.ts'
import { BOLD, drawLegend, shorten, type LegendEntry } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { INK, ramp, SOFT } from './palette.ts'
import { createPanels, SMALL, type Box, type Panels, type Scale } from './panels.ts'
import { drawReference, referenceHeights, referenceLegend, referenceTables, referenceWords, type Reference } from './reference.ts'
import type { Series } from './view.ts'
import { fixed, list, lossName, multiple, plural } from './words.ts'

const LEFT = 44
const GAP = 24
const RIGHT = 12
const COLUMNS = 3
/** Of panels that stand 1, 2 or 3 in a row. */
const HEIGHTS = [230, 190, 170]
const HEAD = 54
const FOOT = 28

/** Performance against compression after training, a line per share of the training data: a panel per task, training and way of compressing (paper.md 5.1). */
export const dataAdequacy: Chart = {
  id: 'data-adequacy',
  title: 'Performance against compression, by share of the training data',
  empty:
    'No compressed version has been trained and scored yet on a share of the data from which the uncompressed model learns to be above chance, so there are no lines to set side by side.',
  once: 'scorer',
  takesReference: true,
  isFor: (data) => dataFamilies(data).length > 0,
  caption(data) {
    const { view, reference } = data
    const families = dataFamilies(data)
    const what =
      view.better === 'higher'
        ? 'Each line is one share of the training data: the score in percent of that of the uncompressed model trained alike, on the same share (dashed line at 100).'
        : `Each line is one share of the training data: the ${lossName(view.scorer)} as a multiple of that of the uncompressed model trained alike, on the same share (dashed line at 1; upwards is worse; logarithmic scale).`
    const most = [...new Set(families.map(({ doses }) => plural(doses[0]!.items, 'item')))]
    const floor = hasFloor(families)
      ? ' Hollow marks: not above chance (of several tasks, at least half). Ticks at the right edge: what chance is of the dense score of each share, where its line ends when nothing is left.'
      : ''
    const hidden = hiddenOf(families)
    const gone = hidden.length === 0 ? '' : ` Not drawn, because the uncompressed model trained alike is not above chance: ${list(hidden)}.` // prettier-ignore
    const seeds = isRepeated(data) ? ' With several seeds or draws of the data: means, and the widest span of their intervals.' : '' // prettier-ignore
    return `${what} Colours run from all of the data (${list(most)}; easiest) to the least (hardest). Where less data is harder and harder tasks lose more, lines of less data fall earlier. Bars: 95 % intervals, paired bootstrap over items.${bitsWords(view.series)}${floor}${gone}${seeds} ${sizeWords(view)}${referenceWords(reference)}`
  },
  figure(data, prefix) {
    const { view, reference } = data
    const families = dataFamilies(data)
    const shares = sharesOf(families)
    const all = panelsOf(families)
    const heights = heightsOf(families)
    if (heights.length === 0) return null
    const panels = createPanels()
    const color = (share: number) => ramp(shares.indexOf(share), shares.length)
    const top = drawLegend(panels, legendOf(shares, color, hasFloor(families), reference), LEFT, 0, WIDTH) + 8
    const patterns = [...new Set(view.series.map(({ of }) => of))]
    const y = heightScale(heights, view.better === 'lower', referenceHeights(reference, patterns)) // prettier-ignore
    const columns = Math.max(...all.map(({ column }) => column)) + 1
    const [width, height] = [(WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / columns, HEIGHTS[columns - 1]!]
    const boxOf = (column: number, row: number): Box => ({ x: LEFT + column * (width + GAP), y: top + HEAD + row * (HEAD + height + FOOT), width, height }) // prettier-ignore
    for (const { family, series, column, row } of all) {
      const box = boxOf(column, row)
      panels.write(shorten(family.subject, width / BOLD), box.x, box.y - 41, { bold: true })
      panels.write(shorten(series.label, width, 11), box.x, box.y - 25, { size: 11 })
      panels.write(shorten(family.training, width, SMALL), box.x, box.y - 10, { size: SMALL, fill: SOFT })
      const panel = panels.add(box, amountScale(series), y, { x: true, y: column === 0 })
      if (!series.isCoded) drawReference(panels, panel, reference, [series.of])
      drawPanel(panels, panel, { family, series }, y, color)
    }
    const bottom = top + (Math.max(...all.map(({ row }) => row)) + 1) * (HEAD + height + FOOT)
    const middle = LEFT + ((width + GAP) * columns - GAP) / 2
    panels.write(amountTitle(view.series), middle, bottom + 4, { fill: SOFT, align: 'center' })
    panels.write(y.isLog ? `${lossName(view.scorer)}, × dense` : '% of dense', 8, top + HEAD + height / 2, { fill: SOFT, align: 'center', turn: 90 }) // prettier-ignore
    return {
      id: `${prefix}-data-adequacy`,
      title: dataAdequacy.title,
      about: `${plural(all.length, 'panel')}: performance in percent of the uncompressed model trained alike, a line for ${list(shares.map(shareWords))} of the training data, ${amountWords(view.series)}. The numbers are in the table below.`,
      width: WIDTH,
      height: bottom + 14,
      option: panels.option(),
    }
  },
  tables(data) {
    const families = dataFamilies(data)
    const rows = heightsOf(families).length === 0 ? [] : families.flatMap(rowsOf)
    const caption = 'Percent of the uncompressed model trained alike, by share of the training data; intervals are 95 %; † not above chance; ‡ dense not above chance' // prettier-ignore
    const head = ['task', 'training', 'compression', 'level', 'share of data', 'items', 'dense score', 'chance', 'score', 'low', 'high', '% of dense', 'low', 'high'] // prettier-ignore
    const patterns = [...new Set(data.view.series.map(({ of }) => of))]
    const own: DataTable[] = rows.length === 0 ? [] : [{ caption, head, words: 5, rows }]
    return own.length === 0 ? [] : [...own, ...referenceTables(data.reference, patterns)]
  },
}

interface Panel {
  readonly family: DataFamily
  readonly series: Series
  readonly column: number
  readonly row: number
}

/** Families side by side and ways of compressing below each other; a single family has its ways side by side. */
function panelsOf(families: readonly DataFamily[]): Panel[] {
  if (families.length === 1) {
    const [family] = families
    return family!.series.map((series, i) => ({ family: family!, series, column: i % COLUMNS, row: Math.floor(i / COLUMNS) }))
  }
  const ways = [...new Map(families.flatMap(({ series }) => series.map((one) => [one.id, one]))).keys()]
  return families.flatMap((family, i) =>
    family.series.map((series) => {
      const row = Math.floor(i / COLUMNS) * ways.length + ways.indexOf(series.id)
      return { family, series, column: i % COLUMNS, row }
    }),
  )
}

const drawnOf = ({ doses }: DataFamily) => doses.filter(({ isDenseFloor }) => !isDenseFloor)
/** Those of a line that are a share of dense. */
const scoresOf = ({ lines }: Dose, { id }: Series) => (lines.get(id) ?? []).flatMap((score) => (score.percent ? [{ ...score, percent: score.percent }] : [])) // prettier-ignore
const heightsOf = (families: readonly DataFamily[]) => families.flatMap((family) => family.series.flatMap((one) => drawnOf(family).flatMap((dose) => scoresOf(dose, one).map(({ percent }) => percent)))) // prettier-ignore
const hasFloor = (families: readonly DataFamily[]) => families.some(({ doses }) => doses.some(({ chance }) => chance !== null))
const isRepeated = ({ trainings }: ChartData) =>
  trainings.some(({ view }) => view.trainSeeds.length > 1 || /\(draw \d+\)/.test(view.training) || view.series.some((s) => s.seeds.length > 1)) // prettier-ignore

/** Shares that have no line, by family. */
function hiddenOf(families: readonly DataFamily[]): string[] {
  return families.flatMap(({ subject, training, doses }) => {
    const hidden = doses.filter(({ isDenseFloor }) => isDenseFloor).map(({ share }) => shareWords(share))
    return hidden.length === 0 ? [] : [`${list(hidden)} (${subject}, ${training})`]
  })
}

function legendOf(
  shares: readonly number[],
  color: (share: number) => string,
  withFloor: boolean,
  reference: Reference | null,
): LegendEntry[] {
  const note = (i: number) => (i === 0 ? ' of the data (easiest)' : i === shares.length - 1 ? ' (hardest)' : '')
  const lines = shares.map((share, i): LegendEntry => ({ label: `${shareWords(share)}${note(i)}`, color: color(share), mark: 'full', line: 'solid' })) // prettier-ignore
  const dense: LegendEntry = { label: 'dense, trained alike', color: INK, line: 'dashed' }
  const floor: LegendEntry[] = withFloor ? [{ label: 'at the floor', color: SOFT, mark: 'hollow' }] : []
  return [...lines, dense, ...floor, ...referenceLegend(reference)]
}

function drawPanel(
  panels: Panels,
  panel: number,
  { family, series }: Pick<Panel, 'family' | 'series'>,
  y: Scale,
  color: (share: number) => string,
): void {
  const { min: from, max: to } = amountScale(series)
  panels.draw(line(panel, [[from, 100], [to, 100]], { color: INK, type: 'dashed' })) // prettier-ignore
  const drawn = drawnOf(family)
  for (const [i, dose] of drawn.entries()) {
    // lines stand a little apart, so that one bar does not hide the other
    const shift = 0.008 * (to - from) * (i - (drawn.length - 1) / 2)
    const points = scoresOf(dose, series).map(({ level, percent, isFloor }): Mark => ({
      ...{ at: [amountOf(level) + shift, percent.y], low: percent.low, high: percent.high, isHollow: isFloor },
      tip: `${shareWords(dose.share)} of the data (${plural(dose.items, 'item')}), ${level.label}: ${fixed(percent.y, 1)} % of dense [${fixed(percent.low, 1)}, ${fixed(percent.high, 1)}]${isFloor ? ', at the floor' : ''}`,
    }))
    const mine = color(dose.share)
    if (points.length > 0) panels.draw(line(panel, [[from, 100], ...points.map(({ at }) => at)], { color: mine, width: 1.6 }))
    panels.draw(errorBars(panel, points, mine, 0.45), marks(panel, points, mine, 4.5))
    const end = dose.chance === null || dose.dense.y === 0 ? null : (100 * dose.chance) / dose.dense.y
    if (points.length > 0 && end !== null && end >= y.min && end <= y.max) {
      panels.draw(line(panel, [[to - 0.03 * (to - from), end], [to, end]], { color: mine, width: 2.4 })) // prettier-ignore
    }
  }
}

function rowsOf({ subject, training, series, doses }: DataFamily): string[][] {
  return series.flatMap((one) => doses.flatMap((dose) => (dose.lines.get(one.id) ?? []).map((score) => [subject, training, one.label, score.level.label, ...cellsOf(dose, score)]))) // prettier-ignore
}

function cellsOf(dose: Dose, { score, percent, isFloor }: DoseScore): string[] {
  const digits = dose.chance === null ? 2 : 4
  const sign = dose.isDenseFloor ? ' ‡' : isFloor ? ' †' : ''
  const shares = [percent?.y ?? null, percent?.low ?? null, percent?.high ?? null].map((v) =>
    v !== null && v > 1e5 ? multiple(v) : fixed(v, 1),
  )
  return [
    ...[shareWords(dose.share), String(dose.items), fixed(dose.dense.y, digits), fixed(dose.chance, digits)],
    ...[score.y, score.low, score.high].map((v) => fixed(v, digits)),
    ...[`${shares[0]!}${sign}`, shares[1]!, shares[2]!],
  ]
}
