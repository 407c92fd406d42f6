import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { NO_CONTROL, placeOfVerdict, VERDICT_MARKS, type Placed } from '../verdicts/words.ts'
import { glue, markup, type Html } from './html.ts'

/** Verdicts at a glance: hypotheses as columns, what they were asked of as lines, controls below. */
export function verdictMatrix(rows: readonly VerdictRow[]): Html {
  const placed = placeOfVerdict(rows).map(byMatching)
  const columns = [...new Set(placed.map(({ column }) => column))]
  const head = columns.map((name) => markup`<th>${glue(name.trim())}</th>`)
  const of = (isControl: boolean) => blocksOf(placed.filter(({ row }) => row.isControl === isControl), columns) // prettier-ignore
  return markup`<div class="open"><table class="glance matrix"><thead><tr><th class="w">asked of</th>${head}</tr></thead>\n${of(false)}${of(true)}</table></div>\n<p class="about">${WORDS}${rows.some(({ isCoded }) => isCoded) ? CODED : ''}</p>\n`
}

const WORDS =
  'yes: supported; no: not supported; open: inconclusive. † a control shows the same, so it is not specific to small weights. ‡ no control of the same pattern was run. Grey: the controls themselves.'
const CODED = ' Quantisation by itself is judged here, but no claim of the paper, so it is not counted at the top.'

/** H6 is asked at equal memory and at equal output error: a column each, or its lines would be three times as many. */
function byMatching(one: Placed): Placed {
  const [, base, matching] = /^(.*), (equal .*)$/.exec(one.line) ?? []
  return one.row.hypothesis !== 'H6' || matching === undefined ? one : { ...one, line: base!, column: `H6 ${matching}` }
}

function blocksOf(placed: readonly Placed[], columns: readonly string[]): Html[] {
  return [...groupBy(placed, ({ block }) => block)].map(([block, members]) => {
    const kind = members[0]!.row.isControl ? 'control' : ''
    const lines = [...groupBy(members, ({ line }) => line)].map(([line, mine]) => {
      const cells = columns.map((column) => cellOf(mine.filter((one) => one.column === column)))
      return markup`<tr class="${kind}"><td class="w">${line}</td>${cells}</tr>\n`
    })
    return markup`<tbody><tr class="${kind}"><th class="w" colspan="${columns.length + 1}">${block}</th></tr>\n${lines}</tbody>\n`
  })
}

function cellOf(all: readonly Placed[]): Html {
  if (all.length === 0) return markup`<td></td>`
  const words = [...new Set(all.map(({ row }) => `${VERDICT_MARKS[row.verdict]}${markOf(row)}`))]
  const kind = all.every(({ row }) => row.verdict === 'inconclusive') ? 'no' : 'sure'
  return markup`<td class="${kind}">${words.join(', ')}</td>`
}

function markOf({ verdict, control, isSpecific }: VerdictRow): string {
  if (verdict !== 'supported') return ''
  return isSpecific === false ? '†' : control === NO_CONTROL && isSpecific === null ? '‡' : ''
}
