import { describe, expect, it } from 'vitest'
import type { Fault } from '../../main/base/errors.ts'
import { openStore } from '../../main/store/open.ts'
import { makeFolder, makeOutcomes, makeRecord } from '../make/store.ts'

const fault: Fault = { code: 'engine/died', message: 'Expected an answer, but the engine ended.', hint: 'Run it again.' }

describe('cells', () => {
  it('are done only with all their items', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    const record = makeRecord(1)
    expect(store.cells.isDone(record.fingerprint)).toBe(false)
    const broken = { ...makeOutcomes(10, 1), ids: undefined as unknown as Int32Array }
    expect(() => store.cells.finish(record, broken)).toThrow()
    expect(store.cells.isDone(record.fingerprint)).toBe(false)
    store.cells.finish(record, makeOutcomes(10, 1))
    expect(store.cells.isDone(record.fingerprint)).toBe(true)
    store.close()
  })

  it('are never there twice', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    store.cells.finish(makeRecord(1), makeOutcomes(10, 1))
    expect(() => store.cells.finish(makeRecord(1), makeOutcomes(10, 2))).toThrow()
    expect(store.items.read(makeRecord(1).fingerprint)).toEqual(makeOutcomes(10, 1))
    store.close()
  })

  it('keep why they failed until they are done', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    const { fingerprint } = makeRecord(1)
    store.cells.fail(fingerprint, { ...fault, message: 'first' })
    store.cells.fail(fingerprint, fault)
    expect(store.cells.isDone(fingerprint)).toBe(false)
    expect(store.cells.fault(fingerprint)).toEqual(fault)
    store.cells.finish(makeRecord(1), makeOutcomes(10, 1))
    expect(store.cells.fault(fingerprint)).toBeUndefined()
    store.cells.fail(fingerprint, fault)
    expect(store.cells.isDone(fingerprint)).toBe(true)
    expect(store.cells.fault(fingerprint)).toBeUndefined()
    store.close()
  })

  it('bear the names of the study that shows them, whoever ran them', () => {
    using folder = makeFolder()
    const store = openStore(folder.path)
    const study = { id: 'b'.repeat(32), name: 'other', title: '', spec: { a: [1] }, createdAt: '2026-11-24T00:00:00Z' }
    const names = { modelName: 'other name', taskLabel: 'Other task', taskGroup: 'other group' }
    const places = [3, 1, 2].map((i) => ({ fingerprint: makeRecord(i).fingerprint, label: `cell ${i}`, ...names }))
    store.studies.save(study, places, 'running')
    store.cells.finish(makeRecord(1), makeOutcomes(10, 1))
    store.cells.fail(makeRecord(2).fingerprint, fault)
    const cells = store.cells.ofStudy(study.id)
    expect(cells.map(({ position, label }) => [position, label])).toEqual([[0, 'cell 3'], [1, 'cell 1'], [2, 'cell 2']]) // prettier-ignore
    expect(cells[0]).toMatchObject({ record: undefined, fault: undefined })
    expect(cells[1]!.record).toEqual({ ...makeRecord(1), ...names })
    expect(cells[2]!.fault).toEqual(fault)
    store.close()
  })
})
