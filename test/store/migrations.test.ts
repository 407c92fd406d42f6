import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start } from '../../main/store/migrations/010-start.ts'
import { openStore } from '../../main/store/open.ts'
import { makeFolder, makeRecord } from '../make/store.ts'

const APPLICATION = 0x4a444c42
const line = (name: string, width: number) => ({
  ...{ name, out: 4, in: width, asked: 0, zeros: 0, sparsity: 0, conformity: null, maskHash: 'hash' },
})

/** A store of version 10 with one cell per compression, each with a ledger of two matrices. */
function makeOld(folder: string, compressions: readonly object[]): void {
  const sqlite = new Sqlite(join(folder, 'lab.db'))
  sqlite.pragma('journal_mode = WAL')
  sqlite.exec(start.sql)
  sqlite.pragma(`application_id = ${APPLICATION}`)
  sqlite.pragma('user_version = 10')
  compressions.forEach((compression, i) => {
    const { effectiveBits, outputError, ...old } = makeRecord(i)
    expect([effectiveBits, outputError]).toEqual([16, null])
    const record = { ...old, ledger: `ledger ${i}`, key: { ...old.key, compression: { ...old.key.compression, ...compression } } }
    sqlite.prepare('INSERT INTO cell (fingerprint, record) VALUES (?, ?)').run(old.fingerprint, JSON.stringify(record))
    const lines = record.key.compression.method === 'dense' ? [] : [line('a.0[x]', 32), line('b.0', 20)]
    sqlite.prepare('INSERT INTO ledger (key, rows) VALUES (?, ?)').run(record.ledger, JSON.stringify(lines))
  })
  sqlite.prepare(`INSERT INTO cell (fingerprint, fault) VALUES ('failed', '{}')`).run()
  sqlite.close()
}

describe('a store of version 10', () => {
  it.each([{}, { readOnly: true }])('says how many bits a weight takes once it is opened (%o)', (options) => {
    using folder = makeFolder()
    const compressions = [
      { method: 'dense', params: {} },
      { method: 'magnitude', params: {} },
      { method: 'rtn', params: { bits: 4 } },
      { method: 'gptq', params: { bits: 3, groupSize: 16 } },
      { method: 'gptq', params: { bits: 3, groupSize: 16, symmetric: true } },
      { method: 'rtn', params: { bits: 4 }, include: ['*[x]'] },
      { method: 'rtn', params: { bits: 4 }, exclude: ['a?0*'] },
      { method: 'rtn', params: { bits: 4 }, exclude: ['a*'] },
    ]
    makeOld(folder.path, compressions)
    const store = openStore(folder.path, options)
    const found = compressions.map((_, i) => store.cells.record(makeRecord(i).fingerprint)!.effectiveBits)
    const lines = compressions.map((_, i) => store.ledgers.read(`ledger ${i}`)!.map((row) => row.effectiveBits))
    // b + groups · (16 + b) / width: a ragged last group costs as much as a full one
    const row = (b: number, groups: number, width: number, zero = b) => b + (groups * (16 + zero)) / width
    const [wide, narrow] = [row(4, 1, 32), row(4, 1, 20)]
    expect(lines).toEqual([
      ...[[], [16, 16], [wide, narrow], [row(3, 2, 32), row(3, 2, 20)], [row(3, 2, 32, 0), row(3, 2, 20, 0)]],
      ...[[wide, 16], [wide, narrow], [16, narrow]],
    ]) // prettier-ignore
    lines.forEach(([a = 16, b = 16], i) => expect(found[i]).toBeCloseTo((32 * a + 20 * b) / 52, 12))
    expect(compressions.map((_, i) => store.cells.record(makeRecord(i).fingerprint)!.outputError)).toEqual([0, ...Array<null>(7).fill(null)]) // prettier-ignore
    expect(store.ledgers.read('ledger 2')![0]).toEqual({ ...line('a.0[x]', 32), effectiveBits: wide, outputError: null })
    store.close()
  })
})
