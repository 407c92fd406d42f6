import { readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, parse, resolve } from 'node:path'
import { fromErrno, LabError, toFault, type Fault } from '../base/errors.ts'
import { parametersOf, surveyModel } from './folder.ts'
import { isPickle } from './safetensors.ts'

/** Where the models of a library come from. */
export interface LibrarySources {
  /** The model that comes with the lab. */
  readonly builtIn: string
  /** Folders of models. */
  readonly folders: readonly string[]
  /** Models by themselves. */
  readonly singles: readonly string[]
}

/** A model of the library, from its headers; null what could not be read. */
export interface LibraryModel {
  readonly name: string
  readonly folder: string
  readonly from: 'built-in' | 'library' | 'single'
  /** The library folder it lies in. */
  readonly library: string | null
  readonly isMissing: boolean
  readonly architecture: string | null
  readonly parameters: number | null
  readonly compressible: number | null
  readonly dtype: string | null
  readonly bytes: number | null
  readonly context: number | null
  readonly fault: Fault | null
}

/** Levels below a library folder at which models are looked for: hub caches keep them in the third, models--org--name/snapshots/revision. */
const DEPTH = 4
/** What the studies that come with the lab call its model. */
const BUILT_IN = 'world'
/** Folders looked into below one library folder. */
const MOST_FOLDERS = 5000
const FILES = ['model.safetensors', 'model.safetensors.index.json']

/** Every model of a library once, the built-in one first, then by name; and how many each folder holds. */
export function readLibrary({ builtIn, folders, singles }: LibrarySources) {
  const found = folders.map((folder) => ({ folder, isMissing: !isFolder(folder), models: findModels(folder) }))
  const models = new Map([[resolve(builtIn), describeModel(builtIn, 'built-in')]])
  const rest: LibraryModel[] = []
  const add = (folder: string, from: LibraryModel['from'], library: string | null = null) => {
    if (models.has(folder)) return
    const row = describeModel(folder, from, library)
    models.set(folder, row)
    rest.push(row)
  }
  for (const folder of singles) add(folder, 'single')
  for (const { folder, models: inside } of found) for (const model of inside) add(model, 'library', folder)
  rest.sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.folder < b.folder ? -1 : 1))
  return {
    folders: found.map(({ folder, isMissing, models: inside }) => ({ folder, isMissing, models: inside.length })),
    models: [models.get(resolve(builtIn))!, ...rest],
  }
}

/** One model as its headers describe it; what is wrong with it is said in the row. */
export function describeModel(folder: string, from: LibraryModel['from'], library: string | null = null): LibraryModel {
  const path = resolve(folder)
  const unread = { architecture: null, parameters: null, compressible: null, dtype: null, bytes: null, context: null }
  const row = {
    name: from === 'built-in' ? BUILT_IN : nameOf(path),
    folder: path,
    from,
    library,
    isMissing: !isFolder(path),
    ...unread,
    fault: null,
  }
  if (row.isMissing) return row
  try {
    const { architecture, places, linears, config } = surveyModel(path)
    const stored = [...places.values()]
    return {
      ...row,
      ...{ architecture, parameters: parametersOf(places), context: config.contextLength },
      compressible: linears.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0),
      dtype: [...new Set(stored.toSorted((a, b) => b.bytes - a.bytes).map((place) => place.stored))].join(', '),
      bytes: stored.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  } catch (error) {
    return { ...row, fault: toFault(error) }
  }
}

/** A model of a hub cache is called as it is on the hub; any other like its folder. */
function nameOf(path: string): string {
  const hub = /models--(.+?)--(.+?)[/\\]snapshots[/\\][^/\\]+$/.exec(path)
  return hub ? `${hub[1]}/${hub[2]}` : basename(path)
}

/** Folders of models at or below a folder, in order. Links to folders are not followed, so that no way leads in a circle. */
export function findModels(folder: string): string[] {
  const models: string[] = []
  let looked = 0
  const walk = (path: string, depth: number): void => {
    if (looked++ >= MOST_FOLDERS) return
    const { names, folders } = listFolder(path)
    if (isModelFolder(names)) models.push(path)
    else if (depth < DEPTH) for (const name of folders) walk(join(path, name), depth + 1)
  }
  walk(resolve(folder), 0)
  return models
}

/** What is in a folder that can be read; nothing of one that cannot. */
function listFolder(path: string): { names: readonly string[]; folders: readonly string[] } {
  try {
    const entries = readdirSync(path, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
    return { names: entries.map(({ name }) => name), folders: folders.sort() }
  } catch {
    return { names: [], folders: [] } // one that may not be read holds no model that could be
  }
}

/** Whether files of these names make a model folder, be its weights such as can be read or not. */
function isModelFolder(names: readonly string[]): boolean {
  return names.includes('config.json') && names.some((name) => FILES.includes(name) || isPickle(name))
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Whether a folder holds a model. LabError 'file/missing' where there is no such folder. */
export function holdsModel(folder: string): boolean {
  return isModelFolder(entriesOf(folder).map(({ name }) => name))
}

/** Entries of one view at most. */
const MOST_ENTRIES = 2000

/** What lies in a folder, for picking one of them: your own folder where none is given. LabError 'file/missing', 'file/read-only'. */
export function browse(asked: string | null) {
  const folder = resolve(asked ?? homedir())
  const found = entriesOf(folder)
  const folders = found
    .filter(
      (entry) =>
        !entry.name.startsWith('.') && (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name)))),
    )
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const shown = folders.slice(0, MOST_ENTRIES)
  return {
    folder,
    parent: dirname(folder) === folder ? null : dirname(folder),
    isModel: isModelFolder(found.map(({ name }) => name)),
    entries: shown.map((name) => {
      const path = join(folder, name)
      return { name, folder: path, kind: isModelFolder(listFolder(path).names) ? ('model' as const) : ('folder' as const) }
    }),
    more: folders.length - shown.length,
    places: placesToBegin(),
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw fromErrno(error) ?? error
  }
}

/** Your own folder and the top of each disk. */
function placesToBegin(): { name: string; folder: string }[] {
  const home = homedir()
  const disks =
    process.platform === 'win32'
      ? [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`).filter(isFolder)
      : [parse(home).root]
  return [{ name: basename(home) || home, folder: home }, ...disks.map((folder) => ({ name: folder, folder }))]
}

/** A path from outside, made absolute. LabError 'file/missing' for what is none. */
export function pathFrom(text: string): string {
  if (text.includes('\0'))
    throw new LabError('file/missing', `Expected the path of a folder, got ${JSON.stringify(text.slice(0, 80))}.`)
  return resolve(text)
}
