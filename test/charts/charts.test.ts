import { describe, expect, it } from 'vitest'
import { chartData, WIDTH, type Chart, type ChartData } from '../../main/charts/chart.ts'
import { informativeLevels, theilSen } from '../../main/charts/difficulty.ts'
import { charts } from '../../main/charts/index.ts'
import { textWidth } from '../../main/charts/legend.ts'
import type { Figure } from '../../main/charts/option.ts'
import { renderSvg } from '../../main/bundle/svg.ts'
import type { ResultRow } from '../../preload/contract.ts'
import type { ReportInput } from '../../main/charts/input.ts'
import { FAMILIES, makeAxisStudy, makeTransferStudy } from '../make/conditions.ts'
import { GROUPS, makeStudy, type Sample } from '../make/rows.ts'

const study = makeStudy()
const [data] = chartData(study) as [ChartData]
const chart = (id: string): Chart => charts.find((c) => c.id === id)!
const figureOf = (id: string, from: ChartData = data): Figure => chart(id).figure(from, 'x')!

interface Mark {
  readonly value: readonly [number, number]
  readonly name: string
  readonly itemStyle: { readonly color: string }
}
interface Series {
  readonly type: string
  readonly xAxisIndex: number
  readonly data: readonly Mark[]
}

/** All marks that one can point at, panel by panel. */
function marksOf(figure: Figure): Map<number, Mark[]> {
  const panels = new Map<number, Mark[]>()
  for (const { type, xAxisIndex, data } of figure.option.series as readonly Series[]) {
    if (type === 'scatter') panels.set(xAxisIndex, [...(panels.get(xAxisIndex) ?? []), ...data])
  }
  return panels
}

const near = (a: number, b: number) => Math.abs(a - b) < 1e-9
const at = (method: string, sparsity: number) => (r: ResultRow) =>
  r.method === method && r.pattern === 'free' && r.sparsity === sparsity

describe('performance against sparsity', () => {
  it('has a panel for all tasks, for those that dense can do, and for each group, a mark per level in each', () => {
    const panels = marksOf(figureOf('performance'))
    expect(panels.size).toBe(2 + Object.keys(GROUPS).length)
    for (const marks of panels.values()) expect(marks).toHaveLength(25)
  })
  it('draws percent of dense', () => {
    const [all] = marksOf(figureOf('performance')).values()
    for (const mark of all!.slice(0, 9)) {
      const group = data.groups.find((g) => g.of === 'all' && g.method === 'magnitude' && g.pattern === 'free' && near(g.sparsity, mark.value[0])) // prettier-ignore
      expect(mark.value[1]).toBe(group!.normalised)
    }
  })
  it('draws what is mostly at the floor hollow', () => {
    const [all] = marksOf(figureOf('performance')).values()
    expect(all!.slice(0, 9).map((m) => m.itemStyle.color === '#ffffff')).toEqual([false, false, false, false, false, false, true, true, true]) // prettier-ignore
  })
  it('draws perplexities on a logarithmic axis, where worse is up', () => {
    const [ppl] = chartData(makeStudy({ scorer: 'word_perplexity', groups: { '': ['wikitext', 'lambada'] } }))
    const figure = figureOf('performance', ppl)
    expect((figure.option.yAxis as readonly { type: string }[])[0]!.type).toBe('log')
    const heights = [...marksOf(figure).values()][0]!.slice(0, 9).map((m) => m.value[1])
    expect(heights.at(-1)!).toBeGreaterThan(1000)
    expect(heights[0]!).toBeLessThan(200)
  })
})

