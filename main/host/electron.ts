// The door of electron in main/: a window of its own, shut off from everything but the two functions of the bridge.
import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  ipcMain,
  protocol,
  session,
  shell,
  type BrowserWindowConstructorOptions,
  type IpcMainInvokeEvent,
} from 'electron'
import { LabError, toFault } from '../base/errors.ts'
import type { Reader } from '../api/reader.ts'
import type { Host, Running } from './host.ts'
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

export const electron: Host = {
  id: 'electron',
  async start(reader: Reader, page: Page): Promise<Running> {
    // set by "npm run dev" only; a packaged app listens to nobody
    const dev = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL
    protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
    const closed = new Promise<void>((done) => app.once('will-quit', () => done()))
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
