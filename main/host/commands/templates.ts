import type { TemplateRow } from '../../../preload/contract.ts'
import { LabError } from '../../base/errors.ts'
import { nearest } from '../../base/text.ts'
import type { Call, Command, Result } from '../command.ts'
import { columns, count } from '../console.ts'

export const templates: Command = {
  id: 'templates',
  words: '[show <name>]',
  about:
    'The experiments of the paper as studies ready to run.\n' +
    'With "show" and a name: what the paper did, what is inferred, what differs here, and the study file itself.\n' +
    'Run one with "lab run paper/<name>"; those under real/ take a model and packs of your own: --model, --data.',
  flags: [],
  async run(call) {
    const [verb, name, ...more] = call.words
    if (verb === undefined) return list(call)
    if (verb === 'show' && name !== undefined && more.length === 0) return show(call, name)
    throw new LabError('cli/usage', `Expected "templates" or "templates show <name>", got "templates ${call.words.join(' ')}".`)
  },
}

async function list({ console, ask }: Call): Promise<Result> {
  const rows = await ask('templates.list', null)
  const lines = rows.map(({ id, title, needs, cells, minutes }) => [
    id,
    title,
    cells === null ? '' : count(cells),
    minutes === null ? '' : String(minutes),
    needs,
  ])
  console.print(columns([['name', 'what it asks', 'cells', 'minutes', 'needs'], ...lines]))
  console.print('\nMinutes are on two cores. "lab run paper/all" runs all that need nothing; what is on record is not run again.')
  return { json: rows.map(withoutText) }
}

async function show({ console, ask }: Call, name: string): Promise<Result> {
  const rows = await ask('templates.list', null)
  const wanted = name.replace(/^paper\//, '')
  const found = rows.find(({ id }) => id === wanted)
  if (!found) {
    const meant = nearest(wanted, rows.map(({ id }) => id)) // prettier-ignore
    throw new LabError('study/template', `Expected a template, got "${name}"${meant ? `; did you mean "${meant}"?` : '.'}`)
  }
  console.print(found.text.trimEnd())
  return { json: found }
}

function withoutText({ text: _, ...row }: TemplateRow): Omit<TemplateRow, 'text'> {
  return row
}
