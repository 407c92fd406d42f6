import type { AgreementRow } from '../../charts/input.ts'
import { groupBy } from '../../charts/view.ts'
import { pValue, signed } from '../../charts/words.ts'
import { formatGrid, plain, tint, type GridLine, type Paper } from './grid.ts'

/** How far measures of difficulty agree, for a terminal; '' where there is nothing to compare. */
export function agreementGrid(rows: readonly AgreementRow[], paper: Paper): string {
  if (rows.length === 0) return ''
  const groups = groupBy(rows, ({ model, scorer, training, over }) => [over, model, scorer, training].filter(Boolean).join(', '))
  const lines = [...groups].flatMap(([title, members]): GridLine[] => [
    { name: title, cells: [] },
    ...members.map(({ a, b, tau, p, tasks }): GridLine => ({
      name: `  ${a} – ${b}`,
      cells: [
        plain(tau === null ? '– ' : `${signed(tau, 2)} `),
        { text: p === null ? '– ' : `${pValue(p).replace('p = ', '').replace('p < ', '<')} `, tone: 'dim' },
        { text: `${tasks} `, tone: 'dim' },
      ],
    })),
  ])
  return `${tint('Do measures of difficulty agree?', 'bold', paper)}\n${formatGrid(['τ-b ', 'p ', 'of '], lines, paper)}`
}
