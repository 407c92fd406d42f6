import { describe, expect, it } from 'vitest'
import { readCsv } from '../../main/study/csv.ts'

describe('CSV', () => {
  it.each([
    ['plain rows', 'a,b\n1,2\n3,4\n', [{ a: '1', b: '2' }, { a: '3', b: '4' }]], // prettier-ignore
    ['no line end at the end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
    ['Windows line ends and a byte order mark', '\uFEFFa,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    ['quotes, commas and lines inside quotes', 'a,b\n"x, ""y""","two\nlines"\n', [{ a: 'x, "y"', b: 'two\nlines' }]],
    ['empty fields', 'a,b\n,\n1,\n', [{ a: '', b: '' }, { a: '1', b: '' }]], // prettier-ignore
    ['an empty last field without a line end', 'a,b\n1,', [{ a: '1', b: '' }]],
    ['a head alone', 'a,b\n', []],
  ])('reads %s', (_, text, rows) => {
    expect(readCsv(text, 'x.csv')).toEqual(rows)
  })

  it.each([
    ['a missing field', 'a,b\n1,2\n3\n', 'Expected 2 fields at x.csv:3, got 1'],
    ['an open quote', 'a,b\n1,"2\n', 'x.csv:2'],
    ['text after a quote', 'a,b\n"1"x,2\n', 'x.csv:2'],
    ['nothing', '', 'got an empty file'],
  ])('refuses %s by line', (_, text, message) => {
    expect(() => readCsv(text, 'x.csv')).toThrow(message)
  })
})
