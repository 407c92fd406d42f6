import { z } from 'zod'
import type { TaskReport } from '../../preload/contract.ts'
import type { Tokenizer } from '../base/text.ts'
import { openModel } from '../models/folder.ts'
import { pathFrom } from '../models/library.ts'
import { readSettings } from '../store/settings.ts'
import { ESTIMATORS } from '../study/estimators.ts'
import { axes } from '../tasks/axes/index.ts'
import { checkTask, type ShownDocument, type TaskCheck } from '../tasks/check.ts'
import { listTasks } from '../tasks/index.ts'
import { textsOf } from '../tasks/measure.ts'
import type { Calls } from './call.ts'
import { dataFoldersOf, path } from './library.ts'

const place = path.nullable()

/** Measures of difficulty that a study may name. */
export const estimators: readonly { readonly id: string; readonly about: string }[] = ESTIMATORS

/** Task files. */
export const tasks = {
  'tasks.list': {
    argument: z.null(),
    run: () => listTasks().map(({ name, kind, members }) => ({ name, kind, members: members.length })),
  },
  'tasks.axes': {
    argument: z.null(),
    run: () =>
      axes.map(({ id, label, about, harder, levels, params }) => {
        const { properties = {} } = z.toJSONSchema(params, { io: 'input' })
        const said = Object.entries(properties).map(([name, of]) => ({
          name,
          about: (typeof of === 'object' && of.description) || '',
        }))
        return { id, label, about, harder, levels, params: said }
      }),
  },
  'tasks.check': {
    argument: z.strictObject({ task: path, data: place, model: place, limit: z.int().min(1).nullable() }),
    run({ home }, { task, data, model, limit }) {
      const { tokenizer, config } = model === null ? { tokenizer: undefined, config: undefined } : openModel(pathFrom(model))
      const checks = checkTask(task, {
        data: data ?? dataFoldersOf(readSettings(home))[0],
        ...(limit !== null && { limit }),
        ...(tokenizer && { tokenizer, contextLength: config.contextLength }),
      })
      return checks.map((check) => reportOf(check, tokenizer))
    },
  },
} satisfies Partial<Calls>

function reportOf(
  { task, shown, doubles: _, rightDoubles: __, choices: ___, ...facts }: TaskCheck,
  tokenizer?: Tokenizer,
): TaskReport {
  return {
    ...facts,
    task: task && { ask: task.ask, shots: task.shots, scorers: task.scorers },
    shown: shown.map((document) => showDocument(document, tokenizer)),
  }
}

function showDocument({ id, question, tokens }: ShownDocument, tokenizer?: Tokenizer): TaskReport['shown'][number] {
  const spell = (ids: readonly number[]) => ids.map((token) => tokenizer!.piece(token))
  const texts = textsOf(question).map((text, i) => {
    const found = tokens?.[i]
    return { ...text, pieces: found ? { context: spell(found.context), continuation: spell(found.continuation) } : null }
  })
  const [gold, number] = (['choice', 'number'] as const).map((ask) => (question.ask === ask ? question.gold : null)) as [number | null, number | null] // prettier-ignore
  return { id, gold, number, texts }
}
