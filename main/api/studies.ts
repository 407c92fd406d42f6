import { z } from 'zod'
import { exports } from '../bundle/exports/index.ts'
import { figuresOf } from '../bundle/figures.ts'
import { renderReport } from '../bundle/report.ts'
import { summarise } from '../bundle/summary.ts'
import { formatResults, formatVerdicts } from '../bundle/terminal.ts'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { studySchema } from '../study/schema.ts'
import type { Calls } from './call.ts'
import { reportOf } from './report.ts'

const study = z.string().min(1).max(200)
const word = z.strictObject({ study })

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
    argument: word,
    run: (bench, { study }) => figuresOf(reportOf(bench, study)),
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
    argument: word,
    run: (bench, { study }) => renderReport(reportOf(bench, study)),
  },
  'studies.export': {
    argument: z.strictObject({ study, format: z.string().min(1).max(40) }),
    run(bench, { study, format }) {
      const found = exports.find(({ id }) => id === format)
      if (!found) throw unknownFormat(format)
      return { file: found.file, text: found.write(reportOf(bench, study)) }
    },
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

function unknownFormat(format: string): LabError {
  const known = exports.map(({ id }) => id)
  const meant = nearest(format, known)
  return new LabError(
    'api/argument',
    `Expected a format (${known.join(', ')}), got "${format}"${meant ? `; perhaps "${meant}".` : '.'}`,
  )
}
