import { z } from 'zod'
import { loadEntry, resolveTraining } from '../jobs/study/prepare.ts'
import { planStudy } from '../study/plan.ts'
import { parseStudy, type Study } from '../study/spec.ts'
import { findTemplate, listTemplates, realTwin } from '../study/templates.ts'
import type { Calls } from './call.ts'

/** The paper's experiments, ready to run. */
export const templates = {
  'templates.list': {
    argument: z.null(),
    run: () =>
      Promise.all(
        listTemplates().map(async ({ id, file, about, needs, minutes, text }) => {
          const study = parseStudy(text, file)
          return { id, title: study.title, about, needs, cells: needs === '' ? await countCells(study) : null, minutes, text }
        }),
      ),
  },
} satisfies Partial<Calls>

/** Cells of a study that needs no data: what its models hold makes no difference to their number. */
async function countCells(study: Study): Promise<number> {
  const models = study.models.map(({ name }) => ({ name, weights: name, tokenizer: '', graph: '' }))
  const tasks = study.tasks.flatMap((entry) => loadEntry(entry, undefined).map((task) => ({ task, limit: entry.limit ?? null, group: '' }))) // prettier-ignore
  const training = new Map(
    [
      ...(await resolveTraining(
        study,
        tasks.map(({ task }) => task),
      )),
    ].map(([name, { task, ...facts }]) => [name, { hash: task.hash, ...facts }]),
  )
  const versions = { scorerVersion: () => 0, askVersion: 0, compressVersion: 0, trainVersion: 0 }
  return planStudy(study, { models, tasks, training, ...versions }).length
}

/** The study files behind a name, or "all" for each that needs nothing: with a model of one's own, the twins that ask real tasks. */
export function templateFiles(name: string, isOwn: boolean): string[] {
  if (name === 'all') return listTemplates().flatMap(({ id, file }) => (id.startsWith('real/') === isOwn ? [file] : []))
  const { id, file } = findTemplate(name)
  const twin = isOwn ? realTwin(id) : undefined
  return [twin === undefined ? file : findTemplate(twin).file]
}
