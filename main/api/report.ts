import type { Bench } from '../bench.ts'
import type { ReportInput } from '../bundle/input.ts'
import { studyReport } from '../bundle/table.ts'

/** The study last asked for: a window asks for its table, trends, figures and faults in one breath. */
const last = new WeakMap<Bench, { readonly stamp: string; readonly input: ReportInput }>()

/** Everything that is shown of a study, made anew when its cells have changed. Throws LabError('study/unknown' | 'store/corrupt'). */
export function reportOf(bench: Bench, study: string): ReportInput {
  // cells are only ever added or brought from failed to done, so that these counts tell one state from the next
  const stamp = JSON.stringify(bench.store.studies.find(study))
  const known = last.get(bench)
  if (known?.stamp === stamp) return known.input
  const input = studyReport(bench.store, study, bench)
  last.set(bench, { stamp, input })
  return input
}
