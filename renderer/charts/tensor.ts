import { line } from '../../main/charts/marks.ts'
import type { ChartOption, ChartSeries } from '../../main/charts/option.ts'
import { createPanels, niceScale } from '../../main/charts/panels.ts'
import { FAINT, SERIES_COLOURS, SOFT } from '../../main/charts/palette.ts'
import type { TensorFacts, TensorMap } from '../../preload/contract.ts'
import { fixed, whole } from '../format.ts'

export interface Drawing {
  readonly option: ChartOption
  readonly width: number
  readonly height: number
}

/** How many weights have which size: bars from the lowest to the highest. */
export function histogram({ histogram: { low, high, counts } }: TensorFacts, width: number): Drawing {
  const panels = createPanels()
  const box = { x: 56, y: 8, width: width - 72, height: 190 }
  const across = niceScale(low, high === low ? low + 1 : high, 5)
  const top = Math.max(1, ...counts)
  const up = niceScale(0, top, 4)
  const label = (v: number) => String(Number(v.toPrecision(3))).replace('-', '−')
  const panel = panels.add(
    box,
    { min: low, max: high === low ? low + 1 : high, ticks: across.ticks.filter((t) => t >= low && t <= high), label },
    { ...up, label: (v) => whole(v) },
    { x: true, y: true },
  )
  const step = (high - low) / Math.max(1, counts.length)
  panels.draw(bars(panel, counts, low, step))
  if (low < 0 && high > 0) panels.draw(line(panel, [[0, up.min], [0, up.max]], { color: FAINT }, { z: 1 })) // prettier-ignore
  panels.write('weight', box.x + box.width / 2, 226, { fill: SOFT, align: 'center' })
  return { option: panels.option(), width, height: 240 }
}

function bars(panel: number, counts: readonly number[], low: number, step: number): ChartSeries {
  return {
    type: 'custom',
    xAxisIndex: panel,
    yAxisIndex: panel,
    z: 3,
    clip: true,
    data: counts.map((n, i) => ({
      value: [low + step * i, n],
      name: `${fixed(low + step * i, 4)} to ${fixed(low + step * (i + 1), 4)}: ${whole(n)} weights`,
    })),
    renderItem({ dataIndex: i }, api) {
      const [left, right] = [api.coord([low + step * i, 0]), api.coord([low + step * (i + 1), counts[i]!])]
      const shape = { x: left[0]!, y: right[1]!, width: Math.max(1, right[0]! - left[0]! - 1), height: left[1]! - right[1]! }
      return { type: 'rect', shape, style: { fill: SERIES_COLOURS[0] } }
    },
  }
}

/** Share of weights that are kept, tile by tile: white for none, full colour for all. */
export function keptMap({ rows, columns, kept, out, in: width }: TensorMap, most: number): Drawing {
  const panels = createPanels()
  const tile = Math.max(2, Math.min(9, Math.floor((most - 60) / columns)))
  const [left, top] = [52, 22]
  panels.write(`${whole(width)} in`, left + (tile * columns) / 2, 8, { fill: SOFT, align: 'center', size: 11 })
  panels.write(`${whole(out)} out`, 10, top + (tile * rows) / 2, { fill: SOFT, align: 'center', turn: 90, size: 11 })
  panels.draw({
    type: 'custom',
    coordinateSystem: 'none',
    data: kept.map((share, i) => ({ value: [i], name: `row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1} of the tiles: ${fixed(100 * share, 1)} % kept` })), // prettier-ignore
    renderItem({ dataIndex: i }) {
      const shape = { x: left + tile * (i % columns), y: top + tile * Math.floor(i / columns), width: tile, height: tile }
      return { type: 'rect', shape, style: { fill: shadeOf(kept[i]!) } }
    },
  })
  return { option: panels.option(), width: left + tile * columns + 8, height: top + tile * rows + 8 }
}

/** White to blue. */
function shadeOf(share: number): string {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share)
  return `#${[mix(255, 0), mix(255, 74), mix(255, 124)].map((c) => c.toString(16).padStart(2, '0')).join('')}`
}
