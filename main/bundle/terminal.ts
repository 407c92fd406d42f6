import type { TrendRow } from '../../preload/contract.ts'
import { chartData, sizeWords, type ChartData } from '../charts/chart.ts'
import type { GroupRow, ReportInput } from '../charts/input.ts'
import { denseOverall, levelRows, overallOf, signOf, type LevelRow, type Overall, type TrendMark } from '../charts/levels.ts'
import { summarise } from './summary.ts'
import { formatGrid, plain, tint, wrap, type GridCell, type GridLine, type Paper } from './terminal/grid.ts'
import { trainingTables } from './terminal/training.ts'
import { agreementGrid } from './terminal/agreement.ts'
import { verdictReasons, verdictTable } from './terminal/verdicts.ts'
import { levelNumber } from '../charts/amount.ts'
import { compareText, groupBy, keyOfLevel, levelKey, type Family, type Point, type Series, type View } from '../charts/view.ts'
import { fixed, lossName, multiple, percent, plural, pValue, signed, whole } from '../charts/words.ts'

export interface TableOptions extends Paper {
  /** Every task by itself, in place of groups of tasks. */
  readonly tasks?: boolean
}

/** Results as tables for a terminal: for each method, what groups of tasks lost at every level, what is at the floor, and tau. */
export function formatResults(input: ReportInput, options: TableOptions): string {
  const { study, cells } = input.provenance
  const title = `${study.title} (${study.name}), ${whole(cells.done)} of ${plural(cells.planned, 'cell')}`
  const views = chartData(input).map((data) => viewTables(data, options))
  const cautions = summarise(input).cautions.map((caution) => wrap(caution, options.width, '! '))
  const verdicts = verdictTable(input.verdicts, options)
  const parts = [
    tint(wrap(title, options.width), 'bold', options),
    ...views,
    agreementGrid(input.agreement ?? [], options),
    verdicts,
    cautions.join('\n'),
  ]
  return parts.filter(Boolean).join('\n\n')
}

/** Every verdict of a study with its numbers, its reason and its rule, for a terminal. */
export function formatVerdicts({ verdicts }: ReportInput, paper: Paper): string {
  return verdictReasons(verdicts, paper)
}

function viewTables(data: ChartData, options: TableOptions): string {
  const { view } = data
  const training = view.training === '' ? '' : `, ${view.training}`
  const head = wrap(`${view.model}, ${view.scorer}${training}: ${sizeWords(view)}`, options.width)
  const levels = levelRows(data)
  if (view.series.length === 0) return `${head}\n\n${denseTable(data, options)}`
  const tables = view.series.map(
    (series) =>
    seriesTable(data, levels.filter((row) => row.series === series), series, options), // prettier-ignore
  )
  return [head, ...trainingTables(data, levels, options), ...tables, wrap(marksOf(data), options.width)].join('\n\n')
}

function marksOf({ view, trends, axisTrends }: ChartData): string {
  const floor = view.tasks.some((p) => p.chance !== null) ? '   ° not above chance' : ''
  const tau = trends.length + axisTrends.length > 0 ? '   * τ’s interval leaves zero out' : ''
  return `~ may be no change${floor}${tau}`
}

function seriesTable(data: ChartData, levels: readonly LevelRow[], series: Series, options: TableOptions): string {
  const { view } = data
  const drop = view.better === 'higher' ? 'drop in % of dense' : `${lossName(view.scorer)}, × dense`
  const lines = [
    ...scoreLines(data, levels),
    { name: drop, cells: [] },
    ...(options.tasks ? taskLines(data, series) : setLines(data, levels)),
    ...tauLines(data.trends, (row) => row.trends, levels),
    ...data.view.families.flatMap((family) => axisLines(data, family, series, levels)),
  ]
  const amount = series.isCoded
    ? 'bits per weight'
    : series.of === null
      ? '% of weights set to zero'
      : `weights kept of ${series.of}`
  const title = `${series.label}, by ${amount}`
  const head = ['dense ', ...levels.map(({ level }) => `${levelNumber(level)} `)]
  return `${tint(wrap(title, options.width), 'bold', options)}\n${formatGrid(head, lines, options)}`
}

