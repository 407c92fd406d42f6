import type { VerdictRow } from '../../preload/contract.ts'
import { holm } from '../stats/correct.ts'
import { verdictCounts } from './verdicts/words.ts'
import { chartData, placeOf, type ChartData } from '../charts/chart.ts'
import { difficultyCautions } from './summary/difficulty.ts'
import { axisCautions, axisWords } from './summary/axes.ts'
import { trainingCautions, trainingWords } from './summary/training.ts'
import type { ReportInput } from '../charts/input.ts'
import { denseOverall, levelRows, signOf, type LevelRow, type Overall, type TrendMark } from '../charts/levels.ts'
import { groupBy, keyOfLevel, type Series, type View } from '../charts/view.ts'
import { compressionOf, isControl } from '../charts/view.ts'
import { fixed, list, lossName, multiple, percent, plural, pValue, sentence, signed, whole } from '../charts/words.ts'

/** What the numbers say, in sentences made from them. */
export interface Summary {
  readonly parts: readonly Part[]
  /** What one must know before believing the rest. */
  readonly cautions: readonly string[]
}
export interface Part {
  readonly title: string
  readonly said: readonly Said[]
}
/** A sentence, and what it goes on to list. */
export interface Said {
  readonly text: string
  readonly items: readonly string[]
}

/** Loss up to which a level counts as tolerated (paper.md 1.3, H2b). */
const TOLERATED = 0.05
/** With fewer tasks, tau takes few values and its interval few tasks to draw from. */
const FEW = 10

/** A summary of the whole study; with several models or scorers, each sentence names its own. */
export function summarise(input: ReportInput): Summary {
  const all = chartData(input)
  const parts: Part[] = [{ title: 'What was run', said: all.length === 0 ? [] : [plain(whatWasRun(input, all))] }]
  const counts = verdictCounts(input.verdicts)
  if (counts.length > 0) parts.push({ title: 'Verdicts', said: [{ text: VERDICTS, items: counts }] })
  const cautions: string[] = [...unfinished(input)]
  for (const data of all) {
    const levels = levelRows(data)
    const where = all.length > 1 ? ` (${placeOf(data, all)})` : ''
    const add = (title: string, said: readonly (Said | string)[]) =>
      parts.push({ title: `${title}${where}`, said: said.map((s) => (typeof s === 'string' ? plain(s) : s)) })
    add('Uncompressed', denseWords(data))
    add('Compressed', compressedWords(data, levels))
    add('Training after compression', trainingWords(data, levels, verdictsOf(input, data)))
    add('Difficulty against drop', tauWords(data, levels))
    add('Difficulty axes', axisWords(data, levels, verdictsOf(input, data)))
    add('Random control', controlWords(data, levels))
    cautions.push(...floorCautions(data, levels, where), ...axisCautions(data, where), ...trainingCautions(data))
  }
  cautions.push(...difficultyCautions(input))
  return { parts: parts.filter(({ said }) => said.length > 0), cautions }
}

const VERDICTS =
  'What the paper’s hypotheses come to, by the rules that stand with them below; neither controls nor quantisation by itself are counted:'

/** Of the view's model, scorer and training. */
function verdictsOf({ verdicts }: ReportInput, { view }: ChartData): readonly VerdictRow[] {
  return verdicts.filter((v) => v.model === view.model && v.scorer === view.scorer && v.training === view.training)
}

const plain = (text: string): Said => ({ text, items: [] })

