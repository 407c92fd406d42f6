import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { readTaskFile } from './yaml.ts'
import type { TaskFile } from './yaml.ts'

/** Something a study may name: one task, a group file or a tag that several tasks carry. */
export interface CatalogEntry {
  readonly name: string
  readonly kind: 'task' | 'group' | 'tag'
  /** The file it is written in; undefined for a tag. */
  readonly file: string | undefined
  /** Names it stands for: itself for a task. */
  readonly members: readonly string[]
}

/** All task files of some folders, by name. */
export interface Catalog {
  readonly entries: ReadonlyMap<string, CatalogEntry>
  readonly files: ReadonlyMap<string, TaskFile>
  /** Files that could not be read, each with its fault: named only when what was asked for is not found. */
  readonly broken: readonly string[]
}

/** A task to be loaded: its file with what a group file overrides. */
export interface FoundTask {
  readonly file: TaskFile
  /** The group it was found in, the innermost where groups hold groups, else the tag; undefined where it was asked for by its own name. */
  readonly group: string | undefined
}

/**
 * Reads every .yaml file below the folders. Of two equal names in one folder the first file counts, of two folders the later, as in
 * lm-evaluation-harness. LabError 'file/missing'.
 */
export function readCatalog(folders: readonly string[]): Catalog {
  const entries = new Map<string, CatalogEntry>()
  const files = new Map<string, TaskFile>()
  const broken: string[] = []
  for (const folder of new Set(folders.map((path) => resolve(path)))) {
    if (!existsSync(folder)) throw new LabError('file/missing', `Expected a folder of task files at ${folder}, found none.`)
    // from the last to the first, so that the first has the last word
    for (const path of yamlFiles(folder).reverse()) {
      try {
        enter(readTaskFile(path), entries, files)
      } catch (error) {
        if (!(error instanceof LabError)) throw error
        broken.push(error.message)
      }
    }
  }
  return { entries, files, broken: broken.sort() }
}

function yamlFiles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
  const isHidden = (name: string) => /(^|\/)(__pycache__|\.ipynb_checkpoints|\.[^/]*)(\/|$)/.test(name)
  return names
    .filter((name) => name.endsWith('.yaml') && !isHidden(name))
    .sort()
    .map((name) => join(folder, name))
}

function enter(file: TaskFile, entries: Map<string, CatalogEntry>, files: Map<string, TaskFile>): string {
  const { group, task, tag } = file.config
  if (typeof group === 'string' && Array.isArray(task)) {
    entries.set(group, { name: group, kind: 'group', file: file.file, members: memberNames(task) })
    files.set(group, file)
    return group
  }
  if (typeof task !== 'string')
    throw new LabError(
      'task/yaml',
      `${file.places.task ?? file.file}: Expected a name as "task", or "group" and a list of tasks, got ${JSON.stringify(task)}.`,
    )
  entries.set(task, { name: task, kind: 'task', file: file.file, members: [task] })
  files.set(task, file)
  for (const name of [tag ?? []].flat().map(String)) {
    const known = entries.get(name)
    if (known && known.kind !== 'tag') continue
    entries.set(name, { name, kind: 'tag', file: undefined, members: [...new Set([...(known?.members ?? []), task])].sort() })
  }
  return task
}

const memberNames = (members: readonly unknown[]) =>
  members.map((member) =>
    typeof member === 'object' && member !== null
      ? String((member as Overrides).task ?? (member as Overrides).group)
      : String(member),
  )

type Overrides = Readonly<Record<string, unknown>>

/**
 * The tasks behind a name: a task, a group (in the order of its file), a tag, a pattern such as "blimp_*", or the path of a YAML file.
 * LabError 'task/unknown' with the nearest known name.
 */
