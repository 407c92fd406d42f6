import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rateAt } from '../../main/train/schedule.ts'
import type { Schedule } from '../../main/train/schedule.ts'

/** From test/golden/make/train_torch.py. */
const golden = JSON.parse(readFileSync(new URL('../golden/train-torch.json', import.meta.url), 'utf8')) as {
  readonly schedules: readonly (Schedule & { readonly rates: readonly number[] })[]
}

describe.each(golden.schedules)('$kind over $steps steps, $warmup of warm-up', ({ rates, ...schedule }) => {
  it('has the rates of transformers', () => {
    rates.forEach((rate, i) => expect(rateAt(schedule, i + 1)).toBeCloseTo(rate, 15))
  })
})

describe('a floor', () => {
  it.each(['linear', 'cosine'] as const)('is where a %s fall ends, and no lower', (kind) => {
    const schedule = { kind, peak: 2, warmup: 5, steps: 105, floor: 0.05 }
    expect(rateAt(schedule, 6)).toBe(2)
    expect(rateAt(schedule, 106)).toBeCloseTo(0.1, 12)
    expect(rateAt(schedule, 56)).toBeCloseTo(1.05, 12)
    expect(rateAt(schedule, 500)).toBeCloseTo(0.1, 12)
  })
})