/** Mean scores, and how many of the tasks that dense can do are at the floor. */
function scoreLines(data: ChartData, levels: readonly LevelRow[]): GridLine[] {
  const { all, able } = denseOverall(data)
  const hasChance = data.view.tasks.some((p) => p.chance !== null)
  const isShare = hasChance && data.view.better === 'higher'
  const score = (overall: Overall | undefined) => unmarked(overall ? scoreWords(overall.value, isShare) : '–')
  const floor = (overall: Overall | undefined) => unmarked(overall ? fixed(overall.floor, (overall.floor ?? 0) % 1 ? 1 : 0) : '–')
  const mean = data.view.tasks.length > 1 ? 'mean ' : ''
  return [
    { name: `${mean}${data.view.scorer}${isShare ? ', %' : ''}`, cells: [score(all), ...levels.map((row) => score(row.all))] },
    ...(hasChance && able
      ? [{ name: `at the floor, of ${able.tasks}`, cells: [floor(able), ...levels.map((row) => floor(row.able))] }]
      : []),
  ]
}

function scoreWords(value: number, isShare: boolean): string {
  return isShare ? percent(value) : value >= 1000 ? multiple(value) : fixed(value, 2)
}

/** Sets of tasks: all, those dense can do with their interval, then the groups. */
function setLines({ view, groups }: ChartData, levels: readonly LevelRow[]): GridLine[] {
  const isLog = view.better === 'lower'
  const sets = [...groupBy(groups, ({ of, taskGroup }) => `${of} ${taskGroup}`).values()]
  const order = { all: 0, able: 1, group: 2 }
  sets.sort(([a], [b]) => order[a!.of] - order[b!.of] || compareText(a!.taskGroup, b!.taskGroup))
  const main = sets.some(([first]) => first!.of === 'able') ? 'able' : 'all'
  return sets.flatMap((members): GridLine[] => {
    const first = members.reduce((a, b) => (b.tasks > a.tasks ? b : a))
    const byLevel = groupBy(members, levelKey)
    const at = levels.map(({ series, level }) => overallOf(byLevel.get(keyOfLevel(series, level)) ?? []))
    const dense = scoreWords(first.dense, first.chance !== null && !isLog)
    const line = { name: `  ${nameOf(first)}`, cells: [unmarked(dense), ...at.map((overall) => setCell(overall, isLog))] }
    if (first.of !== main) return [line]
    const end = (name: string, of: (o: Overall) => number | null): GridLine => ({
      name: `    ${name}`,
      cells: [
        plain(''),
        ...at.map((overall): GridCell => ({ text: overall ? `${share(of(overall), isLog)} ` : '', tone: 'dim' })),
      ],
    })
    // the lower end of what is left is the upper end of what is lost
    const [low, high] = isLog ? (['normalisedLow', 'normalisedHigh'] as const) : (['normalisedHigh', 'normalisedLow'] as const)
    return [line, end('95 % from', (o) => o[low]), end('to', (o) => o[high])]
  })
}

function nameOf({ of, taskGroup, tasks }: GroupRow): string {
  const name = of === 'group' ? taskGroup || 'no group' : of === 'able' ? 'above chance' : 'all tasks'
  return `${name} (${tasks})`
}

/** A share of dense (percent) as drop, or as a multiple. */
function share(normalised: number | null, isLog: boolean): string {
  if (normalised === null) return '–'
  return isLog ? multiple(normalised / 100) : signed(100 - normalised, 1)
}

function setCell(overall: Overall | undefined, isLog: boolean): GridCell {
  if (!overall || overall.normalised === null) return unmarked('–')
  const { normalised, normalisedLow: low, normalisedHigh: high, floor, tasks } = overall
  const isUnsure = low === null || high === null || (low <= 100 && high >= 100)
  return marked(share(normalised, isLog), isUnsure, floor !== null && floor > 0 && floor * 2 >= tasks)
}

/** Where others have a mark. */
const unmarked = (text: string) => plain(`${text} `)

/** The mark says it without colour. */
function marked(text: string, isUnsure: boolean, isFloor: boolean): GridCell {
  const mark = isFloor ? '°' : isUnsure ? '~' : ' '
  return { text: `${text}${mark}`, tone: mark === ' ' ? 'plain' : 'dim' }
}

