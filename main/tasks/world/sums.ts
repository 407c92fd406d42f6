import { recall, type Family } from './build.ts'
import { drawTerms, SUMS } from './corpus.ts'
import { sum } from './forms.ts'

/** Sums of two numbers with so many digits in all. */
export const sums: Family = {
  id: 'world_sums',
  label: 'Sums',
  axis: 'digits',
  harder: 'up',
  levels: SUMS,
  asks: () => 'continuation',
  question: (_, level, rng) => recall(sum(...drawTerms(level, rng))),
}
