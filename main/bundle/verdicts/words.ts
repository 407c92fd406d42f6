import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { fixed, list, percent, plural, signed } from '../../charts/words.ts'

export const VERDICT_MARKS: Readonly<Record<VerdictRow['verdict'], string>> = { supported: 'yes', 'not supported': 'no', inconclusive: 'open' } // prettier-ignore

/** What is said of controls where there are none. */
export const NO_CONTROL = 'no control was run'

/** Where a verdict stands in a table of hypotheses (columns) by what they were asked of (lines, in blocks of one compression). */
export interface Placed {
  readonly row: VerdictRow
  readonly column: string
  readonly block: string
  readonly line: string
}

/** Names of blocks say only what differs between the rows. */
export function placeOfVerdict(rows: readonly VerdictRow[]): Placed[] {
  const differs = (field: 'model' | 'scorer' | 'training') => new Set(rows.map((r) => r[field])).size > 1
  const fields = (['model', 'scorer', 'training'] as const).filter(differs)
  const training = trainingNames(rows)
  return rows.map((row): Placed => {
    const { hypothesis, subject, compression, isControl, transfer } = row
    const [, base, eps] = /^(.*), (\d+ %) loss$/.exec(subject) ?? [null, subject, '']
    const way = `${compression}${transfer === 'none' || hypothesis === 'H3' || hypothesis === 'H4' ? '' : ` → ${transfer}`}`
    return {
      row,
      column: hypothesis === 'H2b' ? `H2b ${eps} ` : `${hypothesis} `,
      block: [
        `${way}${isControl ? ' (control)' : ''}`,
        ...fields.map((field) => (field === 'training' ? training(row) : row[field])),
      ]
        .filter(Boolean)
        .join(', '),
      line: base!,
    }
  })
}

/** What was trained on, how long and how fast; all of it where trainings would read the same. */
export function trainingNames(rows: readonly VerdictRow[]): (row: Pick<VerdictRow, 'training'>) => string {
  const short = (name: string) => name.split(', ').slice(0, 3).join(', ')
  const all = [...new Set(rows.map(({ training }) => training))]
  const isTold = new Set(all.map(short)).size === all.length
  return ({ training }) => (isTold ? short(training) : training)
}

/** "rise of drop from easiest to hardest +12.3 points [+8.1, +16.0]; 7.2 would have been seen". */
export function effectWords({ effect, unit, effectValue, effectLow, effectHigh, detectable }: VerdictRow): string {
  if (effectValue === null) return `${effect}: not known`
  const number = (v: number | null) => (unit === 'tau' ? signed(v, 2) : unit === 'share' ? percent(v, 0) : signed(v === null ? null : 100 * v, 1)) // prettier-ignore
  const unitWord = { points: ' points', sparsity: ' points of sparsity', share: ' %', tau: '', '': '' }[unit]
  const span = effectLow === null || effectHigh === null ? '' : ` [${number(effectLow)}, ${number(effectHigh)}]`
  const size =
    detectable === null ? null : unit === 'tau' ? fixed(detectable, 2) : fixed(100 * detectable, unit === 'share' ? 0 : 1)
  return `${effect} ${number(effectValue)}${unitWord}${span}${size === null ? '' : `; ${size}${unitWord} would have been seen`}`
}

/** For each hypothesis, how often which verdict was reached, controls apart. */
export function verdictCounts(rows: readonly VerdictRow[]): string[] {
  const mine = rows.filter(({ isControl, isCoded }) => !isControl && !isCoded)
  return [...groupBy(mine, ({ hypothesis }) => hypothesis)].map(([hypothesis, members]) => {
    const of = (verdict: VerdictRow['verdict']) => members.filter((row) => row.verdict === verdict)
    const unspecific = of('supported').filter(({ isSpecific }) => isSpecific === false).length
    const parts = (['supported', 'not supported', 'inconclusive'] as const).flatMap((verdict) => {
      const count = of(verdict).length
      const also = verdict === 'supported' && unspecific > 0 ? ` (${unspecific} of them under a control as well, so not specific to small weights)` : '' // prettier-ignore
      return count === 0 ? [] : [`${verdict} in ${count}${also}`]
    })
    return `${hypothesis} (${members[0]!.claim.replace(/\.$/, '')}): ${list(parts)} of ${plural(members.length, 'scope')}.`
  })
}

/** "Verdict H2: magnitude supported, not specific to small weights; wanda inconclusive." of one subject; undefined where there is none. */
export function verdictWords(
  rows: readonly VerdictRow[],
  hypothesis: VerdictRow['hypothesis'],
  isMine: (row: VerdictRow) => boolean,
): string | undefined {
  // prettier-ignore
  const mine = rows.filter((row) => row.hypothesis === hypothesis && !row.isControl && !row.isCoded && isMine(row))
  if (mine.length === 0) return undefined
  const said = mine.map(({ compression, verdict, isSpecific }) => `${compression} ${verdict}${isSpecific === false ? ', not specific to small weights' : ''}`) // prettier-ignore
  return `Verdict on ${hypothesis}: ${said.join('; ')}.`
}
