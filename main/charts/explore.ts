import type { ResultRow } from '../../preload/contract.ts'
import { chainsOf, isOneScale, placeCloud, scaleAcross, spotsOf, type Layer, type Look, type Plane, type Spot, type Table } from './cloud.ts' // prettier-ignore
import { theilSen } from './difficulty.ts'
import { drawLegend, shorten, textWidth } from './legend.ts'
import { errorBars, line } from './marks.ts'
import type { ChartOption, ChartSeries } from './option.ts'
import { FLOOR, INK, SOFT } from './palette.ts'
import { createPanels, type Box, type Panels, type Scale } from './panels.ts'

export interface Exploration {
  readonly option: ChartOption
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  /** By index of a series: the row behind each of its marks; undefined for lines and bars. */
  readonly hits: readonly (Uint32Array | undefined)[]
  readonly panels: readonly Pane[]
  /** Panels there would be without the limit. */
  readonly allPanels: number
  readonly drawn: number
  readonly leftOut: number
}

/** A panel with the rows in it. */
export interface Pane {
  readonly label: string
  readonly box: Box
  readonly layers: readonly Layer[]
}

/** Panels drawn at most: more are too small to be read. */
export const MOST_PANELS = 24
/** Marks up to which each has its interval, and a shape of its own. */
const MOST_BARS = 1500
const MOST_SHAPED = 6000
/** CSS pixels of a mark among more than that. */
const DUST = 2.5
/** Marks up to which the median of all pairwise slopes is taken: their number grows with the square. */
const MOST_TREND = 700

const RIGHT = 16
const GROW = 1.18

/** Picked rows as marks, with intervals, lines and floors. `chosen`: rows that stand out; null for none. */
export function explore(
  table: Table,
  picks: ArrayLike<number>,
  look: Look,
  { width, chosen }: { readonly width: number; readonly chosen: ReadonlySet<number> | null },
): Exploration {
  const cloud = placeCloud(table, picks, look)
  const planes = cloud.planes.slice(0, MOST_PANELS)
  const panels = createPanels(GROW)
  const left = 30 + GROW * Math.max(24, ...cloud.y.ticks.map((t) => textWidth(cloud.y.label(t), 10.5)))
  const entries = cloud.legend.map(({ label, colour }) => ({ label, color: colour, mark: 'full' as const }))
  const top = (entries.length > 1 ? drawLegend(panels, entries, left, 0, width - RIGHT) : 0) + 12
  const hasNames = planes.length > 1
  const layout = layOut(planes.length, width, left, top)
  // levels of two axes have no common scale
  const scaleOf = (plane: Plane) =>
    acrossScale(look.facet?.id === 'family' ? scaleAcross([plane], look.x) : cloud.x, layout.width)
  const total = planes.reduce((sum, { layers }) => sum + layers.reduce((n, { picks: mine }) => n + mine.length, 0), 0)
  const hits: (Uint32Array | undefined)[] = []
  const draw = (hit: Uint32Array | undefined, ...series: ChartSeries[]) => {
    for (const one of series) {
      hits.push(hit)
      panels.draw(one)
    }
  }
  const panes = planes.map((plane, i): Pane => {
    const box = layout.box(i)
    const x = scaleOf(plane)
    const before = seriesCount(panels)
    const panel = panels.add(box, x, cloud.y, { x: true, y: layout.isFirst(i) })
    for (let s = seriesCount(panels); s > before; s--) hits.push(undefined) // the rules that come with a panel
    if (hasNames) panels.write(shorten(plane.label, box.width / GROW / 1.12), box.x, box.y - 12, { bold: true })
    drawGround(draw, panel, look, x, cloud.y)
    for (const layer of plane.layers) drawLayer(draw, panel, table.rows, layer, look, cloud.y, { total, chosen })
    return { label: plane.label, box, layers: plane.layers }
  })
  const middle = left + (width - RIGHT - left) / 2
  const height = layout.bottom + (look.x.kind === 'word' ? 12 : 34)
  if (look.x.kind !== 'word') panels.write(axisTitle(look), middle, layout.bottom + 24, { fill: SOFT, align: 'center' })
  panels.write(cloud.yTitle, 9, top + layout.height / 2 + layout.head, { fill: SOFT, align: 'center', turn: 90 })
  return {
    ...{ option: panels.option(), width, height, hits, panels: panes },
    ...{ allPanels: cloud.planes.length, drawn: cloud.drawn, leftOut: cloud.leftOut },
  }
}

function seriesCount(panels: Panels): number {
  const { series } = panels.option()
  return Array.isArray(series) ? series.length : 0
}

function axisTitle({ x }: Look): string {
  const unit = x.kind === 'share' ? ', %' : ''
  return `${x.label}${unit}${x.id === 'difficulty' || x.id === 'level' ? ' (harder →)' : ''}`
}

/** One large panel, or as many side by side as can be read. */
function layOut(count: number, width: number, left: number, top: number) {
  const gap = 22
  const foot = 24
  const head = count > 1 ? 26 : 4
  const columns = count > 1 ? Math.max(1, Math.min(count, Math.floor((width - left) / 250), count > 4 ? 6 : 4)) : 1
  const boxWidth = Math.max(80, (width - RIGHT - left - gap * (columns - 1)) / columns)
  const boxHeight = count > 1 ? Math.max(150, Math.min(300, boxWidth * 0.62)) : Math.max(260, Math.min(460, boxWidth * 0.4))
  const step = head + boxHeight + foot
  return {
    width: boxWidth,
    height: boxHeight,
    head,
    bottom: top + Math.max(1, Math.ceil(count / columns)) * step - (count > 1 ? 0 : 4),
    isFirst: (i: number) => i % columns === 0,
    box: (i: number): Box => ({
      x: left + (i % columns) * (boxWidth + gap),
      y: top + head + Math.floor(i / columns) * step,
      width: boxWidth,
      height: boxHeight,
    }),
  }
}

