import { describe, expect, it } from 'vitest'
import { chartData, type ChartData } from '../../main/charts/chart.ts'
import { charts } from '../../main/charts/index.ts'
import { figuresOf } from '../../main/bundle/figures.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { summarise } from '../../main/bundle/summary.ts'
import { studyReport } from '../../main/bundle/table.ts'
import { formatResults } from '../../main/bundle/terminal.ts'
import { openStore } from '../../main/store/open.ts'
import { FAMILIES, makeAxisStudy } from '../make/conditions.ts'
import { unbalanced } from '../make/markup.ts'
import { addResults, STUDY, TASKS } from '../make/results.ts'
import { makeStudy } from '../make/rows.ts'
import { makeFolder } from '../make/store.ts'

const study = makeAxisStudy()
const [data] = chartData(study) as [ChartData]

interface Mark {
  readonly value: readonly [number, number]
  readonly name: string
  readonly itemStyle: { readonly color: string }
}
function marksOf(id: string): Mark[][] {
  const { series } = charts.find((c) => c.id === id)!.figure(data, 'x')!.option
  const panels = new Map<number, Mark[]>()
  for (const one of series as readonly { type: string; xAxisIndex: number; data: readonly Mark[] }[]) {
    if (one.type === 'scatter') panels.set(one.xAxisIndex, [...(panels.get(one.xAxisIndex) ?? []), ...one.data])
  }
  return [...panels.values()]
}

describe('levels of axes under a difficulty declared across them', () => {
  it('have tau drawn across levels of compression, which without it says nothing', () => {
    const ids = (input: typeof study) => figuresOf(input).map(({ id }) => id)
    expect(ids({ ...study, trends: [] })).not.toContain('v1-trend')
    const own = study.trends.map((t) => ({ ...t, estimator: 'declared' }))
    expect(ids({ ...study, trends: [...study.trends, ...own] })).toContain('v1-trend')
  })
})

describe('levels of axes in the tidy table', () => {
  using folder = makeFolder()
  const store = openStore(folder.path)
  const rung = (family: string, level: number, difficulty = level) => ({ family, axis: 'step', level, difficulty })
  const rungs = {
    easy: rung('up', 1),
    middling: rung('up', 2),
    hard: rung('up', 3),
    harder: rung('down', 1, -1),
    hardest: rung('down', 0, 0),
  }
  const tasks = Object.keys(TASKS).map((id) => ({ id, hash: id, version: 1, shots: 0, limit: null, rung: rungs[id as 'easy'] ?? null })) // prettier-ignore
  addResults(store, { facts: { tasks } })
  const report = studyReport(store, STUDY, { version: '0.1.0' })
  store.close()

  it('are named by family, axis and level; tasks off any axis keep their name and declared difficulty', () => {
    const acc = report.rows.filter((r) => r.scorer === 'acc' && r.method === 'dense')
    expect(acc.map((r) => [r.task, r.axis, r.level, r.difficulty])).toEqual([
      ['up', 'step', 1, 1],
      ['up', 'step', 2, 2],
      ['up', 'step', 3, 3],
      ['down', 'step', 1, -1],
      ['down', 'step', 0, 0],
      ['hopeless', '', null, null],
    ])
  })
  it('have tau by family, and never one over two families', () => {
    const mine = report.trends.filter((t) => t.scorer === 'acc' && t.estimator.endsWith('by step'))
    expect([...new Set(mine.map((t) => t.estimator))]).toEqual(['up by step', 'down by step'])
    expect(mine.filter((t) => t.estimator === 'up by step').map((t) => t.tasks + t.floor)).toEqual([3, 3, 3, 3])
    const [first] = mine.filter((t) => t.method === 'magnitude' && t.sparsity === 0.3)
    expect([first!.tau, first!.tasks]).toEqual([1, 3])
    // estimators over tasks are there as before
    expect([...new Set(report.trends.map((t) => t.estimator))]).toEqual(['human-gap', 'declared', 'up by step', 'down by step'])
  })
  it('count each level as a task of its own in means', () => {
    expect(report.groups.find((g) => g.of === 'all' && g.scorer === 'acc')!.tasks).toBe(6)
  })
})

describe('a view of axes', () => {
  it('has families in their order, the easiest level first, whichever way the axis runs', () => {
    expect(data.view.families.map((f) => f.name)).toEqual(['world_facts by rarity', 'world_options by options', 'world_context by distractors', 'world_shots by shots']) // prettier-ignore
    expect(data.view.families.map((f) => f.levels.map((p) => p.axisLevel))).toEqual([[0, 1, 2, 3, 4], [2, 3, 4, 5, 6, 7, 8], [0, 1, 3, 7], [5, 4, 3, 2, 1, 0]]) // prettier-ignore
  })
  it('takes no place on an axis for a difficulty that holds across tasks', () => {
    expect([data.view.hasDifficulty, data.estimator, data.trends]).toEqual([false, null, []])
    expect(data.axisTrends).toHaveLength(4 * 25)
    expect(figuresOf(study).map(({ id }) => id)).toEqual(['v1-performance', 'v1-axis-performance', 'v1-axis-drop', 'v1-heat-map', 'v1-ledger']) // prettier-ignore
  })
  it('keeps axes out of the scatter of declared difficulty where a study has both', () => {
    const plain = makeStudy({ groups: { a: ['one', 'two', 'three', 'four'] } })
    const both = { ...plain, rows: [...plain.rows, ...study.rows], trends: [...plain.trends, ...study.trends], groups: [...plain.groups, ...study.groups] } // prettier-ignore
    const [mixed] = chartData(both) as [ChartData]
    expect(mixed.view.tasks.slice(0, 4).map((p) => p.axis)).toEqual(['', '', '', ''])
    expect(mixed.estimator).toBe('human-gap')
    const [table] = charts.find((c) => c.id === 'difficulty')!.tables(mixed)
    expect(table!.rows.map(([task]) => task).sort()).toEqual(['four', 'one', 'three', 'two'])
  })
})

