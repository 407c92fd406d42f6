import { statSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type Store } from '../main/store/open.ts'
import { makeFolder, makeOutcomes, makeRecord } from '../test/make/store.ts'

/** Size of a store, and how long its charts wait. */
export interface StoreFigures {
  readonly items: number
  readonly megabytes: number
  /** Writing one cell of 1,000 items, committed. */
  readonly cellMs: number
  /** The slowest of five of each query. */
  readonly studyMs: number
  readonly itemsMs: number
  readonly listMs: number
}

/** A store of `cells` cells with 1,000 two-choice items each, all of one study: how large, how fast. */
export function benchStore(cells = 1000): StoreFigures {
  using folder = makeFolder()
  const store = openStore(folder.path)
  const outcomes = Array.from({ length: 10 }, (_, i) => makeOutcomes(1000, i))
  const names = { label: 'tiny · magnitude 0.5 · task', modelName: 'tiny', taskLabel: 'Task', taskGroup: 'syntax' }
  const places = Array.from({ length: cells }, (_, i) => ({ fingerprint: makeRecord(i).fingerprint, ...names }))
  const id = 'c'.repeat(32)
  store.studies.save({ id, name: 'bench', title: 'Bench', spec: {}, createdAt: '2026-11-24' }, places, 'running')
  const began = performance.now()
  for (let i = 0; i < cells; i++) store.cells.finish(makeRecord(i, 1000), outcomes[i % 10]!)
  const cellMs = (performance.now() - began) / cells
  store.checkpoint()
  const figures = measure(store, id, cells)
  store.close()
  return { items: cells * 1000, megabytes: statSync(join(folder.path, 'lab.db')).size / 1e6, cellMs, ...figures }
}

function measure(store: Store, id: string, cells: number): Pick<StoreFigures, 'studyMs' | 'itemsMs' | 'listMs'> {
  const slowest = (query: () => unknown) => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now()
      query()
      return performance.now() - began
    })
    return Math.max(...times)
  }
  return {
    studyMs: slowest(() => store.cells.ofStudy(id)),
    itemsMs: slowest(() => store.items.read(makeRecord(cells >> 1).fingerprint)),
    listMs: slowest(() => store.studies.list()),
  }
}
