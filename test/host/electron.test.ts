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
  notices: [] as unknown[],
  forked: undefined as unknown,
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
    static getFocusedWindow = () => null
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
    quit: () => app.emit('will-quit', { preventDefault: () => fake.opened.push('kept from quitting') }),
    exit: (code: number) => fake.opened.push(`exit ${code}`),
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
    utilityProcess: {
      fork(file: string, args: readonly string[], options: unknown) {
        const child = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter(), pid: 7 })
        const told: unknown[] = []
        fake.forked = { file, args, options, child, told }
        return Object.assign(child, { postMessage: (said: unknown) => told.push(said), kill: () => told.push('killed') })
      },
    },
    Notification: class {
      static isSupported = () => true
      readonly said: unknown
      constructor(said: unknown) {
        this.said = said
      }
      show() {
        fake.notices.push(this.said)
      }
    },
    webUtils: { getPathForFile: ({ path }: { path: string }) => path },
    shell: { openExternal: (url: string) => (fake.opened.push(url), Promise.resolve()) },
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => fake.exposed.set(name, value) },
    ipcRenderer: Object.assign(new EventEmitter(), { invoke: (...said: unknown[]) => Promise.resolve(said) }),
  }
})

const { electron, isOurs, launchUtility, windowOptions } = await import('../../main/host/electron.ts')
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
  afterAll(async () => {
    await reader.close()
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
    await vi.waitFor(() => expect(window.sent).toHaveLength(2))
    expect(window.sent).toMatchObject([
      ['lab:event', 'studies.changed', [{ name: 'small' }]],
      ['lab:event', 'runs.changed', []],
    ])
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

describe('a run in Electron', () => {
  it('is a utility process of the bundled command line, stopped by a message and heard line by line', () => {
    const lines: string[] = []
    const ends: unknown[] = []
    const hearing = { onLine: (line: string) => lines.push(line), onEnd: (...how: unknown[]) => ends.push(how) }
    const run = launchUtility(['run', 'x.yaml', '--json'], { LAB_DATA: '/packs' }, hearing)
    const { file, args, options, child, told } = fake.forked as {
      file: string
      args: string[]
      options: { stdio: unknown; env: Record<string, string> }
      child: EventEmitter & { stdout: EventEmitter; stderr: EventEmitter }
      told: unknown[]
    }
    expect([file.replace(/\.ts$|\.js$/, '').endsWith('cli'), args]).toEqual([true, ['run', 'x.yaml', '--json']])
    expect(options).toMatchObject({ stdio: ['ignore', 'pipe', 'pipe'], env: { LAB_DATA: '/packs' } })
    expect(options.env).not.toHaveProperty('ELECTRON_RUN_AS_NODE')
    child.stderr.emit('data', Buffer.from('{"note":"on'))
    child.stderr.emit('data', Buffer.from('e"}\nlast'))
    child.stdout.emit('data', Buffer.from('{"failed":[]}'))
    run.stop()
    run.kill()
    child.emit('exit', 0)
    expect([lines, told, ends]).toEqual([['{"note":"one"}', 'last'], ['stop', 'killed'], [[0, null, '{"failed":[]}']]])
  })
})

describe('an app that is closed', () => {
  it('waits until what runs has stopped, and not for ever', async () => {
    const home = makeFolder()
    const reader = openReader(home.path)
    let isClosed = false
    const slow = {
      ...reader,
      async close() {
        await new Promise((done) => setTimeout(done, 50))
        isClosed = true
        await reader.close()
      },
    }
    const running = await electron.start(slow, page)
    fake.opened.length = 0
    await running.close()
    await running.closed
    // the window of the tests above is closed by it too
    expect([isClosed, fake.opened.includes('kept from quitting'), fake.opened.at(-1)]).toEqual([true, true, 'exit 0'])
    home[Symbol.dispose]()
  })
  it('has told by a notification of the system that a run has ended, when nobody looked', async () => {
    const home = makeFolder()
    const reader = openReader(home.path)
    let tell: (event: 'runs.changed', rows: unknown) => void = () => {}
    await electron.start({ ...reader, watch: (hear: unknown) => ((tell = hear as typeof tell), () => {}) } as Reader, page)
    const row = (state: string) => [{ id: '1', title: 'The study', state }]
    for (const state of ['queued', 'running', 'running', 'finished', 'finished']) tell('runs.changed', row(state))
    expect(fake.notices).toEqual([{ title: 'Junk DNA Lab', body: 'The study has finished.' }])
    await reader.close()
    home[Symbol.dispose]()
  })
})

describe('the bridge', () => {
  /** What the page of the window would hear: only as much of it as the bridge listens to. */
  const page = new EventTarget()
  beforeEach(async () => {
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
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
  it('tells where dropped folders lie, and lets the window show none of them', () => {
    const lab = fake.exposed.get('lab') as { on(event: string, hear: (value: unknown) => void): () => void }
    const heard: unknown[] = []
    const stop = lab.on('folders.dropped', (value) => heard.push(value))
    const drop = (files: readonly { path: string }[]) => {
      const event = Object.assign(new Event('drop', { cancelable: true }), { dataTransfer: { files } })
      page.dispatchEvent(event)
      return event.defaultPrevented
    }
    expect([drop([{ path: '/models/a' }, { path: '' }]), drop([{ path: '' }])]).toEqual([true, true])
    stop()
    drop([{ path: '/models/b' }])
    expect(heard).toEqual([['/models/a']])
  })
  it('imports nothing that a sandbox has not', () => {
    const text = readFileSync(join(import.meta.dirname, '../../preload/bridge.ts'), 'utf8')
    expect([...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['electron', './contract.ts'])
  })
})