describe('figures of axes', () => {
  it('draw performance family by family and series by series, a mark per level and sparsity that dense can do', () => {
    const panels = marksOf('axis-performance')
    const able = data.view.families.map((f) => f.levels.filter((p) => !p.isDenseFloor).length)
    expect(panels.map((marks) => marks.length)).toEqual(able.flatMap((n) => [9 * n, 9 * n, 7 * n]))
  })
  it('draw percent of the level’s own dense score, hollow at the floor', () => {
    for (const mark of marksOf('axis-performance')[3]!) {
      const row = study.rows.find((r) => mark.name.startsWith(`${r.task} · options ${r.level}, `) && r.method === 'magnitude' && r.pattern === 'free' && r.normalised === mark.value[1])! // prettier-ignore
      expect([mark.name, mark.itemStyle.color === '#ffffff']).toEqual([mark.name, row.isFloor])
    }
  })
  it('set drop against levels in their order at up to three sparsities', () => {
    const [, options] = [marksOf('axis-drop')[0]!, marksOf('axis-drop')[3]!]
    expect(new Set(options.map((m) => Math.round(m.value[0])))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
    expect(options).toHaveLength(3 * 7)
    const hardest = options.filter((m) => m.name.startsWith('world_options · options 8,'))
    const drops = study.rows.filter((r) => r.task === 'world_options' && r.level === 8 && r.method === 'magnitude').map((r) => r.drop) // prettier-ignore
    for (const mark of hardest) expect(drops).toContain(mark.value[1])
  })
})

describe('words about axes', () => {
  const said = (input = study) => summarise(input).parts.filter((p) => p.title === 'Difficulty axes').flatMap((p) => p.said.flatMap(({ text, items }) => [text, ...items])) // prettier-ignore
  it('say at which sparsities harder levels lose more, and whether chance does the same', () => {
    const mine = study.trends.filter((t) => t.estimator === 'world_options by options' && t.tau !== null)
    const above = (method: string, pattern: RegExp) => mine.filter((t) => t.method === method && pattern.test(t.pattern) && t.low !== null && t.low > 0).length // prettier-ignore
    const text = said().find((line) => line.startsWith('world_options'))!
    expect(text).toContain('7 levels from 2 (easiest) to 8')
    expect(text).toContain(`magnitude at ${above('magnitude', /free/)} of 7 sparsities`)
    expect(text).toContain(
      `random as well, at ${above('random', /free/)} of 3 sparsities: such a trend alone does not single out small weights`,
    )
  })
  it('do not claim what is not shown', () => {
    const flat = { ...study, trends: study.trends.map((t) => ({ ...t, low: t.low === null ? null : -0.5, high: t.high === null ? null : 0.5 })) } // prettier-ignore
    expect(said(flat).filter((line) => line.startsWith('world_')).every((line) => line.includes('By tau it is not shown'))).toBe(true) // prettier-ignore
    const calm = { ...study, trends: study.trends.map((t) => (t.method === 'random' ? { ...t, low: -0.5, high: 0.5 } : t)) }
    expect(said(calm).join(' ')).toContain('where weights go at random that is not shown')
  })
  it('warn of few levels and of chance that differs between levels', () => {
    const cautions = summarise(study).cautions.join(' | ')
    expect(cautions).toContain('world_context by distractors: fewer than 5 levels that the dense model can do')
    expect(cautions).toContain('Chance differs between the levels of world_options by options.')
    expect(summarise(makeStudy()).cautions.join(' ')).not.toContain('axis')
  })
  it('stand in a terminal as a block per family, easy levels first, under the same sparsities', () => {
    const lines = formatResults(study, { width: 110, colour: false }).split('\n')
    const at = lines.indexOf('world_shots by shots, easy to hard')
    expect(lines.slice(at + 1, at + 7).map((line) => line.trim().split(/ +/)[0])).toEqual(['5', '4', '3', '2', '1', '0'])
    expect(lines[at + 7]).toMatch(/^ {2}τ /)
    const row = study.rows.find((r) => r.task === 'world_shots' && r.level === 5 && r.method === 'magnitude' && r.sparsity === 0.5 && r.pattern === 'free')! // prettier-ignore
    expect(lines[at + 1]).toContain(`+${(100 * row.drop!).toFixed(1)}`)
  })
  it('stand in the report, whose every tag closes', () => {
    const page = renderReport(study)
    expect(unbalanced(page)).toEqual([])
    expect(page).toContain('Does the axis predict the drop?')
    for (const name of Object.keys(FAMILIES)) expect(page).toContain(`<th>${name} by ${FAMILIES[name]!.axis}<br>`)
  })
})
