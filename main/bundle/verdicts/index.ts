import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { holm } from '../../stats/correct.ts'
import type { Measured } from '../measured.ts'
import { seriesOf, type Series } from './evidence.ts'
import { finite, type Finding } from './finding.ts'
import { h1 } from './h1.ts'
import { h2 } from './h2.ts'
import { h2b } from './h2b.ts'
import { doses, h3 } from './h3.ts'
import { h4 } from './h4.ts'
import { h5 } from './h5.ts'
import { h6 } from './h6.ts'
import { LINES } from './rules.ts'
import { subjectsOf, type Subject } from './subjects.ts'
import { NO_CONTROL } from './words.ts'
import { adequacyOf, kindsOf } from './trained.ts'

/** Every hypothesis that the study has anything to say of, scope by scope (paper.md 1.3 to 1.5); `estimators` as in Measured.difficulties. */
export function verdictRows(measured: readonly Measured[], estimators: readonly string[]): VerdictRow[] {
  const findings = findingsOf(measured, estimators)
  const families = groupBy(findings, ({ head }) => JSON.stringify([head.hypothesis, head.model, head.scorer, head.training]))
  const judged = [...families.values()].flatMap(judgeFamily)
  const rows = judged.map(({ row, of }) => ({ ...row, ...controlsOf(row, of, judged) }))
  const order: readonly string[] = ['H1', 'H2', 'H2b', 'H3', 'H4', 'H5', 'H6']
  return [...rows, ...h5(rows)].sort((a, b) => order.indexOf(a.hypothesis) - order.indexOf(b.hypothesis))
}

function findingsOf(measured: readonly Measured[], estimators: readonly string[]): Finding[] {
  const all = seriesOf(measured)
  const byView = groupBy(measured, ({ row }) => viewKey(row))
  // what is trained with the small weights in place is no longer pruned: H1 and H2 are about what is
  const pruned = all.filter(({ transfer }) => transfer === 'none' || transfer === 'sparse')
  const kinds = kindsOf(all)
  const ordered = [
    ...pruned.flatMap((series) => subjectsOf(byView.get(viewKey(series))!, estimators).map((subject) => ({ series, subject }))),
  ]
  return [
    ...ordered.flatMap(({ series, subject }) => [h1(series, subject) ?? [], ...onDifficulty(series, subject)].flat()),
    // the curves of each amount of data have had their H1
    ...adequacyOf(all).flatMap(({ series, subject }) => onDifficulty(series, subject)),
    ...kinds.flatMap((one) => [h3(one), h4(one)].flatMap((finding) => finding ?? [])),
    ...doses(kinds),
    ...contrasts(pruned, byView, estimators),
  ]
}

const viewKey = ({ model, scorer, training }: Pick<Series, 'model' | 'scorer' | 'training'>) => JSON.stringify([model, scorer, training]) // prettier-ignore

function onDifficulty(series: Series, subject: Subject): Finding[] {
  const found = [h2(series, subject), ...LINES.eps.map((eps) => h2b(series, subject, eps))]
  return found.flatMap((finding) => finding ?? [])
}

/** Bits against zeros, where a model was compressed both ways and trained alike. */
function contrasts(all: readonly Series[], byView: ReadonlyMap<string, Measured[]>, estimators: readonly string[]): Finding[] {
  const [coded, pruned] = [all.filter(({ isCoded }) => isCoded), all.filter(({ isCoded }) => !isCoded)]
  return coded.flatMap((bits) => {
    const rivals = pruned.filter((zeros) => viewKey(zeros) === viewKey(bits) && zeros.transfer === bits.transfer)
    const subjects = subjectsOf(byView.get(viewKey(bits))!, estimators)
    return rivals.flatMap((zeros) => subjects.flatMap((subject) => h6(bits, zeros, subject)))
  })
}

interface Judged {
  readonly row: VerdictRow
  readonly of: number | null
}

/** One hypothesis of one model, scorer and training: p is corrected over all its scopes, controls among them. */
function judgeFamily(findings: readonly Finding[]): Judged[] {
  const [mine, opposite] = [correct(findings.map(({ head }) => head.p)), correct(findings.map(({ against }) => against))]
  const tests = findings.filter(({ head }) => head.p !== null).length
  return findings.map(({ head, of, judge }, i) => {
    const isBelow = (p: number | null) => p !== null && p < LINES.alpha
    const { verdict, why } = judge(isBelow(mine[i]!), isBelow(opposite[i]!))
    return { of, row: { ...head, verdict, why, pHolm: mine[i]!, tests, control: '', isSpecific: null } }
  })
}

/** Holm over what could be tested. */
function correct(ps: readonly (number | null)[]): (number | null)[] {
  const known = holm(ps.filter((p) => p !== null))
  let next = 0
  return ps.map((p) => (p === null ? null : finite(known[next++]!)))
}

/** The same rule on the controls of the same pattern, subject and training. */
function controlsOf(row: VerdictRow, of: number | null, all: readonly Judged[]): Pick<VerdictRow, 'control' | 'isSpecific'> {
  // of other weights than the small ones, and of all of them at once, it is not asked whether they are the small ones
  if (row.isControl || row.isCoded) return { control: '', isSpecific: null }
  const isLike = ({ row: other, of: pattern }: Judged) =>
    other.isControl && pattern === of && (['hypothesis', 'model', 'scorer', 'training', 'transfer', 'subject'] as const).every((field) => other[field] === row[field]) // prettier-ignore
  const found = all.filter(isLike).map(({ row: other }) => other)
  if (found.length === 0) return { control: NO_CONTROL, isSpecific: null }
  const said = found.map(({ compression, verdict }) => `${compression}: ${verdict}`).join('; ')
  if (row.verdict !== 'supported') return { control: said, isSpecific: null }
  if (found.some(({ verdict }) => verdict === 'supported'))
    return { control: `${said}; not specific to small weights`, isSpecific: false }
  return { control: said, isSpecific: found.every(({ verdict }) => verdict === 'not supported') ? true : null }
}
