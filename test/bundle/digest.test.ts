import { describe, expect, it } from 'vitest'
import type { VerdictRow } from '../../preload/contract.ts'
import { renderDigest } from '../../main/bundle/digest.ts'
import { filesOf } from '../../main/bundle/exports/export.ts'
import { figures } from '../../main/bundle/exports/figures.ts'
import { latex } from '../../main/bundle/exports/latex.ts'
import type { Chapter } from '../../main/bundle/page/chapter.ts'
import { tally, tallyTable } from '../../main/bundle/tally.ts'
import { tableCsv } from '../../main/bundle/tex/table-csv.ts'
import { RULES } from '../../main/bundle/verdicts/rules.ts'
import type { ReportInput } from '../../main/charts/input.ts'
import { unbalanced } from '../make/markup.ts'
import { GROUPS, makeStudy } from '../make/rows.ts'

const groups = { binding: GROUPS.binding!, ellipsis: GROUPS.ellipsis! }

function verdict(hypothesis: VerdictRow['hypothesis'], is: VerdictRow['verdict'], change: Partial<VerdictRow> = {}): VerdictRow {
  return {
    ...{ hypothesis, ...RULES[hypothesis], verdict: is, why: `Because of ${hypothesis}.`, model: 'stories-260k', scorer: 'acc' },
    ...{ training: '', transfer: 'none', compression: 'magnitude', isControl: false, isCoded: false, subject: 'made by level' },
    ...{ statistic: 'L', value: 1, effect: 'rise', unit: 'points', effectValue: 0.1, effectLow: 0.05, effectHigh: 0.2 },
    ...{ p: 0.01, pHolm: 0.02, tests: 2, detectable: 0.03, control: '', isSpecific: null, excluded: [], details: [] },
    ...change,
  }
}

const random = { compression: 'random', isControl: true }
const made: ReportInput = {
  ...makeStudy({ groups }),
  verdicts: [
    verdict('H1', 'supported', { isSpecific: false, control: 'random: supported; not specific to small weights' }),
    verdict('H1', 'supported', random),
    verdict('H2', 'not supported'),
    verdict('H2', 'inconclusive', { compression: 'wanda' }),
    verdict('H2', 'inconclusive', random),
  ],
}
const titled = (report: ReportInput, title: string): ReportInput => {
  const { provenance } = report
  return { ...report, provenance: { ...provenance, study: { ...provenance.study, title } } }
}
const chapter = (report: ReportInput, change: Partial<Chapter> = {}): Chapter => ({
  ...{ report, about: null, link: null, folder: 'made-0123abcd' },
  ...change,
})
const pageOf = (...chapters: Chapter[]) => renderDigest({ title: 'All of them', chapters, commands: ['npm run lab -- export a b --format figures --out figures'] }) // prettier-ignore

const about = 'Number of options.\nThe paper: its title is certain.\nInferred: MMLU.\nHere: the built-in world.'
const two = [chapter(titled(made, 'First'), { about, link: '../made/report.html' }), chapter(titled(made, 'Second'))] as const
const page = pageOf(...two)

const cell = (text: string, line: string, to: string) =>
  new RegExp(`>${line}</a></th>[^\\n]*?<a href="#${to}"[^>]*>.*?</span>([^<]*)</a>(?:<small>([^<]*)</small>)?`)
    .exec(text)
    ?.slice(1)

