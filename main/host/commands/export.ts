import { resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import { isSeveral, studyOf, type Call, type Command, type Result } from '../command.ts'
import { count } from '../console.ts'
import { outFolder, outPath } from '../outputs.ts'

/** Formats of several files: they go into a folder. */
const FOLDERS = ['figures', 'latex', 'lm-eval']

export const exportCommand: Command = {
  id: 'export',
  words: '[study…] | paper/all | schema',
  about:
    'The results for other programs, or a study as one file.\n' +
    'A format of one file goes to the terminal or into --out; one of several into a folder.\n' +
    'Several studies go into a folder each, the table of hypotheses over them beside.\n' +
    '--bundle writes everything that others need to look at the study, check it and import it; no file is replaced.\n' +
    'With "schema": the JSON Schema of study files, for editors.',
  flags: [
    { name: 'format', value: '<name>', about: 'csv (default), figures, latex or another that "lab export --format ?" lists' },
    { name: 'out', value: '<file>', about: 'write there instead of to the terminal; a folder where there are several files' },
    { name: 'bundle', value: '<file>', about: 'the study as one zip: study file, tables, figures, report, hashes' },
    { name: 'items', about: 'in the bundle: the outcome of every item, so that others can compute everything anew' },
    { name: 'masks', about: 'in the bundle: which weights were kept, as far as this store has the masks' },
  ],
  async run(call) {
    const { ask, flags, words } = call
    if (flags.has('bundle')) return writeBundle(call)
    const stray = ['items', 'masks'].find((name) => flags.has(name))
    if (stray) throw new LabError('cli/usage', `Expected --bundle <file> beside --${stray}, got none.`)
    const format = flags.text('format') ?? 'csv'
    if (format === '?') return listFormats(call)
    if (words[0] === 'schema' && words.length === 1) {
      const schema = await ask('studies.schema', null)
      return give(call, { text: `${JSON.stringify(schema, null, 2)}\n`, encoding: 'utf-8' }, schema)
    }
    if (isSeveral(call)) return writeSeveral(call, format)
    const study = await studyOf(call)
    if (FOLDERS.includes(format)) return writeFolder(call, study, format)
    const reply = await ask('studies.export', { study, format })
    return give(call, reply, reply.text)
  },
}

async function writeBundle(call: Call): Promise<Result> {
  const { ask, flags, console, folder } = call
  const name = flags.text('bundle')
  if (!name) throw new LabError('cli/usage', 'Expected a file after --bundle, got nothing.')
  const study = await studyOf(call)
  const parts = { withItems: flags.has('items'), withMasks: flags.has('masks') }
  const written = await ask('bundles.export', { study, file: resolve(folder, name), ...parts })
  const held = [...(written.hasItems ? ['with items'] : []), ...(written.masks > 0 ? [`${count(written.masks)} masks`] : [])]
  console.print(written.file)
  console.print([`${count(written.entries)} files`, `${count(written.bytes)} bytes`, ...held].join(', '))
  if (parts.withMasks && written.masks === 0) console.note('This store has no masks of the study: "lab compress" keeps them.')
  return { json: written }
}

async function writeFolder(call: Call, study: string, format: string): Promise<Result> {
  const folder = await outPath(call, study, format)
  const { files } = await call.ask('exports.write', { study, format, folder })
  for (const file of files) call.console.print(file)
  return { json: { files } }
}

async function writeSeveral(call: Call, format: string): Promise<Result> {
  const folder = outFolder(call)
  if (folder === undefined) throw new LabError('cli/usage', 'Expected --out <folder> for several studies, got none.')
  const { files } = await call.ask('exports.several', { studies: call.words, format, folder })
  for (const file of files) call.console.print(file)
  return { json: { files } }
}

/** Into the file asked for, else onto the terminal. */
function give({ flags, console, folder }: Call, { text, encoding }: { text: string; encoding: string }, json: unknown): Result {
  const out = flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a file after --out, got nothing.')
  if (out === undefined) {
    if (encoding === 'base64') throw new LabError('cli/usage', 'Expected --out <file> for this format, which is no text.')
    console.print(text.replace(/\n$/, ''))
    return { json }
  }
  const file = resolve(folder, out)
  writeWhole(file, encoding === 'base64' ? Buffer.from(text, 'base64') : text)
  console.print(file)
  return { json: { file } }
}

async function listFormats({ ask, console }: Call): Promise<Result> {
  const formats = await ask('exports.list', null)
  for (const { id, label } of formats) console.print(`${id.padEnd(10)} ${label}`)
  return { json: formats }
}
