import { describe, expect, it } from 'vitest'
import { areaOfDrop, criticalLevel, slopeParts } from '../../main/stats/curve.ts'
import { golden } from './verdict-golden.ts'

describe('a line through points', () => {
  it('has the slope of statsmodels’ weighted least squares', () => {
    for (const { x, y, weights, slope } of golden.slope) {
      const parts = slopeParts(x, weights)!
      expect(parts.reduce((sum, part, i) => sum + part * y[i]!, 0)).toBeCloseTo(slope, 10)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(0, 10)
    }
  })
  it('has none where all points stand at one place', () => {
    expect(slopeParts([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull()
  })
})

describe('a curve of drops', () => {
  it('crosses eps where scikit-learn’s isotonic fit and NumPy’s interpolation say, or at which end it lies beyond', () => {
    expect(new Set(golden.critical.map(({ beyond }) => beyond))).toEqual(new Set(['above', 'below', null]))
    for (const { levels, drops, weights, eps, at, beyond } of golden.critical) {
      const found = criticalLevel(levels, drops, weights, eps)
      expect(found.at).toBeCloseTo(at, 10)
      expect(found.beyond).toBe(beyond)
    }
  })
  it('has NumPy’s area by trapezoids, divided by the last level', () => {
    for (const { levels, drops, area } of golden.critical) expect(areaOfDrop(levels, drops)).toBeCloseTo(area, 12)
  })
})
