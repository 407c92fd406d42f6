import { describe, expect, it } from 'vitest'
import { LabError } from '../../main/base/errors.ts'
import type { Names } from '../../main/tasks/expressions.ts'
import { compileTemplate } from '../../main/tasks/jinja.ts'
import { parseJson } from '../../main/tasks/python.ts'
import { goldenText } from '../make/golden.ts'

interface Golden {
  readonly doc: Names
  readonly written: readonly (readonly [template: string, text: string | null])[]
  readonly shipped: readonly (readonly [template: string, doc: Names, text: string | null])[]
}
// read as Python reads it, so that 2.0 stays a float
const { doc, written, shipped } = parseJson(goldenText('tasks-python.json')) as unknown as Golden

/** The text, null for a named refusal; any other error is a mistake of ours. */
function render(template: string, names: Names): string | null {
  try {
    return compileTemplate(template, 'test.yaml:1').render(names)
  } catch (error) {
    if (error instanceof LabError && ['task/template', 'task/column'].includes(error.code)) return null
    throw error
  }
}

describe('templates come out as Jinja2 renders them', () => {
  it.each(written)('%j', (template, text) => {
    expect(render(template, doc)).toBe(text)
  })

  it('whatever is in the columns of the task files that come with the lab', () => {
    for (const [template, names, text] of shipped)
      expect([template, names, render(template, names)]).toEqual([template, names, text])
  })
})

describe('a template that cannot be rendered', () => {
  const fault = (template: string) => {
    try {
      compileTemplate(template, 'test.yaml:7 (doc_to_text)').render(doc)
    } catch (error) {
      return error as LabError
    }
    throw new Error('Expected an error.')
  }

  it('names its place, the column it looked for and those that are there', () => {
    expect(fault('{{ goal }}')).toMatchObject({ code: 'task/column' })
    expect(fault('{{ goal }}').message).toMatch(/^test\.yaml:7 \(doc_to_text\): Expected a column "goal", found only s, t, q, /)
  })

  it.each([
    '{% macro x() %}{% endmacro %}',
    '{{ s.encode() }}',
    '{{ s | nosuch }}',
    '{{ s is nosuch }}',
    '{{ f(1) }}',
    '{{ +n }}',
    '{{ f is float }}',
    '{{ (1,) }}',
    '{% raw %}{{ n }}{% endraw %}',
  ])('is refused when it is compiled, not in the middle of a run: %s', (template) => {
    expect(() => compileTemplate(template, 'x')).toThrow(expect.objectContaining({ code: 'task/template' }))
  })

  it.each(['{{ n < 2 < 3 }}', '{{ n + 1 ~ w }}', '{{ r | list ~ (x for x in l) }}'])(
    'does not guess where the parser and Jinja2 part: %s',
    (template) => {
      expect(fault(template).code).toBe('task/template')
    },
  )
})
