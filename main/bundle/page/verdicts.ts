import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { fixed, pValue, whole } from '../../charts/words.ts'
import { effectWords, trainingNames } from '../verdicts/words.ts'
import { glue, markup, type Html } from './html.ts'
import { fold } from './tables.ts'

/** Hypothesis by hypothesis: the claim, the rule, and a line for each scope. Null where there are none. */
export function verdictSection(rows: readonly VerdictRow[]): Html[] | null {
  if (rows.length === 0) return null
  return [...groupBy(rows, ({ hypothesis }) => hypothesis)].map(([hypothesis, members]) => {
    const { claim, rule } = members[0]!
    return markup`<h3>${hypothesis}. ${glue(claim)}</h3>
<p class="about">${glue(rule)}</p>
${verdictLines(members)}
${fold(`The numbers behind ${hypothesis}`, detailList(members))}`
  })
}

/** The verdicts on one hypothesis, a line for each scope, with its reason. */
export function verdictLines(rows: readonly VerdictRow[]): Html {
  const columns = columnsOf(rows)
  const head = ['verdict', ...columns.map(({ title }) => title), 'why', 'p'].map((title) => markup`<th class="w">${title}</th>`)
  const body = rows.map((row) => lineOf(row, columns))
  return markup`<div class="open"><table class="glance wide verdicts"><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`
}

interface Column {
  readonly title: string
  of(row: VerdictRow): string
}

/** What scopes are told apart by, where it differs. */
function columnsOf(rows: readonly VerdictRow[]): Column[] {
  const all: Column[] = [
    { title: 'model', of: ({ model }) => model },
    { title: 'scorer', of: ({ scorer }) => scorer },
    { title: 'training', of: trainingNames(rows) },
    { title: 'compression', of: ({ compression, isControl }) => `${compression}${isControl ? ' (control)' : ''}` },
    { title: 'asked of', of: ({ subject }) => subject },
  ]
  const isTold = ({ title, of }: Column) => title === 'compression' || title === 'asked of' || new Set(rows.map(of)).size > 1
  return all.filter(isTold)
}

function lineOf(row: VerdictRow, columns: readonly Column[]): Html {
  const { verdict, why, pHolm, tests, control, isControl, isSpecific } = row
  const words = columns.map(({ of }) => markup`<td class="w">${of(row)}</td>`)
  const p = pHolm === null ? '–' : `${pValue(pHolm).replace('p = ', '').replace('p < ', '< ')} (Holm, ${tests})`
  const kind = verdict === 'inconclusive' ? 'no' : 'sure'
  const said =
    control === '' ? null : markup`<small>Controls: ${isSpecific === false ? markup`<b>${control}</b>` : control}.</small>`
  const reason = markup`${glue(why)}<small>${glue(effectWords(row))}.</small>${said}`
  return markup`<tr class="${isControl ? 'no' : ''}"><td class="w ${kind}">${verdict}</td>${words}<td class="w">${reason}</td><td class="w">${p}</td></tr>\n` // prettier-ignore
}

/** Everything else that is known of each scope, and what was left out. */
function detailList(rows: readonly VerdictRow[]): Html {
  const lines = rows.map(({ compression, subject, statistic, value, p, details, excluded }) => {
    const numbers = [{ name: statistic, value }, { name: 'p before correction', value: p }, ...details].flatMap(({ name, value: v }) => (v === null ? [] : [`${name} ${numberWords(v)}`])) // prettier-ignore
    const left = excluded.length === 0 ? '' : ` Left out: ${excluded.join('; ')}.`
    return markup`<li><b>${compression}, ${subject}</b>: ${glue(numbers.join('; '))}.${left}</li>\n`
  })
  return markup`<ul>\n${lines}</ul>\n`
}

function numberWords(v: number): string {
  if (Number.isInteger(v)) return whole(v)
  return Math.abs(v) >= 100 ? fixed(v, 1) : Math.abs(v) >= 0.001 ? fixed(v, 3) : v.toExponential(1).replace('-', '−')
}
