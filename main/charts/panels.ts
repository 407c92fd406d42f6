import type { ChartOption, ChartSeries } from './option.ts'
import { FLOOR, INK, PALE, SOFT } from './palette.ts'
import { percent } from './words.ts'

/** A rectangle of the figure, in CSS pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** One axis of a panel: a range, marked at `ticks`. */
export interface Scale {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  readonly isLog?: boolean
  label(value: number): string
}

/** Small multiples: boxes with axes, added one by one, then one option. Each panel has the index that its series name. */
export interface Panels {
  add(box: Box, x: Scale, y: Scale, show: { x: boolean; y: boolean }): number
  draw(...series: readonly ChartSeries[]): void
  write(text: string, x: number, y: number, style?: TextStyle): void
  place(element: Element): void
  option(): ChartOption
}
export interface TextStyle {
  readonly size?: number
  readonly fill?: string
  readonly align?: 'left' | 'center' | 'right'
  readonly bold?: boolean
  /** Degrees against the clock. */
  readonly turn?: number
}
type Element = Extract<NonNullable<ChartOption['graphic']>, readonly unknown[]>[number]

/** Sizes of text in CSS pixels at the width of a printed page, where a figure is as wide as it is drawn. */
export const TEXT_SIZE = 12
export const SMALL = 10.5
/** Looked up nowhere: the family is set once for a whole figure. */
const FAMILY = 'sans-serif'

/** `grow`: how many times the usual size text is. */
export function createPanels(grow = 1): Panels {
  const grid: object[] = []
  const [xAxis, yAxis]: [object[], object[]] = [[], []]
  const series: ChartSeries[] = []
  const graphic: Element[] = []
  const axis = (scale: Scale, index: number, isShown: boolean) => ({
    gridIndex: index,
    type: scale.isLog ? 'log' : 'value',
    min: scale.min,
    max: scale.max,
    axisLine: { show: true, onZero: false, lineStyle: { color: FLOOR } },
    axisTick: { show: true, customValues: [...scale.ticks], length: 3, lineStyle: { color: FLOOR } },
    splitLine: { show: false },
    axisLabel: {
      ...{
        show: isShown,
        customValues: [...scale.ticks],
        color: SOFT,
        fontSize: grow * SMALL,
        fontFamily: FAMILY,
        margin: Math.round(6 * grow ** 2),
      },
      ...{ hideOverlap: false, showMinLabel: true, showMaxLabel: true, formatter: (value: number) => scale.label(value) },
    },
  })
  return {
    add(box, x, y, show) {
      grid.push({ left: box.x, top: box.y, width: box.width, height: box.height, containLabel: false, outerBoundsMode: 'none' })
      xAxis.push(axis(x, grid.length - 1, show.x))
      yAxis.push(axis(y, grid.length - 1, show.y))
      const rules = y.ticks.filter((tick) => tick > y.min && tick < y.max)
      for (const at of rules) series.push(rule(grid.length - 1, [[x.min, at], [x.max, at]])) // prettier-ignore
      return grid.length - 1
    },
    draw: (...more) => void series.push(...more),
    write(text, x, y, style = {}) {
      const { size = TEXT_SIZE, fill = INK, align = 'left', bold = false, turn = 0 } = style
      const font = { fontSize: grow * size, fontFamily: FAMILY, fontWeight: bold ? (600 as const) : ('normal' as const) }
      graphic.push({ type: 'text', x, y, rotation: (turn * Math.PI) / 180, silent: true, style: { text: oneLine(text), fill, ...font, align, verticalAlign: 'middle' } }) // prettier-ignore
    },
    place: (element) => void graphic.push(element),
    option: () => ({ animation: false, grid, xAxis, yAxis, series, graphic }) as ChartOption,
  }
}

function rule(panel: number, data: number[][]): ChartSeries {
  const lineStyle = { color: PALE, width: 1 }
  return { type: 'line', xAxisIndex: panel, yAxisIndex: panel, data, symbol: 'none', silent: true, z: 0, lineStyle }
}

/** A name with a line break in it would be drawn over what is below. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

/** Round numbers that span low … high in about `count` steps; the ends are ticks. */
export function niceScale(low: number, high: number, count: number): { min: number; max: number; ticks: number[] } {
  const rough = Math.max(1e-9, high - low) / count
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = unit * ([1, 2, 2.5, 5].find((m) => m * unit >= rough * 0.999) ?? 10)
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks }
}

/** A scale of proportions, marked in percent with as many digits as tell its marks apart. */
export function percentScale(low: number, high: number, count: number): Scale {
  const scale = niceScale(low, high, count)
  const digits = [0, 1, 2].find((n) => scale.ticks.every((t) => Math.abs(Number((100 * t).toFixed(n)) - 100 * t) < 1e-9)) ?? 3
  return { ...scale, label: (v) => percent(v, digits) }
}

/** Powers of ten, with 2 and 5 between them where there is room, that span low … high; both above zero. */
export function logScale(low: number, high: number): { min: number; max: number; ticks: number[] } {
  const powers = (from: number, to: number, steps: readonly number[]) =>
    Array.from({ length: to - from + 1 }, (_, i) => steps.map((m) => m * 10 ** (from + i))).flat()
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const all = powers(from, to, to - from <= 2 ? [1, 2, 5] : [1])
  const min = all.findLast((t) => t <= low * 1.0001) ?? all[0]!
  const max = all.find((t) => t >= high * 0.9999) ?? all.at(-1)!
  return { min, max, ticks: all.filter((t) => t >= min && t <= max).filter((_, i, kept) => i % Math.ceil(kept.length / 8) === 0) }
}

/** A mark of a logarithmic axis: "0.5", "200", "10⁶". */
export function timesWords(value: number): string {
  const power = Math.round(Math.log10(value))
  if (value < 1e5) return String(Number(value.toPrecision(3)))
  return `10${[...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`
}

/** 0 … 100 % of weights, marked at quarters. */
export function sparsityScale(): Scale {
  return { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], label: (v) => String(Math.round(100 * v)) }
}

/** Bits of a weight as −log₂: from the 32 of the dense model to the left of 2, so that every halving is as wide. */
export function bitsScale(): Scale {
  const ticks = [32, 16, 8, 6, 4, 3, 2].map((bits) => -Math.log2(bits))
  return { min: -5, max: -0.75, ticks, label: (v) => (v === -5 ? 'dense' : String(Math.round(2 ** -v))) }
}
