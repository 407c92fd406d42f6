import { rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTaskFile } from '../../main/tasks/yaml.ts'
import { makeTasks } from '../make/pack.ts'

describe('a task file', () => {
  it('inherits from what it includes, over several files; what it says itself wins', () => {
    using made = makeTasks({
      'deep/_base_yaml': 'task: null\nnum_fewshot: 1\nmetadata: {version: 1.0}\ntask_list: [a]\n',
      'deep/_middle_yaml': 'include: _base_yaml\nnum_fewshot: 2\ntag: x\n',
      'a.yaml': 'include: deep/_middle_yaml\ntask: a\nnum_fewshot: 3\n',
    })
    const file = readTaskFile(made.file('a.yaml'))
    expect(file.config).toEqual({ task: 'a', num_fewshot: 3, metadata: { version: 1 }, tag: 'x' })
    expect(file.places).toMatchObject({ num_fewshot: `${made.file('a.yaml')}:3`, tag: `${made.file('deep/_middle_yaml')}:3` })
  })

  it('keeps functions by name, file and line, and runs none', () => {
    using made = makeTasks({
      'x/a.yaml': 'task: a\ndoc_to_text: !function utils.text\nmetric_list:\n  - metric: !function utils.score\n',
    })
    const { config } = readTaskFile(made.file('x/a.yaml'))
    expect(config.doc_to_text).toEqual({ function: 'utils.text', file: made.file('x/a.yaml'), line: 2 })
    expect(config.metric_list).toEqual([{ metric: { function: 'utils.score', file: made.file('x/a.yaml'), line: 4 } }])
  })

  it('takes words as PyYAML does: yes and off are true and false, y and n are words', () => {
    using made = makeTasks({ 'a.yaml': 'doc_to_choice: [y, n, Y, N, yes, no, on, off, "yes", ~]\n' })
    const taken = ['y', 'n', 'Y', 'N', true, false, true, false, 'yes', null]
    expect(readTaskFile(made.file('a.yaml')).config.doc_to_choice).toEqual(taken)
  })

  it('warns of a key given twice and takes the last', () => {
    using made = makeTasks({ 'a.yaml': 'task: a\ntask: b\n' })
    const file = readTaskFile(made.file('a.yaml'))
    expect(file.config.task).toBe('b')
    expect(file.warnings).toEqual([expect.stringContaining('a.yaml:2: "task" is given again')])
  })

  it('is read anew when it has changed', () => {
    using made = makeTasks({ 'a.yaml': 'task: a\n' })
    expect(readTaskFile(made.file('a.yaml')).config.task).toBe('a')
    writeFileSync(made.file('a.yaml'), 'task: other\n')
    expect(readTaskFile(made.file('a.yaml')).config.task).toBe('other')
    rmSync(made.file('a.yaml'))
    expect(() => readTaskFile(made.file('a.yaml'))).toThrow(expect.objectContaining({ code: 'file/missing' }))
  })
})

describe('a task file that cannot be read', () => {
  const fault = (text: string, others: Record<string, string> = {}) => {
    using made = makeTasks({ 'a.yaml': text, ...others })
    try {
      readTaskFile(made.file('a.yaml'))
    } catch (error) {
      return error as Error & { code: string }
    }
    throw new Error('Expected an error.')
  }

  it.each([
    ['a bracket left open', 'task: a\ndoc_to_choice: [a, b\nmetric_list: x\n', /a\.yaml:[23]: Expected YAML/],
    ['a tab as indent', 'task: a\nmetadata:\n\tversion: 1\n', /a\.yaml:3: Expected YAML/],
    ['a list instead of keys', '- a\n- b\n', /a\.yaml:1: Expected a mapping/],
    ['an anchor that is not there', 'task: a\ntag: *nowhere\n', /a\.yaml:2: Expected YAML/],
    ['an include that is no name', 'task: a\ninclude: {a: 1}\n', /a\.yaml:2: Expected the name of a file to include/],
  ])('is named with file and line: %s', (_, text, message) => {
    expect(fault(text)).toMatchObject({ code: 'task/yaml' })
    expect(fault(text).message).toMatch(message)
  })

  it('is named where files include each other, or one that is not there', () => {
    expect(fault('include: b.yaml\n', { 'b.yaml': 'include: a.yaml\n' })).toMatchObject({ code: 'task/yaml' })
    expect(fault('include: nowhere.yaml\n')).toMatchObject({ code: 'file/missing' })
  })
})
