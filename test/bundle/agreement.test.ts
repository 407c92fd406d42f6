import { describe, expect, it } from 'vitest'
import { agreementRows, DECLARED_ORDER, DENSE_ERROR, MEASURED_DROP } from '../../main/bundle/agreement.ts'
import { itemResponse } from '../../main/bundle/item-response.ts'
import type { Measured } from '../../main/bundle/measured.ts'
import { agreementTable } from '../../main/bundle/page/agreement.ts'
import { agreementGrid } from '../../main/bundle/terminal/agreement.ts'
import type { CellRecord, ItemOutcomes } from '../../main/store/records.ts'
import { kendall, makeStudy } from '../make/rows.ts'

const rows = makeStudy().rows.filter(({ scorer }) => scorer === 'acc')
const measured = (of: typeof rows) =>
  of.map((row): Measured => ({
    row,
    difficulties: [row.difficulty, row.difficulty === null ? null : -row.difficulty],
    member: undefined as never,
  }))
const tasks = [...new Set(rows.map(({ task }) => task))]

describe('measures of difficulty', () => {
  const found = agreementRows(measured(rows), ['gap', 'inverse'])
  const tau = (a: string, b: string) => found.find((row) => row.a === a && row.b === b)!

  it('are set against each other over all tasks that both know', () => {
    expect(found.map(({ a, b }) => `${a}, ${b}`)).toEqual([
      'gap, inverse',
      `gap, ${DENSE_ERROR}`,
      `gap, ${MEASURED_DROP}`,
      `inverse, ${DENSE_ERROR}`,
      `inverse, ${MEASURED_DROP}`,
      `${DENSE_ERROR}, ${MEASURED_DROP}`,
    ])
    expect(tau('gap', 'inverse')).toMatchObject({ over: 'tasks', tau: -1, tasks: tasks.length })
    const dense = tasks.map((task) => rows.find((row) => row.task === task)!)
    const pairs = dense.map((row) => [row.difficulty!, 1 - row.dense] as const)
    expect(tau('gap', DENSE_ERROR).tau).toBeCloseTo(kendall(pairs), 3) // tau-a there: a few of the 2211 pairs of tasks are tied
  })

  it('leave out drops at the floor, and what random pruning took', () => {
    const drops = tasks.flatMap((task) => {
      const mine = rows.filter((r) => r.task === task && !['dense', 'random'].includes(r.method) && !r.isFloor && !r.isDenseFloor)
      const [{ difficulty } = { difficulty: null }] = mine
      return difficulty === null ? [] : [[difficulty, mine.reduce((sum, r) => sum + r.drop!, 0) / mine.length] as const]
    })
    expect(tau('gap', MEASURED_DROP)).toMatchObject({ tasks: drops.length })
    expect(tau('gap', MEASURED_DROP).tau).toBeCloseTo(kendall(drops), 3)
  })

  it('are set against the order declared on an axis, family by family', () => {
    const onAxis = rows.map((row) => ({
      ...row,
      task: 'family',
      axis: 'options',
      level: tasks.indexOf(row.task),
      difficulty: tasks.indexOf(row.task),
    }))
    const levels = agreementRows(measured(onAxis), []).filter(({ over }) => over !== 'tasks')
    expect(levels.map(({ over, a, b }) => `${over}: ${a}, ${b}`)).toEqual([
      `family by options: ${DECLARED_ORDER}, ${DENSE_ERROR}`,
      `family by options: ${DECLARED_ORDER}, ${MEASURED_DROP}`,
      `family by options: ${DENSE_ERROR}, ${MEASURED_DROP}`,
    ])
    expect(levels[0]!.tasks).toBe(tasks.length)
  })

  it('are shown on the page and in the terminal, and nothing where there is nothing to compare', () => {
    expect(agreementTable(found)!.text).toContain('measured drop')
    expect(agreementTable(found)!.text).toContain('pulls tau with the drop below zero')
    expect(agreementGrid(found, { width: 100, colour: false })).toMatch(/gap – inverse +−1\.00/)
    expect([agreementTable([]), agreementGrid([], { width: 100, colour: false })]).toEqual([null, ''])
  })
})

describe('item response of a study', () => {
  const outcomes = new Map<string, readonly number[]>()
  const cell = (task: string, ledger: string, scores: readonly number[]): CellRecord => {
    outcomes.set(`${task} ${ledger}`, scores)
    return { fingerprint: `${task} ${ledger}`, modelName: 'm', ledger, key: { task: { id: task }, scorers: { acc: 1 }, transfer: 'none' } } as unknown as CellRecord // prettier-ignore
  }
  const items = { read: (fingerprint: string) => ({ scores: { acc: { value: Float64Array.from(outcomes.get(fingerprint)!), weight: null } } }) as unknown as ItemOutcomes } // prettier-ignore
  const easy = [1, 1, 1, 0]
  const hard = [1, 0, 0, 0]

  it('places the task that more versions of a model get right below the other', () => {
    const of = itemResponse({ items } as never, [
      ...[cell('easy', 'dense', [1, 1, 1, 1]), cell('hard', 'dense', [1, 1, 1, 0])],
      ...[cell('easy', 'half', easy), cell('hard', 'half', hard)],
    ])
    expect(of('m', 'easy')!).toBeLessThan(of('m', 'hard')!)
    expect(of('other', 'easy')).toBeUndefined()
  })

  it('says nothing of a single version, or of scores that are not right or wrong', () => {
    expect(itemResponse({ items } as never, [cell('easy', 'dense', easy)])('m', 'easy')).toBeUndefined()
    const graded = [cell('easy', 'dense', [0.5, 1]), cell('easy', 'half', [0.2, 1])]
    expect(itemResponse({ items } as never, graded)('m', 'easy')).toBeUndefined()
  })
})
