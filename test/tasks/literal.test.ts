import { describe, expect, it } from 'vitest'
import { LabError } from '../../main/base/errors.ts'
import { parseLiteral } from '../../main/tasks/literal.ts'
import { pyRepr } from '../../main/tasks/python.ts'
import { golden } from '../make/golden.ts'

const { literals } = golden<{ literals: readonly (readonly [text: string, repr: string | null])[] }>('tasks-python.json')

describe('a literal is read as ast.literal_eval reads it', () => {
  it.each(literals)('%j', (text, repr) => {
    if (repr !== null) expect(pyRepr(parseLiteral(text))).toBe(repr)
    else expect(() => parseLiteral(text)).toThrow(expect.objectContaining({ code: 'task/template' }))
  })

  it('says what was expected and where', () => {
    expect(() => parseLiteral("['a' 1]")).toThrow(LabError)
    expect(() => parseLiteral("['a' 1]")).toThrow('"," or "]" expected, "1]" at character 5 found')
  })
})
