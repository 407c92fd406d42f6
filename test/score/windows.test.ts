import { describe, expect, it } from 'vitest'
import { rollingWindows, tokenWindows } from '../../main/score/windows.ts'
import { golden } from './golden.ts'

describe('rolling windows', () => {
  it.each(golden.windows)(
    'of $n ids for a model that reads $length are those of lm-evaluation-harness',
    ({ n, length, windows }) => {
      const ids = Array.from({ length: n }, (_, i) => 100 + i)
      const found = rollingWindows(ids, 1, length).map(({ ids, scored }) => [
        [...ids.subarray(0, -scored)],
        [...ids.subarray(-scored)],
      ])
      expect(found).toEqual(windows)
    },
  )
})

describe('token windows', () => {
  it('lie side by side, give their first id and leave out the rest', () => {
    const found = tokenWindows([1, 2, 3, 4, 5, 6, 7, 8], 3)
    expect(found.map(({ ids, scored }) => [[...ids], scored])).toEqual([[[1, 2, 3], 2], [[4, 5, 6], 2]]) // prettier-ignore
  })

  it('are none where the text is shorter than one', () => {
    expect(tokenWindows([1, 2], 3)).toEqual([])
  })
})
