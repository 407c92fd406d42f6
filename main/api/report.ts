import type { Bench } from '../bench.ts'
import type { ReportInput } from '../charts/input.ts'
import { studyReport } from '../bundle/table.ts'

interface Kept {
  readonly stamp: string
  readonly input: ReportInput
}

/** By study, the one last asked for at the end. */
const kept = new WeakMap<Bench, Map<string, Kept>>()
/** Studies kept; the tables of a large one take some tens of megabytes. */
const MOST = 8

/** Everything that is shown of a study, made anew only when its cells have changed. Throws LabError('study/unknown' | 'store/corrupt'). */
export function reportOf(bench: Bench, study: string): ReportInput {
  const row = bench.store.studies.find(study)
  // cells are only ever added or brought from failed to done, so that these counts tell one state from the next
  const stamp = JSON.stringify(row)
  const ofBench = kept.get(bench) ?? new Map<string, Kept>()
  kept.set(bench, ofBench)
  const known = ofBench.get(row.id)
  const input = known?.stamp === stamp ? known.input : studyReport(bench.store, study, bench)
  ofBench.delete(row.id)
  ofBench.set(row.id, { stamp, input })
  if (ofBench.size > MOST) ofBench.delete(ofBench.keys().next().value!)
  return input
}
