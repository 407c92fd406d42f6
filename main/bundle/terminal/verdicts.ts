import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { plural, pValue } from '../../charts/words.ts'
import { effectWords, NO_CONTROL, placeOfVerdict, trainingNames, VERDICT_MARKS, type Placed } from '../verdicts/words.ts'
import { formatGrid, plain, tint, wrap, type GridCell, type GridLine, type Paper } from './grid.ts'

/** Hypotheses as columns, what they were asked of as lines; '' where there are none. */
export function verdictTable(rows: readonly VerdictRow[], paper: Paper): string {
  if (rows.length === 0) return ''
  const placed = placeOfVerdict(rows)
  const columns = [...new Set(placed.map(({ column }) => column))]
  const blocks = [...groupBy(placed, ({ block }) => block)]
  const lines = blocks.flatMap(([block, members]): GridLine[] => [
    { name: block, cells: [] },
    ...[...groupBy(members, ({ line }) => line)].map(([line, mine]) => ({
      name: `  ${line}`,
      cells: columns.map((column) => cellOf(mine.find((one) => one.column === column))),
    })),
  ])
  const title = tint(wrap('The paper’s hypotheses, scope by scope', paper.width), 'bold', paper)
  const legend = `${MARKS}${rows.some(isAlone) ? `   ${ALONE}` : ''}. ${MORE}`
  return `${title}\n${formatGrid(columns, lines, paper)}\n\n${wrap(legend, paper.width)}`
}

const MARKS =
  'yes: supported   no: not supported   open: inconclusive   † a control shows the same, so it is not specific to small weights'
const ALONE = '‡ no control of the same pattern was run, so it may be true of any weights'
const MORE = '“lab results --verdicts” has the numbers, the reasons and the rules.'

/** Supported with nothing to hold it against. */
const isAlone = ({ verdict, control, isSpecific }: VerdictRow) =>
  verdict === 'supported' && control === NO_CONTROL && isSpecific === null

function cellOf(one: Placed | undefined): GridCell {
  if (!one) return plain('')
  const { verdict, isSpecific } = one.row
  const mark = isSpecific === false ? '†' : isAlone(one.row) ? '‡' : ' '
  const tone = verdict === 'inconclusive' ? 'dim' : verdict === 'supported' ? 'bold' : 'plain'
  return { text: `${VERDICT_MARKS[verdict]}${mark}`, tone }
}

/** Every verdict with its numbers and its reason, below the hypothesis and its rule. */
export function verdictReasons(rows: readonly VerdictRow[], paper: Paper): string {
  if (rows.length === 0)
    return wrap('The study bears on none of the paper’s hypotheses: nothing has been compressed yet.', paper.width)
  const said = [...groupBy(rows, ({ hypothesis }) => hypothesis)].map(([hypothesis, members]) => {
    const { claim, rule } = members[0]!
    const head = tint(wrap(claim, paper.width, `${hypothesis}  `), 'bold', paper)
    const words = wrap(rule, paper.width, '    ').split('\n').map((line) => tint(line, 'dim', paper)) // prettier-ignore
    return [head, ...words, ...members.map((row) => reasonOf(row, members, paper))].join('\n')
  })
  return said.join('\n\n')
}

/** Of what was left out. */
const SHOWN = 6

function reasonOf(row: VerdictRow, all: readonly VerdictRow[], paper: Paper): string {
  const { model, scorer, transfer, compression, isControl, subject, verdict, why, pHolm, tests, control, excluded } = row
  const differs = (field: 'model' | 'scorer' | 'training' | 'transfer') => new Set(all.map((r) => r[field])).size > 1
  const where = (['model', 'scorer', 'transfer', 'training'] as const).flatMap((field) => (differs(field) ? [{ model, scorer, training: trainingNames(all)(row), transfer }[field]] : [])) // prettier-ignore
  const place = [...where, `${compression}${isControl ? ' (control)' : ''}`, subject].filter(Boolean).join(', ')
  const p = pHolm === null ? '' : `; ${pValue(pHolm)} after Holm over ${plural(tests, 'test')}`
  const lines = [
    `${place}: ${verdict.toUpperCase()}. ${why}`,
    `${effectWords(row)}${p}${control === '' ? '' : `. Controls: ${control}`}.`,
    ...(excluded.length === 0 ? [] : [`Left out: ${excluded.slice(0, SHOWN).join('; ')}${excluded.length > SHOWN ? `; and ${excluded.length - SHOWN} more, which verdicts.csv names` : ''}.`]), // prettier-ignore
  ]
  return lines.map((line, i) => (i === 0 ? `\n${wrap(line, paper.width, '  ')}` : tint(wrap(line, paper.width, '      '), 'dim', paper))).join('\n') // prettier-ignore
}
