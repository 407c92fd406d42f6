import { describe, expect, it } from 'vitest'
import { flips, mcnemar } from '../../main/stats/paired.ts'
import { apart, golden } from './golden.ts'

describe('paired answers', () => {
  it('are lost or gained only where they differ', () => {
    expect(flips(Uint8Array.of(1, 1, 0, 0, 1), Uint8Array.of(1, 0, 1, 0, 0))).toEqual({ lost: 2, gained: 1 })
  })

  it.each(golden.mcnemar)('with $lost lost and $gained gained have the p of an exact binomial test', ({ lost, gained, p }) => {
    expect(apart(mcnemar({ lost, gained }), p)).toBeLessThan(1e-10)
    expect(mcnemar({ lost: gained, gained: lost })).toBe(mcnemar({ lost, gained }))
  })

  it('have a p even where C(n, k) is beyond all numbers and 2^-n below them', () => {
    // all 2,000 on one side: 2 · 2^-2000 is below the smallest number, 2 · 2^-1000 is not
    expect(mcnemar({ lost: 2000, gained: 0 })).toBe(0)
    expect(mcnemar({ lost: 1000, gained: 0 })).toBe(2 ** -999)
    expect(mcnemar({ lost: 1_000_000, gained: 1_000_001 })).toBe(1)
  })
})
