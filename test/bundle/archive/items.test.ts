import { describe, expect, it } from 'vitest'
import { readItems, writeItems } from '../../../main/bundle/archive/items.ts'
import { packOutcomes, unpackOutcomes } from '../../../main/store/items.ts'
import type { ItemOutcomes } from '../../../main/store/records.ts'

/** Two items that a head was asked a number for: what it said and what is right, and the error of each. */
const outcomes: ItemOutcomes = {
  ids: Int32Array.of(0, 7),
  scores: {
    mse: { value: Float64Array.of(0.01, 4), weight: null },
    pearson: { value: Float64Array.of(4.1, 1.25), weight: null, gold: Float64Array.of(4, 3.25) },
  },
  counts: Uint16Array.of(0, 0),
  ll: new Float32Array(),
  isGreedy: new Uint8Array(),
  flags: Uint8Array.of(1, 0),
}
/** Two items of one choice out of two: no score sets anything against what should have been said. */
const choices: ItemOutcomes = {
  ids: Int32Array.of(0, 1),
  scores: { acc: { value: Float64Array.of(1, 0), weight: null } },
  counts: Uint16Array.of(2, 2),
  ll: Float32Array.of(-1, -2, -3, -0.5),
  isGreedy: new Uint8Array(4),
  flags: new Uint8Array(2),
}

describe('items of numbers', () => {
  it('keep what was said and what is right, in the store and in a bundle, to the bit', async () => {
    expect(unpackOutcomes(packOutcomes(outcomes))).toEqual(outcomes)
    const cells = [{ fingerprint: 'a', task: 'stsb', outcomes, answers: null }]
    const back = await readItems(writeItems(cells), 2, 'items/0001-stsb.parquet')
    expect(back.get('a')).toEqual({ outcomes, answers: null })
  })
  it('leave those of other tasks as they were: no column of theirs comes or goes', async () => {
    expect(unpackOutcomes(packOutcomes(choices))).toEqual(choices)
    expect(packOutcomes(choices).includes('gold')).toBe(false)
    const both = [
      { fingerprint: 'a', task: 'stsb', outcomes, answers: null },
      { fingerprint: 'b', task: 'stsb', outcomes: choices, answers: null },
    ]
    const back = await readItems(writeItems(both), 4, 'items/0001-stsb.parquet')
    expect(back.get('b')!.outcomes).toEqual(choices)
    expect(back.get('a')!.outcomes).toEqual(outcomes)
  })
})
