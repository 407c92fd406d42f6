import { join } from 'node:path'
import { findTasks, readCatalog } from './catalog.ts'
import type { Catalog, CatalogEntry } from './catalog.ts'
import { openSource } from './source.ts'
import type { SourceOptions } from './source.ts'
import type { Task } from './task.ts'
import { findWorldTasks, worldNames } from './world/index.ts'

/** The task files that come with the lab. */
export const TASK_FOLDER = join(import.meta.dirname, '..', '..', 'resources', 'tasks')

export interface LoadOptions extends SourceOptions {
  /** More folders of task files; a task there hides one of the same name that comes with the lab. */
  readonly folders?: readonly string[]
}

/**
 * The tasks behind a name, a group, a tag, a pattern such as "blimp_*" or the path of a task file, in order; none is read beyond its first row.
 * The built-in ones need no data: "world", or a family or level of it.
 * LabError 'task/…' or 'file/missing' names what is wrong, with file and line.
 */
export function loadTasks(spec: string, options: LoadOptions): Task[] {
  const builtIn = findWorldTasks(spec)
  if (builtIn.length > 0) return builtIn.map(({ task }) => task)
  return findTasks(spec, catalogOf(options.folders)).map((found) => openSource(found, options).task)
}

/** Names that loadTasks knows, in alphabetical order: tasks, groups and tags. */
export function listTasks(options: Pick<LoadOptions, 'folders'> = {}): CatalogEntry[] {
  const { entries } = catalogOf(options.folders)
  const builtIn = [...worldNames].map(([name, members]): CatalogEntry => ({
    name,
    kind: members.length === 1 ? 'task' : 'group',
    file: undefined,
    members,
  }))
  return [...entries.values(), ...builtIn].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** All task files in reach: the lab's own and those of more folders. */
export function catalogOf(folders: readonly string[] = []): Catalog {
  return readCatalog([TASK_FOLDER, ...folders])
}