describe('bits beside zeros', () => {
  const both = makeStudy({ groups: { a: GROUPS.binding!, b: GROUPS.quantifiers! }, bits: [3, 16, 2, 8, 4, 6] })
  const [mixed] = chartData(both) as [ChartData]
  const bits = [16, 8, 6, 4, 3, 2]
  const scales = (id: string) => (figureOf(id, mixed).option.xAxis as readonly { min: number; max: number; axisLabel: { customValues: number[]; formatter(v: number): string } }[]) // prettier-ignore
  it('have panels of their own, where compression grows to the right from the dense model', () => {
    const panels = [...marksOf(figureOf('performance', mixed)).values()]
    expect(panels.map((marks) => marks.length)).toEqual([25, 25, 25, 25, 6, 6, 6, 6])
    expect(panels[4]!.map(({ value: [x] }) => x)).toEqual(bits.map((b) => -Math.log2(b)))
    const all = both.groups.filter((g) => g.of === 'all')
    expect(panels[4]!.map(({ value: [, y] }) => y)).toEqual(bits.map((b) => all.find((g) => g.method === `rtn bits=${b} groupSize=32`)!.normalised)) // prettier-ignore
    expect(scales('performance').map(({ axisLabel: { customValues, formatter } }) => customValues.map(formatter).join(' '))).toEqual([...Array<string>(4).fill('0 25 50 75 100'), ...Array<string>(4).fill('dense 16 8 6 4 3 2')]) // prettier-ignore
    expect(panels[4]![3]!.name).toMatch(/^rtn groupSize=32, 4 bits: /)
  })
  it('are said to be there only where they are', () => {
    for (const id of ['performance', 'trend', 'ledger']) {
      expect([id, /bits/i.test(chart(id).caption(mixed)), /bits/i.test(chart(id).caption(data))]).toEqual([id, true, false])
      expect(renderSvg(figureOf(id, mixed))).toContain('>bits per weight<'.slice(id === 'ledger' ? 1 : 0))
      expect(renderSvg(figureOf(id))).not.toContain('bits per weight')
    }
  })
  it('have tau below that of zeros, and zeros as they fall in the ledger', () => {
    const panels = [...marksOf(figureOf('trend', mixed)).values()]
    const known = mixed.trends.filter((t) => t.method.startsWith('rtn') && t.estimator === 'human-gap' && t.tau !== null)
    expect(panels[4]!.map(({ value: [, tau] }) => tau).sort()).toEqual(known.map((t) => t.tau!).sort())
    const marks = [...marksOf(figureOf('ledger', mixed)).values()][3]!
    expect([...new Set(marks.map(({ value: [x] }) => x))].sort((a, b) => a - b)).toEqual(bits.map((b) => -Math.log2(b)))
  })
  it('are columns from many to few in the map and in the tables', () => {
    expect(chart('heat-map').tables(mixed)[3]!.head).toEqual(['task', 'difficulty', 'dense', '16 bits', '8 bits', '6 bits', '4 bits', '3 bits', '2 bits']) // prettier-ignore
    const said = charts.flatMap((c) => c.tables(mixed)).flatMap(({ caption, rows }) => [caption, ...rows.flat()])
    expect(said.filter((text) => /bits=|bits zeros|^0 %/.test(text) && !text.startsWith('rtn bits='))).toEqual([])
  })
  it('are drawn under each level of an axis as well', () => {
    const [axes] = chartData(makeAxisStudy({ bits: [8, 4, 2] })) as [ChartData]
    const figure = figureOf('axis-performance', axes)
    const x = figure.option.xAxis as readonly { min: number }[]
    expect(x.filter(({ min }) => min === -5)).toHaveLength(Object.keys(FAMILIES).length)
    expect(renderSvg(figure)).toContain('sparsity, % of weights set to zero; or bits per weight')
  })
})

describe('tau across levels', () => {
  it('draws every tau there is, and above as below the same levels', () => {
    const panels = [...marksOf(figureOf('trend')).values()]
    const known = data.trends.filter((t) => t.estimator === 'human-gap' && t.tau !== null)
    expect(panels[0]!.map((m) => m.value[1]).sort()).toEqual(known.map((t) => t.tau!).sort())
    expect(panels[1]!.map((m) => m.value[1])).toEqual(data.trends.filter((t) => t.estimator === 'human-gap').map((t) => t.floor))
  })
  it('draws hollow what cannot be told from no trend, or has no interval', () => {
    const bare = { ...data, trends: data.trends.map((t) => (t.sparsity === 0.5 ? { ...t, low: null, high: null } : t)) }
    for (const mark of [...marksOf(figureOf('trend', bare)).values()][0]!) {
      const t = bare.trends.find((row) => row.estimator === 'human-gap' && row.tau === mark.value[1])!
      const isSure = t.low !== null && t.high !== null && (t.low > 0 || t.high < 0)
      expect([t.sparsity, mark.itemStyle.color === '#ffffff']).toEqual([t.sparsity, !isSure])
    }
  })
  it('says that there is none where no level leaves enough tasks', () => {
    const none = { ...data, trends: data.trends.map((t) => ({ ...t, tau: null, p: null, low: null, high: null })) }
    expect([chart('trend').figure(none, 'x'), chart('trend').tables(none)]).toEqual([null, []])
  })
})

