import type { VerdictRow } from '../../../preload/contract.ts'
import { groupBy } from '../../charts/view.ts'
import { list, plural } from '../../charts/words.ts'
import { RULES } from './rules.ts'

/** H5: H1 and H2 for every method, pattern and model; made of their verdicts. None where only one way was tried. */
export function h5(rows: readonly VerdictRow[]): VerdictRow[] {
  const mine = rows.filter(({ isControl, isCoded }) => !isControl && !isCoded)
  const h2 = mine.filter(({ hypothesis }) => hypothesis === 'H2')
  const scopes = groupBy(h2, (r) => JSON.stringify([r.scorer, r.training, r.transfer, r.subject]))
  return [...scopes.values()].flatMap((members) => {
    if (members.length < 2) return []
    const all = members.flatMap((row) => [row, ...h1Of(mine, row)])
    return [rowOf(members, all)]
  })
}

/** Of the same axis; where the subject is an estimator, of the tasks it orders. */
function h1Of(rows: readonly VerdictRow[], row: VerdictRow): VerdictRow[] {
  const same = rows.filter((r) => r.hypothesis === 'H1' && wayOf(r) === wayOf(row) && r.training === row.training && r.scorer === row.scorer) // prettier-ignore
  const named = same.filter(({ subject }) => subject === row.subject)
  return named.length > 0 ? named : same.filter(({ subject }) => !subject.includes(' by '))
}

const wayOf = (r: VerdictRow) => JSON.stringify([r.model, r.compression, r.transfer])

function rowOf(members: readonly VerdictRow[], all: readonly VerdictRow[]): VerdictRow {
  const [first] = members
  const ways = members.map((row) => {
    const mine = all.filter((r) => wayOf(r) === wayOf(row))
    return { row, isAll: mine.every(({ verdict }) => verdict === 'supported'), isNone: mine.some(({ verdict }) => verdict === 'not supported') } // prettier-ignore
  })
  const [yes, no] = [ways.filter(({ isAll }) => isAll), ways.filter(({ isNone }) => isNone)]
  const models = [...new Set(members.map(({ model }) => model))]
  const name = ({ row }: (typeof ways)[number]) => (models.length > 1 ? `${row.model}, ${row.compression}` : row.compression)
  const ps = all.flatMap(({ p }) => p ?? [])
  const corrected = all.flatMap(({ pHolm }) => pHolm ?? [])
  const isWhole = ps.length === all.length
  return {
    ...{ hypothesis: 'H5', ...RULES.H5, model: models.join(', '), scorer: first!.scorer, training: first!.training },
    ...{ transfer: first!.transfer, compression: list([...new Set(members.map(({ compression }) => compression))]) },
    ...{ isControl: false, isCoded: false, subject: first!.subject },
    verdict: no.length > 0 ? 'not supported' : yes.length === ways.length ? 'supported' : 'inconclusive',
    why: `H1 and H2 are supported in ${yes.length} of ${plural(ways.length, 'way')} of compressing${no.length > 0 ? `, and one of them not supported in ${list(no.map(name))}` : ''}.`, // prettier-ignore
    ...{ statistic: 'ways in which both are supported', value: yes.length },
    ...{ effect: 'share of ways', unit: 'share', effectValue: yes.length / ways.length, effectLow: null, effectHigh: null },
    ...{ p: isWhole ? Math.max(...ps) : null, pHolm: isWhole ? Math.max(...corrected) : null, tests: all.length },
    ...{ detectable: null, control: '', isSpecific: specificOf(all), excluded: [] },
    details: all.map((r) => ({ name: `${r.hypothesis}, ${name({ row: r, isAll: false, isNone: false })}`, value: { supported: 1, inconclusive: 0, 'not supported': -1 }[r.verdict] })), // prettier-ignore
  }
}

/** As specific as the least specific of what it rests on. */
function specificOf(all: readonly VerdictRow[]): boolean | null {
  if (all.some(({ isSpecific }) => isSpecific === false)) return false
  return all.every(({ isSpecific }) => isSpecific === true) ? true : null
}