/** Tasks that stand on no axis; those that do have blocks of their own. */
function taskLines({ view }: ChartData, series: Series): GridLine[] {
  const alone = view.tasks.filter((p) => p.axis === '')
  const groups = [...groupBy(alone, (p) => p.taskGroup)].sort(([a], [b]) => compareText(a, b))
  return groups.flatMap(([group, tasks]): GridLine[] => [
    ...(groups.length > 1 ? [{ name: `  ${group || 'no group'}`, cells: [] }] : []),
    ...tasks.map((p) => taskLine(`${groups.length > 1 ? '    ' : '  '}${p.name}`, p, view, series)),
  ])
}

/** One family at every level of compression: its levels from easy to hard, then tau over them. */
function axisLines({ view, axisTrends }: ChartData, family: Family, series: Series, levels: readonly LevelRow[]): GridLine[] {
  const trends = axisTrends.filter((t) => t.estimator === family.name)
  return [
    { name: `${family.name}, easy to hard`, cells: [] },
    ...family.levels.map((p) => taskLine(`  ${p.axisLevel}`, p, view, series)),
    ...tauLines(trends, (row) => row.axes, levels, { title: '  τ', counted: 'levels' }),
  ]
}

function taskLine(name: string, p: Point, view: View, { levels }: Series): GridLine {
  const cell = (at: Point | undefined): GridCell => {
    if (!at || at.drop === null) return unmarked('–')
    const isUnsure = at.dropLow === null || at.dropHigh === null || (at.dropLow <= 0 && at.dropHigh >= 0)
    const drop = view.better === 'lower' ? multiple(1 + at.drop) : signed(100 * at.drop, 1)
    return marked(drop, isUnsure, at.isFloor || at.isDenseFloor)
  }
  const dense = marked(scoreWords(p.dense, p.chance !== null && view.better === 'higher'), false, p.isDenseFloor)
  return { name, cells: [dense, ...levels.map(({ points }) => cell(points.find(({ task }) => task === p.task)))] }
}

function tauLines(
  trends: readonly TrendRow[],
  marksOf: (row: LevelRow) => readonly TrendMark[],
  levels: readonly LevelRow[],
  words?: { readonly title: string; readonly counted: string },
): GridLine[] {
  return [...new Set(trends.map((t) => t.estimator))].flatMap((estimator): GridLine[] => {
    const marks = levels.map((row) => marksOf(row).find((t) => t.estimator === estimator))
    const line = (name: string, of: (mark: TrendMark) => string): GridLine => ({
      name: `  ${name}`,
      cells: [
        plain(''),
        ...marks.map((mark): GridCell => ({ text: mark && mark.tau !== null ? `${of(mark)} ` : '– ', tone: 'dim' })),
      ],
    })
    const tau = marks.map((mark): GridCell => {
      if (!mark || mark.tau === null) return { text: '– ', tone: 'dim' }
      const isSure = signOf(mark) !== 0
      return { text: `${signed(mark.tau, 2)}${isSure ? '*' : ' '}`, tone: isSure ? 'bold' : 'plain' }
    })
    return [
      { name: words?.title ?? `τ by ${estimator}`, cells: [plain(''), ...tau] },
      line('95 % from', ({ low }) => signed(low, 2)),
      line('to', ({ high }) => signed(high, 2)),
      line('p', ({ p, seeds }) => (p === null ? `${seeds} seeds` : pValue(p).replace('p = ', '').replace('p < ', '<'))),
      {
        name: `  ${words?.counted ?? 'tasks'}`,
        cells: [plain(''), ...marks.map((mark) => unmarked(mark ? String(mark.tasks) : '–'))],
      },
    ]
  })
}

/** Where nothing has been compressed yet: how the groups of tasks stand. */
function denseTable({ view, groups }: ChartData, options: TableOptions): string {
  const isShare = view.better === 'higher' && view.tasks.some((p) => p.chance !== null)
  const number = (value: number) => unmarked(scoreWords(value, isShare))
  const rows = options.tasks
    ? view.tasks
    : groups.map((g) => ({ ...g, name: nameOf(g), isDenseFloor: g.denseFloor > 0 && g.denseFloor * 2 >= g.tasks }))
  const lines = rows.map(({ name, value, low, high, isDenseFloor }): GridLine => ({
    name,
    cells: [marked(scoreWords(value, isShare), false, isDenseFloor), number(low), number(high)],
  }))
  return formatGrid([`${view.scorer} `, '95 % from ', 'to '], lines, options)
}
