import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrations } from '../../main/store/migrations/index.ts'
import { openStore } from '../../main/store/open.ts'
import type { RightAnswers } from '../../main/store/records.ts'
import { makeFolder, makeOutcomes, makeRecord } from '../make/store.ts'

const answers: RightAnswers = {
  choice: Int32Array.of(1, 0, -1),
  ll: Float32Array.of(-12.5, -0.1, NaN),
  tokens: Int32Array.of(4, 1, 0),
  bytes: Int32Array.of(19, 300, 0),
}
const [first, second] = [makeRecord(1, 3), makeRecord(2, 3)]

describe('right answers', () => {
  it('come back as they were kept, with their cell or after it, and stay as they are', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.cells.finish(first, makeOutcomes(3, 1), answers)
    store.cells.finish(second, makeOutcomes(3, 2))
    expect([store.answers.has(first.fingerprint), store.answers.has(second.fingerprint)]).toEqual([true, false])
    expect([store.answers.read(first.fingerprint), store.answers.read(second.fingerprint)]).toEqual([answers, undefined])
    const hash = store.items.hash(second.fingerprint)
    expect(store.answers.save(second.fingerprint, { ...answers, tokens: Int32Array.of(1, 2, 3) })).toBe(1)
    expect(store.answers.save(second.fingerprint, answers)).toBe(0)
    expect(store.answers.read(second.fingerprint)!.tokens).toEqual(Int32Array.of(1, 2, 3))
    expect([store.items.hash(second.fingerprint), store.answers.save('no such cell', answers)]).toEqual([hash, 0])
    store.close()
  })

  it('say that they are broken where a byte has changed, and go with their cell', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.cells.finish(first, makeOutcomes(3, 1), answers)
    store.close()
    const sqlite = new Sqlite(join(folder.path, 'lab.db'))
    sqlite.exec('UPDATE answer SET packed = CAST(packed || 0 AS BLOB)')
    sqlite.close()
    const broken = openStore(folder.path)
    expect(() => broken.answers.read(first.fingerprint)).toThrow(expect.objectContaining({ code: 'store/corrupt' }))
    broken.close()
    const gone = new Sqlite(join(folder.path, 'lab.db'))
    gone.pragma('foreign_keys = ON')
    gone.exec('DELETE FROM cell')
    expect(gone.prepare('SELECT count(*) AS n FROM answer').get()).toEqual({ n: 0 })
    gone.close()
  })

  it('are none in a store of before there were any, which opens with its cells as they were', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.cells.finish(first, makeOutcomes(3, 1))
    const hash = store.items.hash(first.fingerprint)
    store.close()
    const sqlite = new Sqlite(join(folder.path, 'lab.db'))
    sqlite.exec('DROP TABLE answer')
    sqlite.pragma('user_version = 30')
    sqlite.close()
    const opened = openStore(folder.path)
    expect([opened.answers.has(first.fingerprint), opened.items.hash(first.fingerprint)]).toEqual([false, hash])
    opened.close()
    const after = new Sqlite(join(folder.path, 'lab.db'))
    expect(after.pragma('user_version', { simple: true })).toBe(migrations.at(-1)!.version)
    after.close()
  })
})
