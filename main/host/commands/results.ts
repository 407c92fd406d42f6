import { studyOf, type Command } from '../command.ts'

export const results: Command = {
  id: 'results',
  words: '[study]',
  about: 'The results as tables: drops, floors, trends, verdicts.',
  flags: [
    { name: 'tasks', about: 'every task by itself, in place of groups of tasks' },
    { name: 'verdicts', about: 'what each hypothesis of the paper comes to, with numbers, reasons and rules' },
  ],
  async run(call) {
    const { ask, console, flags } = call
    const study = await studyOf(call)
    const { width, hasColour } = console
    if (flags.has('verdicts')) {
      if (console.isJson) return { json: await ask('studies.verdicts', { study }) }
      console.print(await ask('studies.reasons', { study, width, hasColour }))
      return { json: null }
    }
    if (console.isJson) return { json: await ask('studies.results', { study }) }
    console.print(await ask('studies.table', { study, width, hasColour, withTasks: flags.has('tasks') }))
    return { json: null }
  },
}
