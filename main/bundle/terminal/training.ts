import type { ChartData } from '../../charts/chart.ts'
import { levelNumber } from '../../charts/amount.ts'
import type { LevelRow, Overall } from '../../charts/levels.ts'
import { compressionsOf, type Compression, type Step } from '../recoveries.ts'
import { fixed, lossName, multiple, percent } from '../../charts/words.ts'
import { formatGrid, tint, wrap, type GridCell, type GridLine, type Paper } from './grid.ts'

/** Kinds of training against levels of compression, a table per compression; none where nothing was trained. */
export function trainingTables(data: ChartData, levels: readonly LevelRow[], paper: Paper): string[] {
  return compressionsOf(data, levels).map((compression) => tableOf(compression, data.view, paper))
}

function tableOf({ label, kinds }: Compression, { better, scorer }: ChartData['view'], paper: Paper): string {
  const isLog = better === 'lower'
  const [first] = kinds
  const head = first!.steps.map(({ level }) => `${levelNumber(level)} `)
  const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : isLog ? multiple(value / 100) : fixed(value, 1)) // prettier-ignore
  const cells = (steps: readonly Step[], text: (step: Step) => string, tone: GridCell['tone']) =>
    steps.map((step): GridCell => ({ text: `${text(step)}${tone === 'plain' && isAlike(step.able) ? '~' : ' '}`, tone }))
  const lines = kinds.flatMap(({ kind, steps }): GridLine[] => {
    const back = steps.some(({ against }) => against && against.share !== null)
    const part = (name: string, of: (step: Step) => number | null | undefined, tone: GridCell['tone'] = 'dim'): GridLine => ({
      name: `    ${name}`,
      cells: steps.map((step) => ({ text: `${of(step) === undefined ? '–' : percent(of(step)!, 0)} `, tone })),
    })
    return [
      { name: `  ${kind}`, cells: cells(steps, ({ able }) => share(able?.normalised), 'plain') },
      { name: '    95 % from', cells: cells(steps, ({ able }) => share(able?.normalisedLow), 'dim') },
      { name: '    to', cells: cells(steps, ({ able }) => share(able?.normalisedHigh), 'dim') },
      ...(back
        ? [
            { ...part('regained, %', ({ against }) => against?.share, 'plain') },
            part('95 % from', ({ against }) => against?.shareLow),
            part('to', ({ against }) => against?.shareHigh),
          ]
        : []),
    ]
  })
  const unit = isLog ? `${lossName(scorer)}, × dense` : '% of dense'
  const title = `${label}, by kind of training: ${unit}, trained alike; regained: share of what sparse lost`
  return `${tint(wrap(title, paper.width), 'bold', paper)}\n${formatGrid(head, lines, paper)}`
}

/** Whether an interval reaches dense. */
function isAlike(overall: Overall | undefined): boolean {
  if (!overall || overall.normalisedLow === null || overall.normalisedHigh === null) return false
  return overall.normalisedLow <= 100 && overall.normalisedHigh >= 100
}
