import { line, marks } from '../../main/charts/marks.ts'
import { createPanels, niceScale } from '../../main/charts/panels.ts'
import { FLOOR, SERIES_COLOURS, SOFT } from '../../main/charts/palette.ts'
import type { ItemView } from '../../preload/contract.ts'
import { signed } from '../format.ts'
import type { Drawing } from './tensor.ts'

/** The margin of one item at every level, dense first: above zero it is right. */
export function marginChart({ levels }: ItemView, width: number, title: string): Drawing | undefined {
  const known = levels.flatMap((level, i) => (level.margin === null ? [] : [{ ...level, i, margin: level.margin }]))
  if (known.length < 2) return undefined
  const panels = createPanels()
  const values = known.map(({ margin }) => margin)
  const y = niceScale(Math.min(0, ...values), Math.max(0, ...values), 4)
  const x = { min: -0.5, max: levels.length - 0.5, ticks: [], label: String }
  const box = { x: 48, y: 10, width: width - 60, height: 130 }
  const panel = panels.add(box, x, { ...y, label: (v) => signed(v, Number.isInteger(v) ? 0 : 1) }, { x: true, y: true })
  panels.draw(line(panel, [[x.min, 0], [x.max, 0]], { color: FLOOR, type: 'dashed' })) // prettier-ignore
  const spot = ({ i, margin, label }: (typeof known)[number]) => ({
    ...{ at: [i, margin] as const, low: null, high: null, isHollow: margin <= 0 },
    tip: `${label}: ${signed(margin, 2)} nats`,
  })
  panels.draw(marks(panel, known.filter(({ isDense }) => isDense).map(spot), '#000000', 9)) // prettier-ignore
  panels.draw(marks(panel, known.filter(({ isDense }) => !isDense).map(spot), SERIES_COLOURS[0], 7)) // prettier-ignore
  panels.write(title, 10, box.y + box.height / 2, { fill: SOFT, align: 'center', turn: 90, size: 11 })
  return { option: panels.option(), width, height: 152 }
}
