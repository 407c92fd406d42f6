import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'

/** Folder of package.json. */
export const ROOT = join(import.meta.dirname, '..', '..')
/** The built page. */
export const PAGE_FOLDER = join(ROOT, 'out', 'renderer')
export const VITE = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')

/** Whether nothing that the window is made of is newer than its build. */
export function isBuilt(): boolean {
  const built = statSync(join(PAGE_FOLDER, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
  if (built === undefined) return false
  const made = ['main', 'preload', 'renderer'].map((folder) => join(ROOT, folder))
  const files = made.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const sources = [...files, join(ROOT, 'electron.vite.config.ts'), join(ROOT, 'package-lock.json')]
  return sources.every((path) => statSync(path).mtimeMs <= built)
}

/** Builds the window where it is not built. LabError 'host/page' where that fails. */
export function buildIfStale(): void {
  if (isBuilt()) return
  console.error('Building the window (some seconds, after a change only).')
  const { status } = spawnSync(process.execPath, [VITE, 'build', '--logLevel', 'error'], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new LabError('host/page', `Expected the window to build, but it did not (exit code ${status}); see above.`)
}
