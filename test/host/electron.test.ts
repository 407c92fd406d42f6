import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openReader, type Reader } from '../../main/api/reader.ts'
import { CONTENT_POLICY, type Page } from '../../main/host/page.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

/** What stands in for Electron: it keeps what it is told, and nothing more. */
const fake = vi.hoisted(() => ({
  schemes: [] as unknown[],
  windows: [] as unknown[],
  opened: [] as string[],
  handlers: new Map<string, unknown>(),
  exposed: new Map<string, unknown>(),
}))

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events')
  class BrowserWindow extends EventEmitter {
    readonly options: unknown
    readonly sent: unknown[] = []
    address = ''
    readonly webContents = Object.assign(new EventEmitter(), { send: (...said: unknown[]) => this.sent.push(said) })
    constructor(options: unknown) {
      super()
      this.options = options
      fake.windows.push(this)
    }
    static getAllWindows = () => fake.windows
    show() {}
    loadURL(address: string) {
      this.address = address
      return Promise.resolve()
    }
  }
  const app = Object.assign(new EventEmitter(), {
    isPackaged: false,
    whenReady: () => Promise.resolve(),
    requestSingleInstanceLock: () => true,
    quit: () => app.emit('will-quit'),
  })
  const keep = (name: string) => (handler: unknown) => void fake.handlers.set(name, handler)
  return {
    app,
    BrowserWindow,
    ipcMain: { handle: (channel: string, handler: unknown) => fake.handlers.set(channel, handler) },
    protocol: {
      registerSchemesAsPrivileged: (list: unknown[]) => fake.schemes.push(...list),
      handle: (_: string, handler: unknown) => fake.handlers.set('app', handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: keep('request'),
        setPermissionCheckHandler: keep('check'),
        setDevicePermissionHandler: keep('device'),
      },
    },
    shell: { openExternal: (url: string) => (fake.opened.push(url), Promise.resolve()) },
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => fake.exposed.set(name, value) },
    ipcRenderer: Object.assign(new EventEmitter(), { invoke: (...said: unknown[]) => Promise.resolve(said) }),
  }
})

const { electron, isOurs, windowOptions } = await import('../../main/host/electron.ts')
const electronApi = await import('electron')

const frame = (url: string, parent: unknown = null) => ({ senderFrame: { url, parent } as never })
const ours = frame('app://bundle/index.html')
type Handler = (event: unknown, ...rest: unknown[]) => Promise<unknown>
const page: Page = { find: (path) => (path === '/' ? { type: 'text/html', body: Buffer.from('<p>page') } : undefined) }

