import { WIDTH } from '../main/charts/chart.ts'
import { drawLegend } from '../main/charts/legend.ts'
import { line, marks } from '../main/charts/marks.ts'
import type { Figure } from '../main/charts/option.ts'
import { SOFT, seriesColour } from '../main/charts/palette.ts'
import { createPanels, SMALL, type Panels, type Scale } from '../main/charts/panels.ts'
import type { GrowthRow } from './growth.ts'

interface Look {
  readonly label: string
  of(row: GrowthRow): number
}
const LOOKS: readonly Look[] = [
  { label: 'seconds of one core', of: (row) => row.cpuSeconds },
  { label: 'most memory, MB', of: (row) => row.labMegabytes + (row.engineMegabytes ?? 0) },
]
const LEFT = 56
const GAP = 44
const HEIGHT = 170
const FOOT = 48

/** Seconds and memory against width and against depth, a line per method, both axes logarithmic: a straight line is a power. */
export function growthFigure(byWidth: readonly GrowthRow[], byDepth: readonly GrowthRow[]): Figure {
  const panels = createPanels()
  const methods = [...new Set([...byWidth, ...byDepth].map(({ method }) => method))]
  const entries = methods.map((label, i) => ({ label, color: seriesColour(i), mark: 'full' as const, line: 'solid' as const }))
  const top = drawLegend(panels, entries, LEFT, 0, WIDTH) + 24
  const width = (WIDTH - LEFT - GAP - 12) / 2
  for (const [row, look] of LOOKS.entries()) {
    const values = [...byWidth, ...byDepth].map((one) => look.of(one))
    const y = powers(values, 10)
    const boxTop = top + row * (HEIGHT + FOOT)
    panels.write(look.label, 0, boxTop - 14, { size: SMALL, fill: SOFT })
    for (const [column, rows] of [byWidth, byDepth].entries()) {
      const x = powers(rows.map(numberOf), 2)
      const left = LEFT + column * (width + GAP)
      const panel = panels.add({ x: left, y: boxTop, width, height: HEIGHT }, x, y, { x: true, y: column === 0 })
      drawMethods(panels, panel, methods, rows, look)
      panels.write(column === 0 ? 'width (2 blocks)' : 'blocks (width 512)', left + width / 2, boxTop + HEIGHT + 28, { size: SMALL, fill: SOFT, align: 'center' }) // prettier-ignore
    }
  }
  return {
    id: 'compress-growth',
    title: 'How the cost of compression grows with width and depth',
    about: 'Seconds of one core and most memory of each method, against the width of a Llama of two blocks and against the blocks of one of width 512; both axes logarithmic.', // prettier-ignore
    ...{ width: WIDTH, height: top + 2 * (HEIGHT + FOOT) },
    option: panels.option(),
  }
}

function drawMethods(panels: Panels, panel: number, methods: readonly string[], rows: readonly GrowthRow[], look: Look): void {
  for (const [i, method] of methods.entries()) {
    const mine = rows.filter((row) => row.method === method)
    const points = mine.map((row) => [numberOf(row), look.of(row)] as const)
    const spots = mine.map((row, k) => ({
      at: points[k]!,
      low: null,
      high: null,
      tip: `${method}, ${row.what}: ${look.of(row)}`,
    }))
    panels.draw(line(panel, points, { color: seriesColour(i), width: 2 }), marks(panel, spots, seriesColour(i)))
  }
}

/** The width or depth that a row is about. */
function numberOf({ what }: GrowthRow): number {
  return Number(/\d+/.exec(what)![0])
}

/** A logarithmic scale from the power of `base` below all values to the one above, marked at each. */
function powers(values: readonly number[], base: number): Scale {
  const at = (value: number) => Math.log(value) / Math.log(base)
  const [from, to] = [Math.floor(at(Math.min(...values)) + 1e-9), Math.ceil(at(Math.max(...values)) - 1e-9)]
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => base ** (from + i))
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks, isLog: true, label: (value) => String(Number(value.toPrecision(6))) }
}
