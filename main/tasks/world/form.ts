import { pick, recall, type Family } from './build.ts'
import { drawOptions } from './corpus.ts'
import { statement } from './forms.ts'

/** The same facts, recognised among four options (0) or recalled freely (1). */
export const form: Family = {
  id: 'world_form',
  label: 'Answer form',
  axis: 'free recall',
  harder: 'up',
  levels: [0, 1],
  asks: (level) => (level === 1 ? 'continuation' : 'choice'),
  items: 240, // every fact of a band
  question(world, level, rng, n) {
    const fact = world.bands[5]![n]!
    if (level === 1) return recall(statement(fact))
    const offered = drawOptions(fact, 4, rng)
    return pick(statement(fact), offered, fact.value)
  },
}
