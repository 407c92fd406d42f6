import { describe, expect, it } from 'vitest'
import { codePoints, duration, nearest } from '../../main/base/text.ts'

describe('words', () => {
  it('say lengths of time as one says them', () => {
    expect([0, 400, 42_400, 185_000, 7_830_000, -5].map(duration)).toEqual(['0 s', '0 s', '42 s', '3 min 5 s', '2 h 10 min', '0 s']) // prettier-ignore
  })
  it('are as long as Python says, and near where few letters differ', () => {
    expect([codePoints('naïve'), codePoints('a😀')]).toEqual([5, 2])
    expect([nearest('magnitud', ['random', 'magnitude']), nearest('xyz', ['random', 'magnitude'])]).toEqual(['magnitude', undefined]) // prettier-ignore
  })
})
