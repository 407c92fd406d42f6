// `npm start`: the window in Electron where it is there or can be fetched, else as a page on loopback. `--page` asks for the page,
// `--dev` for a window that follows every change of the source, `--home <folder>` for another store.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openReader } from '../api/reader.ts'
import { toFault } from '../base/errors.ts'
import { homeFolder } from '../base/files.ts'
import { readSettings } from '../store/settings.ts'
import { buildIfStale, PAGE_FOLDER, ROOT, VITE } from './build.ts'
import { callerFolder } from './caller.ts'
import type { Running } from './host.ts'
import { readPage, type Page } from './page.ts'
import { web } from './web.ts'

const electronFolder = join(ROOT, 'node_modules', 'electron')

interface Options {
  readonly page: boolean
  readonly dev: boolean
  readonly home: string | undefined
}

async function start({ page, dev, home }: Options): Promise<number> {
  if (home !== undefined) process.env.LAB_HOME = home // Electron is told so
  if (!dev) buildIfStale()
  if (!page && hasDisplay() && (await hasElectron())) {
    const code = dev ? await run(process.execPath, [VITE, 'dev']) : await run(electronPath()!, [ROOT])
    if (code === 0) return 0
    console.error(`Electron ended with ${code}; here is the same window as a page.`)
  }
  await showPage(dev, home)
  return 0
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
  if (!isNetworkAllowed()) {
    console.error('Electron is not there, and the settings allow no network; here is the same window as a page.')
    return false
  }
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

/** Settings that cannot be read forbid what they might have forbidden. */
function isNetworkAllowed(): boolean {
  try {
    return readSettings(homeFolder(process.env.LAB_HOME)).isNetworkAllowed
  } catch {
    return false
  }
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
  // in Electron, which is no Node, engines run in this one
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, LAB_NODE: process.execPath } })
  return new Promise((done) => {
    child.once('error', () => done(1))
    child.once('exit', (code) => done(code ?? 1))
  })
}

async function showPage(dev: boolean, home: string | undefined): Promise<void> {
  const stop = dev ? await (await import('./dev.ts')).buildOnChange(ROOT) : undefined
  // built anew with each change, so read anew with each request: a reload shows it
  const page: Page = dev ? { find: (path) => readPage(PAGE_FOLDER).find(path) } : readPage(PAGE_FOLDER)
  const reader = openReader(home, web.launch)
  void reader.prepare()
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
