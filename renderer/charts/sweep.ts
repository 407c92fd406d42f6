import type { Exploration } from '../../main/charts/explore.ts'

interface Corners {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** The rows of the marks inside a rectangle in the chart's pixels; null where there are none. */
export function rowsWithin({ panels, option }: Exploration, corners: Corners): ReadonlySet<number> | null {
  const [left, right] = [Math.min(corners.x0, corners.x1), Math.max(corners.x0, corners.x1)]
  const [top, bottom] = [Math.min(corners.y0, corners.y1), Math.max(corners.y0, corners.y1)]
  const [xs, ys] = [axesOf(option.xAxis), axesOf(option.yAxis)]
  const found = new Set<number>()
  for (const [i, { box, layers }] of panels.entries()) {
    const [x, y] = [xs[i]!, ys[i]!]
    for (const layer of layers)
      for (const [k, pick] of layer.picks.entries()) {
        const across = box.x + box.width * shareOf(layer.x[k]!, x)
        const up = box.y + box.height * (1 - (layer.isDenseFloor[k] === 1 ? 0 : shareOf(layer.y[k]!, y)))
        if (across >= left && across <= right && up >= top && up <= bottom) found.add(pick)
      }
  }
  return found.size === 0 ? null : found
}

interface Axis {
  readonly type: string
  readonly min: number
  readonly max: number
}

function axesOf(axes: unknown): readonly Axis[] {
  return axes as readonly Axis[]
}

/** Where a value stands between the ends of an axis, 0 … 1. */
function shareOf(value: number, { type, min, max }: Axis): number {
  return type === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
}