describe('several studies on one page', () => {
  it('needs nothing but itself; only the reports of its studies lie outside', () => {
    expect(page).not.toMatch(/<(script|link|iframe|img|object|embed|base)\b/i)
    expect(page).not.toMatch(/\s(src|srcset|on\w+|data|action)=/i)
    expect(page).not.toMatch(/@import|url\((?!#)/)
    const outside = [...page.matchAll(/href="([^#"][^"]*)"/g)].map(([, target]) => target)
    expect(outside).toEqual(['../made/report.html'])
  })
  it('is whole, though the same figures come with each study: tags close, links lead somewhere, an id is there once', () => {
    expect(unbalanced(page)).toEqual([])
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(ids.filter((id, i) => ids.indexOf(id) < i)).toEqual([])
    const wanted = [...page.matchAll(/(?:href="#|url\(#)([^")]*)/g), ...page.matchAll(/aria-labelledby="(\S+) /g)]
    expect(wanted.map(([, id]) => id!).filter((id) => !ids.includes(id))).toEqual([])
    expect(pageOf(...two)).toBe(page)
  })
  it('begins with every hypothesis by study: counts, controls apart, and where the reasons stand', () => {
    // counted by hand above: † because a control shows what is supported
    expect(cell(page, '1. First', 's1-H1')).toEqual(['1†/0/0', 'controls 1/0/0'])
    expect(cell(page, '1. First', 's1-H2')).toEqual(['0/1/1', 'controls 0/0/1'])
    expect(cell(page, '2. Second', 's2-H2')).toEqual(['0/1/1', 'controls 0/0/1'])
    expect(page.indexOf('s1-H2')).toBeLessThan(page.indexOf('id="s1"'))
  })
  it('says each rule once, and every reason with a way to its rule', () => {
    for (const hypothesis of ['H1', 'H2'] as const) {
      expect(page.split(`id="rule-${hypothesis}"`)).toHaveLength(2)
      expect(page.split(`Because of ${hypothesis}.`)).toHaveLength(1 + 2 * made.verdicts.filter((v) => v.hypothesis === hypothesis).length) // prettier-ignore
    }
    expect(page).toContain(RULES.H1.rule.slice(0, 60))
  })
  it('tells what the paper did, what is inferred and what differs, where the study is one of its experiments', () => {
    const pairs = ['The paper', 'Inferred', 'Here'].map((term) => new RegExp(`<dt>${term}</dt><dd>([^<]*)`).exec(page)?.[1])
    expect(pairs).toEqual(['Its title is certain.', 'MMLU.', 'The built-in world.'])
    expect(pageOf(chapter(made))).not.toContain('<dt>The paper</dt>')
  })
  it('names its figures as the export of the study names their files', () => {
    const files = filesOf(figures, made, { cells: [], items: () => undefined }).map(({ name }) => name)
    const named = [...page.matchAll(/made-0123abcd\/([\w-]+)/g)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThanOrEqual(4)
    expect(named.filter((name) => !files.includes(`${name}.svg`) || !files.includes(`${name}.tex`))).toEqual([])
  })
  it('stands with one study, one without results and one that failed', () => {
    const { provenance } = made
    const nothing: ReportInput = { ...made, rows: [], groups: [], trends: [], verdicts: [], ledger: [], provenance: { ...provenance, cells: { planned: 9, done: 0, failed: 1 } } } // prettier-ignore
    const fault = { code: 'engine/died', message: 'The engine process ended.', hint: 'Run it again.' }
    const text = pageOf(chapter(made), chapter({ ...nothing, faults: [{ label: 'tiny · dense', fault }] }))
    expect(unbalanced(text)).toEqual([])
    for (const words of ['Nothing has been scored', fault.message, fault.hint, '1 failed']) expect(text).toContain(words)
    const alone = pageOf(chapter(nothing))
    expect(unbalanced(alone)).toEqual([])
    expect(alone).toContain('None of these studies bears on a hypothesis')
  })
  it('lets no name become markup', () => {
    const bad = '"><script>alert(1)</script><a href=x>'
    const text = pageOf(chapter(titled(made, bad), { about: `${bad}\nHere: ${bad}`, link: bad, folder: bad }))
    expect(text).not.toMatch(/<script|<a href=x/)
    expect(unbalanced(text)).toEqual([])
  })
})

describe('the verdicts of a study in LaTeX', () => {
  const files = new Map(filesOf(latex, made, { cells: [], items: () => undefined }).map(({ name, data }) => [name, String(data)])) // prettier-ignore
  it('are a table of every scope, which the document of all shows', () => {
    const lines = files.get('table-verdicts.tex')!.split('\n').filter((line) => /^H\d/.test(line)) // prettier-ignore
    expect(lines).toHaveLength(made.verdicts.length)
    expect(lines[0]).toBe('H1 & magnitude & made by level & supported $\\dagger$ & 0.100 & 0.050 & 0.200 & 0.020 \\\\')
    expect(lines[1]).toContain('& supported (control) &')
    expect(files.get('results.tex')).toContain('\\input{table-verdicts.tex}')
  })
})

describe('the table of hypotheses by studies', () => {
  const judged = [{ name: 'first', verdicts: made.verdicts }]
  it('has a line per study, hypothesis and kind, which programs can add up', () => {
    const lines = tableCsv(tallyTable(judged)).trim().split('\r\n')
    expect(lines[0]).toBe('study,hypothesis,asked of,shown by a control too,supported,not supported,inconclusive')
    expect(lines.slice(1)).toEqual([
      'first,H1,compression,in all,1,0,0',
      'first,H1,control,,1,0,0',
      'first,H2,compression,,0,1,1',
      'first,H2,control,,0,0,1',
    ])
  })
  it('leaves quantisation by itself out', () => {
    const coded = verdict('H1', 'supported', { isCoded: true })
    expect(tally([{ name: 'first', verdicts: [coded] }]).hypotheses).toEqual([])
  })
})
