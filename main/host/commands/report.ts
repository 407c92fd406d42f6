import { resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import { isSeveral, studyOf, type Call, type Command, type Result } from '../command.ts'
import { columns } from '../console.ts'
import { digestPath, outPath, writeDigest } from '../outputs.ts'

export const report: Command = {
  id: 'report',
  words: '[study…] | paper/all',
  about:
    'The results as one HTML page, with figures and provenance.\nIt needs neither network nor scripts.\n' +
    'Several studies make one page: hypotheses over all, then a section each.\n' +
    '"paper/all" stands for the newest of each of the paper’s experiments on the built-in model.',
  flags: [
    { name: 'out', value: '<file>', about: 'where to write it (default: the results folder of the study, below --home)' },
    { name: 'reference', value: '<id>', about: 'published curves to lay under its figures; "?" lists them' },
  ],
  async run(call) {
    const { ask, console, flags } = call
    const reference = flags.text('reference') ?? null
    if (reference === '?') return listReferences(call)
    if (isSeveral(call)) return reportSeveral(call, reference)
    const study = await studyOf(call)
    const file = await outPath(call, study, 'report.html')
    writeWhole(file, await ask('studies.report', { study, reference }))
    console.print(file)
    if (reference === null) await suggest(call, study)
    return { json: { file } }
  },
}

async function reportSeveral(call: Call, reference: string | null): Promise<Result> {
  if (reference !== null) throw new LabError('cli/usage', `Expected one study beside --reference, got ${call.words.join(' ')}.`)
  const rows = await call.ask('studies.several', { studies: call.words })
  const out = call.flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a file after --out, got nothing.')
  const file = out === undefined ? await digestPath(call, rows) : resolve(call.folder, out)
  await writeDigest(call, rows, file)
  call.console.print(file)
  return { json: { file } }
}

async function listReferences({ ask, console }: Call): Promise<Result> {
  const rows = await ask('references.list', null)
  const lines = rows.map(({ id, label, model, error }) => [id, label, model, error])
  console.print(columns([['reference', 'what it shows', 'of', 'read to within'], ...lines]))
  return { json: rows }
}

/** A study made from a template of the paper has published curves of its setting: says so, once it is written without. */
async function suggest({ ask, console }: Call, study: string): Promise<void> {
  const { name } = await ask('studies.show', { study })
  const ids = (await ask('references.list', null)).flatMap(({ id, templates }) =>
    templates.some((t) => name.includes(t)) ? [id] : [],
  )
  if (ids.length > 0)
    console.note(`Published curves of this setting can be laid under its figures: --reference ${ids.join(', ')}`)
}
