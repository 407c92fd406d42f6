import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formatResults } from '../../main/bundle/terminal.ts'
import { formatGrid, plain, widthOf, wrap } from '../../main/bundle/terminal/grid.ts'
import { GROUPS, makeStudy } from '../make/rows.ts'

const study = makeStudy()
const plainText = { width: 100, colour: false }
const text = formatResults(study, plainText)
const lines = text.split('\n')

describe('results on a terminal', () => {
  it('fit a hundred columns without colour, and no line ends in space', () => {
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(100)
    expect(lines.filter((line) => line.endsWith(' '))).toEqual([])
    expect(text).not.toMatch(/\u001b/)
  })
  it('line numbers up under the levels', () => {
    const head = lines.findIndex((line) => /^ +dense +10 +20/.test(line))
    const block = lines.slice(head, head + 20).filter((line) => /^ {2}(all tasks|above chance|[a-z_-]+ \()/.test(line))
    const ends = [...lines[head]!.matchAll(/\S+/g)].map((m) => m.index + m[0].length)
    expect(block.length).toBeGreaterThan(10)
    for (const line of block) {
      const [, ...numbers] = [...line.slice(2).matchAll(/[+−]?\d+\.\d(?=[ ~°]|$)/g)].map((m) => m.index + 2 + m[0].length)
      expect(numbers).toEqual(ends.slice(1))
    }
  })
  it('show what each group lost, what may be no change, and what is at the floor', () => {
    const line = lines.find((l) => l.startsWith('  all tasks (67)'))!
    const all = study.groups.filter((g) => g.of === 'all' && g.method === 'magnitude' && g.pattern === 'free')
    const expected = all.map((g) => {
      const drop = 100 - g.normalised!
      const mark = g.floor * 2 >= g.tasks ? '°' : g.normalisedLow! <= 100 && g.normalisedHigh! >= 100 ? '~' : ''
      return `${drop > 0 ? '+' : ''}${drop.toFixed(1)}${mark}`.replace('-', '−')
    })
    expect(line.trim().split(/ +/).slice(4)).toEqual(expected)
    expect([line.includes('~'), line.includes('°')]).toEqual([true, true])
  })
  it('hold bits of one method in one table, from many to few', () => {
    const coded = formatResults(makeStudy({ bits: [3, 16, 2, 8, 4, 6] }), plainText).split('\n')
    const title = coded.indexOf('rtn groupSize=32, by bits per weight')
    expect(coded[title + 1]!.trim().split(/ +/)).toEqual(['dense', '16', '8', '6', '4', '3', '2'])
    expect(coded.filter((line) => line.startsWith('rtn'))).toHaveLength(1)
  })
  it('mark a tau whose interval leaves zero out', () => {
    const line = lines.find((l) => l.startsWith('τ by human-gap'))!
    const mine = study.trends.filter((t) => t.estimator === 'human-gap' && t.method === 'magnitude' && t.pattern === 'free')
    expect(line.match(/[+−]\d\.\d\d\*?/g)).toEqual(
      mine.map((t) => `${t.tau! > 0 ? '+' : '−'}${Math.abs(t.tau!).toFixed(2)}${t.low! > 0 || t.high! < 0 ? '*' : ''}`),
    )
  })
  it('say what the marks mean, and what to be careful about', () => {
    expect(text).toContain('~ may be no change   ° not above chance   * τ’s interval leaves zero out')
    expect(text).toMatch(/^! More than half of the tasks/m)
  })
  it('show every task when asked', () => {
    const all = formatResults(study, { ...plainText, tasks: true })
    for (const task of Object.values(GROUPS).flat()) expect(all).toContain(task.slice(0, 8))
    expect(Math.max(...all.split('\n').map(widthOf))).toBeLessThanOrEqual(100)
    expect(text).not.toContain('wh_island')
  })
  it('put columns that do not fit below each other', () => {
    const narrow = formatResults(study, { width: 60, colour: false })
    expect(Math.max(...narrow.split('\n').map(widthOf))).toBeLessThanOrEqual(60)
    expect(narrow.match(/all tasks \(67\)/g)!.length).toBe(6)
  })
  it('say the same with colour', () => {
    const coloured = formatResults(study, { width: 100, colour: true })
    expect(coloured).not.toBe(text)
    expect(
      stripVTControlCharacters(coloured)
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(lines)
  })
  it('let no name move the cursor', () => {
    const evil = formatResults(makeStudy({ groups: { '\u001b[2Jgroup': ['ta\u001b]0;sk\u0007', 'two\nlines'], b: ['x'] }, model: 'm\u001b[31m' }), { ...plainText, tasks: true }) // prettier-ignore
    expect(evil.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(evil).toContain('two?lines')
  })
  it('show how dense stands when nothing has been compressed', () => {
    const dense = formatResults(makeStudy({ hasLevels: false }), plainText)
    expect(dense).toMatch(/^all tasks \(67\) +70\.3 +\d\d\.\d +\d\d\.\d$/m)
  })
  it('show perplexities as multiples of dense', () => {
    const ppl = formatResults(makeStudy({ scorer: 'word_perplexity', groups: { '': ['wikitext', 'lambada', 'x'] } }), plainText)
    expect(ppl).toContain('perplexity, × dense')
    expect(ppl).not.toContain('°')
  })
})

describe('a grid', () => {
  const paper = { width: 30, colour: false }
  it('counts the columns that letters take, not the letters', () => {
    expect([widthOf('abc'), widthOf('日本'), widthOf('e\u0301'), widthOf('−°')]).toEqual([3, 4, 1, 2])
    const grid = formatGrid(
      ['n'],
      [
        { name: '日本語', cells: [plain('1')] },
        { name: 'abcdef', cells: [plain('2')] },
      ],
      paper,
    )
    expect(grid.split('\n').slice(1).map(widthOf)).toEqual([10, 10])
  })
  it('cuts names in the middle before it breaks columns apart', () => {
    const grid = formatGrid(['x', 'y'], [{ name: 'a_name_that_goes_on_and_on_1', cells: [plain('10'), plain('20')] }], paper)
    expect(grid.split('\n')).toHaveLength(2)
    expect(grid.split('\n')[1]).toMatch(/^a_name_that…_on_and_on_1 10 20$/)
  })
  it('wraps sentences under their text', () => {
    expect(wrap('one two three four', 10, '! ')).toBe('! one two\n  three\n  four')
  })
})
