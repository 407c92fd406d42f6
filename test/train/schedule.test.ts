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
