import type { Figure } from '../../charts/option.ts'
import {
  BP,
  createPalette,
  dashOf,
  dataNumber,
  drawShape,
  inAxes,
  isPaint,
  num,
  onPaper,
  type Palette,
  type Shape,
} from './shapes.ts'
import { texWords } from './words.ts'

interface Axis {
  readonly min: number
  readonly max: number
  readonly type: string
  readonly axisTick: { readonly customValues: readonly number[] }
  readonly axisLabel: { readonly show: boolean; readonly fontSize: number; readonly formatter: (value: number) => string }
}
interface Grid {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}
type Datum = readonly number[] | { readonly value: readonly number[] }
interface Series {
  readonly type: string
  readonly xAxisIndex?: number
  readonly coordinateSystem?: string
  readonly z?: number
  readonly data?: readonly unknown[]
  readonly lineStyle?: { readonly color?: string; readonly width?: number; readonly type?: unknown; readonly opacity?: number }
  readonly renderItem?: (params: { dataIndex: number }, api: RenderApi) => Shape | null | undefined
}
interface RenderApi {
  value(dimension: number): number
  coord(point: readonly number[]): number[]
}
interface Option {
  readonly grid: readonly Grid[]
  readonly xAxis: readonly Axis[]
  readonly yAxis: readonly Axis[]
  readonly series: readonly Series[]
  readonly graphic: readonly Shape[]
}

/** A figure as TikZ: each panel is an axis environment of pgfplots that holds its data, the words around it are nodes. Needs pgfplots. */
export function tikzOf({ id, title, width, height, option }: Figure): string {
  const { grid, xAxis, yAxis, series, graphic } = option as unknown as Option
  const palette = createPalette()
  const ordered = series.toSorted((a, b) => (a.z ?? 2) - (b.z ?? 2))
  const onPage = (one: Series) => one.coordinateSystem === 'none'
  const loose = ordered.filter(onPage).map((one) => drawCustom(one, true, palette))
  const panels = grid.map((box, i) => {
    const mine = ordered.filter((one) => !onPage(one) && (one.xAxisIndex ?? 0) === i)
    const [x, y] = [xAxis[i]!, yAxis[i]!]
    const body = mine.map((one) => drawSeries(one, x, y, palette)).join('')
    return `\\begin{axis}[\n${axisOptions(box, x, y, palette)}]\n${body}\\end{axis}\n`
  })
  const words = (graphic ?? []).map((shape) => drawShape(shape, onPaper, palette))
  const picture = `${loose.join('')}${panels.join('')}${words.join('')}`
  return `% ${texWords(title)} (${id}). Needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.9}.
\\begin{tikzpicture}[font=\\sffamily]
${palette.definitions()}\\useasboundingbox (0bp,0bp) rectangle (${num(width * BP)}bp,${num(-height * BP)}bp);
${picture}\\end{tikzpicture}
`
}

function axisOptions({ left, top, width, height }: Grid, x: Axis, y: Axis, palette: Palette): string {
  const grey = palette.name('#8c959f')
  const ticks = (name: 'x' | 'y', { axisTick, axisLabel, min, max }: Axis) => {
    const inside = axisTick.customValues.filter((tick) => tick >= min && tick <= max)
    const labels = axisLabel.show ? inside.map((tick) => `{${texWords(axisLabel.formatter(tick))}}`) : []
    return `  ${name}tick={${inside.map(dataNumber).join(',')}}, ${name}ticklabels={${labels.join(',')}},\n`
  }
  const size = x.axisLabel.fontSize * BP
  const font = `\\sffamily\\fontsize{${num(size)}}{${num(size * 1.2)}}\\selectfont`
  const logs = [...(x.type === 'log' ? ['xmode=log'] : []), ...(y.type === 'log' ? ['ymode=log'] : [])]
  return `  at={${onPaper(left, top)}}, anchor=north west, scale only axis, width=${num(width * BP)}bp, height=${num(height * BP)}bp,
  xmin=${dataNumber(x.min)}, xmax=${dataNumber(x.max)}, ymin=${dataNumber(y.min)}, ymax=${dataNumber(y.max)},${logs.map((log) => ` ${log},`).join('')}
${ticks('x', x)}${ticks('y', y)}  axis x line*=bottom, axis y line*=left, tick align=outside, major tick length=2bp, minor tick num=0, xminorticks=false, yminorticks=false,
  axis line style={draw=${grey}}, tick style={draw=${grey}}, tick label style={font=${font}, text=${palette.name('#57606a')}},
`
}

