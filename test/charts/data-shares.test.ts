import { describe, expect, it } from 'vitest'
import { drawnFigures } from '../../main/bundle/exports/figures.ts'
import { tableCsv } from '../../main/bundle/tex/table-csv.ts'
import { tikzOf } from '../../main/bundle/tex/tikz.ts'
import { chartData, type ChartData } from '../../main/charts/chart.ts'
import { dataAdequacy } from '../../main/charts/data-adequacy.ts'
import { dataDose } from '../../main/charts/data-dose.ts'
import { dataFamilies, sharesOf } from '../../main/charts/data-shares.ts'
import type { GroupRow, ReportInput } from '../../main/charts/input.ts'
import type { Figure } from '../../main/charts/option.ts'
import { ramp } from '../../main/charts/palette.ts'
import { transfer } from '../../main/charts/transfer.ts'
import { makeTransferStudy } from '../make/conditions.ts'

const [EQUAL, LONG] = [190, 800]
const trainings = [2000, 200, 500].flatMap((items) => [EQUAL, LONG].map((steps) => ({ items, steps, rate: 0.001 })))
const study = makeTransferStudy({ trainings })
const [data] = chartData(study) as [ChartData]

interface Mark {
  readonly value: readonly [number, number]
  readonly name: string
  readonly itemStyle: { readonly color: string; readonly borderColor: string }
}
/** All marks that one can point at, panel by panel. */
function marksOf({ option }: Figure): Mark[][] {
  const panels: Mark[][] = []
  for (const { type, xAxisIndex, data: all } of option.series as readonly {
    type: string
    xAxisIndex: number
    data: readonly Mark[]
  }[])
    // prettier-ignore
    if (type === 'scatter') (panels[xAxisIndex] ??= []).push(...all)
  return panels
}
/** What the tidy table says of all tasks together. */
function group(from: ReportInput, items: number, steps: number, method: string, sparsity: number, kind: string) {
  return from.groups.find((g) => g.of === 'all' && g.method === method && g.sparsity === sparsity && g.transfer === kind && g.training.startsWith(`${items} items of world_kinds, ${steps} steps`))! // prettier-ignore
}

describe('trainings that differ in their data alone', () => {
  it('are a family for each length of training, from all of the data to the least', () => {
    const families = dataFamilies(data)
    expect(families.map(({ training, doses }) => [training, doses.map(({ share }) => share)])).toEqual([
      ['190 steps', [1, 0.25, 0.1]],
      ['800 steps', [1, 0.25, 0.1]],
    ])
    expect(sharesOf(families)).toEqual([1, 0.25, 0.1])
  })
  it('are none where the steps differ with the items, or where all learn from as many', () => {
    expect(dataFamilies(chartData(makeTransferStudy())[0]!)).toEqual([])
    const one = makeTransferStudy({ trainings: [200, 400].map((steps) => ({ items: 500, steps, rate: 0.001 })) })
    expect(dataFamilies(chartData(one)[0]!)).toEqual([])
  })
  it('are what their epochs say where that is their length, however many steps follow', () => {
    const inEpochs = renamed(study, (training) => training.replace(/\d+ steps/, '3 epochs')).filter(
      ([, steps]) => steps === EQUAL,
    )
    expect(dataFamilies(chartData(inEpochs.study)[0]!).map(({ training }) => training)).toEqual(['3 epochs'])
  })
  it('take draws of as much data together: means, and the widest span', () => {
    const drawn = renamed(
      makeTransferStudy({ trainings: trainings.filter(({ steps }) => steps === EQUAL) }),
      (training) =>
      training.replace('500 items of world_kinds', '200 items of world_kinds (draw 1)').replace('200 items of world_kinds,', '200 items of world_kinds (draw 0),').replace('2000 items of world_kinds', '2000 items of world_kinds (draw 0)'), // prettier-ignore
    ).study
    const [family] = dataFamilies(chartData(drawn)[0]!)
    expect([family!.training, family!.doses.map(({ items }) => items)]).toEqual(['190 steps', [2000, 200]])
    const draws = drawn.groups.filter((g) => g.of === 'all' && g.method === 'magnitude' && g.sparsity === 0.5 && g.transfer === 'sparse' && g.training.startsWith('200 items')) // prettier-ignore
    expect(draws).toHaveLength(2)
    const id = family!.series.find(({ method, transfer: kind }) => method === 'magnitude' && kind === 'sparse')!.id
    const score = family!.doses[1]!.lines.get(id)!.find(({ level }) => level.sparsity === 0.5)!
    expect(score.percent!.y).toBeCloseTo((draws[0]!.normalised! + draws[1]!.normalised!) / 2, 10)
    expect(score.percent!.low).toBe(Math.min(...draws.map((g) => g.normalisedLow!)))
    expect(score.percent!.high).toBe(Math.max(...draws.map((g) => g.normalisedHigh!)))
  })
})

