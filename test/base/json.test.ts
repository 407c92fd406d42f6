import { expect, it } from 'vitest'
import { canonical } from '../../main/base/json.ts'

it('writes equal values as equal text, whatever the order of their keys', () => {
  expect(canonical({ b: [1, null], a: { d: 'x', c: undefined } })).toBe('{"a":{"d":"x"},"b":[1,null]}')
  expect(canonical({ a: 1, b: 2 })).toBe(canonical({ b: 2, a: 1 }))
})

it('refuses what JSON would silently change', () => {
  expect(() => canonical({ x: NaN })).toThrow(/finite/)
  expect(() => canonical(() => 1)).toThrow(/plain data/)
})
