import type { ChartSeries } from './option.ts'

interface LineLook {
  readonly color: string
  readonly width?: number
  readonly type?: 'solid' | 'dashed' | 'dotted'
}

/** A line through points of a panel. */
export function line(
  panel: number,
  points: readonly (readonly number[])[],
  look: LineLook,
  more: { z?: number; opacity?: number } = {},
): ChartSeries {
  return {
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: points.map((point) => [...point]),
    symbol: 'none',
    silent: true,
    clip: true,
    z: more.z ?? 2,
    lineStyle: {
      color: look.color,
      width: look.width ?? 1,
      type: look.type ?? 'solid',
      ...(more.opacity !== undefined && { opacity: more.opacity }),
    },
  }
}

/** A mark with its interval: [x, y, low, high]. Hollow: at the floor, or not told from zero, as the caption says. */
export interface Mark {
  readonly at: readonly [x: number, y: number]
  readonly low: number | null
  readonly high: number | null
  readonly isHollow?: boolean
  readonly isCross?: boolean
  readonly tip: string
}

/** Marks of one colour. */
export function marks(panel: number, points: readonly Mark[], color: string, size = 6): ChartSeries {
  return {
    type: 'scatter',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 4,
    clip: false,
    data: points.map(({ at, tip, isHollow, isCross }) => ({
      value: [...at],
      name: tip,
      symbol: isCross ? CROSS : 'circle',
      symbolSize: isCross ? size - 1 : size,
      itemStyle: isCross
        ? { color: 'none', borderColor: color, borderWidth: 1, opacity: 1 }
        : { color: isHollow ? '#ffffff' : color, borderColor: color, borderWidth: 1.2, opacity: 1 },
    })),
  }
}
const CROSS = 'path://M0 0L10 10M10 0L0 10'

/** Intervals as upright bars through the marks; those of nothing are left out. */
export function errorBars(panel: number, points: readonly Mark[], color: string, opacity = 0.55): ChartSeries {
  const bars = points.flatMap(({ at, low, high }) => (low === null || high === null ? [] : [[at[0], low, high]]))
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 3,
    clip: true,
    silent: true,
    data: bars,
    renderItem(_, api) {
      const x = api.value(0)
      const [from, to] = [api.coord([x, api.value(1)]), api.coord([x, api.value(2)])]
      const shape = { x1: from[0]!, y1: from[1]!, x2: to[0]!, y2: to[1]! }
      return { type: 'line', shape, style: { stroke: color, lineWidth: 1.2, opacity } }
    },
  }
}

/** An interval along a line: [x, low, high], drawn as one band. */
export function ribbon(panel: number, points: readonly (readonly [number, number, number])[], color: string): ChartSeries {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 1,
    clip: true,
    silent: true,
    data: points.length > 1 ? [[points[0]![0], points[0]![1]]] : [],
    renderItem(_, api) {
      const upper = points.map(([x, , high]) => api.coord([x, high]))
      const lower = points.map(([x, low]) => api.coord([x, low])).reverse()
      return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: color, opacity: 0.16 } }
    },
  }
}

/** A rectangle of one colour behind all marks, from one corner to the other. */
export function area(panel: number, from: readonly [number, number], to: readonly [number, number], color: string): ChartSeries {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 0,
    clip: true,
    silent: true,
    data: [[...from]],
    renderItem(_, api) {
      const [[x1, y1], [x2, y2]] = [api.coord([...from]), api.coord([...to])] as [number[], number[]] as [
        [number, number],
        [number, number],
      ]
      const shape = { x: x1, y: Math.min(y1, y2), width: x2 - x1, height: Math.abs(y2 - y1) }
      return { type: 'rect', shape, style: { fill: color } }
    },
  }
}
