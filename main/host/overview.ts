import type { VerdictRow } from '../../preload/contract.ts'
import { columns } from './console.ts'

type Verdict = Pick<VerdictRow, 'hypothesis' | 'verdict' | 'isControl' | 'isCoded' | 'isSpecific'>

/** A study by its name and what it says of the paper's hypotheses. */
export interface Judged {
  readonly name: string
  readonly verdicts: readonly Verdict[]
}

/** The hypotheses over several studies: how many scopes of each support one, do not, or leave it open. */
export function overview(studies: readonly Judged[]): string {
  // a control is there to be compared with, and codes by themselves are no claim of the paper
  const counted = studies.map(({ name, verdicts }) => ({ name, rows: verdicts.filter((v) => !v.isControl && !v.isCoded) }))
  const hypotheses = [...new Set(counted.flatMap(({ rows }) => rows.map((v) => v.hypothesis)))].sort()
  if (hypotheses.length === 0) return ''
  const lines = counted.map(({ name, rows }) => [name, ...hypotheses.map((h) => tally(rows.filter((v) => v.hypothesis === h)))])
  return `The paper’s hypotheses over these studies\n${columns([['', ...hypotheses], ...lines])}\n\n${LEGEND}`
}

const LEGEND =
  'a/b/c: a scopes support the hypothesis, b do not, c are inconclusive; neither controls nor quantisation by\n' +
  'itself are counted. † a control shows the same in all that support it. “lab results --verdicts” says why.'

function tally(rows: readonly Verdict[]): string {
  if (rows.length === 0) return ''
  const of = (verdict: VerdictRow['verdict']) => rows.filter((v) => v.verdict === verdict)
  const yes = of('supported')
  const mark = yes.length > 0 && yes.every((v) => v.isSpecific === false) ? '†' : ''
  return `${yes.length}${mark}/${of('not supported').length}/${of('inconclusive').length}`
}
