import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import type { Rng } from '../../main/base/rng.ts'
import { createResampler } from '../../main/stats/bootstrap.ts'
import { compare, groupMean } from '../../main/stats/degradation.ts'
import type { Comparison } from '../../main/stats/degradation.ts'
import { makeColumn, makePair, measures } from '../make/columns.ts'
import type { Joint } from '../make/columns.ts'

const STUDIES = 400
const ITEMS = 200
const joint: Joint = { both: 0.7, lost: 0.15, gained: 0.05 } // dense 0.85, compressed 0.75
const truth = { value: 0.75, drop: 1 - 0.75 / 0.85, retention: (0.75 - 0.5) / (0.85 - 0.5) }

type Ends = readonly [low: number | null, high: number | null]

/** In how many of 400 made-up studies, whose truth is known, each interval holds it. */
function covered(study: (rng: Rng) => readonly Ends[], truths: readonly number[]): number[] {
  const rng = createRng('coverage')
  const counts = truths.map(() => 0)
  for (let i = 0; i < STUDIES; i++) {
    study(rng.fork(`study ${i}`)).forEach(([low, high], t) => {
      if (low !== null && high !== null && low <= truths[t]! && truths[t]! <= high) counts[t]!++
    })
  }
  return counts
}

/** 400 draws of 0.95 are 380 ± 4.4: three times that, and on the lower side 4 more for what a bootstrap of 200 items is known to lack. */
const isHonest = (count: number) => count >= 363 && count <= 393

const endsOf = (c: Comparison): readonly Ends[] => [
  [c.low, c.high],
  [c.dropLow, c.dropHigh],
  [c.retentionLow, c.retentionHigh],
]

describe('95 % intervals', () => {
  it.each(['percentile', 'bca'] as const)('(%s) of value, drop and retention hold the truth in 95 of 100 studies', (kind) => {
    const study = (rng: Rng) => {
      const { dense, compressed } = makePair(ITEMS, joint, rng.fork('items'))
      return endsOf(compare(dense, compressed, measures.mean, 0.5, createResampler(ITEMS, rng.fork('resamples'), 400), kind))
    }
    for (const count of covered(study, [truth.value, truth.drop, truth.retention])) expect(count).toSatisfy(isHonest)
  })

  it('of how much a perplexity has grown hold the truth, long pages and short', () => {
    // each page loses 0.2 to 0.6 nats per word whatever its length, 0.4 on average
    const study = (rng: Rng) => {
      const words = Float64Array.from({ length: ITEMS }, () => 50 + rng.int(500))
      const dense = Float64Array.from({ length: ITEMS }, () => -3 - rng.float())
      const column = (value: Float64Array) => ({ value, weight: words })
      const pair = [column(dense), column(dense.map((x) => x - 0.2 - 0.4 * rng.float()))] as const
      const c = compare(...pair, measures.perplexity, null, createResampler(ITEMS, rng.fork('resamples'), 400))
      return [[c.dropLow, c.dropHigh] as const]
    }
    expect(covered(study, [Math.exp(0.4) - 1])[0]).toSatisfy(isHonest)
  })

  it('of a group of tasks hold the truth of these tasks', () => {
    const study = (rng: Rng) => {
      const members = [0.9, 0.7, 0.5].map((both, i) => ({
        ...makePair(ITEMS, { both: both - 0.1, lost: 0.1, gained: 0.02 }, rng.fork(`items ${i}`)),
        measure: measures.mean,
        resampler: createResampler(ITEMS, rng.fork(`resamples ${i}`), 400),
      }))
      const { normalisedLow, normalisedHigh } = groupMean(members)
      return [[normalisedLow, normalisedHigh] as const]
    }
    expect(covered(study, [(100 * (0.82 + 0.62 + 0.42)) / (0.9 + 0.7 + 0.5)])[0]).toSatisfy(isHonest)
  })

  it('that forget which items are the same are too wide, and found out', () => {
    const study = (rng: Rng) => {
      const { dense, compressed } = makePair(ITEMS, { both: 0.8, lost: 0.05, gained: 0.02 }, rng.fork('items'))
      const unpaired = makeColumn(rng.fork('order').shuffle([...compressed.value]))
      const c = compare(dense, unpaired, measures.mean, 0.5, createResampler(ITEMS, rng.fork('resamples'), 400))
      return [[c.dropLow, c.dropHigh] as const]
    }
    expect(covered(study, [1 - 0.82 / 0.85])[0]).not.toSatisfy(isHonest)
  })
})
