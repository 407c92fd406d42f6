import { tally, tallyWords, type Judged } from '../tally.ts'
import { wrap, type Paper } from './grid.ts'

/** The hypotheses over several studies: how many scopes of each support one, do not, or leave it open; '' where nothing was judged. */
export function formatOverview(studies: readonly Judged[], paper: Paper): string {
  const { hypotheses, lines } = tally(studies)
  if (hypotheses.length === 0) return ''
  const rows = [['', ...hypotheses], ...lines.map(({ name, cells }) => [name, ...cells.map(tallyWords)])]
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  const grid = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ').trimEnd()) // prettier-ignore
  return `The paper’s hypotheses over these studies\n${grid.join('\n')}\n\n${wrap(LEGEND, paper.width)}`
}

const LEGEND =
  'a/b/c: a scopes support the hypothesis, b do not, c are inconclusive; neither controls nor quantisation by itself are counted. ' +
  '† a control shows the same in all that support it. “lab results --verdicts” says why.'
