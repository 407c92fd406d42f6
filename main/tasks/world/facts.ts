import { recall, type Family } from './build.ts'
import { statement } from './forms.ts'
import { BAND_WEIGHTS } from './world.ts'

/** Free recall of facts by how often they were told: each band a third as often as the one before it. */
export const facts: Family = {
  id: 'world_facts',
  label: 'Facts',
  axis: 'rarity',
  harder: 'up',
  levels: BAND_WEIGHTS.map((_, band) => band),
  asks: () => 'continuation',
  question(world, level, rng) {
    const band = world.bands[level]!
    return recall(statement(band[rng.int(band.length)]!))
  },
}
