import { expect, it } from 'vitest'
import { benchStore } from '../../bench/store.ts'

it('holds a million items in under 60 MB and answers any chart query in under 100 ms', () => {
  const figures = benchStore(1000)
  expect(figures.items).toBe(1_000_000)
  expect(figures.megabytes).toBeLessThan(60)
  expect(figures.studyMs).toBeLessThan(100)
  expect(figures.itemsMs).toBeLessThan(100)
  expect(figures.listMs).toBeLessThan(100)
})
