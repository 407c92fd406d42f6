import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { answer, callNames } from '../../main/api/index.ts'
import { openReader, type Reader } from '../../main/api/reader.ts'
import { fromFault, type Fault } from '../../main/base/errors.ts'
import { openBench } from '../../main/bench.ts'
import { hosts } from '../../main/host/index.ts'
import { EMPTY_PAGE } from '../../main/host/page.ts'
import type { RunningWeb } from '../../main/host/web.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const ipc = vi.hoisted(() => new Map<string, (...said: unknown[]) => Promise<unknown>>())

// as much of Electron as one call passes through; test/host/electron.test.ts is about the rest
vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events')
  class BrowserWindow extends EventEmitter {
    readonly webContents = new EventEmitter()
    loadURL = () => Promise.resolve()
  }
  const nothing = () => {}
  return {
    app: Object.assign(new EventEmitter(), {
      whenReady: () => Promise.resolve(),
      requestSingleInstanceLock: () => true,
      quit: nothing,
    }),
    BrowserWindow,
    Notification: { isSupported: () => false },
    utilityProcess: {},
    ipcMain: { handle: (channel: string, handler: (...said: unknown[]) => Promise<unknown>) => ipc.set(channel, handler) },
    protocol: { registerSchemesAsPrivileged: nothing, handle: nothing },
    session: {
      defaultSession: {
        setPermissionRequestHandler: nothing,
        setPermissionCheckHandler: nothing,
        setDevicePermissionHandler: nothing,
      },
    },
    shell: {},
  }
})

const RESOURCES = join(import.meta.dirname, '..', '..', 'resources', 'demo')
const MODEL = join(RESOURCES, 'model')
const STUDY = `name: x\nmodels: [{ folder: ${JSON.stringify(MODEL)} }]\ntasks: [world_form]\ncompress: [{ method: magnitude, sparsity: 0.5 }]\n`
const ITEMS = {
  ...{ study: 'small', task: null, level: null, cell: null, flip: 'lost', sort: 'margin' },
  ...{ isDescending: false, offset: 0, limit: 5 },
}

/** Calls as a window makes them: well, badly, and of things that are not there. */
const SCRIPT: readonly (readonly [name: string, argument: unknown])[] = [
  ['lab.about', null],
  ['studies.list', null],
  ['studies.show', { study: 'small' }],
  ['studies.show', { study: 'none' }],
  ['studies.show', { study: '' }],
  ['studies.show', null],
  ['studies.faults', { study: 'small' }],
  ['studies.results', { study: 'small' }],
  ['studies.trends', { study: 'small' }],
  ['studies.verdicts', { study: 'small' }],
  ['studies.charts', { study: 'small' }],
  ['studies.ledger', { study: 'small' }],
  ['studies.summary', { study: 'small' }],
  ['studies.figures', { study: 'small' }],
  ['studies.report', { study: 'small' }],
  ['studies.several', { studies: ['small'] }],
  ['studies.several', { studies: ['small', 'small'] }],
  ['studies.several', { studies: ['paper/all'] }],
  ['studies.digest', { studies: ['small'], links: ['../report.html'], width: 90 }],
  ['studies.digest', { studies: [], links: [], width: 90 }],
  ['exports.several', { studies: ['none'], format: 'csv', folder: '/nowhere/at/all' }],
  ['tasks.list', null],
  ['tasks.check', { task: 'world_form', data: null, model: MODEL, limit: 3 }],
  ['tasks.check', { task: 'none', data: null, model: null, limit: 3 }],
  ['studies.results', { study: 'none' }],
  ['studies.faults', { study: 'small', more: [1, { deep: null }] }],
  ['studies.export', { study: 'small', format: 'none' }],
  ['studies.reasons', { study: 'small', width: 90, hasColour: false }],
  ['studies.table', { study: 'small', width: 1e9, hasColour: true }],
  ['methods.list', null],
  ['templates.list', null],
  ['tasks.axes', null],
  ['exports.list', null],
  ['studies.schema', null],
  ['models.architectures', null],
  ['models.show', { folder: '/nowhere/at/all', withHash: false }],
  ['settings.write', { theme: 'pink' }],
  ['settings.write', { theme: 'dark', textScale: 1.25 }],
  ['settings.read', null],
  ['models.list', null],
  ['models.add', { folder: '/nowhere/at/all' }],
  ['models.add', { folder: RESOURCES }],
  ['models.remove', { folder: '/nowhere/at/all' }],
  ['models.remove', { folder: RESOURCES }],
  ['models.tensors', { folder: MODEL }],
  ['models.tensor', { folder: MODEL, name: 'model.norm.weight', bins: 8 }],
  ['models.tensor', { folder: MODEL, name: 'none', bins: 8 }],
  ['models.map', { folder: MODEL, name: 'model.layers.0.self_attn.q_proj.weight', rows: 4, columns: 4 }],
  ['models.map', { folder: MODEL, name: 'model.norm.weight', rows: 1e9, columns: 4 }],
  ['models.zeros', { folder: MODEL }],
  ['models.compare', { a: MODEL, b: MODEL }],
  ['masks.list', null],
  ['masks.show', { path: MODEL }],
  ['masks.show', { path: '0'.repeat(64) }],
  ['masks.diff', { a: MODEL, b: MODEL }],
  ['masks.diff', { a: MODEL }],
  ['folders.browse', { folder: RESOURCES }],
  ['folders.browse', { folder: 'a\0b' }],
  ['packs.list', null],
  ['drafts.list', null],
  ['drafts.save', { name: '../out', text: 'x' }],
  ['drafts.read', { name: 'none' }],
  ['drafts.remove', { name: 'none' }],
  ['drafts.check', { text: STUDY }],
  ['drafts.check', { text: 'name: [' }],
  ['drafts.edit', { text: STUDY, path: ['compress', 0, 'sparsity'], value: [0.1] }],
  ['drafts.edit', { text: STUDY, path: ['compress', 7], value: 1 }],
  ['studies.levels', { study: 'small' }],
  ['studies.items', ITEMS],
  ['studies.items', { ...ITEMS, limit: 501 }],
  ['studies.item', { study: 'small', task: 'hard', item: 3 }],
  ['studies.item', { study: 'small', task: 'none', item: 3 }],
  ['studies.compare', { studies: ['small', 'small'] }],
  ['studies.draft', { study: 'small' }],
  ['studies.examples', null],
  ['studies.remove', { study: 'none' }],
  ['runs.list', null],
  ['runs.start', { text: STUDY, study: null, threads: null, provider: null }],
  ['runs.start', { text: null, study: null, threads: null, provider: null }],
  ['runs.pause', { run: '1' }],
  ['runs.resume', { run: '1' }],
  ['runs.cancel', { run: '1' }],
  ['runs.move', { run: '1', to: 0 }],
  ['runs.remove', { run: '1' }],
  ['runs.log', { run: '1', after: 0 }],
  ['runs.log', { run: '../settings', after: 0 }],
  ['references.list', null],
  ['exports.write', { study: 'small', format: 'none', folder: '/nowhere/at/all' }],
  ['bundles.export', { study: 'none', file: '/nowhere/at/all.zip', withItems: true, withMasks: false }],
  ['bundles.download', { study: 'none', withItems: false, withMasks: false }],
  ['bundles.verify', { file: '/nowhere/at/all.zip' }],
  ['bundles.import', { file: '/nowhere/at/all.zip' }],
  ['bundles.open', { file: '/nowhere/at/all.zip' }],
  ['bundles.look', { file: '/nowhere/at/all.zip' }],
  ['bundles.opened', null],
  ['bundles.close', { id: '0'.repeat(32) }],
  ['bundles.close', { id: '../settings' }],
  ['references.show', { reference: 'none' }],
  ['charts.pdf', { svg: '<svg width="8" height="6"><path d="M1 2L3 4" stroke="#000"/></svg>', title: 'a line' }],
  ['charts.pdf', { svg: 'a line', title: '' }],
  ['files.zip', { files: [{ file: 'a.txt', text: 'τ', encoding: 'utf-8' }] }],
  ['files.zip', { files: [{ file: '../a.txt', text: '', encoding: 'base64' }] }],
  ['nobody.knows', { x: 1 }],
  ['__proto__', null],
]

