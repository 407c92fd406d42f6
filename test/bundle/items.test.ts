import { describe, expect, it } from 'vitest'
import { orderItems, type ItemWish } from '../../main/bundle/item-page.ts'
import { viewItem } from '../../main/bundle/item-view.ts'
import { itemCells, levelsOf, readItems, FLIPS } from '../../main/bundle/items.ts'
import { marginOf, shownChoices } from '../../main/bundle/margins.ts'
import type { StudyFacts } from '../../main/bundle/facts.ts'
import { openStore } from '../../main/store/open.ts'
import type { ItemOutcomes } from '../../main/store/records.ts'
import { flips } from '../../main/stats/paired.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

/** Outcomes from the log-likelihoods of each item and whether it was right. */
function outcomes(ll: readonly (readonly number[])[], right: readonly number[]): ItemOutcomes {
  return {
    ids: Int32Array.from(ll.keys()),
    scores: { acc: { value: Float64Array.from(right), weight: null } },
    counts: Uint16Array.from(ll, ({ length }) => length),
    ll: Float32Array.from(ll.flat()),
    isGreedy: new Uint8Array(ll.flat().length),
    flags: new Uint8Array(ll.length),
  }
}

describe('margins', () => {
  const dense = outcomes([[-1, -2, -3], [-4, -1], [-2], [-5, -6, -7], [-1, -2, -3]], [1, 0, 1, 0, 0])
  const pruned = outcomes([[-2, -1, -3], [-1, -4], [-3], [-6, -5.5, -7], [-3, -2, -1]], [0, 1, 0, 1, 0])
  it('are measured from the choice that any level shows to be right', () => {
    const gold = shownChoices([dense, pruned])
    // the likeliest where an answer is right; of two choices the other one where it is wrong; unknown where nobody is right
    expect([...gold]).toEqual([0, 0, -1, 1, -1])
    expect([...marginOf(dense, gold)]).toEqual([1, -3, -2, -1, NaN])
    expect([...marginOf(pruned, gold)]).toEqual([-1, 3, -3, 0.5, NaN])
  })
  it('are positive where an item is right and not where it is wrong', () => {
    const gold = shownChoices([dense, pruned])
    for (const one of [dense, pruned]) {
      marginOf(one, gold).forEach((margin, i) => {
        if (one.counts[i]! > 1 && !Number.isNaN(margin)) expect(margin > 0).toBe(one.scores.acc!.value[i] === 1)
      })
    }
  })
})

