import { describe, expect, it } from 'vitest'
import { figuresOf } from '../../main/bundle/figures.ts'
import type { ReportInput } from '../../main/charts/input.ts'
import { renderReport } from '../../main/bundle/report.ts'
import { unbalanced } from '../make/markup.ts'
import { GROUPS, makeStudy } from '../make/rows.ts'

const groups = { binding: GROUPS.binding!, quantifiers: GROUPS.quantifiers!, ellipsis: GROUPS.ellipsis! }
const study = makeStudy({ groups })
const page = renderReport(study)

/** Every text of a study, made to break out of where it is put. */
function hostile(input: ReportInput): ReportInput {
  const bad = `"><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) <a href=http://evil.example>'&</style>`
  const spoil = (value: unknown): unknown => {
    if (typeof value === 'string')
      return /^[0-9a-f]{64}$|^(higher|lower|dense|free|\d:\d|all|able|group)$/.test(value) ? value : `${value} ${bad}`
    if (Array.isArray(value)) return value.map(spoil)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key === 'acc' ? `${key} ${bad}` : key, spoil(member)]),
    )
  }
  return spoil(input) as ReportInput
}

describe('the report', () => {
  it('needs nothing but itself: no script, no file, no address', () => {
    expect(page).not.toMatch(/<(script|link|iframe|img|object|embed|base)\b/i)
    expect(page).not.toMatch(/\s(src|srcset|on\w+|data|action)=/i)
    expect(page).not.toMatch(/@import|url\((?!#)/)
    expect([...page.matchAll(/https?:\/\/[^"\s<]*/g)].filter(([url]) => url !== 'http://www.w3.org/2000/svg')).toEqual([])
    expect([...page.matchAll(/href="([^"]*)"/g)].filter(([, target]) => !target!.startsWith('#'))).toEqual([])
  })
  it('is whole: every tag that opens closes, every link leads somewhere, every id is there once', () => {
    expect(unbalanced(page)).toEqual([])
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    const wanted = [...page.matchAll(/(?:href="#|url\(#)([^")]*)/g), ...page.matchAll(/aria-labelledby="(\S+) /g)].map(
      ([, id]) => id!,
    )
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([])
  })
  it('is the same bytes for the same study', () => expect(renderReport(makeStudy({ groups }))).toBe(page))
  it('lets no name become markup', () => {
    const text = renderReport(hostile(makeStudy({ groups: { a: ['one', 'two', 'three'] } })))
    expect(text).not.toMatch(/<(script|img|a href=h)/)
    expect(unbalanced(text)).toEqual([])
    expect(text).toContain('&#60;script&#62;')
  })
  it('is light on screen and in print', () => {
    expect(page).toContain('<meta name="color-scheme" content="only light">')
    expect(page).toMatch(/@page \{ size: A4/)
  })
  it('has five figures, each with a caption that says what its intervals are and how many items there were, and its data', () => {
    expect(figuresOf(study).map(({ id }) => id)).toEqual([
      'v1-performance',
      'v1-trend',
      'v1-difficulty',
      'v1-heat-map',
      'v1-ledger',
    ])
    for (const { id, caption } of figuresOf(study).slice(0, 4)) {
      expect([id, /95 % interval/.test(caption), /1,000 items each; one seed/.test(caption)]).toEqual([id, true, true])
    }
    for (let number = 1; number <= 5; number++) {
      expect(page).toContain(`<b>Figure ${number}.</b>`)
      expect(page).toContain(`<summary>The data of figure ${number}</summary>`)
    }
  })
  it('has every number of the tidy table that figures show in a table one can read', () => {
    const row = study.rows.find((r) => r.method === 'magnitude' && r.sparsity === 0.3 && !r.isFloor)!
    expect(page).toContain(
      `${(100 * row.drop!).toFixed(1)} [${(100 * row.dropLow!).toFixed(1)}, ${(100 * row.dropHigh!).toFixed(1)}]`.replaceAll(
        '-',
        '−',
      ),
    )
    const trend = study.trends.find((t) => t.tau !== null)!
    expect(page).toContain(`<td>${trend.tau! > 0 ? '+' : ''}${trend.tau!.toFixed(3).replace('-', '−')}</td>`)
    expect(page).toContain(study.ledger[0]!.maskHash.slice(0, 16))
  })
  it('says where the numbers come from', () => {
    const { provenance: p } = study
    for (const text of [
      p.models[0]!.weights,
      p.models[0]!.tokenizer,
      p.models[0]!.graph,
      p.cellsHash,
      p.tableHash,
      p.command,
      p.engine.runtime,
      p.tasks[3]!.hash,
      'provider cpu, 2 threads',
      '21 min 24 s',
      '2026-11-24 09:30 UTC',
    ]) {
      expect(page).toContain(text)
    }
  })
  it('names what failed, with its reason and the next step', () => {
    const fault = { code: 'engine/died', message: 'The engine process ended (SIGKILL).', hint: 'Run it again.' }
    const text = renderReport({ ...study, faults: [{ label: 'tiny · dense · piqa', fault }] })
    for (const word of ['What failed', 'tiny · dense · piqa', fault.code, fault.message, fault.hint, '1 cell failed'])
      expect(text).toContain(word)
    expect(page).not.toContain('What failed')
  })
  it('gives each model and scorer figures of its own, and the ledger once per model', () => {
    const other = makeStudy({ groups, model: 'other' })
    const both = { ...study, rows: [...study.rows, ...other.rows], groups: [...study.groups, ...other.groups], trends: [...study.trends, ...other.trends], ledger: [...study.ledger, ...other.ledger] } // prettier-ignore
    const figures = figuresOf(both)
    expect(figures.map(({ id }) => id.replace(/^v\d-/, '')).filter((id) => id === 'ledger')).toHaveLength(2)
    expect(new Set(figures.map(({ id }) => id)).size).toBe(10)
    expect(figures[0]!.title).toBe('Performance against compression, by group of tasks (stories-260k, acc)')
    expect(unbalanced(renderReport(both))).toEqual([])
  })
  it('stands when nothing has been compressed, and when nothing has been run at all', () => {
    expect(renderReport(makeStudy({ groups, hasLevels: false }))).toContain('No compressed version has been scored yet')
    const nothing = { ...study, rows: [], groups: [], trends: [], ledger: [], provenance: { ...study.provenance, cells: { planned: 9, done: 0, failed: 0 } } } // prettier-ignore
    const text = renderReport(nothing)
    expect(unbalanced(text)).toEqual([])
    expect(text).toContain('9 cells of 9 are not done yet')
  })
})
