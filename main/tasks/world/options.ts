import { pick, type Family } from './build.ts'
import { drawOptions } from './corpus.ts'
import { statement } from './forms.ts'

/** The same facts with more and more options, which the question does not list: the likeliest counts. Fewer are always a part of more. */
export const options: Family = {
  id: 'world_options',
  label: 'Options',
  axis: 'options',
  harder: 'up',
  levels: [2, 3, 4, 5, 6, 7, 8],
  asks: () => 'choice',
  items: 240, // every fact of a band
  question(world, level, rng, n) {
    const fact = world.bands[6]![n]!
    const offered = drawOptions(fact, level, rng)
    return pick(statement(fact), offered, fact.value)
  },
}
