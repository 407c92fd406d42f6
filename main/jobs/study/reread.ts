import { LabError, toFault } from '../../base/errors.ts'
import type { Study } from '../../study/spec.ts'
import type { Question, Task } from '../../tasks/task.ts'
import { loadEntry } from './prepare.ts'

/** What was asked, read again where its data still is; else why it cannot be. */
export type Reread = { readonly question: Question; readonly why: null } | { readonly question: null; readonly why: string }

/**
 * One item of a task of a study, as it was asked. The task is read anew from where the study says, or from `data`; its hash tells whether it
 * still is what was asked.
 */
export async function rereadItem(
  study: Pick<Study, 'tasks' | 'data'>,
  task: { readonly id: string; readonly hash: string },
  item: number,
  data: string | undefined,
): Promise<Reread> {
  try {
    const found = findTask(study, task.id, [study.data, data])
    if (found.hash !== task.hash) return no(`The task "${task.id}" or its data has changed since it was asked.`)
    for await (const { id, question } of found.items(item + 1)) if (id === item) return { question, why: null }
    return no(`The task "${task.id}" has no item ${item} any more.`)
  } catch (error) {
    return no(toFault(error).message)
  }
}

const no = (why: string): Reread => ({ question: null, why })

/** The task of this id, from the first data folder where the entry that asks for it can be read. */
function findTask({ tasks }: Pick<Study, 'tasks'>, id: string, folders: readonly (string | undefined)[]): Task {
  let failed: unknown
  const given = folders.filter((folder) => folder !== undefined)
  for (const data of given.length > 0 ? new Set(given) : [undefined]) {
    for (const entry of tasks) {
      try {
        const found = loadEntry(entry, data).find((task) => task.id === id)
        if (found) return found
      } catch (error) {
        failed ??= error
      }
    }
  }
  throw failed ?? new LabError('task/unknown', `Expected the task "${id}" among those that the study names, found it no more.`)
}
