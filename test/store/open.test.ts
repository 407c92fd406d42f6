import Sqlite from 'better-sqlite3'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LabError, toFault } from '../../main/base/errors.ts'
import { createRng } from '../../main/base/rng.ts'
import { openStore, type StoreOptions } from '../../main/store/open.ts'
import { makeFolder, makeOutcomes, makeRecord, openParent, unprivileged } from '../make/store.ts'

const place = { label: 'a cell', modelName: 'tiny', taskLabel: 'Task', taskGroup: '' }
const study = {
  id: '0123456789abcdef0123456789abcdef',
  name: 'small',
  title: 'A small study',
  spec: {},
  createdAt: '2026-11-24T00:00:00Z',
}

/** The fault of opening a store, closing it again where that worked. */
function faultOf(folder: string, options?: StoreOptions) {
  try {
    openStore(folder, options).close()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(LabError)
    return toFault(error)
  }
}

/** A store with some cells, closed; gives the path of its database. */
function makeStore(folder: string, cells = 20): string {
  const store = openStore(folder)
  for (let i = 0; i < cells; i++) store.cells.finish(makeRecord(i), makeOutcomes(10, i))
  store.close()
  return join(folder, 'lab.db')
}

describe('opening a store', () => {
  it('keeps what was written, in WAL mode with synchronous NORMAL', () => {
    using folder = makeFolder()
    makeStore(folder.path, 1)
    const store = openStore(folder.path)
    expect(store.cells.record(makeRecord(0).fingerprint)).toEqual(makeRecord(0))
    expect(store.items.read(makeRecord(0).fingerprint)).toEqual(makeOutcomes(10, 0))
    store.close()
    const sqlite = new Sqlite(join(folder.path, 'lab.db'), { readonly: true })
    expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    sqlite.close()
  })

  it('runs an SQLite without the WAL-reset race (3.51.3, 3.53.0 or later)', () => {
    const sqlite = new Sqlite(':memory:')
    const { version } = sqlite.prepare('SELECT sqlite_version() AS version').get() as { version: string }
    sqlite.close()
    const [major, minor, patch] = version.split('.').map(Number) as [number, number, number]
    expect(major === 3 && (minor >= 53 || (minor === 51 && patch >= 3))).toBe(true)
  })

  it('reads a store that is not there yet as an empty one, and leaves nothing behind', () => {
    using folder = makeFolder()
    const store = openStore(join(folder.path, 'none'), { readOnly: true })
    expect(store.studies.list()).toEqual([])
    store.close()
    expect(existsSync(join(folder.path, 'none'))).toBe(false)
  })

  it('takes no file for a folder, to read or to write, and leaves it as it was', () => {
    using folder = makeFolder()
    const path = join(folder.path, 'study.yaml')
    writeFileSync(path, 'name: a')
    for (const readOnly of [false, true]) {
      expect(faultOf(path, { readOnly })).toMatchObject({ code: 'file/missing', message: `Expected a folder for the store at ${path}, got a file.` }) // prettier-ignore
    }
    expect(readFileSync(path, 'utf8')).toBe('name: a')
  })

  it('lets one lab write at a time and names the one that does', () => {
    using folder = makeFolder()
    const first = openStore(folder.path)
    expect(faultOf(folder.path)).toMatchObject({ code: 'store/busy', message: expect.stringContaining(`process ${process.pid}`) })
    first.close()
    expect(faultOf(folder.path)).toBeUndefined()
  })

  it('is held by another process until that dies, however it dies', async () => {
    using folder = makeFolder()
    const url = JSON.stringify(new URL('../../main/store/open.ts', import.meta.url).href)
    const script = `const { openStore } = await import(${url}); openStore(process.argv[1]); console.log('open'); setInterval(() => {}, 1e6)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    expect(faultOf(folder.path)).toMatchObject({ code: 'store/busy', message: expect.stringContaining(`process ${child.pid}`) })
    expect(faultOf(folder.path, { readOnly: true })).toBeUndefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(faultOf(folder.path)).toBeUndefined()
  })

  it('can be read while it is written', () => {
    using folder = makeFolder()
    const writer = openStore(folder.path)
    writer.studies.save(study, [{ fingerprint: makeRecord(1).fingerprint, ...place }], 'running')
    const reader = openStore(folder.path, { readOnly: true })
    expect(reader.studies.list()).toMatchObject([{ name: 'small', state: 'running', cells: 1, done: 0 }])
    writer.cells.finish(makeRecord(1), makeOutcomes(10, 1))
    expect(reader.studies.list()).toMatchObject([{ done: 1 }])
    expect(() => reader.cells.finish(makeRecord(2), makeOutcomes(10, 2))).toThrow()
    reader.close()
    writer.close()
  })

  it('shows a study whose lab was killed as interrupted', () => {
    using folder = makeFolder()
    const writer = openStore(folder.path)
    writer.studies.save(study, [{ fingerprint: makeRecord(1).fingerprint, ...place }], 'running')
    writer.close()
    const reader = openStore(folder.path, { readOnly: true })
    expect(reader.studies.list()).toMatchObject([{ state: 'interrupted' }])
    reader.close()
  })
})

describe('a store that cannot be used', () => {
  it.each([{}, { readOnly: true }])('is left untouched when it is of a newer version (%o)', (options) => {
    using folder = makeFolder()
    const path = makeStore(folder.path)
    const sqlite = new Sqlite(path)
    sqlite.pragma('user_version = 9999')
    sqlite.close()
    const before = readFileSync(path)
    expect(faultOf(folder.path, options)).toMatchObject({
      code: 'store/newer',
      message: expect.stringContaining('got version 9999'),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it.each([
    ['a text file', (path: string) => writeFileSync(path, 'not a database, but long enough to be looked at as one')],
    ['the database of another program', (path: string) => writeFileSync(path, otherDatabase())],
    ['cut short', (path: string) => truncateSync(path, 3000)],
    ['cut at a page', (path: string) => truncateSync(path, 8192)],
    ['without its first page but with a log', loseFirstPage],
    ['with a broken schema', (path: string) => overwrite(path, 100, 200)],
  ])('is named corrupt and left untouched when it is %s', (_, damage) => {
    using folder = makeFolder()
    const path = makeStore(folder.path)
    damage(path)
    const before = readFileSync(path)
    for (const options of [{}, { readOnly: true }]) {
      expect(faultOf(folder.path, options)).toMatchObject({ code: 'store/corrupt' })
    }
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('never crashes on a damaged file: each of 200 mutations reads as it was, or is named', () => {
    using folder = makeFolder()
    const path = makeStore(folder.path, 40)
    const whole = readFileSync(path)
    const rng = createRng('mutations')
    const faults = new Map<string, number>()
    for (let i = 0; i < 200; i++) {
      const damaged = Buffer.from(whole)
      // half of them in the first pages, where the schema lies; few enough bytes that some of the rest stay readable
      for (let j = 0; j < 4; j++) damaged[rng.int(i % 2 ? damaged.length : 8192)] = rng.int(256)
      writeFileSync(path, damaged)
      const code = readAll(folder.path, 40)
      faults.set(code, (faults.get(code) ?? 0) + 1)
    }
    const { none = 0, ...named } = Object.fromEntries(faults)
    expect(none).toBeGreaterThan(5)
    expect(Object.keys(named).filter((code) => !['store/corrupt', 'store/newer'].includes(code))).toEqual([])
    expect(named['store/corrupt']).toBeGreaterThan(20)
  })

  it('names a folder that may only be read, and can still be read there', () => {
    using folder = makeFolder(openParent())
    makeStore(folder.path)
    chmodSync(folder.path, 0o555)
    for (const file of ['lab.db', 'lab.lock']) chmodSync(join(folder.path, file), 0o444)
    unprivileged(() => {
      expect(faultOf(folder.path)).toMatchObject({ code: 'file/read-only', message: expect.stringContaining(folder.path) })
      expect(faultOf(join(folder.path, 'new'))).toMatchObject({ code: 'file/read-only' })
      const reader = openStore(folder.path, { readOnly: true })
      expect(reader.cells.isDone(makeRecord(3).fingerprint)).toBe(true)
      reader.close()
    })
    chmodSync(folder.path, 0o755)
  })

  it('keeps every finished cell when the disk is full, and says so', () => {
    using folder = makeFolder()
    const store = openStore(folder.path, { maxBytes: 200_000 })
    let done = 0
    let fault: ReturnType<typeof toFault> | undefined
    for (; !fault; done++) {
      try {
        store.cells.finish(makeRecord(done), makeOutcomes(1000, done))
      } catch (error) {
        fault = toFault(error)
      }
    }
    expect(fault.code).toBe('file/disk-full')
    expect(done).toBeGreaterThan(5)
    for (let i = 0; i < done; i++) expect(store.cells.isDone(makeRecord(i).fingerprint)).toBe(i < done - 1)
    store.close()
    const larger = openStore(folder.path)
    larger.cells.finish(makeRecord(done), makeOutcomes(1000, done))
    expect(larger.items.read(makeRecord(0).fingerprint)).toEqual(makeOutcomes(1000, 0))
    larger.close()
  })
})

/** Reads every item of a store; 'none', or the code of the fault met. */
function readAll(folder: string, cells: number): string {
  try {
    const store = openStore(folder)
    try {
      for (let i = 0; i < cells; i++) {
        const found = store.items.read(makeRecord(i).fingerprint)
        if (found) expect(found).toEqual(makeOutcomes(10, i))
        store.cells.record(makeRecord(i).fingerprint)
      }
    } finally {
      store.close()
    }
    return 'none'
  } catch (error) {
    return toFault(error).code
  }
}

function otherDatabase(): Buffer {
  const sqlite = new Sqlite(':memory:')
  sqlite.exec('CREATE TABLE t (x)')
  sqlite.pragma('user_version = 3')
  const bytes = sqlite.serialize()
  sqlite.close()
  return bytes
}

function overwrite(path: string, from: number, length: number): void {
  const bytes = readFileSync(path)
  bytes.fill(0xee, from, from + length)
  writeFileSync(path, bytes)
}

function loseFirstPage(path: string): void {
  writeFileSync(path, '')
  writeFileSync(`${path}-wal`, 'the log of something')
}
