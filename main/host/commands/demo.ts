import { join } from 'node:path'
import type { Call, Command, Result } from '../command.ts'
import { runFile } from './run.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'resources', 'demo')
/** The studies of the built-in model, in the order they are run. */
const STUDIES = ['study.yaml', 'transfer.yaml']

export const demo: Command = {
  id: 'demo',
  words: '',
  about:
    'Run the built-in studies on the built-in model, in a few minutes.\n' +
    'Every axis of difficulty that the model has learned, under magnitude and random pruning; then training after pruning.\n' +
    'Ctrl-C stops within a second; the same command goes on from there.',
  flags: [],
  async run(call: Call): Promise<Result> {
    const json = []
    let isFailed = false
    for (const name of STUDIES) {
      const result = await runFile(call, join(FOLDER, name), { command: 'npm run demo' })
      json.push(result.json)
      isFailed ||= result.isFailed === true
    }
    return { json, isFailed }
  },
}