/** Only as many labels as have room side by side. */
function acrossScale(x: Scale, width: number): Scale {
  const widest = GROW * Math.max(8, ...x.ticks.map((t) => textWidth(shorten(x.label(t), 110), 10.5)))
  const every = Math.max(1, Math.ceil((x.ticks.length * (widest + 10)) / width))
  return { ...x, ticks: x.ticks.filter((_, i) => i % every === 0), label: (v) => shorten(x.label(v), 110) }
}

type Draw = (hit: Uint32Array | undefined, ...series: ChartSeries[]) => void

/** The height at which nothing has changed. */
function drawGround(draw: Draw, panel: number, { y }: Look, x: Scale, heights: Scale): void {
  const still = heights.isLog ? 1 : { drop: 0, normalised: 100, retention: 1 }[y.id]
  if (still === undefined || still < heights.min || still > heights.max) return
  draw(undefined, line(panel, [[x.min, still], [x.max, still]], { color: FLOOR, type: 'dashed' }, { z: 1 })) // prettier-ignore
}

function drawLayer(
  draw: Draw,
  panel: number,
  rows: readonly ResultRow[],
  layer: Layer,
  look: Look,
  y: Scale,
  { total, chosen }: { readonly total: number; readonly chosen: ReadonlySet<number> | null },
): void {
  const isMany = total > MOST_SHAPED
  const spots = isMany && chosen === null ? [] : spotsOf(rows, layer, look, y)
  const chains = isMany ? [] : chainsOf(rows, spots, look)
  const opacity = chosen === null ? 1 : 0.3
  for (const chain of chains) {
    const points = chain.map((s) => [s.x, s.y])
    draw(undefined, line(panel, points, { color: layer.colour, width: 2 }, { z: 2, opacity }))
  }
  if (total <= MOST_BARS) {
    const barred = spots.filter((s) => !s.isDenseFloor && (chosen === null || chosen.has(s.pick)))
    const marks = barred.map(({ x: at, y: up, low, high }) => ({ at: [at, up] as const, low, high, tip: '' }))
    draw(undefined, errorBars(panel, marks, layer.colour, 0.4))
  }
  draw(layer.picks, isMany && chosen === null ? dust(panel, layer, y) : scatter(panel, layer.colour, spots, y, total, chosen))
  const trend = chains.length > 0 ? undefined : trendOf(rows, layer, look, y)
  if (trend) draw(undefined, line(panel, trend, { color: layer.colour === '#000000' ? INK : layer.colour, width: 3 }, { z: 5, opacity })) // prettier-ignore
}

const onPanel = (panel: number) => ({ type: 'scatter' as const, xAxisIndex: panel, yAxisIndex: panel, z: 4, clip: false })

/** More marks than can have shapes of their own: small squares, their numbers side by side as a canvas is told them fastest. */
function dust(panel: number, { colour, x, y, isDenseFloor }: Layer, { min }: Scale): ChartSeries {
  const data = new Float64Array(2 * x.length)
  for (let i = 0; i < x.length; i++) {
    data[2 * i] = x[i]!
    data[2 * i + 1] = isDenseFloor[i] === 1 ? min : y[i]!
  }
  return {
    ...onPanel(panel),
    dimensions: ['x', 'y'],
    large: true,
    largeThreshold: 0,
    symbolSize: DUST,
    itemStyle: { color: colour, opacity: 0.5 },
    data,
  }
}

function scatter(
  panel: number,
  colour: string,
  spots: readonly Spot[],
  y: Scale,
  total: number,
  chosen: ReadonlySet<number> | null,
): ChartSeries {
  const size = total <= 100 ? 10 : total <= 400 ? 8 : total <= MOST_BARS ? 6 : total <= MOST_SHAPED ? 4 : DUST
  return {
    ...onPanel(panel),
    data: spots.map((s) => {
      const opacity = chosen === null || chosen.has(s.pick) ? 1 : 0.12
      const value = [s.x, s.isDenseFloor ? y.min : s.y]
      const style = s.isDenseFloor
        ? { color: 'none', borderColor: FLOOR, borderWidth: 1.4, opacity }
        : { color: s.isFloor ? '#ffffff' : colour, borderColor: colour, borderWidth: 1.6, opacity }
      const symbol = s.isDenseFloor ? 'path://M0 0L10 10M10 0L0 10' : 'circle'
      return { value, symbol, symbolSize: s.isDenseFloor ? size - 2 : size, itemStyle: style }
    }),
  }
}

/** Theil and Sen's line over what stands above the floor, from the first to the last mark. */
function trendOf(rows: readonly ResultRow[], layer: Layer, look: Look, { isLog }: Scale): number[][] | undefined {
  const counted: { readonly x: number; readonly y: number }[] = []
  for (let i = 0; i < layer.picks.length && counted.length <= MOST_TREND; i++)
    if (layer.isDenseFloor[i] === 0 && !rows[layer.picks[i]!]!.isFloor) counted.push({ x: layer.x[i]!, y: layer.y[i]! })
  if (counted.length < 5 || counted.length > MOST_TREND || !isOneScale(rows, layer, look)) return undefined
  const [into, back] = isLog ? [Math.log, Math.exp] : [(v: number) => v, (v: number) => v]
  const fit = theilSen(counted.map((s) => [s.x, into(s.y)] as const))
  const xs = counted.map((s) => s.x)
  const ends = [Math.min(...xs), Math.max(...xs)]
  return fit === null || ends[0] === ends[1] ? undefined : ends.map((x) => [x, back(fit.intercept + fit.slope * x)])
}
