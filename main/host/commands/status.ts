import type { StudyRow } from '../../../preload/contract.ts'
import { studyOf, type Call, type Command, type Result } from '../command.ts'
import { columns, count } from '../console.ts'

export const status: Command = {
  id: 'status',
  words: '[study]',
  about: 'The studies of the store, and how far each is.\nWith a study: also its cells that failed, and why.',
  flags: [],
  async run(call) {
    const { ask, console, words } = call
    if (words.length > 0) return showOne(call)
    const rows = await ask('studies.list', null)
    if (rows.length === 0) console.print('No study yet. Begin with: npm run lab -- run <study.yaml>')
    else console.print(columns([HEAD, ...rows.map(lineOf)]))
    return { json: rows }
  },
}

async function showOne(call: Call): Promise<Result> {
  const { ask, console } = call
  const study = await studyOf(call)
  const row = await ask('studies.show', { study })
  const faults = await ask('studies.faults', { study })
  console.print(columns([HEAD, lineOf(row)]))
  if (faults.length > 0) console.print(`\n${console.bold('Failed')}`)
  for (const { label, fault } of faults) console.print(`  ${label}\n    ${fault.message}\n    ${console.dim(fault.hint)}`)
  return { json: { ...row, faults } }
}

const HEAD = ['study', 'id', 'state', 'cells', 'done', 'failed', 'created', 'title']

function lineOf({ name, id, state, origin, cells, done, failed, createdAt, title }: StudyRow): string[] {
  const when = createdAt.slice(0, 16).replace('T', ' ')
  const whence = origin === 'imported' ? `${state}, imported` : state
  return [name, id.slice(0, 8), whence, count(cells), count(done), count(failed), when, title]
}