function whatWasRun({ provenance, rows }: ReportInput, all: readonly ChartData[]): string {
  const { models, cells } = provenance
  const named = models.map(({ name, parameters }) => `${name} (${whole(parameters)} parameters)`)
  const series = all.flatMap(({ view }) => view.series)
  const ways = [...groupBy(series, compressionOf)].map(([label, [one]]) => `${label} at ${rangeOf(one!)}`)
  const tasks = new Set(rows.map((r) => `${r.task} ${r.axis} ${r.level}`)).size
  const groups = new Set(rows.map((r) => r.taskGroup).filter(Boolean)).size
  const counts = rows.map((r) => r.n)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const items = least === most ? `${plural(most, 'item')}${tasks > 1 ? ' each' : ''}` : `${whole(least)} to ${whole(most)} items`
  const asked = `${plural(tasks, 'task')}${groups > 1 ? ` in ${groups} groups` : ''} of ${items}`
  const compressed = ways.length > 0 ? `, uncompressed and compressed by ${list(ways)}` : ', uncompressed only'
  const trained = trainedWords(all)
  const done = cells.done === cells.planned ? 'All' : `${whole(cells.done)} of`
  return `${list(named)} ${named.length > 1 ? 'were' : 'was'} asked ${asked}${compressed}${trained}. ${done} ${plural(cells.planned, 'cell')} are done.`
}

/** How often and in which ways each model was trained on after compression; '' where none was. */
function trainedWords(all: readonly ChartData[]): string {
  const trainings = new Set(all.flatMap(({ view }) => (view.training === '' ? [] : [view.training])))
  if (trainings.size === 0) return ''
  const kinds = new Set(all.flatMap(({ view }) => view.series.map(({ transfer }) => transfer)))
  const how = trainings.size === 1 ? [...trainings][0]! : `${trainings.size} trainings`
  const ways = kinds.size === 0 ? '' : `; the compressed ones as ${list([...kinds])}`
  return `, then trained on (${how}${ways})`
}

function rangeOf({ levels, of, isCoded, seeds }: Series): string {
  const [first, last] = [levels[0]!, levels.at(-1)!]
  const span = levels.length === 1 ? first.label : `${levels.length} levels from ${first.label} to ${last.label}`
  const many = seeds.length > 1 ? ` (${seeds.length} seeds)` : ''
  return `${span}${of === null && !isCoded ? ' sparsity' : ''}${many}`
}

function denseWords(data: ChartData): string[] {
  const { view } = data
  const { all } = denseOverall(data)
  if (!all) return []
  const isShare = view.better === 'higher' && view.tasks.some((p) => p.chance !== null)
  const number = (v: number) => (isShare ? percent(v) : fixed(v, 2))
  const mean = view.tasks.length === 1 ? '' : 'mean '
  const score = `${mean}${view.scorer} ${number(all.value)}${isShare ? ' %' : ''} [${number(all.low)}, ${number(all.high)}]`
  if (all.floor === null) return [sentence(`${score}.`)]
  return [`Above chance on ${all.tasks - all.floor} of ${plural(all.tasks, 'task')}; ${score}.`]
}

/** How far each series can go on the tasks that there is something to lose at. */
function compressedWords({ view, groups }: ChartData, levels: readonly LevelRow[]): (Said | string)[] {
  if (view.series.length === 0) return []
  if (levels.every(({ able }) => able === undefined)) {
    return ['No task is above chance uncompressed, so there is nothing that compression could take away.']
  }
  const able = groups.find((g) => g.of === 'able')
  const items = view.series.map((series) => seriesWords(view, levels, series))
  if (!able) return items.map((text) => sentence(text))
  return [{ text: `On the ${plural(able.tasks, 'task')} above chance uncompressed:`, items }]
}

function seriesWords(view: View, levels: readonly LevelRow[], series: Series): string {
  const known = levels.filter((row) => row.series === series && isScored(row))
  if (known.length === 0) return `${series.label}: no level is done.`
  const isFine = ({ able }: LevelRow) =>
    view.better === 'higher' ? able!.normalised! >= 100 * (1 - TOLERATED) : able!.normalised! <= 100 * (1 + TOLERATED)
  const broken = known.findIndex((row) => !isFine(row))
  const last = known.at(-1)!
  const unit = (row: LevelRow) => (series.of === null ? row.level.label : `${row.level.label} kept`)
  const isShare = view.better === 'higher'
  const kept = isShare ? 'keeps at least 95 % of the dense score' : `stays within 5 % of the dense ${lossName(view.scorer)}`
  const fell = isShare ? 'falls below 95 % of the dense score' : `exceeds the dense ${lossName(view.scorer)} by more than 5 %`
  const upTo =
    broken === 0
      ? `${fell} at its first level, ${unit(known[0]!)}`
      : `${kept} ${broken === -1 ? 'at every level' : `${series.isCoded ? 'down' : 'up'} to ${unit(known[broken - 1]!)}`}`
  return `${series.label} ${upTo}; at ${unit(last)} it has ${shareWords(view, last)} ${isShare ? 'of it' : 'times it'}${floorWords(last)}.`
}

