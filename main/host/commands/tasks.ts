import { resolve } from 'node:path'
import { estimators } from '../../api/tasks.ts'
import { LabError } from '../../base/errors.ts'
import type { Call, Command, Result } from '../command.ts'
import { columns } from '../console.ts'
import { formatTask } from '../task-report.ts'

export const tasks: Command = {
  id: 'tasks',
  words: 'list | axes | check <file or name>',
  about:
    'Tasks that a study may name, axes that make them harder, a close look at one.\n' +
    'A look shows rendered documents, token boundaries, lengths, truncations, label balance.',
  flags: [
    { name: 'data', value: '<folder>', about: 'the data packs (default: LAB_DATA)' },
    { name: 'model', value: '<folder>', about: 'tokenize with this model, to see boundaries and truncations' },
    { name: 'limit', value: '<n>', about: 'look at the first n documents only' },
  ],
  async run(call) {
    const [verb, name, ...more] = call.words
    if (verb === 'list' && name === undefined) return list(call)
    if (verb === 'axes' && name === undefined) return listAxes(call)
    if (verb === 'check' && name !== undefined && more.length === 0) return check(call, name)
    throw new LabError(
      'cli/usage',
      `Expected "tasks list", "tasks axes" or "tasks check <file or name>", got "tasks ${call.words.join(' ')}".`,
    )
  },
}

async function list({ console, ask }: Call): Promise<Result> {
  const entries = await ask('tasks.list', null)
  const lines = entries.map(({ name, kind, members }) => [name, kind, kind === 'task' ? '' : String(members)])
  console.print(columns([['name', 'kind', 'tasks'], ...lines]))
  return { json: entries }
}

async function listAxes({ console, ask }: Call): Promise<Result> {
  const rows = await ask('tasks.axes', null)
  const parts = rows.map(({ id, label, about, harder, levels, params }) => {
    const order = harder === 'up' ? 'more is harder' : 'less is harder'
    const lines = [`  ${about}`, `  ${order}; levels where a study names none: ${levels.join(', ')}`]
    return [console.bold(`${id}: ${label}`), ...lines, ...params.map((one) => `  ${one.name}: ${one.about}`)].join('\n')
  })
  console.print(parts.join('\n\n'))
  console.print(
    '\nIn a study: tasks: [{ task: arc_easy, axis: options, levels: [2, 3, 4] }]. The built-in world has axes of its own.',
  )
  console.print(`\n${console.bold('Measures of difficulty, of any tasks')}`)
  console.print(columns(estimators.map(({ id, about }) => [`  ${id}`, about])))
  console.print(
    '\nIn a study: difficulty: [{ estimator: dense-loss }, { estimator: item-response }]. The first is the one in charts.',
  )
  return { json: rows }
}

async function check({ console, ask, flags, folder }: Call, name: string): Promise<Result> {
  const at = (path: string | undefined) => (path === undefined ? null : resolve(folder, path))
  // a path starts where the command was called; a name does not
  const task = /\.ya?ml$/.test(name) ? resolve(folder, name) : name
  const limit = flags.count('limit', 1) ?? null
  const reports = await ask('tasks.check', { task, data: at(flags.text('data')), model: at(flags.text('model')), limit })
  console.print(reports.map((report) => formatTask(report, console)).join('\n\n'))
  return { json: reports }
}
