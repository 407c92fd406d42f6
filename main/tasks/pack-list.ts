import { readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Catalog } from './catalog.ts'
import { currentName } from './packs.ts'
import { countRows } from './rows.ts'

/** One configuration of a data pack. */
export interface ListedPack {
  /** The data folder it lies in. */
  readonly data: string
  readonly pack: string
  readonly config: string
  readonly folder: string
  readonly splits: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[]
  /** Tasks that read it. */
  readonly tasks: readonly string[]
}

/** Every pack of some data folders, `<data>/<pack>/<configuration>/<split>.jsonl`, and the folders that are not there. */
export function listPacks(folders: readonly string[], catalog: Catalog): { packs: ListedPack[]; missing: string[] } {
  const readers = tasksByPack(catalog)
  const there = folders.filter(isFolder)
  const packs = there.flatMap((data) =>
    packFolders(data).map((folder): ListedPack => {
      const parts = relative(data, folder).split(sep)
      const [pack, config] = [parts.slice(0, -1).join('/'), parts.at(-1)!]
      return { data, pack, config, folder, splits: splitsOf(folder), tasks: readers.get(`${pack}\n${config}`) ?? [] }
    }),
  )
  return { packs, missing: folders.filter((folder) => !isFolder(folder)) }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
/** A licence that lies beside a pack is no split. */
const isSplit = (name: string) => /^(?!LICENSE).+\.(jsonl|txt)$/.test(name)

/** Folders with splits, two or three levels below a data folder: a pack's name may have an owner in front. */
function packFolders(data: string): string[] {
  const found: string[] = []
  const walk = (folder: string, depth: number): void => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    if (depth >= 2 && entries.some((entry) => entry.isFile() && isSplit(entry.name))) found.push(folder)
    else if (depth < 3)
      for (const { name } of entries)
        if (!name.startsWith('.') && isFolder(join(folder, name))) walk(join(folder, name), depth + 1)
  }
  walk(data, 0)
  return found
}

function splitsOf(folder: string): ListedPack['splits'] {
  const names = readdirSync(folder).filter(isSplit)
  return names.sort().map((name) => {
    const path = join(folder, name)
    return { name: name.replace(/\.(jsonl|txt)$/, ''), rows: countRows(path), bytes: statSync(path).size }
  })
}

/** Names of tasks by "pack\nconfiguration". */
function tasksByPack({ entries, files }: Catalog): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { name, kind } of entries.values()) {
    const config = kind === 'task' ? files.get(name)?.config : undefined
    if (typeof config?.dataset_path !== 'string') continue
    const { dataset_path: path, dataset_name: part } = config
    const key = `${currentName(path)}\n${typeof part === 'string' ? part : 'default'}`
    found.set(key, [...(found.get(key) ?? []), name].sort())
  }
  return found
}
