import { z } from 'zod'
import { planStudy } from '../study/plan.ts'
import { parseStudy, type Study } from '../study/spec.ts'
import { findTemplate, listTemplates, realTwin } from '../study/templates.ts'
import { loadTasks } from '../tasks/index.ts'
import type { Calls } from './call.ts'

/** The paper's experiments, ready to run. */
export const templates = {
  'templates.list': {
    argument: z.null(),
    run: () =>
      listTemplates().map(({ id, file, about, needs, minutes, text }) => {
        const study = parseStudy(text, file)
        return { id, title: study.title, about, needs, cells: needs === '' ? countCells(study) : null, minutes, text }
      }),
  },
} satisfies Partial<Calls>

/** Cells of a study that needs no data: what its models hold makes no difference to their number. */
function countCells(study: Study): number {
  const models = study.models.map(({ name }) => ({ name, weights: name, tokenizer: '', graph: '' }))
  const tasks = study.tasks.flatMap(({ task, limit = null }) => loadTasks(task, { data: undefined }).map((loaded) => ({ task: loaded, limit, group: '' }))) // prettier-ignore
  const training = new Map((study.transfer ?? []).map(({ task }) => [task, { hash: task, items: Infinity }]))
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