function drawSeries(one: Series, x: Axis, y: Axis, palette: Palette): string {
  if (one.type === 'line') return drawLine(one, x, y, palette)
  return one.type === 'scatter' ? drawMarks(one, x, y, palette) : drawCustom(one, false, palette)
}

const valueOf = (datum: unknown): readonly number[] => (Array.isArray(datum) ? datum : (datum as { value: readonly number[] }).value) as readonly number[] // prettier-ignore

/** Whether pgfplots can place it: what is no number, or not above zero on a logarithmic axis, has no place. */
function isPlaced([x, y]: readonly number[], { type: xType }: Axis, { type: yType }: Axis): boolean {
  const fits = (value: number | undefined, type: string) => Number.isFinite(value) && (type !== 'log' || value! > 0)
  return fits(x, xType) && fits(y, yType)
}

const coordinates = (points: readonly (readonly number[])[]) =>
  points.map(([x, y]) => `(${dataNumber(x!)},${dataNumber(y!)})`).join(' ')

function drawLine({ data = [], lineStyle = {} }: Series, x: Axis, y: Axis, palette: Palette): string {
  const points = data.map(valueOf).filter((point) => isPlaced(point, x, y))
  if (points.length === 0 || !isPaint(lineStyle.color)) return ''
  const { color, width = 1, type, opacity = 1 } = lineStyle
  const look = [`draw=${palette.name(color)}`, `line width=${num(width * BP)}bp`, dashOf(type), opacity < 1 ? `opacity=${num(opacity)}` : ''] // prettier-ignore
  return `\\addplot[mark=none, ${look.filter(Boolean).join(', ')}] coordinates {${coordinates(points)}};\n`
}

interface Marked {
  readonly value: readonly number[]
  readonly symbol?: string
  readonly symbolSize?: number
  readonly itemStyle?: { readonly color?: string; readonly borderColor?: string; readonly borderWidth?: number }
}

/** Marks of one look together. */
function drawMarks({ data = [] }: Series, x: Axis, y: Axis, palette: Palette): string {
  const placed = (data as readonly Marked[]).filter((datum) => isPlaced(valueOf(datum as Datum), x, y))
  const looks = Map.groupBy(placed, (datum) => markLook(datum, palette))
  return [...looks]
    .map(([look, mine]) => `\\addplot[only marks, ${look}] coordinates {${coordinates(mine.map(valueOf))}};\n`)
    .join('')
}

function markLook({ symbol = 'circle', symbolSize = 6, itemStyle = {} }: Marked, palette: Palette): string {
  const { color, borderColor, borderWidth = 1 } = itemStyle
  const isCross = symbol.startsWith('path://')
  const fill = isPaint(color) ? `, fill=${palette.name(color)}` : ''
  const draw = isPaint(borderColor) ? `draw=${palette.name(borderColor)}` : 'draw=none'
  const size = `mark size=${num((symbolSize / 2) * BP)}bp`
  return `mark=${isCross ? 'x' : '*'}, ${size}, mark options={${draw}${isCross ? '' : fill}, line width=${num(borderWidth * BP)}bp}`
}

/** Shapes that a chart draws by hand. Within axes they are asked for in units of the data: pgfplots puts them where they belong. */
function drawCustom({ data = [], renderItem }: Series, isOnPage: boolean, palette: Palette): string {
  const shapes = data.map((datum, dataIndex) => {
    const value = valueOf(datum)
    return renderItem!({ dataIndex }, { value: (dimension) => value[dimension]!, coord: (point) => [...point] })
  })
  return shapes.map((shape) => (shape ? drawShape(shape, isOnPage ? onPaper : inAxes, palette) : '')).join('')
}
