import { studyOf, type Command } from '../command.ts'

export const results: Command = {
  id: 'results',
  words: '[study]',
  about: 'The results as tables: drops with their intervals, floors, trends.',
  flags: [{ name: 'tasks', about: 'every task by itself, in place of groups of tasks' }],
  async run(call) {
    const { ask, console, flags } = call
    const study = await studyOf(call)
    if (console.isJson) return { json: await ask('studies.results', { study }) }
    const { width, hasColour } = console
    console.print(await ask('studies.table', { study, width, hasColour, withTasks: flags.has('tasks') }))
    return { json: null }
  },
}
