import { resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import { studyOf, type Call, type Command, type Result } from '../command.ts'

export const exportCommand: Command = {
  id: 'export',
  words: '[study] | schema',
  about:
    'The results for other programs, on the terminal or into a file.\nWith "schema": the JSON Schema of study files, for editors.',
  flags: [
    { name: 'format', value: '<name>', about: 'csv (default), json or another that "lab export --format ?" lists' },
    { name: 'out', value: '<file>', about: 'write there instead of to the terminal' },
  ],
  async run(call) {
    const { ask, flags, words } = call
    const format = flags.text('format') ?? 'csv'
    if (format === '?') return listFormats(call)
    if (words[0] === 'schema' && words.length === 1) {
      const schema = await ask('studies.schema', null)
      return give(call, `${JSON.stringify(schema, null, 2)}\n`, schema)
    }
    const { text } = await ask('studies.export', { study: await studyOf(call), format })
    return give(call, text, text)
  },
}

/** Into the file asked for, else onto the terminal. */
function give({ flags, console, folder }: Call, text: string, json: unknown): Result {
  const out = flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a file after --out, got nothing.')
  if (out === undefined) {
    console.print(text.replace(/\n$/, ''))
    return { json }
  }
  const file = resolve(folder, out)
  writeWhole(file, text)
  console.print(file)
  return { json: { file } }
}

async function listFormats({ ask, console }: Call): Promise<Result> {
  const formats = await ask('exports.list', null)
  for (const { id, label } of formats) console.print(`${id.padEnd(10)} ${label}`)
  return { json: formats }
}
