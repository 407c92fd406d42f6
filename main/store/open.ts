import Sqlite from 'better-sqlite3'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromErrno, LabError } from '../base/errors.ts'
import { openAnswers, type Answers } from './answers.ts'
import { openCells, type Cells } from './cells.ts'
import type { Database } from './database.ts'
import { openHashes, type Hashes } from './hashes.ts'
import { openImports, type Imports } from './imports.ts'
import { openItems, type Items } from './items.ts'
import { openLedgers, type Ledgers } from './ledgers.ts'
import { migrations } from './migrations/index.ts'
import { openPaces, type Paces } from './paces.ts'
import { openStudies, type Studies } from './studies.ts'

/** Studies, cells and their items in one SQLite file. What a call wrote before it returned outlives the process. */
export interface Store {
  readonly folder: string
  readonly studies: Studies
  readonly cells: Cells
  readonly items: Items
  readonly answers: Answers
  readonly ledgers: Ledgers
  readonly hashes: Hashes
  readonly paces: Paces
  readonly imports: Imports
  /** Brings everything written into the one file, synced: what outlives a power cut. */
  checkpoint(): void
  close(): void
}

export interface StoreOptions {
  /** Many may read while one writes; a store that is not there yet reads as an empty one. */
  readonly readOnly?: boolean
  /** The database may grow to this many bytes; beyond it writing fails with 'file/disk-full'. */
  readonly maxBytes?: number
  /** Milliseconds since 1970. */
  readonly nowMs?: () => number
}

/** "JDLB": says that an SQLite file is a store of the lab. */
const APPLICATION = 0x4a444c42
const NEWEST = migrations.at(-1)!.version

/**
 * Opens the store in a folder, making both where needed. One lab writes to a store at a time.
 * Throws LabError: 'store/busy' (naming the holder), 'store/newer' and 'store/corrupt' (both leave the file as it is),
 * 'file/read-only', 'file/disk-full', 'file/missing' where a file has the name of the folder.
 */
export function openStore(folder: string, options: StoreOptions = {}): Store {
  const path = join(folder, 'lab.db')
  try {
    if (existsSync(folder) && !statSync(folder).isDirectory()) {
      throw new LabError('file/missing', `Expected a folder for the store at ${folder}, got a file.`)
    }
    return options.readOnly ? openReading(folder, path, options) : openWriting(folder, path, options)
  } catch (error) {
    const known = error instanceof LabError ? error : fromErrno(error)
    if (!known) throw error
    throw known.message.includes(folder)
      ? known
      : new LabError(known.code, `${known.message} Store: ${folder}.`, { cause: error })
  }
}

function openWriting(folder: string, path: string, options: StoreOptions): Store {
  mkdirSync(folder, { recursive: true })
  const lock = holdLock(folder)
  try {
    checkFile(path)
    const sqlite = new Sqlite(path, { timeout: 5000 })
    try {
      sqlite.pragma('journal_mode = WAL')
      sqlite.pragma('synchronous = NORMAL')
      sqlite.pragma('foreign_keys = ON')
      if (options.maxBytes) sqlite.pragma(`max_page_count = ${Math.floor(options.maxBytes / 4096)}`)
      migrate(sqlite)
      checkTables(sqlite)
      sqlite.prepare(`UPDATE study SET state = 'interrupted' WHERE state = 'running'`).run()
    } catch (error) {
      sqlite.close()
      throw error
    }
    return assemble(folder, sqlite, options, () => true, lock)
  } catch (error) {
    lock()
    throw error
  }
}

function openReading(folder: string, path: string, options: StoreOptions): Store {
  checkFile(path)
  const isEmpty = !existsSync(path) || readHeader(path).version === 0
  // one of an older lab is brought up to date first, as by a lab that writes
  if (!isEmpty && readHeader(path).version < NEWEST) openWriting(folder, path, {}).close()
  const sqlite = isEmpty ? new Sqlite(':memory:') : openReadOnly(path)
  try {
    if (isEmpty) migrate(sqlite)
    checkTables(sqlite)
  } catch (error) {
    sqlite.close()
    throw error
  }
  return assemble(
    folder,
    sqlite,
    options,
    () => isHeld(folder),
    () => {},
  )
}

function openReadOnly(path: string): Sqlite.Database {
  try {
    const sqlite = new Sqlite(path, { readonly: true, timeout: 5000 })
    sqlite.prepare('SELECT count(*) FROM sqlite_schema').get()
    return sqlite
  } catch (error) {
    // in a folder that cannot be written to, the shared memory of the log cannot be made; with no log there, memory will do
    if (fromErrno(error)?.code !== 'file/read-only' || existsSync(`${path}-wal`)) throw error
    const bytes = readFileSync(path)
    bytes.fill(1, 18, 20) // "written without a log", or SQLite would ask for one
    return new Sqlite(bytes, { readonly: true })
  }
}

function assemble(
  folder: string,
  sqlite: Sqlite.Database,
  options: StoreOptions,
  isRunning: () => boolean,
  free: () => void,
): Store {
  const db = faceOf(sqlite)
  const answers = openAnswers(db)
  const [cells, items] = [openCells(db, answers), openItems(db)]
  return {
    ...{ folder, cells, items, answers },
    studies: openStudies(db, isRunning),
    imports: openImports(db, cells, items, answers),
    ledgers: openLedgers(db),
    paces: openPaces(db),
    hashes: openHashes(db, options.nowMs ?? (() => 0)),
    checkpoint: () => void sqlite.pragma('wal_checkpoint(TRUNCATE)'),
    close() {
      sqlite.close()
      free()
    },
  }
}

