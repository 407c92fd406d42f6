import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { chartData, type ChartData } from '../../main/charts/chart.ts'
import { charts } from '../../main/charts/index.ts'
import { figuresOf } from '../../main/bundle/figures.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { summarise } from '../../main/bundle/summary.ts'
import { studyReport } from '../../main/bundle/table.ts'
import { formatResults } from '../../main/bundle/terminal.ts'
import { shortTrainings } from '../../main/charts/training.ts'
import { openStore } from '../../main/store/open.ts'
import type { CellKey } from '../../main/store/records.ts'
import { makeTransferStudy } from '../make/conditions.ts'
import { unbalanced } from '../make/markup.ts'
import { addResults, ITEMS, STUDY, TASKS } from '../make/results.ts'
import { makeStudy } from '../make/rows.ts'
import { makeFolder } from '../make/store.ts'

function training(kind: string, steps: number, seed = 0): CellKey['transfer'] {
  const task = { id: 'lessons', hash: 'lessons', items: 500 }
  return { kind, task, steps, learningRate: 0.001, schedule: 'linear', warmUp: 0.06, weightDecay: 0, batch: 16, seed, version: 1 }
}
const KINDS = ['sparse', 'freezing', 'sparse-to-dense']
const STEPS = [100, 400]

describe('trainings in the tidy table', () => {
  using folder = makeFolder()
  const store = openStore(folder.path)
  addResults(store, {
    transfers: ({ method }) => STEPS.flatMap((steps) => (method === 'dense' ? ['dense'] : KINDS).map((kind) => training(kind, steps))), // prettier-ignore
  })
  const report = studyReport(store, STUDY, { version: '0.1.0' })
  const scores = new Map(report.rows.map((r) => [r.cell, store.items.read(r.cell)!.scores.acc!.value]))
  store.close()
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  const right = (cell: string) => mean([...scores.get(cell)!])
  const rows = report.rows.filter((r) => r.scorer === 'acc')

  it('are named by kind, and by settings that each have a column', () => {
    const row = rows.find((r) => r.transfer === 'freezing' && r.steps === 400)!
    expect([row.transfer, row.trainItems, row.steps, row.learningRate, row.seed, row.trainSeed]).toEqual(['freezing', 500, 400, 0.001, 0, 0]) // prettier-ignore
    expect(row.training).toBe('500 items of lessons, 400 steps, rate 0.001, batch 16, linear, warm-up 0.06, decay 0')
    const plain = makeStudy({ groups: { a: ['one'] } }).rows[0]!
    expect([plain.transfer, plain.training, plain.trainItems, plain.steps, plain.learningRate, plain.trainSeed]).toEqual(['none', '', null, null, null, null]) // prettier-ignore
  })
  it('are set against the dense model trained alike, not against one trained otherwise', () => {
    for (const row of rows) {
      const dense = rows.find((r) => r.task === row.task && r.method === 'dense' && r.training === row.training)!
      expect([dense.transfer, row.dense]).toEqual(['dense', right(dense.cell)])
      expect(row.value).toBe(right(row.cell))
    }
    const [few, many] = STEPS.map((steps) => rows.find((r) => r.task === 'hard' && r.method === 'dense' && r.steps === steps)!)
    expect(few!.dense).not.toBe(many!.dense)
  })
  it('have means, tau and recovery of their own at every level', () => {
    const levels = 4 * KINDS.length * STEPS.length
    const all = report.groups.filter((g) => g.of === 'all' && g.scorer === 'acc')
    expect(all).toHaveLength(levels + STEPS.length)
    expect(all.every((g) => g.tasks === Object.keys(TASKS).length)).toBe(true)
    expect(report.trends.filter((t) => t.scorer === 'acc' && t.estimator === 'declared')).toHaveLength(levels)
    const mine = report.recoveries.filter((r) => r.scorer === 'acc' && r.of === 'all')
    expect(mine).toHaveLength(4 * (KINDS.length - 1) * STEPS.length)
  })
  it('are compared with sparse item by item: rho is (R − R sparse) / (100 − R sparse) over the same tasks', () => {
    const at = (transfer: string) => rows.filter((r) => r.method === 'magnitude' && r.sparsity === 0.6 && r.steps === 400 && r.transfer === transfer && !r.isDenseFloor) // prettier-ignore
    const [sparse, back] = [at('sparse'), at('sparse-to-dense')].map((some) => mean(some.map((r) => r.value)))
    const dense = mean(at('sparse').map((r) => r.dense))
    const row = report.recoveries.find((r) => r.of === 'able' && r.scorer === 'acc' && r.method === 'magnitude' && r.sparsity === 0.6 && r.training.includes('400 steps') && r.transfer === 'sparse-to-dense')! // prettier-ignore
    expect(row.tasks).toBe(5)
    expect(row.sparse).toBeCloseTo((100 * sparse!) / dense, 9)
    expect(row.gain).toBeCloseTo((100 * (back! - sparse!)) / dense, 9)
    expect(row.share!).toBeCloseTo((back! - sparse!) / (dense - sparse!), 9)
    expect([row.shareLow! < row.share!, row.share! < row.shareHigh!, row.shareLow! > 0.3, row.shareHigh! < 0.7]).toEqual([true, true, true, true]) // prettier-ignore
    // paired: far narrower than two means that know nothing of each other
    expect(row.gainHigh! - row.gainLow!).toBeLessThan((100 * 2 * 1.96 * Math.sqrt((2 * 0.25) / (5 * ITEMS))) / dense)
  })
  it('have no share where what sparse lost may be nothing', () => {
    using other = makeFolder()
    const some = openStore(other.path)
    const rng = createRng('unsure')
    addResults(some, {
      transfers: ({ method }) => (method === 'dense' ? ['dense'] : KINDS).map((kind) => training(kind, 100)),
      isDone: ({ key }) => key.task.id === 'hard',
      // some six points less, on other items than dense gets wrong
      change({ key: { transfer, compression } }, { scores }) {
        const isUnsure = transfer !== 'none' && transfer.kind === 'sparse' && compression.sparsity === 0.3
        if (isUnsure) for (let i = 0; i < ITEMS; i++) scores.acc!.value[i] = Number(rng.float() < 0.815)
      },
    })
    const found = studyReport(some, STUDY, { version: '0.1.0' })
    some.close()
    const at = (sparsity: number) => {
      const isMine = (r: { method: string; sparsity: number; scorer: string }) => r.method === 'magnitude' && r.sparsity === sparsity && r.scorer === 'acc' // prettier-ignore
      const sparse = found.groups.find((g) => isMine(g) && g.transfer === 'sparse')!
      const back = found.recoveries.find((r) => isMine(r) && r.transfer === 'freezing')!
      return [back.sparse < 95, sparse.normalisedHigh! < 100, back.share === null, back.shareLow === null]
    }
    expect(at(0.3)).toEqual([true, false, true, true])
    expect(at(0.6)).toEqual([true, true, false, false])
  })
  it('leave a cell out whose dense model trained alike is not there', () => {
    using other = makeFolder()
    const some = openStore(other.path)
    addResults(some, {
      transfers: ({ method }) => (method === 'dense' ? [training('dense', 100)] : STEPS.map((steps) => training('sparse', steps))), // prettier-ignore
    })
    const found = studyReport(some, STUDY, { version: '0.1.0' })
    some.close()
    expect(new Set(found.rows.map((r) => r.steps))).toEqual(new Set([100]))
  })
  it('tell a seed of training from one of compression', () => {
    using other = makeFolder()
    const some = openStore(other.path)
    addResults(some, {
      transfers: ({ method }) => [0, 1].map((seed) => training(method === 'dense' ? 'dense' : 'sparse', 100, seed)),
    })
    const found = studyReport(some, STUDY, { version: '0.1.0' })
    some.close()
    const mine = found.groups.filter((g) => g.of === 'all' && g.scorer === 'acc' && g.method === 'random')
    expect(mine.map((g) => [g.seed, g.trainSeed])).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]) // prettier-ignore
    const [view] = chartData(found)
    expect(chartData(found)).toHaveLength(2) // one per scorer: seeds do not part a view
    expect(view!.view.series.find((s) => s.method === 'random')!.levels[0]!.points[0]!.seeds).toBe(4)
  })
})