/** Share of dense on the tasks that dense can do, with its interval. */
function shareWords({ better }: View, { able }: LevelRow): string {
  const { normalised, normalisedLow, normalisedHigh } = able!
  const number = (v: number | null) => (v === null ? '–' : better === 'higher' ? fixed(v, 1) : multiple(v / 100))
  return `${number(normalised)}${better === 'higher' ? ' %' : ''} [${number(normalisedLow)}, ${number(normalisedHigh)}]`
}

function floorWords({ able }: LevelRow): string {
  if (!able?.floor) return ''
  return `, with ${fixed(able.floor, able.floor % 1 ? 1 : 0)} of ${plural(able.tasks, 'task')} at the floor`
}

/** For each estimator, how often tau leaves zero out and where most, series by series. */
function tauWords(data: ChartData, levels: readonly LevelRow[]): Said[] {
  return [...groupBy(data.trends, (t) => t.estimator)].map(([estimator, rows]): Said => {
    const tested = rows.flatMap((t) => (t.p === null ? [] : [t.p]))
    const corrected = holm(tested).filter((p) => p < 0.05).length
    const items = data.view.series.flatMap((series) => {
      const marks = marksOf(levels, series, estimator).filter(({ mark }) => mark.tau !== null)
      return marks.length === 0 ? [] : [`${series.label}: ${signWords(marks, series)}`]
    })
    if (items.length === 0)
      return { text: `By ${estimator}: too few tasks stand above the floor to compute tau at any level.`, items }
    const kept = `${corrected === 0 ? 'none' : whole(corrected)} of ${plural(tested.length, 'test')} ${corrected === 1 ? 'has' : 'have'} p < 0.05 after Holm’s correction`
    return { text: `By ${estimator}, ${tested.length === 0 ? 'tau is' : kept}; above zero, harder tasks lose more:`, items }
  })
}

interface Placed {
  readonly mark: TrendMark
  readonly row: LevelRow
}

function marksOf(levels: readonly LevelRow[], series: Series, estimator: string): Placed[] {
  return levels
    .filter((row) => row.series === series)
    .flatMap((row) => row.trends.filter((t) => t.estimator === estimator).map((mark) => ({ mark, row })))
}

/** "interval above zero at 3 of 9 levels, most at 50 % (τ = +0.44 [+0.25, +0.63], p < 0.001, 52 tasks)". */
function signWords(marks: readonly Placed[], { levels }: Series): string {
  const of = levelsOf(marks.length, levels.length)
  const said = ([1, -1] as const).flatMap((sign) => {
    const sure = marks.filter(({ mark }) => signOf(mark) === sign)
    if (sure.length === 0) return []
    const best = sure.reduce((a, b) => (Math.abs(b.mark.tau!) > Math.abs(a.mark.tau!) ? b : a))
    return [`interval ${sign > 0 ? 'above' : 'below'} zero at ${sure.length} of ${of}, most at ${placeWords(best)}`]
  })
  if (said.length > 0) return said.join(', and ')
  const [fewest, most] = [Math.min(...marks.map((m) => m.mark.tasks)), Math.max(...marks.map((m) => m.mark.tasks))]
  return `no interval leaves zero out at ${of} (${fewest === most ? plural(most, 'task') : `${fewest} to ${most} tasks`})`
}

/** "9 levels", or "the 4 levels with tasks enough" where tau could not be computed at all of them. */
function levelsOf(known: number, all: number): string {
  return known === all ? plural(all, 'level') : `the ${plural(known, 'level')} with tasks enough`
}