function faceOf(sqlite: Sqlite.Database): Database {
  const statements = new Map<string, Sqlite.Statement>()
  function prepare(sql: string): Sqlite.Statement {
    const statement = statements.get(sql) ?? sqlite.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    get: <Row>(sql: string, ...values: readonly unknown[]) => prepare(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: readonly unknown[]) => prepare(sql).all(...values) as Row[],
    run: (sql, ...values) => prepare(sql).run(...values).changes,
    transaction: (work) => sqlite.transaction(work).immediate(),
  }
}

/** One step a transaction: killed in between, a store is of the old version or of the new one. */
function migrate(sqlite: Sqlite.Database): void {
  const found = sqlite.pragma('user_version', { simple: true }) as number
  if (found > NEWEST) throw newer(sqlite.name, found)
  for (const { version, sql } of migrations) {
    if (version <= found) continue
    try {
      sqlite.transaction(() => {
        sqlite.exec(sql)
        sqlite.pragma(`application_id = ${APPLICATION}`)
        sqlite.pragma(`user_version = ${version}`)
      })()
    } catch (error) {
      // its number says an older version than its tables are of
      throw fromErrno(error) ?? corrupt(sqlite.name, `it does not become one of version ${version} (${String(error)})`)
    }
    sqlite.pragma('wal_checkpoint(TRUNCATE)') // so that the header of the file itself tells the version
  }
}

/** Expects the very tables that the migrations make: one broken letter there and a query would fail for no visible reason. */
function checkTables(sqlite: Sqlite.Database): void {
  const fresh = new Sqlite(':memory:')
  migrate(fresh)
  const [found, expected] = [sqlite, fresh].map((db) =>
    JSON.stringify(db.prepare('SELECT type, name, sql FROM sqlite_schema').all()),
  )
  fresh.close()
  if (found !== expected) throw corrupt(sqlite.name, 'its tables are not those of the lab')
}

/** Looks at the file without opening it as a database, which might already write. */
function checkFile(path: string): void {
  if (!existsSync(path)) return
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0
  const { size, magic, version, application } = readHeader(path)
  if (size === 0 && !hasLog) return // made, but never written to
  if (magic !== 'SQLite format 3\0') throw corrupt(path, `its first bytes are ${JSON.stringify(magic.slice(0, 16))}`)
  if (version > NEWEST) throw newer(path, version)
  if (version > 0 && application !== APPLICATION) throw corrupt(path, 'it is the database of another program')
  // a log that is still there was left by a lab that was killed: look closely, once
  const sqlite = openReadOnly(path)
  try {
    const found = hasLog ? sqlite.pragma('quick_check(1)', { simple: true }) : 'ok'
    if (found !== 'ok') throw corrupt(path, String(found))
  } catch (error) {
    throw error instanceof LabError || fromErrno(error)?.code !== 'store/corrupt' ? error : corrupt(path, String(error))
  } finally {
    sqlite.close()
  }
}

function readHeader(path: string): { size: number; magic: string; version: number; application: number } {
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  try {
    const size = readSync(file, header)
    const view = { magic: header.toString('latin1', 0, 16), version: header.readInt32BE(60), application: header.readInt32BE(68) }
    return { size, ...view }
  } finally {
    closeSync(file)
  }
}

function corrupt(path: string, what: string): LabError {
  return new LabError('store/corrupt', `Expected an SQLite database of the lab at ${path}, but ${what}.`)
}

function newer(path: string, found: number): LabError {
  return new LabError('store/newer', `Expected a store of version ${NEWEST} or older at ${path}, got version ${found}.`)
}

interface Holder {
  readonly pid: number
  readonly since: string
}

/** Locks a folder for this process and returns how to let go. The system lets go by itself when the process dies, however it dies. */
export function holdLock(folder: string): () => void {
  const note = join(folder, 'lab.pid')
  const lock = new Sqlite(join(folder, 'lab.lock'), { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (fromErrno(error)?.code !== 'store/busy') throw error
    const holder = readHolder(folder)
    const who = holder ? `process ${holder.pid} holds it since ${holder.since}` : 'another process holds it'
    throw new LabError('store/busy', `Expected to be the only lab at work in ${folder}, but ${who}.`, { cause: error })
  }
  const since = new Date(performance.timeOrigin).toISOString()
  writeFileSync(note, JSON.stringify({ pid: process.pid, since } satisfies Holder))
  return () => {
    rmSync(note, { force: true })
    lock.close()
  }
}

/** Version of SQLite. */
export function sqliteVersion(): string {
  const sqlite = new Sqlite(':memory:')
  const { version } = sqlite.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  sqlite.close()
  return version
}

function readHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lab.pid'), 'utf8')) as Holder
  } catch {
    return undefined // not written yet, or just removed: the lock decides, this file only tells who
  }
}

function isHeld(folder: string): boolean {
  const holder = readHolder(folder)
  if (!holder) return false
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' // it lives, under another user
  }
}
