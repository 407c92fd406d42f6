import { describe, expect, it } from 'vitest'
import { percentScale } from '../../main/charts/panels.ts'

describe('an axis in percent', () => {
  it.each([
    [0, 0.02, 6, ['0.0', '0.5', '1.0', '1.5', '2.0']],
    [-0.1, 0.3, 6, ['−10', '0', '10', '20', '30']],
    [0, 1.05, 5, ['0', '25', '50', '75', '100', '125']],
    [0, 0.008, 4, ['0.0', '0.2', '0.4', '0.6', '0.8']],
  ] as const)('from %d to %d marks different heights by different words', (low, high, count, words) => {
    const { ticks, label } = percentScale(low, high, count)
    expect(ticks.map(label)).toEqual(words)
  })
})
