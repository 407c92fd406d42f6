import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { folderName } from '../api/digest.ts'
import { LabError } from '../base/errors.ts'
import { sha256, writeWhole } from '../base/files.ts'
import type { StudyRow } from '../../preload/contract.ts'
import type { Call } from './command.ts'

/** Where a study's files go unless told otherwise: below the store, which can be written to. */
async function resultsFolder({ ask }: Pick<Call, 'ask'>, study: string): Promise<string> {
  const { home } = await ask('lab.about', null)
  return join(home, 'results', folderName(await ask('studies.show', { study })))
}

/** The file after --out, else `name` in the results folder of the study. */
export async function outPath(call: Pick<Call, 'ask' | 'flags' | 'folder'>, study: string, name: string): Promise<string> {
  const out = call.flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a file after --out, got nothing.')
  return out === undefined ? join(await resultsFolder(call, study), name) : resolve(call.folder, out)
}

/** What is written at the end of a run; the rest is written where it is asked for. */
const FORMATS = ['csv', 'json'] as const

/** Writes the report and the tidy table into a folder, the usual one unless told; gives their paths. */
export async function writeAll(call: Pick<Call, 'ask'>, study: string, out?: string): Promise<string[]> {
  const folder = out ?? (await resultsFolder(call, study))
  const files = [{ file: 'report.html', text: await call.ask('studies.report', { study }) }]
  for (const format of FORMATS) files.push(await call.ask('studies.export', { study, format }))
  return files.map(({ file, text }) => {
    const path = join(folder, file)
    writeWhole(path, text)
    return path
  })
}

/** The folder after --out; undefined where none is asked for. */
export function outFolder({ flags, folder }: Pick<Call, 'flags' | 'folder'>): string | undefined {
  const out = flags.text('out')
  if (out === '') throw new LabError('cli/usage', 'Expected a folder after --out, got nothing.')
  return out === undefined ? undefined : resolve(folder, out)
}

/** Where a page over several studies goes unless told otherwise: beside their own folders, a name for each choice of studies. */
export async function digestPath({ ask }: Pick<Call, 'ask'>, rows: readonly StudyRow[]): Promise<string> {
  const { home } = await ask('lab.about', null)
  const mark = sha256(rows.map(({ id }) => id).join(' ')).slice(0, 8)
  return join(home, 'results', `studies-${mark}.html`)
}

/** Writes one page over several studies; where the report of one lies in the results folder or beside the page, the page leads there. */
export async function writeDigest(call: Pick<Call, 'ask' | 'console'>, rows: readonly StudyRow[], file: string): Promise<string> {
  const { ask, console } = call
  const links: (string | null)[] = []
  for (const row of rows) {
    const places = [join(dirname(file), folderName(row)), await resultsFolder(call, row.id)]
    const found = places.map((place) => join(place, 'report.html')).find((path) => existsSync(path))
    links.push(found === undefined ? null : linkTo(file, found))
  }
  const { page, overview } = await ask('studies.digest', { studies: rows.map(({ id }) => id), links, width: console.width })
  writeWhole(file, page)
  return overview
}

/** As a page has it: relative, parted by "/", with nothing in it that an address takes for something else. */
function linkTo(page: string, file: string): string | null {
  const path = relative(dirname(page), file)
  // on another drive there is no way from here to there
  return isAbsolute(path) ? null : path.split(sep).map(encodeURIComponent).join('/')
}
