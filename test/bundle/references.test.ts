import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../main/bundle/figures.ts'
import { findReference, listReferences } from '../../main/bundle/references.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { RESOURCES } from '../../main/study/places.ts'
import { faultOf } from '../make/fault.ts'
import { makeStudy } from '../make/rows.ts'
import { describeShared, shared } from '../make/shared.ts'

describeShared('every curve that is carried along', () => {
  it('is one of the 106 that were read off, value for value', () => {
    const fixture = JSON.parse(readFileSync(shared('fixtures/reference_curves.json'), 'utf8')) as Record<string, Record<string, { x: unknown; series: Record<string, unknown> }>> // prettier-ignore
    const ours = JSON.parse(readFileSync(join(RESOURCES, 'reference', 'curves.json'), 'utf8')) as {
      references: { figure: string; panels: { source: string; x: unknown; lines: { source: string; values: unknown }[] }[] }[]
    }
    const seen = ours.references.flatMap(
      ({ figure, panels }) =>
      panels.flatMap(({ source, x, lines }) => lines.map((one) => ({ key: `${figure}/${source}/${one.source}`, x, values: one.values, of: fixture[figure]![source]! }))), // prettier-ignore
    )
    expect(new Set(seen.map(({ key }) => key)).size).toBe(106)
    for (const { key, x, values, of } of seen) expect([key, x, values]).toEqual([key, of.x, of.series[key.split('/')[2]!]])
  })
})

describe('published curves', () => {
  it('are in percent of dense against sparsity, whatever they were read in, with how far they may be off', () => {
    const qnli = findReference('data-adequacy/qnli')
    expect(qnli.error).toBe('±0.4 points, N of 8 ±0.3')
    // paper.md 5.1: the easiest is all of the data; 4 of 8 kept is half of the weights
    expect(qnli.panels.map(({ of, lines }) => [of, lines[0]!.label, lines[0]!.points[3]])).toEqual([[null, '100 %', [0.4, 98.2]], [8, '100 %', [0.5, 95.4]]]) // prettier-ignore
    // paper.md 5.3: magnitude at 50 %, closed −0.79 and open −0.52 of dense
    const [free] = findReference('open-closed-book/magnitude').panels
    expect(free!.lines.map(({ label, points }) => [label, Number(points[5]![1].toFixed(6))])).toEqual([['open book', 48], ['closed book', 21]]) // prettier-ignore
  })
  it('are listed with the templates of their setting, and one that is not there names the nearest', () => {
    expect(listReferences().find(({ id }) => id === 'human-gap/qnli-rte')).toMatchObject({ templates: ['x1-human-gap'], error: expect.stringContaining('±0.6') as string }) // prettier-ignore
    expect(faultOf(() => findReference('data-adequacy/qnl'))).toMatch(/^report\/reference: .*"data-adequacy\/qnli"/)
  })
})

describe('laid under a figure', () => {
  const study = makeStudy({ groups: { a: ['one', 'two'] } })
  const reference = findReference('data-adequacy/mnli')
  const [plain, laid] = [study, { ...study, reference }].map((input) =>
    figuresOf(input).find(({ id }) => id === 'v1-performance')!,
  )
  it('are dashed and grey, have their own entry in the legend, and say in the caption what they are', () => {
    expect([plain!.svg, laid!.svg].map((svg) => svg.includes('published, read off a figure'))).toEqual([false, true])
    expect(laid!.caption).toContain('MNLI by share of its training data (RoBERTa-base (inferred), magnitude, sparse transfer), read off the published figure (±0.5 points, N of 8 ±0.3), faint to strong: 100 %, 70 %, 50 %, 25 % and 10 %') // prettier-ignore
    expect(plain!.caption).not.toContain('published')
    for (const grey of ['#b8b8b8', '#5c5c5c'])
      expect([plain!.svg.includes(grey), laid!.svg.includes(grey)]).toEqual([false, true])
  })
  it('are in the table behind it, and leave the study’s own numbers as they were', () => {
    const [without, within] = [study, { ...study, reference }].map(renderReport)
    expect(within).toContain('Published, read off a figure (±0.5 points, N of 8 ±0.3)')
    const cells = (html: string) => html.match(/<td>[^<]*<\/td>/g)!
    expect(cells(within!).length).toBeGreaterThan(cells(without!).length)
    expect(cells(within!)).toEqual(expect.arrayContaining([...new Set(cells(without!))]))
  })
  it('are left out where scores are perplexities', () => {
    const lower = makeStudy({ groups: { a: ['one', 'two'] }, scorer: 'word_perplexity' })
    expect(figuresOf({ ...lower, reference })).toEqual(figuresOf(lower))
  })
})