describe('difficulty against drop', () => {
  it('draws every task at three levels of each series', () => {
    const panels = [...marksOf(figureOf('difficulty')).values()]
    expect(panels).toHaveLength(9)
    for (const marks of panels) expect(marks).toHaveLength(67)
  })
  it('puts a task at its difficulty and its drop', () => {
    const levels = informativeLevels(data.view.series[0]!)
    const marks = [...marksOf(figureOf('difficulty')).values()][0]!
    for (const row of study.rows.filter(at('magnitude', levels[0]!.sparsity))) {
      const mark = marks.find((m) => m.name.startsWith(`${row.task}:`))!
      expect(mark.value[0]).toBe(row.difficulty)
      if (!row.isDenseFloor) expect(mark.value[1]).toBe(row.drop)
    }
  })
  it('gives tasks that dense cannot do a difficulty but no drop', () => {
    const marks = [...marksOf(figureOf('difficulty')).values()][0]!
    const bottom = (figureOf('difficulty').option.yAxis as readonly { min: number }[])[0]!.min
    const lost = marks.filter((m) => m.name.endsWith('dense not above chance'))
    expect(lost).toHaveLength(data.view.tasks.filter((p) => p.isDenseFloor).length)
    expect(new Set(lost.map((m) => m.value[1]))).toEqual(new Set([bottom]))
  })
  it('chooses levels at which tasks are still above the floor', () => {
    expect(informativeLevels(data.view.series[0]!).map((l) => l.label)).toEqual(['10 %', '40 %', '70 %'])
    expect(informativeLevels(data.view.series[1]!).map((l) => l.label)).toEqual(['10 %', '20 %', '30 %'])
  })
  it('fits the line that Theil and Sen fit', () => {
    // scipy.stats.theilslopes([1, 2, 4, 3, 50], [0, 1, 2, 3, 4], method='joint')
    expect(theilSen([[0, 1], [1, 2], [2, 4], [3, 3], [4, 50]])).toEqual({ slope: 1.75, intercept: 0.5 }) // prettier-ignore
    expect(theilSen([[1, 1], [1, 5]])).toBeNull() // prettier-ignore
  })
})

describe('every task at every level', () => {
  it('has a cell for each, that says its drop', () => {
    const cells = (figureOf('heat-map').option.series as readonly { data: readonly { name: string }[] }[])[0]!.data
    expect(cells).toHaveLength(67 * 25)
    const row = study.rows.find((r) => at('magnitude', 0.7)(r) && !r.isDenseFloor && !r.isFloor)!
    const cell = cells.find(({ name }) => name.startsWith(`${row.task} · magnitude, 70 %`))!
    expect(cell.name).toContain(`drop ${(100 * row.drop!).toFixed(1)} %`)
  })
  it('shows by the shape of a cell what is certain, by a stroke what is at the floor, and nothing where dense is at chance', () => {
    const svg = renderSvg(figureOf('heat-map'))
    const shapes = (tip: RegExp) =>
      [...svg.matchAll(/<path d="([^"]*)"[^>]*><title>([^<]*)<\/title><\/path>/g)].filter(([, , title]) => tip.test(title!)).map(([, d]) => d!) // prettier-ignore
    const row = (wanted: (r: ResultRow) => boolean) =>
      study.rows.find((r) => r.method === 'magnitude' && r.pattern === 'free' && wanted(r))!
    const tipOf = (r: ResultRow) => new RegExp(`^${r.task} · magnitude, ${Math.round(100 * r.sparsity)} %:`)
    const height = (d: string) => Math.abs(Number(/l[^l]*l0 (-?[\d.]+)/.exec(d)?.[1] ?? NaN))
    const able = (r: ResultRow) => !r.isDenseFloor && !r.isFloor
    const sure = shapes(tipOf(row((r) => able(r) && r.dropLow! > 0)))
    const unsure = shapes(tipOf(row((r) => able(r) && r.dropLow! < 0 && r.dropHigh! > 0)))
    expect([sure.length, unsure.length]).toEqual([1, 1])
    expect(height(unsure[0]!)).toBeLessThan(height(sure[0]!))
    expect(shapes(tipOf(row((r) => !r.isDenseFloor && r.isFloor)))).toHaveLength(2)
    expect(shapes(tipOf(row((r) => r.isDenseFloor)))).toHaveLength(1)
  })
})

describe('the ledger', () => {
  it('has a mark for each matrix at each level, at what was asked and what came', () => {
    const panels = [...marksOf(figureOf('ledger')).values()]
    expect(panels.map((marks) => marks.length)).toEqual([35 * 9, 35 * 9, 35 * 7])
    const mine = data.ledger.filter(({ level }) => level.method === 'magnitude' && level.pattern === 'free')
    expect(panels[0]!.map((m) => m.value)).toEqual(mine.map((row) => [row.level.sparsity, row.sparsity]))
  })
})

