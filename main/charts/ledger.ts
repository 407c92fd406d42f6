import type { LedgerRow } from './input.ts'
import { amountOf, bitsOf, levelLabel, ofPattern, withoutBits } from './amount.ts'
import { amountScale } from './blocks.ts'
import { compressionOf, groupBy, type Series } from './view.ts'
import { fixed, percent, plural, whole } from './words.ts'
import { WIDTH, type Chart, type DataTable } from './chart.ts'
import { BOLD, drawLegend, shorten } from './legend.ts'
import { line, marks, type Mark } from './marks.ts'
import { createPanels, SMALL, sparsityScale, type Panels } from './panels.ts'
import { FLOOR, INK, seriesColour, SOFT } from './palette.ts'

const LEFT = 44
const GAP = 18
const RIGHT = 12
const HEIGHT = 150
const HEAD = 34
const FOOT = 26
const COLUMNS = 3
const TITLE = 'The ledger: where the zeros went'

/** Where the zeros went: what each matrix lost, against what was asked of all. */
export const ledger: Chart = {
  id: 'ledger',
  once: 'model',
  title: TITLE,
  empty: 'No compressed version is on record yet, so the ledger is empty.',
  caption({ view, ledger }) {
    const matrices = new Set(ledger.map((row) => row.name)).size
    const over = view.series.some((s) => s.seeds.length > 1) ? ' All seeds are drawn.' : ''
    const bits = view.series.some(({ isCoded }) => isCoded) ? ' A method that codes weights is asked for no zeros: it has those that its codes come to, against bits per weight.' : '' // prettier-ignore
    return (
      `Each mark is one of ${plural(matrices, 'matrix', 'matrices')} at one level: its own sparsity against that asked of all of them together. ` +
      'On the dashed line a matrix lost just its share. A method that compares weights within the whole model takes more from some matrices than from others; ' +
      `one that compares within a row or a matrix cannot.${bits} Point at a mark to read it.${over}`
    )
  },
  figure({ view, ledger }, prefix) {
    const filled = compressionsOf(view.series).map((one, i) => ({
      ...one,
      color: seriesColour(i),
      rows: rowsOf(one.series, ledger),
    }))
    const shown = filled.filter(({ rows }) => rows.length > 0)
    if (shown.length === 0) return null
    const panels = createPanels()
    const legend = [
      { label: 'a matrix at one level', color: SOFT, mark: 'hollow' },
      { label: 'its share', color: INK, line: 'dashed' },
    ] as const
    const top = drawLegend(panels, legend, LEFT, 0, WIDTH) + 4
    const width = (WIDTH - RIGHT - LEFT - GAP * (COLUMNS - 1)) / COLUMNS
    for (const [i, { series, label, color, rows }] of shown.entries()) {
      const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)]
      const box = { x: LEFT + column * (width + GAP), y: top + HEAD + row * (HEAD + HEIGHT + FOOT), width, height: HEIGHT }
      const panel = panels.add(box, amountScale(series), sparsityScale(), { x: true, y: column === 0 })
      panels.write(shorten(label, width / BOLD, 11), box.x, box.y - 24, { bold: true, size: 11 })
      panels.write(spreadWords(rows), box.x, box.y - 10, { fill: SOFT, size: SMALL })
      drawPanel(panels, panel, series, rows, color)
    }
    const height = top + Math.ceil(shown.length / COLUMNS) * (HEAD + HEIGHT + FOOT)
    const columns = Math.min(COLUMNS, shown.length)
    const middle = LEFT + (columns * (width + GAP) - GAP) / 2
    const coded = shown.map(({ series }) => series.isCoded)
    const asked = [
      ...(coded.includes(false) ? ['asked of all matrices, % zeros'] : []),
      ...(coded.includes(true) ? ['bits per weight'] : []),
    ]
    panels.write(asked.join('; or '), middle, height + 6, { fill: SOFT, align: 'center' })
    panels.write('% zeros in a matrix', 8, top + HEAD + HEIGHT / 2, { fill: SOFT, align: 'center', turn: 90 })
    return {
      id: `${prefix}-ledger`,
      title: TITLE,
      about: `Sparsity of each matrix against that of all: ${shown.map(({ label, rows }) => `${label}: ${spreadWords(rows)}`).join('; ')}.`,
      width: WIDTH,
      height: height + 16,
      option: panels.option(),
    }
  },
  tables({ ledger }) {
    return [
      summaryOf(ledger),
      ...[...groupBy(ledger, ({ recipe }) => recipe)].map(([recipe, rows]) => tableOf(recipe, rows)),
    ].filter(({ rows }) => rows.length > 0)
  },
}

