import { recall, type Family } from './build.ts'
import { sum } from './forms.ts'

/** Sums of two numbers of so many digits each. */
export const sums: Family = {
  id: 'world_sums',
  label: 'Sums',
  axis: 'digits',
  harder: 'up',
  levels: [1, 2, 3],
  asks: () => 'continuation',
  question(_, level, rng) {
    const least = level === 1 ? 0 : 10 ** (level - 1)
    const draw = () => least + rng.int(10 ** level - least)
    return recall(sum(draw(), draw()))
  },
}