const study = makeTransferStudy()
const all = chartData(study)
const textOf = (input = study) => summarise(input).parts.filter((p) => p.title.startsWith('Training after')).flatMap((p) => p.said.flatMap(({ text, items }) => [text, ...items])) // prettier-ignore

describe('figures of trainings', () => {
  it('have a view per training, and one comparison of kinds for all of them', () => {
    expect(all.map(({ view }) => [view.training.slice(0, 8), view.series.length])).toEqual([['500 item', 6], ['2000 ite', 6]]) // prettier-ignore
    expect(figuresOf(study).filter(({ id }) => id.endsWith('transfer')).map(({ id }) => id)).toEqual(['v1-transfer']) // prettier-ignore
    expect(figuresOf(makeStudy({ groups: { a: ['one'] } })).some(({ id }) => id.endsWith('transfer'))).toBe(false)
  })
  it('draw each kind in percent of dense, a panel per compression and training', () => {
    const { option } = charts.find((c) => c.id === 'transfer')!.figure(all[0] as ChartData, 'x')!
    const marks = (option.series as readonly { type: string; xAxisIndex: number; data: readonly { value: readonly number[] }[] }[]).filter((s) => s.type === 'scatter') // prettier-ignore
    expect(marks.map((s) => s.xAxisIndex)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    const [sparse] = study.groups.filter((g) => g.of === 'all' && g.method === 'magnitude' && g.transfer === 'sparse' && g.sparsity === 0.7 && g.training.startsWith('500 ')) // prettier-ignore
    expect(marks[0]!.data.find(({ value }) => value[0] === 0.7)!.value[1]).toBe(sparse!.normalised)
  })
  it('count a ledger once, however many trainings follow it', () => {
    const { option } = charts.find((c) => c.id === 'ledger')!.figure(all[0] as ChartData, 'x')!
    expect((option.series as readonly { type: string }[]).filter((s) => s.type === 'scatter')).toHaveLength(2)
  })
})

describe('words about trainings', () => {
  it('say whether small weights come back when they learn again, and whether they keep the score when held', () => {
    const [text] = textOf()
    expect(text).toContain('dense may be reached at 5 of 5 when they are held at their values and at 0 of 5 when they learn again from zero') // prettier-ignore
    expect(textOf(makeTransferStudy({ isRecovered: true })).join(' ')).not.toContain('at 0 of 5 when they learn again from zero')
  })
  it('do not claim a difference whose interval holds zero', () => {
    const recoveries = study.recoveries.map((r) => ({ ...r, gainLow: -1, gainHigh: 1 }))
    const lines = textOf({ ...study, recoveries }).filter((line) => /^(freezing|sparse-to-dense) /.test(line))
    expect(lines).toHaveLength(8)
    for (const line of lines) expect(line).toContain('a difference from sparse is not shown at any of')
  })
  it('compare random with a method only under the same kind of training', () => {
    const control = summarise(study).parts.filter((p) => p.title.startsWith('Random')).flatMap((p) => p.said.map(({ text }) => text)) // prettier-ignore
    expect(control.filter((text) => /sparse .*random → freezing/.test(text))).toEqual([])
    expect(control.join(' ')).toContain('random → sparse-to-dense')
  })
  it('warn where each training was run once', () => {
    expect(summarise(study).cautions.filter((text) => text.startsWith('Each training was run once'))).toHaveLength(1)
  })
  it('stand in a terminal as kinds by sparsities, and in the report', () => {
    const lines = formatResults(study, { width: 110, colour: false }).split('\n')
    const at = lines.findIndex((line) => line.startsWith('magnitude, by kind of training'))
    const kinds = lines.slice(at, at + 20).filter((line) => /^ {2}[a-z]/.test(line))
    expect(kinds.map((line) => line.trim().split(' ')[0])).toEqual(['sparse', 'freezing', 'sparse-to-dense'])
    const back = study.recoveries.find((r) => r.transfer === 'sparse-to-dense' && r.method === 'magnitude' && r.sparsity === 0.9)!
    expect(lines.slice(at, at + 20).findLast((line) => line.includes('regained, %'))).toMatch(new RegExp(` ${(100 * back.share!).toFixed(0)}$`)) // prettier-ignore
    expect(unbalanced(renderReport(study))).toEqual([])
  })
  it('name trainings by what tells them apart', () => {
    const name = (steps: number, rate: number) => `500 items of kinds, ${steps} steps, rate ${rate}, batch 16`
    expect([...shortTrainings([name(1, 2), name(3, 2)]).values()]).toEqual(['1 steps', '3 steps'])
    expect([...shortTrainings([name(1, 2)]).values()]).toEqual(['500 items of kinds, 1 steps, rate 2'])
  })
})