export function findTasks(spec: string, catalog: Catalog): FoundTask[] {
  const isPath = /\.ya?ml$/.test(spec) || (/[/\\]/.test(spec) && statSync(spec, { throwIfNoEntry: false })?.isFile())
  if (isPath) return findByPath(spec, catalog)
  if (/[*?[]/.test(spec)) return findByPattern(spec, catalog)
  return expand(spec, {}, undefined, catalog, [])
}

function findByPath(path: string, catalog: Catalog): FoundTask[] {
  if (!existsSync(path)) throw new LabError('file/missing', `Expected a task file at ${resolve(path)}, found none.`)
  const file = readTaskFile(path)
  // a group file names its neighbours; a task stands for itself, wherever it lies
  const near = 'group' in file.config ? readCatalog([dirname(path)]) : undefined
  const entries = new Map([...catalog.entries, ...(near?.entries ?? [])])
  const files = new Map([...catalog.files, ...(near?.files ?? [])])
  const name = enter(file, entries, files)
  return expand(name, {}, undefined, { entries, files, broken: [...catalog.broken, ...(near?.broken ?? [])] }, [])
}

function findByPattern(pattern: string, catalog: Catalog): FoundTask[] {
  const shape = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^')
  let matcher: RegExp
  try {
    matcher = new RegExp(`^${shape}$`)
  } catch (error) {
    throw new LabError('task/unknown', `Expected a task name or pattern, got "${pattern}".`, { cause: error })
  }
  const names = [...catalog.entries.keys()].filter((name) => matcher.test(name)).sort()
  if (names.length === 0)
    throw new LabError('task/unknown', `Expected tasks that match "${pattern}", found none among ${catalog.entries.size} names.`)
  const found = names.flatMap((name) => expand(name, {}, undefined, catalog, []))
  // "mmlu*" names groups as well as their members
  const nameOf = (task: FoundTask) => task.file.config.task
  return found.filter((task, i) => found.findIndex((other) => nameOf(other) === nameOf(task)) === i)
}

function expand(
  name: string,
  overrides: Overrides,
  group: string | undefined,
  catalog: Catalog,
  above: readonly string[],
): FoundTask[] {
  const entry = catalog.entries.get(name)
  if (!entry) throw unknown(name, catalog, above)
  if (above.includes(name))
    throw new LabError('task/yaml', `Expected groups that do not contain each other, got ${[...above, name].join(' → ')}.`)
  if (entry.kind === 'tag')
    return entry.members.flatMap((member) => expand(member, overrides, group ?? name, catalog, [...above, name]))
  const file = catalog.files.get(name)!
  if (entry.kind === 'task') return [{ file: { ...file, config: { ...file.config, ...overrides } }, group }]
  return expandGroup(name, file.config, file, overrides, catalog, [...above, name])
}

const GROUP_KEYS = new Set(['group', 'group_alias', 'task', 'aggregate_metric_list', 'metadata', 'tag'])

function expandGroup(
  name: string,
  config: Overrides,
  file: TaskFile,
  above: Overrides,
  catalog: Catalog,
  path: readonly string[],
): FoundTask[] {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => !GROUP_KEYS.has(key)))
  const inherited = { ...own, ...above }
  const members = config.task
  if (!Array.isArray(members))
    throw new LabError(
      'task/yaml',
      `${file.places.task ?? file.file}: Expected a list of tasks in the group "${name}", got ${JSON.stringify(members)}.`,
    )
  return members.flatMap((member: unknown) => {
    if (typeof member === 'string') return expand(member, inherited, name, catalog, path)
    if (typeof member !== 'object' || member === null)
      throw new LabError(
        'task/yaml',
        `${file.places.task ?? file.file}: Expected names in the group "${name}", got ${JSON.stringify(member)}.`,
      )
    const { task, group: inner, ...said } = member as Overrides
    if (typeof task === 'string') return expand(task, { ...inherited, ...said }, name, catalog, path)
    if (typeof inner === 'string' && catalog.entries.has(inner))
      return expand(inner, { ...inherited, ...said }, name, catalog, path)
    return expandGroup(String(inner), member as Overrides, file, inherited, catalog, path)
  })
}

function unknown(name: string, catalog: Catalog, above: readonly string[]): LabError {
  const meant = nearest(name, [...catalog.entries.keys()])
  const where = above.length > 0 ? ` in the group "${above.at(-1)}"` : ''
  const unread =
    catalog.broken.length > 0 ? ` ${catalog.broken.length} task files could not be read, the first: ${catalog.broken[0]}` : ''
  return new LabError(
    'task/unknown',
    `Expected a task, group or tag${where}, got "${name}"${meant ? ` (did you mean "${meant}"?)` : ''}.${unread}`,
  )
}
