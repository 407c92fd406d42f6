import { resolve } from 'node:path'
import { fromFault, type Fault } from '../../base/errors.ts'
import { openAnswers } from '../../api/answers.ts'
import { oneWord, type Command } from '../command.ts'

export const open: Command = {
  id: 'open',
  words: '<bundle.zip>',
  about:
    'A bundle by itself: its table, and a home to go on with.\n' +
    'Nothing is imported. The home is temporary and read-only; results, report, export and the window work on it, without the model.',
  flags: [{ name: 'tasks', about: 'every task by itself, in place of groups of tasks' }],
  async run(call) {
    const { ask, console, folder, flags } = call
    const opened = await ask('bundles.open', { file: resolve(folder, oneWord(call, 'the path of a bundle')) })
    const answers = openAnswers(opened.home)
    try {
      const { width, hasColour } = console
      const argument = { study: opened.study, width, hasColour, withTasks: flags.has('tasks') }
      const reply = await answers.answer('studies.table', argument)
      if (!reply.ok) throw fromFault(reply.error as Fault)
      console.print(String(reply.value))
    } finally {
      answers.close()
    }
    console.print(`\nGo on with --home ${opened.home}`)
    for (const command of ['lab -- report', 'lab -- export --format figures', 'lab -- serve']) {
      console.print(console.dim(`  npm run ${command} --home ${opened.home}`))
    }
    return { json: opened }
  },
}
