import type { VerdictRow } from '../../preload/contract.ts'
import type { DataTable } from '../charts/chart.ts'

type Verdict = Pick<VerdictRow, 'hypothesis' | 'verdict' | 'isControl' | 'isCoded' | 'isSpecific'>

/** A study by its name and what it says of the paper's hypotheses. */
export interface Judged {
  readonly name: string
  readonly verdicts: readonly Verdict[]
}

/** How many scopes of a study support a hypothesis, do not, or leave it open. */
export interface Tally {
  readonly supported: number
  readonly notSupported: number
  readonly open: number
  /** Whether something supports it and a control shows the same in all that does. */
  readonly isUnspecific: boolean
}

/** Studies by hypotheses; null where a study has nothing to say of one. */
export interface Tallies {
  readonly hypotheses: readonly VerdictRow['hypothesis'][]
  readonly lines: readonly {
    readonly name: string
    /** In the order of `hypotheses`: what was asked, and the same of its controls. */
    readonly cells: readonly (Tally | null)[]
    readonly controls: readonly (Tally | null)[]
  }[]
}

/** Counts verdicts; a control is there to be compared with and stands apart, and codes by themselves are no claim of the paper. */
export function tally(studies: readonly Judged[]): Tallies {
  const counted = studies.map(({ name, verdicts }) => ({ name, rows: verdicts.filter((v) => !v.isCoded) }))
  const mine = counted.flatMap(({ rows }) => rows.filter((v) => !v.isControl))
  const hypotheses = [...new Set(mine.map((v) => v.hypothesis))].sort()
  const of = (rows: readonly Verdict[], isControl: boolean) =>
    hypotheses.map((h) => count(rows.filter((v) => v.hypothesis === h && v.isControl === isControl)))
  return {
    hypotheses,
    lines: counted.map(({ name, rows }) => ({ name, cells: of(rows, false), controls: of(rows, true) })),
  }
}

function count(rows: readonly Verdict[]): Tally | null {
  if (rows.length === 0) return null
  const of = (verdict: VerdictRow['verdict']) => rows.filter((v) => v.verdict === verdict)
  const yes = of('supported')
  return {
    supported: yes.length,
    notSupported: of('not supported').length,
    open: of('inconclusive').length,
    isUnspecific: yes.length > 0 && yes.every((v) => v.isSpecific === false),
  }
}

/** "2†/1/0": supported, not supported, inconclusive. */
export function tallyWords(one: Tally | null): string {
  return one === null ? '' : `${one.supported}${one.isUnspecific ? '†' : ''}/${one.notSupported}/${one.open}`
}

/** The same with a column for each verdict, a line for each study and hypothesis, for programs and for LaTeX. */
export function tallyTable(studies: readonly Judged[]): DataTable {
  const { hypotheses, lines } = tally(studies)
  const numbers = (one: Tally) => [one.supported, one.notSupported, one.open].map(String)
  return {
    caption: 'Scopes of each study that support a hypothesis of the paper, do not, or leave it open. Quantisation by itself is not counted.', // prettier-ignore
    head: ['study', 'hypothesis', 'asked of', 'shown by a control too', 'supported', 'not supported', 'inconclusive'],
    words: 4,
    rows: lines.flatMap(({ name, cells, controls }) =>
      hypotheses.flatMap((h, i) => [
        ...(cells[i] ? [[name, h, 'compression', cells[i].isUnspecific ? 'in all' : '', ...numbers(cells[i])]] : []),
        ...(controls[i] ? [[name, h, 'control', '', ...numbers(controls[i])]] : []),
      ]),
    ),
  }
}
