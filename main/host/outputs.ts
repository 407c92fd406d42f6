import { join, resolve } from 'node:path'
import { LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'
import type { Call } from './command.ts'

/** Where a study's files go unless told otherwise: below the store, which can be written to. */
async function resultsFolder({ ask }: Pick<Call, 'ask'>, study: string): Promise<string> {
  const { home } = await ask('lab.about', null)
  const { id, name } = await ask('studies.show', { study })
  return join(home, 'results', `${name}-${id.slice(0, 8)}`)
}

/** The file after --out, else `name` in the results folder of the study. */
export async function outPath(call: Pick<Call, 'ask' | 'flags' | 'folder'>, study: string, name: string): Promise<string> {
  const out = call.flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a file after --out, got nothing.')
  return out === undefined ? join(await resultsFolder(call, study), name) : resolve(call.folder, out)
}

/** What is written at the end of a run; the rest is written where it is asked for. */
const FORMATS = ['csv', 'json'] as const

/** Writes the report and the tidy table into a folder; gives their paths. */
export async function writeAll(call: Pick<Call, 'ask' | 'flags' | 'folder'>, study: string): Promise<string[]> {
  const out = call.flags.text('out')
  const folder = out === undefined ? await resultsFolder(call, study) : resolve(call.folder, out)
  const files = [{ file: 'report.html', text: await call.ask('studies.report', { study }) }]
  for (const format of FORMATS) files.push(await call.ask('studies.export', { study, format }))
  return files.map(({ file, text }) => {
    const path = join(folder, file)
    writeWhole(path, text)
    return path
  })
}