function placeWords({ mark, row }: Placed): string {
  const p = mark.p === null ? `${mark.seeds} seeds` : pValue(mark.p)
  const tau = `τ = ${signed(mark.tau, 2)} [${signed(mark.low, 2)}, ${signed(mark.high, 2)}], ${p}`
  return `${row.level.label} (${tau}, ${plural(mark.tasks, 'task')})`
}

/** What removing weights at random does at the same levels: what is no different there says nothing about which weights matter. */
function controlWords(data: ChartData, levels: readonly LevelRow[]): string[] {
  const { view } = data
  const control = view.series.filter(isControl)
  // chance removes weights: it is no control of codes
  const removing = view.series.filter(({ isCoded }) => !isCoded)
  if (removing.length === 0) return []
  if (control.length === 0) {
    return ['This study has no random control: what follows from removing just these weights cannot be told from what any removal does.'] // prettier-ignore
  }
  const rivals = removing.filter((s) => !isControl(s))
  const alike = (rival: Series) => control.filter(({ transfer }) => transfer === rival.transfer)
  const said = rivals.flatMap((rival) => alike(rival).flatMap((random) => besides(data, levels, rival, random) ?? []))
  return [...said, ...control.flatMap((random) => [...controlTrend(data, levels, random), ...controlRest(levels, random)])]
}

/** The level at which a method and chance differ most, if at any. */
function besides({ view }: ChartData, levels: readonly LevelRow[], rival: Series, random: Series): string | undefined {
  const pairs = levels.flatMap((own) => {
    const other = levels.find((row) => row.series === random && isSameLevel(row, own))
    return own.series === rival && isScored(own) && other && isScored(other) ? [{ own, other }] : []
  })
  if (pairs.length === 0) return undefined
  const apart = pairs.filter(({ own, other }) => !overlap(own.able!, other.able!))
  const shared = plural(pairs.length, 'shared level')
  if (apart.length === 0) return `${sentence(rival.label)} and ${random.label} cannot be told apart at any of ${shared}.`
  const gap = ({ own, other }: (typeof pairs)[number]) => Math.abs(own.able!.normalised! - other.able!.normalised!)
  const { own, other } = apart.reduce((a, b) => (gap(b) > gap(a) ? b : a))
  const unit = view.better === 'higher' ? 'of the dense score' : `times the dense ${lossName(view.scorer)}`
  return `At ${own.level.label}, ${rival.label} has ${shareWords(view, own)} and ${random.label} ${shareWords(view, other)} ${unit}; their intervals are apart at ${apart.length} of ${shared}.`
}

function isSameLevel(a: LevelRow, b: LevelRow): boolean {
  return a.level.sparsity === b.level.sparsity && a.level.pattern === b.level.pattern
}

function isScored({ able }: LevelRow): boolean {
  return able !== undefined && able.normalised !== null
}

function overlap(a: Overall, b: Overall): boolean {
  const [low, high] = [(o: Overall) => o.normalisedLow ?? o.normalised!, (o: Overall) => o.normalisedHigh ?? o.normalised!]
  return low(a) <= high(b) && low(b) <= high(a)
}

/** Estimators of which the same is to be said share a sentence. */
function controlTrend({ trends }: ChartData, levels: readonly LevelRow[], random: Series): string[] {
  const found = [...new Set(trends.map((t) => t.estimator))].flatMap((estimator) => {
    const marks = marksOf(levels, random, estimator).filter(({ mark }) => mark.tau !== null)
    if (marks.length === 0) return []
    const above = marks.filter(({ mark }) => signOf(mark) > 0).length
    const of = levelsOf(marks.length, random.levels.length)
    const said =
      above > 0
        ? `${random.label} has tau above zero as well, at ${above} of ${of}: harder tasks lose more whichever weights go, so such a trend alone does not single out small weights.`
        : `${random.label} has tau above zero at none of ${of}.`
    return [{ estimator, said }]
  })
  return [...groupBy(found, ({ said }) => said)].map(([said, members]) => `By ${list(members.map(({ estimator }) => estimator))}, ${said}`) // prettier-ignore
}

