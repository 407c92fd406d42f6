import type { ChartData } from '../../charts/chart.ts'
import { denseOverall, levelRows, signOf, type LevelRow, type Overall, type TrendMark } from '../../charts/levels.ts'
import { fixed, multiple, percent, plural, pValue, signed, whole } from '../../charts/words.ts'
import { markup, type Html } from './html.ts'

/** Which columns a table has. */
interface Columns {
  readonly estimators: readonly string[]
  readonly hasChance: boolean
  readonly isLog: boolean
}

/** Level by level: score, share of dense, what is at the floor, tau. Null where nothing was compressed. */
export function glance(data: ChartData): Html | null {
  const { view, trends } = data
  const rows = levelRows(data)
  if (rows.length === 0) return null
  const columns: Columns = {
    estimators: [...new Set(trends.map((t) => t.estimator))],
    hasChance: view.tasks.some((p) => p.chance !== null),
    isLog: view.better === 'lower',
  }
  const { all, able } = denseOverall(data)
  const count = headOf(data, columns).length
  const block = (inside: readonly Html[]) => markup`<tbody>${inside}</tbody>\n`
  const title = (text: string) => markup`<tr><th class="w" colspan="${count}">${text}</th></tr>\n`
  const blocks = view.series.map((series) =>
    block([title(series.label), ...rows.filter((row) => row.series === series).map((row) => rowOf(row, columns))]),
  )
  const first = all ? [block([rowOf({ series: null, level: null, all, able, trends: [] }, columns)])] : []
  return markup`<div class="open"><table class="glance ${columns.estimators.length > 0 ? 'wide' : ''}"><thead><tr>${headOf(data, columns)}</tr></thead>\n${first}${blocks}</table></div>\n<p class="about">${wordsOf(data, columns)}</p>\n`
}

function headOf({ view }: ChartData, { estimators, hasChance, isLog }: Columns): Html[] {
  const score = `${view.tasks.length > 1 ? 'mean ' : ''}${view.scorer}${hasChance && !isLog ? ', %' : ''}`
  return [
    markup`<th class="w">level</th>`,
    markup`<th>${score}</th>`,
    markup`<th>${isLog ? '× dense' : '% of dense'}</th>`,
    ...(hasChance ? [markup`<th class="w">at the floor</th>`] : []),
    ...(estimators.length > 0 ? [markup`<th>tasks in τ</th>`] : []),
    ...estimators.flatMap((name) => [markup`<th>τ, ${name}</th>`, markup`<th>p</th>`]),
  ]
}

/** A level, or the dense model where there is none. */
type AnyRow = LevelRow | { readonly series: null; readonly level: null; all: Overall; able: Overall | undefined; trends: [] }

function rowOf({ series, level, all, able, trends }: AnyRow, { estimators, hasChance, isLog }: Columns): Html {
  const marks = estimators.map((name) => trends.find((t) => t.estimator === name))
  const tasks = [...new Set(marks.map((mark) => (mark ? whole(mark.tasks) : '–')))].join(' / ')
  const name = level === null ? 'dense' : `${level.label}${series.of === null ? '' : ' kept'}`
  const share = able && level !== null ? shareWords(able, isLog) : '–'
  const cells = [
    markup`<td class="w">${name}</td><td>${all ? scoreWords(all, hasChance && !isLog) : '–'}</td><td>${share}</td>`,
    hasChance ? floorCell(able) : null,
    estimators.length > 0 ? markup`<td>${tasks}</td>` : null,
    marks.map(tauCells),
  ]
  return markup`<tr>${cells}</tr>\n`
}

function scoreWords({ value }: Overall, isShare: boolean): string {
  return isShare ? percent(value) : value >= 1000 ? multiple(value) : fixed(value, 2)
}

function shareWords({ normalised, normalisedLow, normalisedHigh }: Overall, isLog: boolean): string {
  const number = (v: number | null) => (v === null ? '–' : isLog ? multiple(v / 100) : fixed(v, 1))
  return `${number(normalised)} [${number(normalisedLow)}, ${number(normalisedHigh)}]`
}

function floorCell(able: Overall | undefined): Html {
  if (!able || able.floor === null) return markup`<td class="w no">–</td>`
  const share = ((100 * able.floor) / able.tasks).toFixed(1)
  const words = `${fixed(able.floor, able.floor % 1 ? 1 : 0)} of ${able.tasks}`
  return markup`<td class="w"><span class="bar"><i style="width:${share}%"></i></span>${words}</td>`
}

/** Bold where the interval leaves zero out, grey where it does not. */
function tauCells(mark: TrendMark | undefined): Html {
  if (!mark || mark.tau === null) return markup`<td class="no">–</td><td class="no">–</td>`
  const kind = signOf(mark) === 0 ? 'no' : 'sure'
  const p = mark.p === null ? plural(mark.seeds, 'seed') : pValue(mark.p).replace('p = ', '').replace('p < ', '< ')
  return markup`<td class="${kind}">${signed(mark.tau, 2)} [${signed(mark.low, 2)}, ${signed(mark.high, 2)}]</td><td class="${kind}">${p}</td>`
}

function wordsOf({ view, groups }: ChartData, { estimators, hasChance }: Columns): string {
  const able = groups.find((g) => g.of === 'able')
  const of = able
    ? `The mean score is of all ${plural(view.tasks.length, 'task')}; shares and floors are of the ${able.tasks} that the dense model answers better than chance. `
    : ''
  const tau = estimators.length > 0 ? ', of τ by bootstrap over tasks' : ''
  const seeds = view.series.some((s) => s.seeds.length > 1) ? ' With several seeds: means, and the widest span of their intervals.' : '' // prettier-ignore
  const bold = estimators.length > 0 ? ' Bold: the interval leaves zero out; grey: it does not. Each p is of its τ alone.' : ''
  const floor = hasChance ? ' At the floor: not above chance.' : ''
  return `${of}Brackets: 95 % intervals, of scores by bootstrap over items${tau}.${bold}${floor}${seeds}`
}
