import { describe, expect, it } from 'vitest'
import { findTransform, transforms } from '../../main/tasks/transforms.ts'
import { readTaskFile } from '../../main/tasks/yaml.ts'
import type { FunctionTag } from '../../main/tasks/yaml.ts'
import { makeTasks } from '../make/pack.ts'

const tag = (file: string, name: string): FunctionTag => ({ function: name, file, line: 3 })

describe('a Python function of a task file', () => {
  it('is known by its folder and name, wherever that folder lies', () => {
    expect(findTransform(tag('/anywhere/winogrande/my.yaml', 'preprocess_winogrande.doc_to_text')).kind).toBe('field')
  })

  it('is reported with file and line where it is not written anew', () => {
    expect(() => findTransform(tag('/tasks/hellaswag/a.yaml', 'utils.process_docs'))).toThrow(
      expect.objectContaining({
        code: 'task/transform',
        message:
          '/tasks/hellaswag/a.yaml:3: Expected a built-in transform, got the Python function "hellaswag/utils.process_docs".',
      }),
    )
  })

  it('is not taken for ours where the Python beside the file is another', () => {
    using made = makeTasks({
      'winogrande/a.yaml': 'task: a\n',
      'winogrande/preprocess_winogrande.py': 'def doc_to_text(doc): return 0\n',
    })
    expect(() => findTransform(tag(made.file('winogrande/a.yaml'), 'preprocess_winogrande.doc_to_text'))).toThrow(
      expect.objectContaining({ code: 'task/transform', message: expect.stringContaining('got another') as string }),
    )
  })

  it('of a file that comes with the lab is always written anew', async () => {
    const { catalogOf } = await import('../../main/tasks/index.ts')
    const tags = [...catalogOf().files.values()].flatMap(({ config }) =>
      Object.values(config).filter(
        (value): value is FunctionTag => typeof value === 'object' && value !== null && 'function' in value,
      ),
    )
    expect(tags.length).toBeGreaterThan(4)
    for (const each of tags) expect(() => findTransform(each)).not.toThrow()
    expect(new Set(transforms.map(({ id }) => id)).size).toBe(transforms.length)
  })
})

describe('rows that a transform cannot take', () => {
  it.each([
    ['preprocess_winogrande.doc_to_text', { answer: '3' }, 'task/gold'],
    ['preprocess_winogrande.doc_to_text', {}, 'task/column'],
    ['preprocess_winogrande.doc_to_target', { sentence: 'no blank here' }, 'task/template'],
  ])('are named: %s of %j', (name, row, code) => {
    using made = makeTasks({ 'winogrande/a.yaml': `task: a\nx: !function ${name}\n` })
    const transform = findTransform(readTaskFile(made.file('winogrande/a.yaml')).config.x as FunctionTag)
    expect(() => transform.kind === 'field' && transform.apply(row)).toThrow(expect.objectContaining({ code }))
  })
})
