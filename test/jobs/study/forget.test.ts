import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sha256 } from '../../../main/base/files.ts'
import { canonical } from '../../../main/base/json.ts'
import { forgetStudy } from '../../../main/jobs/study/forget.ts'
import { openStore } from '../../../main/store/open.ts'
import type { CellRecord } from '../../../main/store/records.ts'
import { makeFolder, makeOutcomes, makeRecord } from '../../make/store.ts'

it('a study that is forgotten takes its trained weights along, and leaves those that another one has', () => {
  using folder = makeFolder()
  const store = openStore(folder.path)
  const trained = (n: number): CellRecord => {
    const record = makeRecord(n)
    const task = { id: 'lesson', hash: sha256('lesson'), items: 10 }
    const pace = { steps: n, learningRate: 0.1, schedule: 'linear', warmUp: 0, weightDecay: 0, batch: 1, seed: 0, version: 1 }
    return { ...record, key: { ...record.key, transfer: { kind: 'sparse', task, ...pace } } as CellRecord['key'] }
  }
  const records = [trained(0), trained(1), makeRecord(2)]
  const fileOf = ({ ledger, key }: CellRecord) => join(folder.path, 'trained', `${sha256(canonical({ ledger, transfer: key.transfer }))}.safetensors`) // prettier-ignore
  mkdirSync(join(folder.path, 'trained'))
  for (const record of records) writeFileSync(fileOf(record), 'weights')
  const save = (id: string, mine: readonly CellRecord[]) =>
    store.studies.save(
      { id, name: id, title: '', spec: {}, createdAt: '2026-11-25' },
      mine.map(({ fingerprint }) => ({ fingerprint, label: '', modelName: '', taskLabel: '', taskGroup: '' })),
      'finished',
    )
  save('a', records)
  save('b', records.slice(1, 2))
  records.forEach((record, n) => store.cells.finish(record, makeOutcomes(3, n)))
  forgetStudy(store, 'a')
  expect(records.map((record) => existsSync(fileOf(record)))).toEqual([false, true, true])
  expect(store.studies.list().map(({ id }) => id)).toEqual(['b'])
  store.close()
})