const home = makeFolder()
let reader: Reader
let direct: unknown[]

beforeAll(async () => {
  addStudy(home.path)
  reader = openReader(home.path)
  const bench = openBench({ home: home.path, readOnly: true })
  direct = []
  for (const [name, argument] of SCRIPT) direct.push(await answer(bench, name, argument))
  bench.close()
})
afterAll(async () => {
  await reader.close()
  home[Symbol.dispose]()
})

/** How a window of each host calls it. */
const callers: Readonly<Record<string, (running: unknown, name: string, argument: unknown) => Promise<unknown>>> = {
  async web(running, name, argument) {
    const { port, key } = running as RunningWeb
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${port}/call/${name}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(argument),
    })
    return response.json()
  },
  async electron(_, name, argument) {
    // what passes between processes is cloned
    const reply = await ipc.get('lab:call')!(
      { senderFrame: { url: 'app://bundle/', parent: null } },
      name,
      structuredClone(argument),
    )
    return structuredClone(reply)
  },
}

/** The replies to the script that differ from those of a direct call. */
async function differences(call: (name: string, argument: unknown) => Promise<unknown>): Promise<string[]> {
  const found = []
  for (const [i, [name, argument]] of SCRIPT.entries()) {
    const reply = JSON.stringify(await call(name, argument))
    if (reply !== JSON.stringify(direct[i])) found.push(`${name}: ${reply} for ${JSON.stringify(direct[i])}`)
  }
  return found
}

describe.each(hosts)('$id', ({ id, load }) => {
  it('answers the same script in the same words as a direct call', async () => {
    const host = await load()
    expect(host.id).toBe(id)
    const running = await host.start(reader, EMPTY_PAGE)
    expect(await differences((name, argument) => callers[id]!(running, name, argument))).toEqual([])
    await running.close()
  })
})

describe('the script', () => {
  it('has every call there is, but the one that starts each runtime of this machine', () => {
    const scripted = SCRIPT.map(([name]) => name)
    expect(callNames.filter((name) => !scripted.includes(name))).toEqual(['doctor.read'])
  })
})

describe('a host that answers in other words', () => {
  it('is seen: one that lets an error cross as an error loses its code', async () => {
    const found = await differences(async (name, argument) => {
      const reply = await reader.answer(name, argument)
      return reply.ok ? reply : structuredClone({ ok: false, error: fromFault(reply.error as Fault) })
    })
    expect(found.length).toBe(direct.filter((reply) => !(reply as { ok: boolean }).ok).length)
    expect(found.length).toBeGreaterThan(5)
  })
})
