import type { Rng } from '../../main/base/rng.ts'
import { acc } from '../../main/score/acc.ts'
import { mcc } from '../../main/score/mcc.ts'
import { wordPerplexity } from '../../main/score/word_perplexity.ts'
import type { Column, Measure } from '../../main/stats/measure.ts'

/** Real scorers as measures. */
export const measures = { mean: acc, perplexity: wordPerplexity, matthews: mcc } satisfies Record<string, Measure>

/** Item values that all weigh 1. */
export const makeColumn = (values: ArrayLike<number>): Column => ({ value: Float64Array.from(values), weight: null })

/** Chances of an item to be right on both sides, only dense, only compressed; the rest is wrong on both. */
export interface Joint {
  readonly both: number
  readonly lost: number
  readonly gained: number
}

/** Right-or-wrong answers of n items, dense and compressed. */
export function makePair(
  n: number,
  { both, lost, gained }: Joint,
  rng: Rng,
): { readonly dense: Column; readonly compressed: Column } {
  const draws = Array.from({ length: n }, () => rng.float())
  return {
    dense: makeColumn(draws.map((u) => Number(u < both + lost))),
    compressed: makeColumn(draws.map((u) => Number(u < both || (u >= both + lost && u < both + lost + gained)))),
  }
}
