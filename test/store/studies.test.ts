import { describe, expect, it } from 'vitest'
import { openStore } from '../../main/store/open.ts'
import { makeFolder, makeOutcomes, makeRecord } from '../make/store.ts'

const places = [1, 2].map((i) => ({
  fingerprint: makeRecord(i).fingerprint,
  label: '',
  modelName: '',
  taskLabel: '',
  taskGroup: '',
}))
const make = (id: string, name: string, createdAt: string) => ({ id, name, title: `Title of ${name}`, spec: { name }, createdAt })
const [older, newer] = [make('aaaa'.repeat(8), 'twin', '2026-01-01'), make('abbb'.repeat(8), 'twin', '2026-02-01')]

describe('studies', () => {
  it('are listed newest first, with how far they are', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.studies.save(older, places, 'interrupted')
    store.studies.save(newer, places.slice(0, 1), 'running')
    store.cells.finish(makeRecord(1), makeOutcomes(10, 1))
    const fault = { code: 'engine/died', message: '', hint: '' } as const
    store.cells.fail(makeRecord(2).fingerprint, fault)
    expect(store.studies.list().map(({ id, state, cells, done, failed }) => [id, state, cells, done, failed])).toEqual([
      [newer.id, 'running', 1, 1, 0],
      [older.id, 'interrupted', 2, 1, 1],
    ])
    store.close()
  })

  it('are found by name (the newest), id, and start of id', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.studies.save(older, places, 'finished')
    store.studies.save(newer, places, 'finished')
    expect(store.studies.find('twin').id).toBe(newer.id)
    expect(store.studies.find(older.id).id).toBe(older.id)
    expect(store.studies.find('aaaa').id).toBe(older.id)
    expect(() => store.studies.find('aaa')).toThrow('(twin), got "aaa"')
    expect(() => store.studies.read('nothing')).toThrow('got "nothing"')
    store.close()
  })

  it('keep their date and take the newer title when saved again', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.studies.save(older, places, 'running')
    store.studies.setState(older.id, 'interrupted')
    store.studies.save({ ...older, title: 'Better title', createdAt: '2027-01-01' }, places, 'running')
    expect(store.studies.read(older.id)).toEqual({ ...older, title: 'Better title' })
    expect(store.studies.list()).toHaveLength(1)
    store.close()
  })
  it('goes with the cells that no other study has, and their ledgers', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    const records = [0, 1, 2].map((n) => ({ ...makeRecord(n), ledger: `ledger ${n}` }))
    const placesOf = (mine: typeof records) => mine.map(({ fingerprint, modelName, taskLabel, taskGroup }) => ({ fingerprint, modelName, taskLabel, taskGroup, label: taskLabel })) // prettier-ignore
    const [first, second] = ['a', 'b'].map((digit) => digit.repeat(32))
    const study = (id: string) => ({ id, name: id.slice(0, 4), title: '', spec: {}, createdAt: '2026-11-25' })
    store.studies.save(study(first!), placesOf(records.slice(0, 2)), 'running')
    store.studies.save(study(second!), placesOf(records.slice(1)), 'running')
    for (const [n, record] of records.entries()) {
      store.ledgers.save(record.ledger, [])
      store.cells.finish(record, makeOutcomes(5, n))
    }
    store.studies.remove(first!)
    expect(store.studies.list().map(({ id, done }) => [id, done])).toEqual([[second, 2]])
    expect(records.map(({ fingerprint }) => store.items.read(fingerprint) !== undefined)).toEqual([false, true, true])
    expect(records.map(({ ledger }) => store.ledgers.read(ledger) !== undefined)).toEqual([false, true, true])
    store.close()
  })
})