function rowsOf({ method, group, of }: Series, ledger: readonly LedgerRow[]): LedgerRow[] {
  return ledger.filter(
    ({ level }) => withoutBits(level.method) === method && level.group === group && ofPattern(level.pattern) === of,
  )
}

/** What is trained afterwards changes no ledger: series that differ in nothing else are one. */
function compressionsOf(series: readonly Series[]): { readonly series: Series; readonly label: string }[] {
  const once = [...groupBy(series, ({ method, group, of }) => JSON.stringify([method, group, of])).values()]
  return once.map(([first]) => ({ series: first!, label: compressionOf(first!) }))
}

function drawPanel(panels: Panels, panel: number, { isCoded }: Series, rows: readonly LedgerRow[], color: string): void {
  if (!isCoded) panels.draw(line(panel, [[0, 0], [1, 1]], { color: FLOOR, type: 'dashed' })) // prettier-ignore
  const points = rows.map((row): Mark => ({
    at: [amountOf(row.level), row.sparsity],
    ...{ low: null, high: null, isHollow: true },
    tip: `${row.name}, ${levelLabel(row.level)}: ${percent(row.sparsity)} % zeros, ${whole(row.zeros)} of ${whole(row.out * row.in)}`,
  }))
  panels.draw(marks(panel, points, color, 4.5))
}

/** "at most 12.3 points from its share"; of codes the most zeros that a matrix has. */
function spreadWords(rows: readonly LedgerRow[]): string {
  const [first] = rows
  if (!first) return ''
  if (bitsOf(first.level.method) !== null)
    return `zeros as they fall, at most ${percent(Math.max(...rows.map((r) => r.sparsity)))} %`
  const worst = rows.reduce((a, b) => (distance(b) > distance(a) ? b : a), first)
  return `at most ${percent(distance(worst))} points from its share`
}

function distance({ sparsity, level }: LedgerRow): number {
  return Math.abs(sparsity - level.sparsity)
}

/** One line per level: what was asked of all matrices, what came, and which stand out. */
function summaryOf(ledger: readonly LedgerRow[]): DataTable {
  const head = ['recipe', 'fewest zeros in', 'most zeros in', 'asked, %', 'came, %', 'fewest, %', 'most, %', 'matrices', 'weights', 'pattern kept, %'] // prettier-ignore
  const levels = groupBy(ledger, ({ level, recipe }) => JSON.stringify([level, recipe]))
  const rows = [...levels.values()].map((rows) => {
    const weights = rows.reduce((sum, row) => sum + row.out * row.in, 0)
    const zeros = rows.reduce((sum, row) => sum + row.zeros, 0)
    const order = [...rows].sort((a, b) => a.sparsity - b.sparsity)
    const [least, most] = [order[0]!, order.at(-1)!]
    const isEven = most.sparsity - least.sparsity < 0.005
    const kept = rows.flatMap(({ conformity }) => (conformity === null ? [] : [conformity]))
    return [
      ...[rows[0]!.recipe, isEven ? 'all alike' : least.name, isEven ? 'all alike' : most.name],
      ...[
        bitsOf(rows[0]!.level.method) === null ? rows[0]!.level.sparsity : null,
        zeros / weights,
        least.sparsity,
        most.sparsity,
      ].map((v) => percent(v, 2)),
      ...[whole(rows.length), whole(weights), kept.length === 0 ? '–' : percent(Math.min(...kept), 2)],
    ]
  })
  return { caption: 'Each level: asked, came, and the matrices that stand out', head, words: 3, rows }
}

function tableOf(recipe: string, rows: readonly LedgerRow[]): DataTable {
  return {
    caption: recipe,
    head: ['matrix', 'mask (SHA-256)', 'rows × inputs', 'asked, %', 'zeros', 'came, %', 'pattern kept, %'],
    words: 2,
    rows: rows.map((row) => [
      ...[row.name, row.maskHash.slice(0, 16), `${whole(row.out)} × ${whole(row.in)}`],
      ...[row.asked === null ? 'as it falls' : percent(row.asked, 2), whole(row.zeros), percent(row.sparsity, 2)],
      row.conformity === null ? '–' : fixed(100 * row.conformity, 2),
    ]),
  }
}
