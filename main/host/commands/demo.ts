import { join } from 'node:path'
import type { Call, Command, Result } from '../command.ts'
import { runAll } from './run.ts'

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
  run: (call: Call): Promise<Result> =>
    runAll(call, STUDIES.map((name) => join(FOLDER, name)), { command: 'npm run demo' }), // prettier-ignore
}