describe('a window of Electron', () => {
  const home = makeFolder()
  let reader: Reader
  beforeAll(async () => {
    addStudy(home.path)
    reader = openReader(home.path)
    await electron.start(reader, page)
  })
  afterAll(() => {
    reader.close()
    home[Symbol.dispose]()
  })

  it('is shut off from everything but the bridge', () => {
    const { webPreferences, ...rest } = windowOptions('/bridge.cjs')
    expect(webPreferences).toEqual({
      preload: '/bridge.cjs',
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
    })
    expect(Object.keys(rest)).not.toContain('webContents')
    const made = (fake.windows[0] as { options: { webPreferences: { preload: string } } }).options
    expect(made).toEqual(windowOptions(made.webPreferences.preload))
    expect(made.webPreferences.preload).toMatch(/out[/\\]preload[/\\]bridge\.cjs$/)
  })
  it('loads the page from its own scheme, told before Electron is ready', () => {
    expect((fake.windows[0] as { address: string }).address).toBe('app://bundle/')
    expect(fake.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
  })
  it('answers calls of its own page alone', async () => {
    const call = fake.handlers.get('lab:call') as Handler
    expect(await call(ours, 'studies.list', null)).toMatchObject({ ok: true, value: [{ name: 'small' }] })
    const strangers = [
      frame('https://evil.example/'),
      frame('app://bundle.evil.example/'),
      frame('app://other/'),
      frame('apps://bundle/'),
      frame('file:///index.html'),
      frame('about:blank'),
      frame(''),
      frame('app://bundle/index.html', { url: 'app://bundle/' }),
      { senderFrame: null },
    ]
    for (const event of strangers) {
      expect(await call(event, 'studies.list', null)).toMatchObject({ ok: false, error: { code: 'host/refused' } })
      expect(isOurs(event, undefined)).toBe(false)
    }
  })
  it('trusts the development server only where there is one', () => {
    const event = frame('http://localhost:5173/')
    expect([isOurs(event, undefined), isOurs(event, 'http://localhost:5173')]).toEqual([false, true])
    expect(isOurs(frame('http://localhost:51730/'), 'http://localhost:5173')).toBe(false)
  })
  it('answers whatever is called, in values', async () => {
    const call = fake.handlers.get('lab:call') as Handler
    const odd = [undefined, null, 7, {}, [], '__proto__', 'constructor', 'x'.repeat(1e5), 'studies.show']
    for (const name of odd) for (const argument of odd) expect(await call(ours, name, argument)).toMatchObject({ ok: false })
  })
  it('serves the page with the same policy as the page on loopback, and nothing else', async () => {
    const answer = fake.handlers.get('app') as (request: Request) => Response
    const found = answer(new Request('app://bundle/'))
    expect([found.status, await found.text()]).toEqual([200, '<p>page'])
    expect(found.headers.get('content-security-policy')).toBe(CONTENT_POLICY)
    for (const url of ['app://bundle/x', 'app://other/', 'app://bundle/../../etc/passwd'])
      expect(answer(new Request(url)).status).toBe(404)
    expect(answer(new Request('app://bundle/', { method: 'POST' })).status).toBe(404)
  })
  it('tells the window what changed once it has loaded, until it is closed', async () => {
    const window = fake.windows[0] as EventEmitter & { sent: unknown[][]; webContents: EventEmitter }
    window.webContents.emit('did-finish-load')
    await vi.waitFor(() => expect(window.sent).toHaveLength(1))
    expect(window.sent[0]).toMatchObject(['lab:event', 'studies.changed', [{ name: 'small' }]])
    window.emit('closed')
  })
  it('stays where it is, opens no window and grants nothing', () => {
    const contents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: (handler: unknown) => fake.handlers.set('open', handler),
    })
    electronApi.app.emit('web-contents-created', {} as never, contents as never)
    const stays = (event: string, url: string) => {
      const preventDefault = vi.fn()
      contents.emit(event, { url, preventDefault })
      return preventDefault.mock.calls.length === 1
    }
    expect(stays('will-navigate', 'https://evil.example')).toBe(true)
    expect(stays('will-frame-navigate', 'app://bundle.evil.example/')).toBe(true)
    expect(stays('will-navigate', 'app://bundle/')).toBe(false)
    expect(stays('will-attach-webview', '')).toBe(true)
    const open = fake.handlers.get('open') as (details: { url: string }) => unknown
    for (const url of [
      'https://arxiv.org/abs/2310.02277',
      'https://arxiv.org.evil.example/',
      'http://arxiv.org/',
      'file:///etc/passwd',
      'x',
    ]) {
      expect(open({ url })).toEqual({ action: 'deny' })
    }
    expect(fake.opened).toEqual(['https://arxiv.org/abs/2310.02277'])
    const grant = vi.fn()
    ;(fake.handlers.get('request') as (contents: unknown, what: string, decide: (is: boolean) => void) => void)(
      null,
      'camera',
      grant,
    )
    expect([
      grant.mock.calls,
      (fake.handlers.get('check') as () => boolean)(),
      (fake.handlers.get('device') as () => boolean)(),
    ]).toEqual([[[false]], false, false])
  })
})

describe('the bridge', () => {
  beforeEach(async () => {
    await import('../../preload/bridge.ts')
  })
  it('gives the window exactly two functions', async () => {
    const lab = fake.exposed.get('lab') as {
      call(name: string, argument: unknown): unknown
      on(event: string, hear: (value: unknown) => void): () => void
    }
    expect([...fake.exposed.keys()]).toEqual(['lab'])
    expect(Object.keys(lab).sort()).toEqual(['call', 'on'])
    expect(await lab.call('studies.list', null)).toEqual(['lab:call', 'studies.list', null])
    const heard: unknown[] = []
    const stop = lab.on('studies.changed', (value) => heard.push(value))
    electronApi.ipcRenderer.emit('lab:event', { sender: 'a live object' }, 'studies.changed', [1])
    electronApi.ipcRenderer.emit('lab:event', {}, 'lab.lost', 'other')
    stop()
    electronApi.ipcRenderer.emit('lab:event', {}, 'studies.changed', [2])
    expect(heard).toEqual([[1]]) // the value alone: no event, no sender
  })
  it('imports nothing that a sandbox has not', () => {
    const text = readFileSync(join(import.meta.dirname, '../../preload/bridge.ts'), 'utf8')
    expect([...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['electron', './contract.ts'])
  })
})
