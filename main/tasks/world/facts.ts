import { recall, type Family } from './build.ts'
import { statement } from './forms.ts'
import { BAND_WEIGHTS } from './world.ts'

/** Free recall of facts by how often they were told: each band half as often as the one before it. */
export const facts: Family = {
  id: 'world_facts',
  label: 'Facts',
  axis: 'rarity',
  harder: 'up',
  levels: BAND_WEIGHTS.map((_, band) => band),
  asks: () => 'continuation',
  items: 240, // every fact of a band
  question: (world, level, _, n) => recall(statement(world.bands[level]![n]!)),
}