const sharesOf = (...all: [number, number][]) => all.map(([items, steps]) => ({ items, steps, rate: 0.1 }))
const odd: readonly [string, Partial<Sample> | (() => ReportInput)][] = [
  ['67 tasks in 13 groups', {}],
  ['one task', { groups: { '': ['piqa'] }, hasDifficulty: false }],
  ['no difficulty', { groups: { '': ['arc_easy', 'piqa'] }, hasDifficulty: false }],
  ['perplexities', { scorer: 'word_perplexity', groups: { '': ['wikitext', 'lambada', 'x'] } }],
  ['three seeds', { seeds: [0, 1, 2], groups: { a: GROUPS.binding!, b: GROUPS.quantifiers! } }],
  ['every task at the floor', { skill: 0, groups: { a: GROUPS.binding!, b: GROUPS.quantifiers! } }],
  ['levels of axes', makeAxisStudy],
  ['bits beside zeros', { bits: [16, 8, 6, 4, 3, 2], groups: { a: GROUPS.binding!, b: GROUPS.quantifiers! } }],
  ['bits alone, on axes', () => only(makeAxisStudy({ bits: [8] }), 'rtn bits=8 groupSize=32')],
  ['one axis alone', () => makeAxisStudy({ families: { world_options: FAMILIES.world_options! } })],
  ['axes under one method', () => only(makeAxisStudy(), 'magnitude')],
  ['axes before anything is compressed', () => only(makeAxisStudy(), 'dense')],
  ['trainings after compression', makeTransferStudy],
  [
    'one training with two seeds',
    () => makeTransferStudy({ trainings: [{ items: 9, steps: 9, rate: 0.1 }], trainSeeds: [0, 1] }),
  ],
  ['shares of the training data', () => makeTransferStudy({ trainings: sharesOf([200, 3], [2000, 3], [500, 9], [1000, 9]) })],
  ['nothing compressed yet', { hasLevels: false, groups: { a: GROUPS.binding! } }],
  [
    'long names',
    { groups: { [`${'a_long_name_of_a_group_'.repeat(4)}`]: GROUPS.binding!.map((t) => `${t}_${'and_so_on_'.repeat(9)}`) } },
  ],
]

describe.each(odd)('with %s', (_, change) => {
  const make = () => (typeof change === 'function' ? change() : makeStudy(change))
  const some = chartData(make()).flatMap((d) => charts.flatMap((c) => ({ c, d, figure: c.figure(d, 'x') })))
  const drawn = some
    .filter(({ figure }) => figure !== null)
    .map(({ c, figure }) => ({ id: c.id, figure: figure!, svg: renderSvg(figure!) }))

  it('each chart is drawn, or says why not', () => {
    for (const { c, d, figure } of some) {
      expect([c.id, c.empty.length > 20, c.caption(d).length > 60]).toEqual([c.id, true, true])
      if (figure === null) expect(c.tables(d).flatMap(({ rows }) => rows)).toEqual([])
      else
        expect(c.tables(d).every(({ head, rows }) => rows.length > 0 && rows.every((row) => row.length === head.length))).toBe(
          true,
        )
    }
  })
  it('all text is large enough to print and stays inside its figure', () => {
    for (const { id, figure, svg } of drawn) {
      expect([id, figure.width]).toEqual([id, WIDTH])
      for (const { size, from, to, text } of textsOf(svg)) {
        expect([id, text, size >= 10, from >= -1, to <= WIDTH + 1]).toEqual([id, text, true, true, true])
      }
    }
  })
  it('the same study gives the same bytes', () => {
    const again = chartData(make()).flatMap((d) => charts.flatMap((c) => c.figure(d, 'x') ?? []))
    expect(again.map(renderSvg)).toEqual(drawn.map(({ svg }) => svg))
  })
})

/** Dense and one method. */
function only(input: ReportInput, method: string): ReportInput {
  const is = (row: { readonly method: string; readonly pattern: string }) =>
    row.method === 'dense' || (row.method === method && row.pattern === 'free')
  const ledger = input.ledger.filter(({ level }) => is(level))
  return { ...input, rows: input.rows.filter(is), groups: input.groups.filter(is), trends: input.trends.filter(is), ledger }
}

/** Where each upright text of a figure begins and ends, at its widest. */
function textsOf(svg: string): { size: number; from: number; to: number; text: string }[] {
  return [...svg.matchAll(/<text ([^>]*)>([^<]*)<\/text>/g)].flatMap(([, attributes, text]) => {
    const size = Number(/font-size:([\d.]+)px/.exec(attributes!)?.[1] ?? NaN)
    const x = Number(/transform="translate\(([-\d.]+)/.exec(attributes!)?.[1] ?? NaN)
    if (Number.isNaN(x)) return [{ size, from: 0, to: 0, text: text! }] // turned
    const width = textWidth(text!.replace(/&#\d+;/g, '&'), size)
    const anchor = /text-anchor="(\w+)"/.exec(attributes!)?.[1]
    const from = anchor === 'middle' ? x - width / 2 : anchor === 'end' ? x - width : x
    return [{ size, from, to: from + width, text: text! }]
  })
}