describe('the items of a study', () => {
  using home = makeFolder()
  const id = addStudy(home.path, { done: 9, failed: 0 })
  const store = openStore(home.path, { readOnly: true })
  const facts = store.studies.read(id).spec as unknown as StudyFacts
  const cells = itemCells(store.cells.ofStudy(id), facts)
  const table = readItems(store, cells)
  const wish = (more: Partial<ItemWish> = {}): ItemWish => ({
    ...{ task: null, level: null, cell: null, flip: 'all', sort: 'study', isDescending: false },
    ...more,
  })

  it('stand against the dense model item by item, as the paired test counts them', () => {
    for (const cell of cells.filter(({ isDense }) => !isDense)) {
      const of = (fingerprint: string) => store.items.read(fingerprint)!.scores.acc!.value
      const reference = cells.find((other) => other.isDense && other.record.key.task.id === cell.record.key.task.id)!
      const right = (values: Float64Array) => Uint8Array.from(values)
      const { lost, gained } = flips(right(of(reference.record.fingerprint)), right(of(cell.record.fingerprint)))
      const { counts } = orderItems(table, wish({ cell: cell.record.fingerprint }))
      expect(counts).toEqual({ all: 200, lost, gained })
    }
  })
  it('are chosen by task, level, cell and flip; dense ones where they are named', () => {
    const [dense, first] = levelsOf(cells)
    expect(orderItems(table, wish()).rows.length).toBe(6 * 200)
    expect(orderItems(table, wish({ task: 'hard' })).rows.length).toBe(2 * 200)
    expect(orderItems(table, wish({ level: first!.level, task: 'hard' })).rows.length).toBe(200)
    expect(orderItems(table, wish({ level: dense!.level })).counts).toEqual({ all: 600, lost: 0, gained: 0 })
    const { rows, counts } = orderItems(table, wish({ flip: 'changed' }))
    expect(rows.length).toBe(counts.lost + counts.gained)
    const [right, wrong] = [orderItems(table, wish({ flip: 'right' })), orderItems(table, wish({ flip: 'wrong' }))]
    expect(right.rows.length + wrong.rows.length).toBe(1200)
    expect(new Set(Array.from(orderItems(table, wish({ flip: 'lost' })).rows, (row) => FLIPS[table.flip[row]!]))).toEqual(new Set(['lost'])) // prettier-ignore
  })
  it('are sorted by margin, unknown ones last, equals in the order of the study', () => {
    for (const [sort, isDescending] of [
      ['margin', false],
      ['margin', true],
      ['change', true],
      ['denseMargin', false],
    ] as const) {
      const { rows } = orderItems(table, wish({ sort, isDescending }))
      const keyOf = (row: number) => sort === 'margin' ? table.margin[row]! : sort === 'change' ? table.margin[row]! - table.denseMargin[row]! : table.denseMargin[row]! // prettier-ignore
      const expected = Array.from(orderItems(table, wish()).rows).sort((a, b) => {
        const [x, y] = [keyOf(a), keyOf(b)].map((key) => Math.fround(key)) as [number, number]
        if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
        return (isDescending ? y - x : x - y) || a - b
      })
      expect(Array.from(rows)).toEqual(expected)
    }
  })
  it('one by one show what every level answered', () => {
    const view = viewItem(store, cells, 'hard', 17)
    expect(view.levels.map(({ label }) => label)).toEqual(['dense', 'magnitude 0.5 model', 'magnitude 0.8 model'])
    const { ll, scores } = store.items.read(view.levels[1]!.cell)!
    expect(view.levels[1]).toMatchObject({ ll: [...ll.subarray(34, 36)], scores: { acc: scores.acc!.value[17] } })
    expect(() => viewItem(store, cells, 'none', 0)).toThrow(/easy, middling, hard/)
    expect(() => viewItem(store, cells, 'hard', 200)).toThrow(/200 \(number\)/)
  })
  it('take the right choice from the record where there is one, though no level shows it', () => {
    using kept = makeFolder()
    const study = addStudy(kept.path, { name: 'kept' })
    using writer = { ...openStore(kept.path), [Symbol.dispose]: () => writer.close() }
    const mine = itemCells(writer.cells.ofStudy(study), writer.studies.read(study).spec as unknown as StudyFacts)
    const dense = mine.find(({ isDense, record }) => isDense && record.key.task.id === 'hard')!.record
    const shown = viewItem(writer, mine, 'hard', 17)
    // the made-up cells say which of two choices is right: a record that says the other one can come from nowhere else
    const choice = new Int32Array(200).fill(1 - shown.gold!)
    const whole = { ll: new Float32Array(200), tokens: new Int32Array(200), bytes: new Int32Array(200) }
    expect(writer.answers.save(dense.fingerprint, { choice, ...whole })).toBe(1)
    const view = viewItem(writer, mine, 'hard', 17)
    expect(view.gold).toBe(1 - shown.gold!)
    expect(view.levels.map(({ margin }) => margin)).toEqual(shown.levels.map(({ margin }) => -margin!))
    const { cell, item, margin } = readItems(writer, mine)
    const row = item.findIndex((id, i) => id === 17 && mine[cell[i]!]!.record === dense)
    expect(margin[row]).toBe(view.levels[0]!.margin)
  })
  it('are refused where the record is not of as many items', () => {
    using kept = makeFolder()
    const study = addStudy(kept.path, { name: 'short' })
    using writer = { ...openStore(kept.path), [Symbol.dispose]: () => writer.close() }
    const mine = itemCells(writer.cells.ofStudy(study), writer.studies.read(study).spec as unknown as StudyFacts)
    const { fingerprint } = mine.find(({ isDense }) => isDense)!.record
    writer.answers.save(fingerprint, { choice: new Int32Array(3), ll: new Float32Array(3), tokens: new Int32Array(3), bytes: new Int32Array(3) }) // prettier-ignore
    expect(() => readItems(writer, mine)).toThrow(/right answer for each of the 200 items of cell [0-9a-f]{64}, got 3/)
  })
  it('of a large study are read and sorted within a second: a million of them', () => {
    using large = makeFolder()
    const tasks = Array.from({ length: 10 }, (_, i) => `task_${i}`)
    const levels = Array.from({ length: 9 }, (_, i) => (i + 1) / 10)
    const big = addStudy(large.path, { name: 'large', tasks, levels, items: 1000, done: 100, failed: 0, state: 'finished' })
    const bigStore = openStore(large.path, { readOnly: true })
    const some = itemCells(bigStore.cells.ofStudy(big), bigStore.studies.read(big).spec as unknown as StudyFacts)
    // a tenth of them, ten times over: to write a million would take longer than the test may
    const all = Array.from({ length: 10 }, () => some).flat()
    const before = process.cpuUsage()
    const items = readItems(bigStore, all)
    const { rows } = orderItems(items, wish({ sort: 'margin' }))
    const { user, system } = process.cpuUsage(before)
    expect([items.cell.length, rows.length]).toEqual([1_000_000, 900_000])
    expect((user + system) / 1000).toBeLessThan(3000) // 0.8 s measured on a busy machine of two cores
    bigStore.close()
  })
})
