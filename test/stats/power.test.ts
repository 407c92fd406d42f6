import { describe, expect, it } from 'vitest'
import { detectableDrop, detectableErrors, itemsFor } from '../../main/stats/power.ts'
import { golden } from './verdict-golden.ts'

describe('the drop that a paired test detects', () => {
  it('is the root of Connor’s formula as SciPy finds it', () => {
    for (const { n, p, alpha, power, drop } of golden.power) expect(detectableDrop(n, p, alpha, power)).toBeCloseTo(drop, 9)
  })
  it('is detected by the exact McNemar test in about four of five simulated studies', () => {
    // the exact test is stricter than the normal one the formula is about: by up to 8 points with 50 items, 3 with thousands
    const seen = golden.power.filter(({ simulated }) => simulated !== undefined)
    expect(seen.length).toBeGreaterThan(3)
    for (const { simulated } of seen) {
      expect(simulated!).toBeGreaterThan(0.7)
      expect(simulated!).toBeLessThan(0.84)
    }
  })
  it('shrinks as items are added, and is nothing where a handful cannot show even total loss', () => {
    const drops = [50, 200, 1000, 5000].map((n) => detectableDrop(n, 0.8)!)
    expect(drops).toEqual([...drops].sort((a, b) => b - a))
    expect(detectableDrop(3, 0.8)).toBeNull()
    expect(detectableDrop(100, 0)).toBeNull()
  })
  it('needs the items that the formula gives', () => {
    expect(itemsFor(detectableDrop(277, 0.85)!, 0.85)).toBeCloseTo(277, 4)
  })
  it('is 2.49 standard errors of a one-sided test at 5 %', () => {
    expect(detectableErrors()).toBeCloseTo(1.6448536 + 0.8416212, 6)
  })
})
