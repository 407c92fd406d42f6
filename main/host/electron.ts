// The door of electron in main/: a window of its own, shut off from everything but the two functions of the bridge.
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  ipcMain,
  Notification,
  protocol,
  session,
  shell,
  utilityProcess,
  type BrowserWindowConstructorOptions,
  type IpcMainInvokeEvent,
} from 'electron'
import type { RunRow } from '../../preload/contract.ts'
import { LabError, toFault } from '../base/errors.ts'
import type { Reader } from '../api/reader.ts'
import type { Launch } from '../jobs/queue/child.ts'
import type { Host, Running } from './host.ts'
import { CLI, hear } from './launch.ts'
import { PAGE_HEADERS, type Page } from './page.ts'

const ORIGIN = 'app://bundle'
/** Pages outside that the window may ask the system's browser to open. */
const OUTSIDE = ['https://arxiv.org', 'https://github.com']

/** What a window is made with; nothing in it may be loosened by whoever opens one. */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 860,
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Junk DNA Lab',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  }
}

/** Whether a call comes from the page itself, in the window's main frame. `dev` is the origin of the development server, if one is used. */
export function isOurs(event: Pick<IpcMainInvokeEvent, 'senderFrame'>, dev: string | undefined): boolean {
  const frame = event.senderFrame
  if (!frame || frame.parent !== null) return false
  return isOurPage(frame.url, dev)
}

/** Starts the command line as a utility process: the program of Electron is no Node (its fuse RunAsNode is off), and never shall be. */
export const launchUtility: Launch = (args, env, hearing) => {
  const child = utilityProcess.fork(CLI, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env } as Record<string, string>,
    serviceName: 'Junk DNA Lab, a run',
  })
  const { err, out, end } = hear(hearing)
  child.stderr!.on('data', (bytes: Buffer) => err(bytes.toString('utf8')))
  child.stdout!.on('data', (bytes: Buffer) => out(bytes.toString('utf8')))
  // a code is all that Electron tells of an end by a signal
  child.once('exit', (code) => end(code, null))
  return { pid: child.pid, stop: () => child.postMessage('stop'), kill: () => void child.kill() }
}

export const electron: Host = {
  id: 'electron',
  launch: launchUtility,
  async start(reader: Reader, page: Page): Promise<Running> {
    // set by "npm run dev" only; a packaged app listens to nobody
    const dev = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
    protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
    const closed = new Promise<void>((done) => app.once('will-quit', (event) => endWith(event, reader, done)))
    const running = { address: dev ?? `${ORIGIN}/`, closed, close: async () => app.quit() }
    if (!app.requestSingleInstanceLock()) {
      app.quit() // the first one comes to the front
      return running
    }
    await app.whenReady()
    protocol.handle('app', (request) => answerPage(page, request))
    lockDown(dev)
    ipcMain.handle('lab:call', async (event, name: unknown, argument: unknown) => {
      if (!isOurs(event, dev))
        return { ok: false, error: toFault(new LabError('host/refused', 'Expected a call from the lab window.')) }
      return reader.answer(String(name), argument)
    })
    openWindow(reader, running.address)
    notifyOfEnds(reader)
    app.on('second-instance', () => {
      const [first] = BrowserWindow.getAllWindows()
      if (first?.isMinimized()) first.restore()
      first?.focus()
    })
    app.on('activate', () => {
      if (BrowserWindow.getAllWindows().length === 0) openWindow(reader, running.address)
    })
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit()
    })
    return running
  },
}

/** Time that a run has to stop in when the app is closed. */
const STOP_MS = 5000

/** What runs is stopped before the app is gone; the next start goes on with it. */
function endWith(event: { preventDefault(): void }, reader: Reader, done: () => void): void {
  event.preventDefault()
  const patience = new Promise((resolve) => setTimeout(resolve, STOP_MS))
  void Promise.race([reader.close(), patience]).then(() => {
    done()
    app.exit(0)
  })
}

const ENDS: Readonly<Partial<Record<RunRow['state'], string>>> = { finished: 'has finished', failed: 'has failed' }

/** A notification of the system when a run has ended and nobody looks at a window. */
function notifyOfEnds(reader: Reader): void {
  let before: ReadonlyMap<string, RunRow['state']> = new Map()
  reader.watch((event, value) => {
    if (event !== 'runs.changed') return
    const rows = value as readonly RunRow[]
    const ended = rows.filter(({ id, state }) => before.get(id) === 'running' && ENDS[state])
    before = new Map(rows.map(({ id, state }) => [id, state]))
    if (ended.length === 0 || BrowserWindow.getFocusedWindow() || !Notification.isSupported()) return
    for (const { title, state } of ended) new Notification({ title: 'Junk DNA Lab', body: `${title} ${ENDS[state]}.` }).show()
  })
}

function isOurPage(url: string, dev: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host, origin } = new URL(url)
  // a scheme of our own has no origin outside a browser, so its parts are compared
  return (protocol === 'app:' && host === 'bundle') || (dev !== undefined && origin === new URL(dev).origin)
}

function answerPage(page: Page, request: Request): Response {
  const { host, pathname } = new URL(request.url)
  const asset = host === 'bundle' && request.method === 'GET' ? page.find(pathname) : undefined
  if (!asset) return new Response(null, { status: 404, headers: PAGE_HEADERS })
  return new Response(asset.body, { headers: { ...PAGE_HEADERS, 'content-type': asset.type } })
}

function openWindow(reader: Reader, address: string): void {
  // CommonJS and alone, as a sandboxed preload must be
  const window = new BrowserWindow(windowOptions(join(import.meta.dirname, '..', '..', 'out', 'preload', 'bridge.cjs')))
  window.once('ready-to-show', () => window.show())
  let stop = () => {}
  // each time the page is loaded it hears everything anew
  window.webContents.on('did-finish-load', () => {
    stop()
    stop = reader.watch((event, value) => window.webContents.send('lab:event', event, value))
  })
  window.once('closed', () => stop())
  void window.loadURL(address)
}

/** Nothing leaves the page: no other address, no window, no permission, no embedded page. */
function lockDown(dev: string | undefined): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_, __, decide) => decide(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_, contents) => {
    const stay = (event: { preventDefault(): void; readonly url: string }) => {
      if (!isOurPage(event.url, dev)) event.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-frame-navigate', stay)
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (URL.canParse(url) && OUTSIDE.includes(new URL(url).origin)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}
