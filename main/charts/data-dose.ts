import { amountOf, levelName } from './amount.ts'
import { sizeWords, WIDTH, type Chart, type DataTable } from './chart.ts'
import { dataFamilies, sharesOf, shareWords, type DataFamily, type Dose, type DoseScore } from './data-shares.ts'
import type { Height } from './heights.ts'
import { BOLD, drawLegend, shorten, type LegendEntry } from './legend.ts'
import { area, errorBars, line, marks, type Mark } from './marks.ts'
import { FLOOR, INK, PALE, seriesColour, SOFT } from './palette.ts'
import { createPanels, logScale, niceScale, percentScale, timesWords, type Panels, type Scale } from './panels.ts'
import type { Series } from './view.ts'
import { fixed, list, lossName, percent, plural } from './words.ts'

const LEFT = 48
const GAP = 20
const RIGHT = 12
const COLUMNS = 4
const HEIGHT = 130
const HEAD = 44
/** Between the score and the drop below it. */
const BETWEEN = 14
const FOOT = 30

/** Dose and response of data: score, and below it what is lost, against the share of the training data; a column per level of compression (paper.md 5.5). */
export const dataDose: Chart = {
  id: 'data-dose',
  title: 'Does more data bring it back?',
  empty: 'No compressed version has been trained and scored on more than one share of the data yet, so there is no dose to set a response against.', // prettier-ignore
  once: 'scorer',
  isFor: (data) => dataFamilies(data).length > 0,
  caption(data) {
    const { view } = data
    const families = dataFamilies(data)
    const lost =
      view.better === 'higher'
        ? 'what it is short of dense with the same data, in percent of that (dashed line: nothing lost; upwards is worse)'
        : 'the same as a multiple of dense with the same data (dashed line: nothing lost; logarithmic scale)'
    const most = [...new Set(families.map(({ doses }) => plural(doses[0]!.items, 'item')))]
    const isCut = families.some((family) => levelsOf(family).length > COLUMNS)
    const columns = isCut ? ` Columns are ${COLUMNS} of the levels of compression; the table has all.` : ''
    const floor = families.some(({ doses }) => doses.some(({ chance }) => chance !== null))
      ? ' Grey ground: no better than chance. Hollow marks: not above chance (of several tasks, at least half). Crosses at the lower edge: the uncompressed model trained alike is not above chance, so that no drop can be seen.'
      : ''
    return `Above: the ${view.better === 'higher' ? 'score' : lossName(view.scorer)} after learning from a share of the data (100 % are ${list(most)}; logarithmic scale), of the uncompressed model trained alike (dashed) and of the compressed one. Below: ${lost}. If data brings back what compression took, the lower lines come down to the dashed one.${columns} Bars: 95 % intervals, bootstrap over items, paired below; with several seeds or draws means, and the widest span.${floor} ${sizeWords(view)}`
  },
  figure(data, prefix) {
    const { view } = data
    const families = dataFamilies(data)
    const all = families.flatMap((family) => columnsOf(family).map((column) => ({ family, ...column })))
    if (all.length === 0) return null
    const series = [...new Map(families.flatMap((family) => family.series.map((one) => [one.id, one]))).values()]
    const color = (one: Series) => seriesColour(series.findIndex(({ id }) => id === one.id))
    const isLog = view.better === 'lower'
    const panels = createPanels()
    const top = drawLegend(panels, legendOf(series, color, families), LEFT, 0, WIDTH) + 6
    const scales = { score: scoreScale(all, isLog), lost: lostScale(all, isLog) }
    const columns = Math.max(...families.map((family) => columnsOf(family).length))
    const width = (WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / columns
    const x = shareScale(sharesOf(families), width)
    const rowHeight = HEAD + 2 * HEIGHT + BETWEEN + FOOT
    for (const [f, family] of families.entries()) {
      const upper = top + f * rowHeight
      panels.write(shorten(`${family.subject}, ${family.training}`, (WIDTH - LEFT) / BOLD), LEFT, upper + 10, { bold: true })
      for (const [c, { name, spots }] of columnsOf(family).entries()) {
        const box = { x: LEFT + c * (width + GAP), y: upper + HEAD, width, height: HEIGHT }
        const below = { ...box, y: box.y + HEIGHT + BETWEEN }
        panels.write(name, box.x, box.y - 12, { size: 11 })
        drawScores(panels, panels.add(box, x, scales.score, { x: false, y: c === 0 }), { family, spots, color }, x, scales.score)
        drawLost(panels, panels.add(below, x, scales.lost, { x: true, y: c === 0 }), { family, spots, color }, x, scales.lost)
      }
      const title = (text: string, at: number) => panels.write(text, 8, at, { fill: SOFT, align: 'center', turn: 90, size: 11 })
      title(isLog ? view.scorer : `${view.scorer}, %`, upper + HEAD + HEIGHT / 2)
      title(isLog ? '× dense' : 'drop, % of dense', upper + HEAD + HEIGHT * 1.5 + BETWEEN)
    }
    const bottom = top + families.length * rowHeight
    panels.write('share of the training data, %', LEFT + ((width + GAP) * columns - GAP) / 2, bottom + 2, { fill: SOFT, align: 'center' }) // prettier-ignore
    return {
      id: `${prefix}-data-dose`,
      title: dataDose.title,
      about: `Score and drop against the share of the training data, for ${families.map(({ subject, training }) => `${subject}, ${training}`).join('; ')}: ${list(series.map(({ label }) => label))}. The numbers are in the table below.`,
      width: WIDTH,
      height: bottom + 14,
      option: panels.option(),
    }
  },
  tables(data) {
    const isLog = data.view.better === 'lower'
    const rows = dataFamilies(data).flatMap((family) => columnsOf(family, Infinity).flatMap(({ name, spots }) => spots.flatMap(({ series, at }) => at.map((spot) => rowOf([family.subject, family.training, series.label, name], spot, isLog))))) // prettier-ignore
    const lost = isLog ? '× dense' : 'drop, % of dense'
    const head = ['task', 'training', 'compression', 'level', 'share of data', 'items', 'dense score', 'low', 'high', 'score', 'low', 'high', lost, 'low', 'high'] // prettier-ignore
    const caption = 'Score and what it is short of the uncompressed model trained alike, by share of the training data; intervals are 95 %; † not above chance; ‡ dense not above chance' // prettier-ignore
    return rows.length === 0 ? [] : ([{ caption, head, words: 5, rows }] satisfies DataTable[])
  },
}

interface Spot {
  readonly dose: Dose
  readonly found: DoseScore
}
/** One level of compression. */
interface Column {
  readonly name: string
  /** From all of the data down. */
  readonly spots: readonly { readonly series: Series; readonly at: readonly Spot[] }[]
}

/** Names of all levels of compression, from little to much, those of one pattern together. */
function levelsOf({ series }: DataFamily): string[] {
  const all = series.flatMap(({ of, levels }) => levels.map((level) => ({ name: levelName(level), of: of ?? 0, amount: amountOf(level) }))) // prettier-ignore
  return [...new Set(all.sort((a, b) => a.of - b.of || a.amount - b.amount).map(({ name }) => name))]
}

/** At most so many levels, evenly chosen, the first and the last among them. */
function columnsOf(family: DataFamily, most = COLUMNS): Column[] {
  const names = levelsOf(family)
  const count = Math.min(most, names.length)
  const chosen = Array.from({ length: count }, (_, i) => names[count < 2 ? 0 : Math.round((i * (names.length - 1)) / (count - 1))]!) // prettier-ignore
  return chosen.flatMap((name): Column[] => {
    const spots = family.series.map((series) => ({
      series,
      at: family.doses.flatMap((dose): Spot[] => {
        const found = dose.lines.get(series.id)?.find(({ level }) => levelName(level) === name)
        return found ? [{ dose, found }] : []
      }),
    }))
    const some = spots.filter(({ at }) => at.length > 0)
    return some.length === 0 ? [] : [{ name, spots: some }]
  })
}

/** What is lost against dense: a drop in percent, or of perplexities a multiple. */
function lostOf({ y, low, high }: Height, isLog: boolean): Height {
  const of = (v: number | null) => (v === null ? null : isLog ? v / 100 : 100 - v)
  return isLog ? { y: of(y)!, low: of(low), high: of(high) } : { y: of(y)!, low: of(high), high: of(low) }
}

function shareScale(shares: readonly number[], width: number): Scale {
  const at = shares.map(Math.log2).reverse()
  const [min, max] = [at[0]! - 0.25, at.at(-1)! + 0.25]
  // from the right: all of the data always has its word
  const ticks = at.reduceRight<number[]>((kept, v) => (kept.length > 0 && ((kept[0]! - v) / (max - min)) * width < 17 ? kept : [v, ...kept]), []) // prettier-ignore
  return { min, max, ticks, label: (v) => percent(2 ** v, 0) }
}

type Placed = Column & { readonly family: DataFamily }

const reach = ({ y, low, high }: Height) => [y, (y + (low ?? y)) / 2, (y + (high ?? y)) / 2]

function scoreScale(all: readonly Placed[], isLog: boolean): Scale {
  const dense = all.flatMap(({ family }) => family.doses.flatMap((dose) => reach(dose.dense)))
  const heights = [...dense, ...all.flatMap(({ spots }) => spots.flatMap(({ at }) => at.flatMap(({ found }) => reach(found.score))))] // prettier-ignore
  const [low, high] = [Math.min(...heights), Math.max(...heights)]
  return isLog ? { ...logScale(low, high), isLog, label: timesWords } : percentScale(low, high, 4) // prettier-ignore
}

function lostScale(all: readonly Placed[], isLog: boolean): Scale {
  const able = all.flatMap(({ spots }) => spots.flatMap(({ at }) => at.filter(({ dose }) => !dose.isDenseFloor)))
  const heights = able.flatMap(({ found: { percent: share } }) => (share ? reach(lostOf(share, isLog)) : []))
  if (isLog) return { ...logScale(Math.min(1, ...heights), Math.max(2, ...heights)), isLog, label: timesWords }
  return { ...niceScale(Math.min(0, ...heights), Math.max(10, ...heights), 4), label: (v) => fixed(v, 0) }
}

function legendOf(series: readonly Series[], color: (one: Series) => string, families: readonly DataFamily[]): LegendEntry[] {
  const lines = series.map((one): LegendEntry => ({ label: one.label, color: color(one), mark: 'full', line: 'solid' }))
  const doses = families.flatMap((family) => family.doses)
  const dense: LegendEntry = { label: 'dense, trained alike', color: INK, line: 'dashed' }
  const chance: LegendEntry[] = doses.some((d) => d.chance !== null) ? [{ label: 'chance', color: FLOOR, line: 'dotted', ground: PALE }, { label: 'at the floor', color: SOFT, mark: 'hollow' }] : [] // prettier-ignore
  const cross: LegendEntry[] = doses.some((d) => d.isDenseFloor) ? [{ label: 'dense not above chance', color: FLOOR, mark: 'cross' }] : [] // prettier-ignore
  return [...lines, dense, ...chance, ...cross]
}

type Drawing = Pick<Placed, 'family' | 'spots'> & { readonly color: (one: Series) => string }

/** Where the i-th of some lines stands, a little apart from the others, so that one bar does not hide the next. */
const shifted = ({ min, max }: Scale, share: number, i: number, count: number) => Math.log2(share) + 0.016 * (max - min) * (i - (count - 1) / 2) // prettier-ignore

function drawScores(panels: Panels, panel: number, { family, spots, color }: Drawing, x: Scale, y: Scale): void {
  const chance = family.doses[0]!.chance
  if (chance !== null && chance > y.min) {
    panels.draw(area(panel, [x.min, y.min], [x.max, chance], PALE), line(panel, [[x.min, chance], [x.max, chance]], { color: FLOOR, type: 'dotted', width: 1.4 })) // prettier-ignore
  }
  const words = ({ y: v, low, high }: Height) => `${scoreWords(v, y)}${low === null || high === null ? '' : ` [${scoreWords(low, y)}, ${scoreWords(high, y)}]`}` // prettier-ignore
  const dense = family.doses.map((dose): Mark => ({
    ...{ at: [Math.log2(dose.share), dose.dense.y], low: dose.dense.low, high: dose.dense.high, isHollow: dose.isDenseFloor },
    tip: `dense, ${doseWords(dose)}: ${words(dose.dense)}`,
  }))
  panels.draw(line(panel, dense.map(({ at }) => at), { color: INK, type: 'dashed', width: 1.2 })) // prettier-ignore
  panels.draw(errorBars(panel, dense, INK, 0.35), marks(panel, dense, INK, 3.5))
  for (const [i, { series, at }] of spots.entries()) {
    const points = at.map(({ dose, found: { score, isFloor } }): Mark => ({
      ...{ at: [shifted(x, dose.share, i, spots.length), score.y], low: score.low, high: score.high, isHollow: isFloor },
      tip: `${series.label}, ${doseWords(dose)}: ${words(score)}`,
    }))
    drawLine(panels, panel, points, color(series))
  }
}

function drawLost(panels: Panels, panel: number, { family, spots, color }: Drawing, x: Scale, y: Scale): void {
  const isLog = y.isLog === true
  const nothing = isLog ? 1 : 0
  panels.draw(line(panel, [[x.min, nothing], [x.max, nothing]], { color: INK, type: 'dashed' })) // prettier-ignore
  const crosses = family.doses.filter(({ isDenseFloor }) => isDenseFloor).map((dose): Mark => ({ at: [Math.log2(dose.share), y.min], low: null, high: null, isCross: true, tip: `${doseWords(dose)}: dense not above chance` })) // prettier-ignore
  if (crosses.length > 0) panels.draw(marks(panel, crosses, FLOOR, 6))
  for (const [i, { series, at }] of spots.entries()) {
    const points = at.flatMap(({ dose, found }): Mark[] => {
      if (dose.isDenseFloor || !found.percent) return []
      const lost = lostOf(found.percent, isLog)
      const said = isLog ? `${fixed(lost.y, 2)} × dense` : `drop ${fixed(lost.y, 1)} % [${fixed(lost.low, 1)}, ${fixed(lost.high, 1)}]` // prettier-ignore
      return [{ at: [shifted(x, dose.share, i, spots.length), lost.y], low: lost.low, high: lost.high, isHollow: found.isFloor, tip: `${series.label}, ${doseWords(dose)}: ${said}` }] // prettier-ignore
    }) // prettier-ignore
    drawLine(panels, panel, points, color(series))
  }
}

function drawLine(panels: Panels, panel: number, points: readonly Mark[], color: string): void {
  panels.draw(line(panel, points.map(({ at }) => at), { color, width: 1.6 }), errorBars(panel, points, color, 0.5), marks(panel, points, color, 4.5)) // prettier-ignore
}

const scoreWords = (v: number, y: Scale) => (y.isLog ? fixed(v, 2) : `${percent(v)} %`)
const doseWords = ({ share, items }: Dose) => `${shareWords(share)} of the data (${plural(items, 'item')})`

function rowOf(names: readonly string[], { dose, found: { score, percent: share, isFloor } }: Spot, isLog: boolean): string[] {
  const digits = dose.chance === null ? 2 : 4
  const lost = share ? lostOf(share, isLog) : { y: null, low: null, high: null }
  const sign = dose.isDenseFloor ? ' ‡' : isFloor ? ' †' : ''
  const heights = [dose.dense, score].flatMap(({ y, low, high }) => [y, low, high].map((v) => fixed(v, digits)))
  const drops = [lost.y, lost.low, lost.high].map((v) => fixed(v, isLog ? 2 : 1))
  return [...names, shareWords(dose.share), String(dose.items), ...heights, `${drops[0]!}${sign}`, drops[1]!, drops[2]!]
}
