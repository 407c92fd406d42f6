import { describe, expect, it } from 'vitest'
import { exports } from '../../main/bundle/exports/index.ts'
import { readCsv } from '../../main/study/csv.ts'
import type { ResultRow } from '../../preload/contract.ts'
import { makeStudy } from '../make/rows.ts'

const study = makeStudy({ groups: { 'a "quoted", group': ['one', 'two,\nlines'], '': ['= 1 + 1'] }, hasDifficulty: false })
const write = (id: string) => exports.find((e) => e.id === id)!.write(study)

/** A field of CSV as the contract has it. */
function parse(text: string, was: unknown): unknown {
  if (text === '' && was !== '') return null
  if (typeof was === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return typeof was === 'number' ? Number(text) : text
}

describe.each(exports)('$id', ({ extension, file, label, write }) => {
  it('says what it is', () => expect([file.endsWith(`.${extension}`), label.length > 5]).toEqual([true, true]))
  it('is the same for the same study', () => expect(write(study)).toBe(write(study)))
  it('stands when there is nothing', () => expect(write({ ...study, rows: [], groups: [], trends: [], ledger: [] }).length).toBeGreaterThan(10)) // prettier-ignore
})

describe('csv', () => {
  it('gives back every row to the last digit', () => {
    const rows = readCsv(write('csv'), 'results.csv')
    expect(rows).toHaveLength(study.rows.length)
    const back = rows.map((row, i) => Object.fromEntries(Object.entries(row).map(([key, text]) => [key, parse(text, study.rows[i]![key as keyof ResultRow])]))) // prettier-ignore
    expect(back).toEqual(study.rows)
  })
  it('is RFC 4180: a header, CRLF, quotes doubled where needed', () => {
    const text = write('csv')
    const [head] = text.split('\r\n')
    expect(head!.split(',').sort()).toEqual(Object.keys(study.rows[0]!).sort())
    expect(text).toContain('"a ""quoted"", group"')
    expect(text).toContain('"two,\nlines"')
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text.replaceAll(/"[^"]*"/g, '').replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
})

describe('json', () => {
  it('gives back everything', () => {
    const { format, version, ...rest } = JSON.parse(write('json')) as Record<string, unknown>
    expect([format, version]).toEqual(['junk-dna-lab/results', 1])
    expect(rest).toEqual(study)
  })
})
