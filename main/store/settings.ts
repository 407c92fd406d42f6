import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Settings } from '../../preload/contract.ts'
import { fromErrno, LabError } from '../base/errors.ts'
import { writeWhole } from '../base/files.ts'

const folders = z.array(z.string().min(1).max(4096)).max(200)

/** What a person may set. */
const fields = {
  provider: z.string().min(1).max(40).nullable().exactOptional(),
  threads: z.int().min(0).max(1024).nullable().exactOptional(),
  libraryFolders: folders.exactOptional(),
  modelFolders: folders.exactOptional(),
  dataFolders: folders.exactOptional(),
  isNetworkAllowed: z.boolean().exactOptional(),
  theme: z.enum(['system', 'light', 'dark']).exactOptional(),
  textScale: z.number().min(0.75).max(2).exactOptional(),
}

/** A change of some settings. */
export const settingsChange: z.ZodType<Partial<Settings>> = z.strictObject(fields)

const DEFAULTS: Settings = {
  provider: null,
  threads: null,
  libraryFolders: [],
  modelFolders: [],
  dataFolders: [],
  isNetworkAllowed: true,
  theme: 'system',
  textScale: 1,
}

/** The settings of a lab; what was never set is as it comes. LabError 'settings/file' for a file that is none of ours. */
export function readSettings(home: string): Settings {
  return { ...DEFAULTS, ...readFile(home).known }
}

/** Changes some settings and leaves the rest, those of a newer lab included. Gives what then counts. */
export function writeSettings(home: string, change: Partial<Settings>): Settings {
  const { raw, known } = readFile(home)
  writeWhole(pathOf(home), `${JSON.stringify({ ...raw, ...change }, null, 2)}\n`)
  return { ...DEFAULTS, ...known, ...change }
}

const pathOf = (home: string) => join(home, 'settings.json')

function readFile(home: string): { raw: object; known: Partial<Settings> } {
  const path = pathOf(home)
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { raw: {}, known: {} }
    if (error instanceof SyntaxError) throw new LabError('settings/file', `Expected JSON in ${path}, got: ${error.message}.`)
    throw fromErrno(error) ?? error
  }
  // what a newer lab has written stays in the file
  const parsed = z.looseObject(fields).safeParse(raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const came = issue!.path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown>)[part], raw)
    const where = issue!.path.length > 0 ? ` as "${issue!.path.join('.')}"` : ''
    throw new LabError(
      'settings/file',
      `Expected settings in ${path}: ${issue!.message}${where}, got ${JSON.stringify(came)} (${typeof came}).`,
    )
  }
  const known = Object.fromEntries(Object.entries(parsed.data).filter(([name]) => Object.hasOwn(fields, name)))
  return { raw: parsed.data, known }
}
