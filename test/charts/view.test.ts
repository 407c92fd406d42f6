import { describe, expect, it } from 'vitest'
import { denseOverall, levelRows } from '../../main/charts/levels.ts'
import { chartData, sizeWords } from '../../main/charts/chart.ts'
import { amountName, compressionName, viewsOf } from '../../main/charts/view.ts'
import { makeTransferStudy } from '../make/conditions.ts'
import { makeStudy } from '../make/rows.ts'

const groups = { b: ['x_two', 'x_one'], a: ['x_three'] }

describe('a view of the tidy table', () => {
  it('holds one series per method and family of patterns, from little to much compression', () => {
    const [view] = viewsOf(makeStudy({ groups }).rows)
    expect(view!.series.map((s) => [s.label, s.levels.length])).toEqual([['magnitude', 9], ['random', 9], ['magnitude (N of 8 kept)', 7]]) // prettier-ignore
    expect(view!.series[2]!.levels.map((l) => l.label)).toEqual(['7 of 8', '6 of 8', '5 of 8', '4 of 8', '3 of 8', '2 of 8', '1 of 8']) // prettier-ignore
    expect(view!.series[0]!.levels[2]!.label).toBe('30 %')
  })
  it('keeps models and scorers apart', () => {
    const rows = [...makeStudy({ groups }).rows, ...makeStudy({ groups, model: 'other' }).rows]
    expect(viewsOf(rows).map((v) => [v.model, v.tasks.length])).toEqual([['stories-260k', 3], ['other', 3]]) // prettier-ignore
  })
  it('orders tasks from easy to hard, and by group and name where no difficulty is declared', () => {
    const [declared] = viewsOf(makeStudy().rows)
    const difficulties = declared!.tasks.map((p) => p.difficulty!)
    expect(difficulties).toEqual([...difficulties].sort((a, b) => a - b))
    const [plain] = viewsOf(makeStudy({ groups, hasDifficulty: false }).rows)
    expect(plain!.tasks.map((p) => p.task)).toEqual(['x_three', 'x_one', 'x_two'])
  })
  it('takes means over seeds and the widest span of their intervals', () => {
    const { rows } = makeStudy({ groups: { a: ['one'] }, seeds: [0, 1, 2] })
    const [view] = viewsOf(rows)
    const random = view!.series.find((s) => s.method === 'random')!
    expect(random.seeds).toEqual([0, 1, 2])
    const mine = rows.filter((r) => r.method === 'random' && r.sparsity === 0.2)
    const [point] = random.levels[1]!.points
    expect(point!.seeds).toBe(3)
    expect(point!.value).toBeCloseTo((mine[0]!.value + mine[1]!.value + mine[2]!.value) / 3, 12)
    expect([point!.dropLow, point!.dropHigh]).toEqual([Math.min(...mine.map((r) => r.dropLow!)), Math.max(...mine.map((r) => r.dropHigh!))]) // prettier-ignore
  })
  it('tells seeds of training from those of the compression', () => {
    const [twice] = viewsOf(makeTransferStudy({ trainSeeds: [1, 0] }).rows)
    expect(sizeWords(twice!)).toMatch(/; one seed; training seeds 0 and 1\.$/)
    const [once] = viewsOf(makeTransferStudy().rows)
    expect([once!.trainSeeds, sizeWords(once!)]).toEqual([[0], expect.stringMatching(/; one seed\.$/)])
  })
  it('leaves out what all names share, from eight names on', () => {
    const names = (n: number) => ({ a: Array.from({ length: n }, (_, i) => `suite_part_${i}x`) })
    const [many] = viewsOf(makeStudy({ groups: names(8) }).rows)
    expect([many!.prefix, many!.tasks.map((p) => p.name).sort()[0]]).toEqual(['suite_part_', '0x'])
    const [few] = viewsOf(makeStudy({ groups: names(7) }).rows)
    expect([few!.prefix, few!.tasks[0]!.name.startsWith('suite_part_')]).toEqual(['', true])
  })
  it('names the comparison group where a method has two', () => {
    const { rows } = makeStudy({ groups })
    const [view] = viewsOf([...rows, ...rows.filter((r) => r.method === 'random').map((r) => ({ ...r, group: 'layer' }))])
    expect(view!.series.map((s) => s.label)).toEqual(['magnitude', 'random (per model)', 'magnitude (N of 8 kept)', 'random (per layer)']) // prettier-ignore
  })
  it('holds bits of one method as one series, from many to few', () => {
    const study = makeStudy({ groups, bits: [3, 16, 2, 8, 4, 6] })
    const [data] = chartData(study)
    const coded = data!.view.series.filter(({ isCoded }) => isCoded)
    expect(coded.map(({ label, short, method, of }) => [label, short, method, of])).toEqual([['rtn groupSize=32', 'rtn groupSize=32', 'rtn groupSize=32', null]]) // prettier-ignore
    expect(coded[0]!.levels.map(({ label }) => label)).toEqual(['16 bits', '8 bits', '6 bits', '4 bits', '3 bits', '2 bits'])
    // each level finds the rows of its own bits
    const means = levelRows(data!).filter(({ series }) => series === coded[0])
    const of = (method: string) => study.groups.find((g) => g.of === 'all' && g.method === method)!.value
    expect(means.map(({ all }) => all!.value)).toEqual([16, 8, 6, 4, 3, 2].map((b) => of(`rtn bits=${b} groupSize=32`)))
    expect(denseOverall(data!).all!.value).toBe(of('dense'))
  })
  it('keeps codes apart that differ in more than bits', () => {
    const { rows } = makeStudy({ groups, bits: [4, 3] })
    const coarse = rows.filter((r) => r.bits < 32).map((r) => ({ ...r, method: r.method.replace('=32', '=64') }))
    const [view] = viewsOf([...rows, ...coarse])
    expect(view!.series.slice(3).map((s) => [s.label, s.levels.length])).toEqual([['rtn groupSize=32', 2], ['rtn groupSize=64', 2]]) // prettier-ignore
    expect(compressionName(coarse[0]!)).toBe('rtn groupSize=64')
    expect(amountName(coarse[0]!)).toBe('4 bits')
  })
})
