import { z } from 'zod'
import { exports } from '../bundle/exports/index.ts'
import { findReference } from '../bundle/references.ts'
import { figuresOf } from '../bundle/figures.ts'
import { renderReport } from '../bundle/report.ts'
import { summarise } from '../bundle/summary.ts'
import { formatResults, formatVerdicts } from '../bundle/terminal.ts'
import type { ReportInput } from '../charts/input.ts'
import { studySchema } from '../study/schema.ts'
import type { Bench } from '../bench.ts'
import { exportReply } from './bundles.ts'
import type { Calls } from './call.ts'
import { reportOf } from './report.ts'

const study = z.string().min(1).max(200)
const word = z.strictObject({ study })
const shown = z.strictObject({ study, reference: z.string().min(1).max(100).nullable().optional() })

/** Studies of the store, and what is made of them. */
export const studies = {
  'studies.list': {
    argument: z.null(),
    run: ({ store }) => store.studies.list(),
  },
  'studies.show': {
    argument: word,
    run: ({ store }, { study }) => store.studies.find(study),
  },
  'studies.results': {
    argument: word,
    run: (bench, { study }) => reportOf(bench, study).rows,
  },
  'studies.trends': {
    argument: word,
    run: (bench, { study }) => reportOf(bench, study).trends,
  },
  'studies.verdicts': {
    argument: word,
    run: (bench, { study }) => reportOf(bench, study).verdicts,
  },
  'studies.ledger': {
    argument: word,
    run: (bench, { study }) => reportOf(bench, study).ledger,
  },
  'studies.charts': {
    argument: word,
    run(bench, { study }) {
      const { groups, recoveries, ledger, provenance } = reportOf(bench, study)
      return { groups, recoveries, ledger, estimators: provenance.difficulty.map(({ estimator }) => estimator) }
    },
  },
  'studies.faults': {
    argument: word,
    run: ({ store }, { study }) =>
      store.cells.ofStudy(store.studies.find(study).id).flatMap(({ label, fault }) => (fault ? [{ label, fault }] : [])),
  },
  'studies.summary': {
    argument: word,
    run: (bench, { study }) => summarise(reportOf(bench, study)),
  },
  'studies.figures': {
    argument: shown,
    run: (bench, said) => figuresOf(shownReport(bench, said)),
  },
  'studies.table': {
    argument: z.strictObject({ study, width: z.int().min(20).max(1000), hasColour: z.boolean(), withTasks: z.boolean() }),
    run: (bench, { study, width, hasColour, withTasks }) =>
      formatResults(reportOf(bench, study), { width, colour: hasColour, tasks: withTasks }),
  },
  'studies.reasons': {
    argument: z.strictObject({ study, width: z.int().min(20).max(1000), hasColour: z.boolean() }),
    run: (bench, { study, width, hasColour }) => formatVerdicts(reportOf(bench, study), { width, colour: hasColour }),
  },
  'studies.report': {
    argument: shown,
    run: (bench, said) => renderReport(shownReport(bench, said)),
  },
  'studies.export': {
    argument: z.strictObject({ study, format: z.string().min(1).max(40) }),
    run: (bench, { study, format }) => exportReply(bench, study, format),
  },
  'studies.schema': {
    argument: z.null(),
    run: () => studySchema(),
  },
  'exports.list': {
    argument: z.null(),
    run: () => exports.map(({ id, label }) => ({ id, label })),
  },
} satisfies Partial<Calls>

/** With the published curves that were asked for, to be laid under. LabError 'report/reference'. */
function shownReport(bench: Bench, { study, reference }: { study: string; reference?: string | null | undefined }): ReportInput {
  const report = reportOf(bench, study)
  return reference ? { ...report, reference: findReference(reference) } : report
}