/** A share of weights beyond which chance leaves nothing that was learnt. */
const RUINED = 0.75
/** More tasks than this above chance are not there by chance: one in forty lies above its interval. */
const BY_CHANCE = 0.1

/** What is above chance in a model that knows nothing any more says how much of a score needs no knowledge. */
function controlRest(levels: readonly LevelRow[], random: Series): string[] {
  const last = levels.findLast((row) => row.series === random && row.able !== undefined)
  // what is trained without holding them at zero has its weights again
  if (!['none', 'sparse'].includes(random.transfer)) return []
  if (!last?.able || last.able.floor === null || last.level.sparsity < RUINED) return []
  const { tasks, floor } = last.able
  const above = Math.round(tasks - floor)
  if (above <= BY_CHANCE * tasks) return []
  const gone =
    random.of === null
      ? `With ${last.level.label} of the weights gone at random`
      : `With ${last.level.label} weights kept at random`
  return [`${gone}, ${above} of these ${plural(tasks, 'task')} ${above === 1 ? 'is' : 'are'} still above chance: there, part of the score comes from a preference that needs no knowledge, such as for shorter text.`] // prettier-ignore
}

function unfinished({ provenance: { cells, truncated }, faults, rows }: ReportInput): string[] {
  const left = cells.planned - cells.done - cells.failed
  const lone = cells.done - new Set(rows.map((r) => r.cell)).size
  const be = (n: number) => (n === 1 ? 'is' : 'are')
  return [
    ...(left > 0
      ? [`${plural(left, 'cell')} of ${whole(cells.planned)} ${be(left)} not done yet; what follows is about the rest.`]
      : []),
    ...(faults.length > 0 ? [`${plural(faults.length, 'cell')} failed and ${be(faults.length)} missing from all numbers; each is listed below with its reason.`] : []), // prettier-ignore
    ...(lone > 0
      ? [`${plural(lone, 'cell')} ${lone === 1 ? 'has' : 'have'} no uncompressed counterpart yet and ${be(lone)} left out.`]
      : []),
    ...(truncated > 0 ? [`${plural(truncated, 'item')} did not fit the model’s context and lost their beginning.`] : []),
  ]
}

function floorCautions(data: ChartData, levels: readonly LevelRow[], where: string): string[] {
  const { view } = data
  const lost = view.tasks.filter((p) => p.isDenseFloor)
  const able = view.tasks.length - lost.length
  const said: string[] = []
  if (lost.length * 2 >= view.tasks.length && lost.length > 0) {
    said.push(
      `On ${lost.length} of ${plural(view.tasks.length, 'task')} the uncompressed model itself is not above chance${where}. Nothing can be lost there, whatever compression does: ${able === 0 ? 'this study says nothing about drops' : `what is said about drops and tau rests on the other ${able}`}.`, // prettier-ignore
    )
  }
  const sunk = view.series.flatMap((series) => {
    const first = series.levels.find(({ points }) => {
      const open = points.filter((p) => !p.isDenseFloor)
      return open.length > 0 && open.filter((p) => p.isFloor).length * 2 > open.length
    })
    return first ? [`${series.label} from ${first.label}`] : []
  })
  if (sunk.length > 0) {
    said.push(`More than half of the tasks that the dense model can do are at the floor${where}: ${list(sunk)}. From there on a drop says how far above chance a task began, not how hard it is.`) // prettier-ignore
  }
  const thin = levels.filter(({ trends }) => trends.some((t) => t.tau !== null && t.tasks < FEW))
  if (thin.length > 0) {
    const keys = new Set(thin.map(({ series, level }) => keyOfLevel(series, level)))
    said.push(`At ${plural(keys.size, 'level')} tau rests on fewer than ${FEW} tasks${where}; read it with its interval or not at all.`) // prettier-ignore
  }
  return said
}
