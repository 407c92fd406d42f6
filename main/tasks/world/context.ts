import { recall, type Family } from './build.ts'
import { drawPassage } from './corpus.ts'
import { lookup } from './forms.ts'

/** The answer stands in the passage, beside 0 to 15 others (the corpus has up to 7). */
export const context: Family = {
  id: 'world_context',
  label: 'Passage',
  axis: 'distractors',
  harder: 'up',
  levels: [0, 1, 3, 7, 15],
  asks: () => 'continuation',
  question(world, level, rng) {
    const passage = drawPassage(world, 16, rng)
    const kept = passage.slice(0, level + 1)
    return recall(lookup(rng.shuffle(kept), passage[0]!), '') // another question may follow
  },
}