describe('performance by share of the data', () => {
  const panels = marksOf(dataAdequacy.figure(data, 'x')!)
  it('has a column for each length of training and a row for each compression and kind', () => {
    expect(panels).toHaveLength(2 * dataFamilies(data)[0]!.series.length)
    expect(new Set((dataAdequacy.figure(data, 'x')!.option.grid as { left: number }[]).map(({ left }) => left)).size).toBe(2)
  })
  it('draws percent of the dense model trained alike, as the tidy table has it, darker for less data', () => {
    const [first] = panels
    const { series } = dataFamilies(data)[0]!
    const { method, transfer: kind } = series[0]!
    for (const [i, items] of [2000, 500, 200].entries()) {
      const mine = first!.filter(({ itemStyle }) => itemStyle.borderColor === ramp(i, 3))
      const wanted = series[0]!.levels.map(({ sparsity }) => group(study, items, EQUAL, method, sparsity, kind).normalised)
      expect(mine.map(({ value: [, y] }) => y)).toEqual(wanted)
    }
  })
  it('draws hollow what is not above chance, and no line where dense is not', () => {
    const weak = floored(study, '200 items')
    const [now] = chartData(weak) as [ChartData]
    const marks = marksOf(dataAdequacy.figure(now, 'x')!).flat()
    expect(marks.filter(({ itemStyle }) => itemStyle.borderColor === ramp(2, 3))).toEqual([])
    expect(dataAdequacy.caption(now)).toContain('not above chance: 10 % (3 tasks, 190 steps) and 10 % (3 tasks, 800 steps).')
    expect(dataAdequacy.tables(now)[0]!.rows.filter((row) => row[4] === '10 %').every((row) => row[11]!.endsWith(' ‡'))).toBe(true) // prettier-ignore
    const atFloor = study.groups.filter((g) => g.of === 'all' && g.method !== 'dense' && g.floor * 2 >= g.tasks).length
    expect(panels.flat().filter(({ itemStyle }) => itemStyle.color === '#ffffff')).toHaveLength(atFloor)
    expect(atFloor).toBeGreaterThan(0)
  })
  it('stands for the panels of every training where there is but one kind of it', () => {
    const only = { ...study, ...pick(study, ({ transfer: kind }) => kind === 'sparse' || kind === 'dense') }
    expect([transfer.isFor!(chartData(only)[0]!), transfer.isFor!(data)]).toEqual([false, true])
    expect(transfer.isFor!(chartData(makeTransferStudy())[0]!)).toBe(true)
  })
})

