import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import { findPack, hasSplit, readSplit } from '../../main/tasks/packs.ts'
import { isFloat } from '../../main/tasks/python.ts'
import { makeTasks } from '../make/pack.ts'

describe('a pack', () => {
  const fault = (data: string, path: string, name?: string) => {
    try {
      findPack(data, path, name)
    } catch (error) {
      return error
    }
    throw new Error('Expected an error.')
  }

  it('is found by its dataset_path and dataset_name, "default" where there is none', () => {
    using packs = makeTasks({}, { 'nyu-mll/blimp/island/train': [{ a: 1 }], 'quiz/default/test': [{ a: 1 }] })
    expect(findPack(packs.data, 'quiz', undefined)).toEqual({ path: 'quiz', folder: join(packs.data, 'quiz', 'default') })
    expect(hasSplit(findPack(packs.data, 'nyu-mll/blimp', 'island'), 'train')).toBe(true)
  })

  it('is found by an older name of its set', () => {
    using packs = makeTasks({}, { 'nyu-mll/blimp/island/train': [{ a: 1 }] })
    expect(findPack(packs.data, 'blimp', 'island').path).toBe('nyu-mll/blimp')
  })

  it('that is not there is named, with what is', () => {
    expect(fault('/nowhere', 'quiz')).toMatchObject({
      code: 'task/pack',
      message: 'Expected a data folder at /nowhere, found none.',
    })
  })

  it.each(['../quiz', 'a/../../quiz', '/etc', 'C:\\x'])('never lies outside the data folder: %s', (path) => {
    using packs = makeTasks({})
    expect(fault(packs.data, path)).toMatchObject({
      code: 'task/pack',
      message: expect.stringContaining('inside the data folder'),
    })
  })

  it('of another name is offered where one is misspelt, and the configurations that there are', () => {
    using packs = makeTasks({}, { 'nyu-mll/blimp/island/train': [{ a: 1 }], 'quiz/default/test': [{ a: 1 }] })
    expect(fault(packs.data, 'nyu-mll/blmp')).toMatchObject({
      message: expect.stringContaining('did you mean "nyu-mll/blimp"?'),
    })
    expect(fault(packs.data, 'quiz', 'hard')).toMatchObject({ message: expect.stringContaining('found only default') })
  })
})

describe('a split', () => {
  function split(text: string | Uint8Array, limit?: number, name = 'test.jsonl') {
    using made = makeTasks({})
    const folder = join(made.data, 'quiz', 'default')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
    return readSplit(findPack(made.data, 'quiz', undefined), 'test', limit)
  }

  it('is its rows with their lines, the columns of the first and the hash of the bytes', () => {
    const text = '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'
    const { rows, columns, hash } = split(text)
    expect(rows.map(({ line, doc }) => [line, doc])).toEqual([
      [1, { a: 1, b: 'x' }],
      [2, { a: 2, b: 'y' }],
    ])
    expect([columns, hash]).toEqual([['a', 'b'], sha256(text)])
    expect(split(text, 1)).toMatchObject({ hash, rows: [{ line: 1 }] })
  })

  it('tells 5.0 from 5 in templates, as Python does, and only there', () => {
    const [row] = split('{"a": 5.0, "b": 5, "c": "5.0"}').rows
    expect(row!.doc).toEqual({ a: 5, b: 5, c: '5.0' })
    expect([isFloat(row!.names.a), isFloat(row!.names.b), row!.names.c]).toEqual([true, false, '5.0'])
  })

  it('of plain text has one row per line, blank ones empty, as the WikiText sets have them', () => {
    expect(split(' = A =\n \nthe end', undefined, 'test.txt').rows.map(({ doc }) => doc.text)).toEqual([
      ' = A =\n',
      '',
      'the end',
    ])
  })

  it.each([
    ['a line that is no JSON', '{"a": 1}\n{"a": \n', /test\.jsonl:2/],
    ['a line that is no object', '{"a": 1}\n[1]\n', /test\.jsonl:2: \[1\]/],
    ['a blank line in the middle', '{"a": 1}\n\n{"a": 1}\n', /test\.jsonl:2/],
    ['no row at all', '', /at least one row in .*test\.jsonl/],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), /UTF-8 text in .*test\.jsonl/],
  ])('with %s is refused with its file and line', (_, text, message) => {
    expect(() => split(text)).toThrow(
      expect.objectContaining({ code: 'task/pack', message: expect.stringMatching(message) as string }),
    )
  })

  it('that is not there is named with those that are', () => {
    expect(() => split('{}', undefined, 'train.jsonl')).toThrow(/Expected the split "test" in .*, found only train\./)
  })
})
