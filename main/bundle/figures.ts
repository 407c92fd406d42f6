import type { FigureSvg } from '../../preload/contract.ts'
import { chartData, placeOf, type Chart, type ChartData, type DataTable } from '../charts/chart.ts'
import { charts } from '../charts/index.ts'
import type { ReportInput } from '../charts/input.ts'
import type { Figure } from '../charts/option.ts'
import { renderSvg } from './svg.ts'

/** A figure with what stands around it, or what is said in its place. */
export interface Drawn {
  readonly chart: Chart
  readonly data: ChartData
  readonly id: string
  /** Null where there is nothing to draw. */
  readonly figure: Figure | null
  readonly svg: string | null
  readonly caption: string
  readonly tables: readonly DataTable[]
}

/** All figures of one model, scorer and training. */
export interface DrawnView {
  readonly data: ChartData
  readonly figures: readonly Drawn[]
}

/** Report and exports of one study show the same figures. */
const kept = new WeakMap<ReportInput, readonly DrawnView[]>()

/** All figures by model, scorer and training; what is drawn once comes with the first of them. */
export function drawFigures(input: ReportInput): readonly DrawnView[] {
  const drawn = kept.get(input) ?? drawViews(input)
  kept.set(input, drawn)
  return drawn
}

/** Those figures that are wanted, anew: beside others on a page their ids begin with `prefix`. */
export function drawSome(
  input: ReportInput,
  prefix: string,
  isWanted: (chart: Chart, data: ChartData) => boolean,
): readonly DrawnView[] {
  return drawViews(input, prefix, isWanted)
}

function drawViews(
  input: ReportInput,
  prefix = '',
  isWanted: (chart: Chart, data: ChartData) => boolean = () => true,
): DrawnView[] {
  const seen = new Set<string>()
  return chartData(input).map((data, i) => {
    const { model, scorer } = data.view
    const isFirst = (chart: Chart) => {
      if (!chart.once) return true
      const key = JSON.stringify([chart.id, model, ...(chart.once === 'scorer' ? [scorer] : [])])
      return !seen.has(key) && seen.add(key) !== undefined
    }
    const wanted = charts.filter((chart) => (chart.isFor?.(data) ?? true) && isFirst(chart) && isWanted(chart, data))
    return { data, figures: wanted.map((chart) => draw(chart, data, `${prefix}v${i + 1}`)) }
  })
}

function draw(chart: Chart, data: ChartData, prefix: string): Drawn {
  const figure = chart.figure(data, prefix)
  const id = figure?.id ?? `${prefix}-${chart.id}`
  if (figure === null) return { chart, data, id, figure, svg: null, caption: chart.empty, tables: [] }
  return { chart, data, id, figure, svg: renderSvg(figure), caption: chart.caption(data), tables: chart.tables(data) }
}

/** The figures of the report that have something to show, in its order; with several models or scorers, titles name theirs. */
export function figuresOf(input: ReportInput): FigureSvg[] {
  const all = drawFigures(input)
  const places = all.map(({ data }) => data)
  return all.flatMap(({ data, figures }) => {
    const where = all.length > 1 ? ` (${placeOf(data, places)})` : ''
    return figures.flatMap(({ id, chart, caption, svg }) =>
      svg === null ? [] : [{ id, title: `${chart.title}${where}`, caption, svg }],
    )
  })
}
