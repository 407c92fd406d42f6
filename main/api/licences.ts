import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A package that comes with the lab. */
export interface Licence {
  readonly name: string
  readonly version: string
  readonly licence: string
}

interface Manifest {
  readonly version: string
  readonly license?: string | { readonly type?: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Built into the page, so that they are no dependencies of what runs. */
const IN_THE_PAGE = ['vue', 'pinia', 'naive-ui', '@tanstack/vue-table', '@tanstack/vue-virtual', 'electron']

/** The packages that package.json names to run and those built into the page, with all that they need, by name. `root`: folder of package.json. */
export function readLicences(root: string): Licence[] {
  const met = new Map<string, Licence>()
  const walk = (names: readonly string[], from: string): void => {
    for (const name of names) {
      const manifest = manifestOf(name, from)
      if (!manifest || met.has(name)) continue
      const { license, version, dependencies = {} } = manifest
      const folder = folderOf(name, from)!
      const said = (typeof license === 'string' ? license : license?.type) ?? headOf(join(folder, 'LICENSE'))
      met.set(name, { name, version, licence: said ?? 'not stated' })
      if (name !== 'electron') walk(Object.keys(dependencies), folder) // it needs others to be fetched, not to run
    }
  }
  const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  walk([...Object.keys(ours.dependencies ?? {}), ...IN_THE_PAGE], root)
  return [...met.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a licence calls itself in its first line, such as "MIT License"; undefined where there is none. */
function headOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  return /^(.{2,40}?)(?: License)?$/m.exec(readFileSync(file, 'utf8').trimStart().split('\n', 1)[0]!)?.[1]
}

/** The folder of a package as Node would find it: the nearest node_modules at or above. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) return folder
    if (dirname(at) === at) return undefined
  }
}

/** What a package says of itself; undefined where it is not there. */
export function manifestOf(name: string, from: string): Manifest | undefined {
  const folder = folderOf(name, from)
  return folder === undefined ? undefined : (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest)
}