describe('score and drop against the share of the data', () => {
  const figure = dataDose.figure(data, 'x')!
  const panels = marksOf(figure)
  it('draws the score of dense and of every kind, and below it what is lost, as the tidy table has them', () => {
    const [score, lost] = panels as [Mark[], Mark[]]
    const level = dataFamilies(data)[0]!.series[0]!.levels[0]!.sparsity
    const dense = score.filter(({ name }) => name.startsWith('dense, '))
    expect(dense.map(({ value: [x, y] }) => [2 ** x, y])).toEqual(
      [2000, 500, 200].map((items) => [items / 2000, group(study, items, EQUAL, 'dense', 0, 'dense').value]),
    )
    for (const kind of ['sparse', 'freezing', 'sparse-to-dense']) {
      const rows = [2000, 500, 200].map((items) => group(study, items, EQUAL, 'magnitude', level, kind))
      const mine = (marks: Mark[]) => marks.filter(({ name }) => name.startsWith(`magnitude → ${kind},`)).map(({ value: [, y] }) => y) // prettier-ignore
      expect(mine(score)).toEqual(rows.map(({ value }) => value))
      expect(mine(lost)).toEqual(rows.map(({ normalised }) => 100 - normalised!))
    }
  })
  it('has a cross and no drop where dense is not above chance', () => {
    const [now] = chartData(floored(study, '200 items')) as [ChartData]
    const [, lost] = marksOf(dataDose.figure(now, 'x')!)
    expect(lost!.filter(({ name }) => name.includes('10 % of the data')).map(({ name }) => name)).toEqual(['10 % of the data (200 items): dense not above chance']) // prettier-ignore
  })
  it('has the score and no drop where dense is below zero, as a correlation may be', () => {
    const below = (g: GroupRow): GroupRow => g.training.startsWith('200 items') ? { ...g, denseFloor: g.tasks, ...(g.method === 'dense' ? { value: -0.2, low: -0.3, high: -0.1 } : { dense: -0.2, normalised: null, normalisedLow: null, normalisedHigh: null }) } : g // prettier-ignore
    const [now] = chartData({ ...study, groups: study.groups.map(below) }) as [ChartData]
    const [score, lost] = marksOf(dataDose.figure(now, 'x')!) as [Mark[], Mark[]]
    const least = (marks: Mark[]) => marks.filter(({ name }) => name.includes('10 % of the data')).length
    expect([least(score), least(lost)]).toEqual([1 + 6, 1]) // dense and six kinds; a cross
    expect(
      dataDose
        .tables(now)[0]!
        .rows.filter((row) => row[4] === '10 %')
        .every((row) => row[12] === '– ‡'),
    ).toBe(true)
    expect(
      dataAdequacy
        .tables(now)[0]!
        .rows.filter((row) => row[4] === '10 %')
        .every((row) => row[11] === '– ‡'),
    ).toBe(true)
  })
  it('is all there is where dense never comes above chance', () => {
    const [none] = chartData(['200', '500', '2000'].reduce((now, items) => floored(now, `${items} items`), study)) as [ChartData]
    expect([dataAdequacy.figure(none, 'x'), dataAdequacy.tables(none)]).toEqual([null, []])
    expect(marksOf(dataDose.figure(none, 'x')!)[0]!.length).toBeGreaterThan(6)
  })
  it('has every level in its table, though four columns are drawn', () => {
    expect((figure.option.grid as unknown[]).length).toBe(2 * 2 * 4)
    const levels = new Set(dataDose.tables(data)[0]!.rows.map((row) => row[3]))
    expect(levels.size).toBe(new Set(study.groups.filter((g) => g.method !== 'dense').map((g) => g.sparsity)).size)
  })
  it('is a file as SVG, for LaTeX and in numbers, as the other figures are', () => {
    const few = ({ training, transfer: kind }: { transfer: string; training: string }) => training.includes(`${EQUAL} steps`) && ['dense', 'sparse'].includes(kind) // prettier-ignore
    const small = { ...study, ...pick(study, few), ledger: [], trends: [] }
    const drawn = drawnFigures(small).filter(({ chart }) => [dataAdequacy, dataDose].includes(chart))
    expect(drawn.map(({ id }) => id)).toEqual(['v1-data-adequacy', 'v1-data-dose'])
    for (const { figure, svg, tables } of drawn) {
      const panels = (figure!.option.grid as unknown[]).length
      expect([svg!.startsWith('<svg'), tikzOf(figure!).split('\\begin{axis}').length - 1]).toEqual([true, panels])
      expect(tableCsv(tables[0]!).split('\r\n')).toHaveLength(tables[0]!.rows.length + 2)
    }
  })
})

const pick = ({ rows, groups, recoveries }: ReportInput, is: (row: { transfer: string; training: string }) => boolean) => ({ rows: rows.filter(is), groups: groups.filter(is), recoveries: recoveries.filter(is) }) // prettier-ignore

/** The study with other names of its trainings; `filter` keeps trainings by items and steps as they were. */
function renamed(from: ReportInput, name: (training: string) => string) {
  const change = <T extends { training: string }>(row: T): T => ({ ...row, training: name(row.training) })
  const of = ({ rows, groups, recoveries }: Pick<ReportInput, 'rows' | 'groups' | 'recoveries'>): ReportInput => ({ ...from, rows: rows.map(change), groups: groups.map(change), recoveries: recoveries.map(change) }) // prettier-ignore
  return {
    study: of(from),
    filter: (is: (of: readonly number[]) => boolean) => ({ study: of(pick(from, ({ training }) => is(training.match(/^(\d+).*?(\d+) steps/)!.slice(1).map(Number)))) }), // prettier-ignore
  }
}

/** The study with dense at chance after some trainings. */
function floored(from: ReportInput, start: string): ReportInput {
  const groups = from.groups.map((g) => (g.training.startsWith(start) ? { ...g, denseFloor: g.tasks } : g))
  return { ...from, groups }
}
