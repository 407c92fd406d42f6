import { describe, expect, it } from 'vitest'
import { chanceOf, fixed, percent, plural } from '../../renderer/format.ts'
import { firstLevel, levelsOf, markOf, rowsAt, scorersOf, sorted, trendsAt } from '../../renderer/rows.ts'
import { makeAxisStudy, makeTransferStudy } from '../make/conditions.ts'
import { makeStudy } from '../make/rows.ts'

const { rows, trends } = makeStudy({ seeds: [0, 1] })

describe('the table of the window', () => {
  const levels = levelsOf(rows)

  it('has each compression once, the uncompressed model first, families together', () => {
    expect(levels[0]!.label).toBe('uncompressed')
    expect(new Set(levels.map(({ key }) => key)).size).toBe(levels.length)
    expect(levels.map(({ label }) => label)).toContain('magnitude, 4 of 8 kept · seed 0')
    const families = levels.map(({ family }) => family)
    expect(families.filter((family, i) => family !== families[i - 1])).toEqual([...new Set(families)])
  })
  it('begins in the middle of the first compression, or with the uncompressed model where there is none', () => {
    expect(firstLevel(levels)!.label).toBe('magnitude, 50 % zeros · seed 0')
    expect(firstLevel(levels.slice(0, 1))!.label).toBe('uncompressed')
    expect(firstLevel([])).toBeUndefined()
  })
  it('shows every row under exactly one level and scorer', () => {
    const shown = scorersOf(rows).flatMap((scorer) => levels.flatMap(({ key }) => rowsAt(rows, key, scorer, '')))
    expect(shown).toHaveLength(rows.length)
    expect(new Set(shown).size).toBe(rows.length)
  })
  it('finds tasks and groups by all the words given, in any case', () => {
    const at = (words: string) => rowsAt(rows, levels[0]!.key, 'acc', words).map(({ task }) => task)
    expect(at('WH vs gap')).toEqual(expect.arrayContaining(['wh_vs_that_no_gap', 'wh_vs_that_with_gap']))
    expect(at('quantifiers')).toHaveLength(4)
    expect(at('quantifiers wh')).toEqual([])
  })
  it('shows the trends of the level in view', () => {
    const level = levels.find(({ label }) => label.startsWith('magnitude, 50 %'))!
    const found = trendsAt(trends, level.key, 'acc')
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ method, sparsity }) => method === 'magnitude' && sparsity === 0.5)).toBe(true)
  })
  it('sorts numbers as numbers and keeps what has none at the end either way', () => {
    const some = rowsAt(rows, levels[0]!.key, 'acc', '')
    const holed = some.map((row, i) => ({ ...row, difficulty: i % 5 === 0 ? null : row.difficulty }))
    for (const isDown of [true, false]) {
      const known = sorted(holed, { column: 'difficulty', isDown }).map(({ difficulty }) => difficulty)
      const end = known.indexOf(null)
      expect(known.slice(end).every((d) => d === null)).toBe(true)
      const numbers = known.slice(0, end) as number[]
      expect(numbers).toEqual([...numbers].sort((a, b) => (isDown ? b - a : a - b)))
    }
    const names = sorted(some, { column: 'task', isDown: false }).map(({ task }) => task)
    expect(names.indexOf('passive_1')).toBeLessThan(names.indexOf('passive_2'))
  })
  it('keeps families of an axis apart when it sorts by difficulty', () => {
    const dense = makeAxisStudy().rows.filter(({ method }) => method === 'dense')
    const found = sorted(dense, { column: 'difficulty', isDown: false }).map(({ task, level }) => `${task} ${level}`)
    expect(found.slice(0, 6)).toEqual(['world_context 0', 'world_context 1', 'world_context 3', 'world_context 7', 'world_facts 0', 'world_facts 1']) // prettier-ignore
    expect(found.slice(-2)).toEqual(['world_shots 1', 'world_shots 0'])
  })
  it('tells levels apart by what was trained after them', () => {
    const trained = makeTransferStudy().rows
    const found = levelsOf(trained)
    expect(new Set(found.map(({ label }) => label)).size).toBe(found.length)
    expect(found.map(({ label }) => label)).toContain('magnitude → freezing, 50 % zeros · 200 steps on 500 items, rate 0.001')
    expect(firstLevel(found)!.label).toMatch(/^magnitude → sparse, 50 % zeros/)
    expect(found.flatMap(({ key }) => rowsAt(trained, key, 'acc', ''))).toHaveLength(trained.length)
  })
  it('marks what cannot be relied on, the floor before the doubt', () => {
    const row = { ...rows[0]!, method: 'magnitude', isDenseFloor: false, isFloor: false, dropLow: 0.1, dropHigh: 0.2 }
    expect(markOf(row)).toBe('')
    expect(markOf({ ...row, dropLow: -0.1 })).toBe('uncertain')
    expect(markOf({ ...row, dropLow: -0.1, method: 'dense' })).toBe('')
    expect(markOf({ ...row, isFloor: true })).toBe('floor')
    expect(markOf({ ...row, isFloor: true, isDenseFloor: true })).toBe('dense at floor')
  })
})

describe('numbers of the window', () => {
  it('have a real minus, a dash where there is none, and no minus zero', () => {
    expect([fixed(-0.1234, 3), fixed(null, 3), fixed(-0.0001, 2), fixed(0, 1), fixed(-0, 1)]).toEqual([
      '−0.123',
      '–',
      '0.00',
      '0.0',
      '0.0',
    ])
    expect([percent(0.1234), percent(-0.0001), percent(null)]).toEqual(['12.3 %', '0.0 %', '–'])
    expect([chanceOf(0.0004), chanceOf(0.25), chanceOf(null)]).toEqual(['< 0.001', '0.250', '–'])
    expect([plural(1, 'task'), plural(1234, 'task')]).toEqual(['1 task', '1,234 tasks'])
  })
})
