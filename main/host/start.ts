// `npm start`: the window in Electron where it is there or can be fetched, else as a page on loopback. `--page` asks for the page,
// `--dev` for a window that follows every change of the source, `--home <folder>` for another store.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openReader } from '../api/reader.ts'
import { LabError, toFault } from '../base/errors.ts'
import { callerFolder } from './caller.ts'
import type { Running } from './host.ts'
import { readPage, type Page } from './page.ts'
import { web } from './web.ts'

const root = join(import.meta.dirname, '..', '..')
const electronFolder = join(root, 'node_modules', 'electron')
const vite = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')

interface Options {
  readonly page: boolean
  readonly dev: boolean
  readonly home: string | undefined
}

async function start({ page, dev, home }: Options): Promise<number> {
  if (home !== undefined) process.env.LAB_HOME = home // Electron is told so
  if (!dev) buildIfStale()
  if (!page && hasDisplay() && (await hasElectron())) {
    const code = dev ? await run(process.execPath, [vite, 'dev']) : await run(electronPath()!, [root])
    if (code === 0) return 0
    console.error(`Electron ended with ${code}; here is the same window as a page.`)
  }
  await showPage(dev, home)
  return 0
}

/** Builds the window when something that it is made of is newer than it. */
function buildIfStale(): void {
  const built = statSync(join(root, 'out', 'renderer', 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const made = ['main', 'preload', 'renderer'].map((folder) => join(root, folder))
  const files = made.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const sources = [...files, join(root, 'electron.vite.config.ts'), join(root, 'package-lock.json')]
  if (sources.every((path) => statSync(path).mtimeMs <= built)) return
  console.error('Building the window (some seconds, after a change only).')
  const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (status !== 0)
    throw new LabError('host/page', `Expected the window to build, but it did not (exit code ${status}); see above.`)
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Where Electron's program is; undefined where it has not been fetched. */
function electronPath(): string | undefined {
  const note = join(electronFolder, 'path.txt')
  if (!existsSync(note)) return undefined
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electronFolder, 'dist'), readFileSync(note, 'utf8'))
  return existsSync(path) ? path : undefined
}

/** Whether Electron is there, after fetching it where that is possible. */
async function hasElectron(): Promise<boolean> {
  if (!existsSync(electronFolder)) return false
  if (electronPath()) return true
  if (!(await canFetch())) {
    console.error('Electron is not there and cannot be fetched now; here is the same window as a page.')
    return false
  }
  console.error('Fetching Electron (about 110 MB, once).')
  if ((await run(process.execPath, [join(electronFolder, 'install.js')])) !== 0) {
    console.error('Electron could not be fetched; here is the same window as a page.')
  }
  return electronPath() !== undefined
}

/** Offline must be noticed at once; behind a firewall that says nothing, a download would only fail after minutes. */
async function canFetch(): Promise<boolean> {
  const source = process.env.ELECTRON_MIRROR ?? 'https://github.com/electron/electron/releases/'
  const options = { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(4000) } as const
  return fetch(source, options).then(
    () => true,
    () => false,
  )
}

function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' })
  return new Promise((done) => {
    child.once('error', () => done(1))
    child.once('exit', (code) => done(code ?? 1))
  })
}

async function showPage(dev: boolean, home: string | undefined): Promise<void> {
  const folder = join(root, 'out', 'renderer')
  const stop = dev ? await (await import('./dev.ts')).buildOnChange(root) : undefined
  // built anew with each change, so read anew with each request: a reload shows it
  const page: Page = dev ? { find: (path) => readPage(folder).find(path) } : readPage(folder)
  const reader = openReader(home, web.launch)
  const running = await web.start(reader, page)
  console.log(
    `Junk DNA Lab is at ${running.address}\nThe address holds the key to it: whoever has it can read the store. Ctrl-C ends it.`,
  )
  if (hasDisplay()) openBrowser(running.address)
  await endOf(running)
  await stop?.()
  await reader.close()
}

async function endOf(running: Running): Promise<void> {
  const end = () => void running.close()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  await running.closed
}

/** The system's browser, if there is one; the address has been printed either way. */
function openBrowser(address: string): void {
  const [program, args] =
    process.platform === 'darwin'
      ? ['open', [address]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', address]]
        : ['xdg-open', [address]]
  spawn(program, args, { stdio: 'ignore', detached: true })
    .once('error', () => {})
    .unref()
}

try {
  const { values } = parseArgs({ options: { page: { type: 'boolean' }, dev: { type: 'boolean' }, home: { type: 'string' } } })
  const home = values.home === undefined ? undefined : resolve(callerFolder(), values.home)
  process.exitCode = await start({ page: values.page ?? false, dev: values.dev ?? false, home })
} catch (error) {
  const { message, hint } = toFault(error)
  console.error(`${message}\n${hint}`)
  process.exitCode = 1
}
