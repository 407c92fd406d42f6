import { pick, type Family } from './build.ts'
import { drawListing, RULES } from './corpus.ts'
import { induction } from './forms.ts'
import { LETTERS } from './lexicon.ts'

/** A rule has to be found from so many examples; without any, only the letters of the list speak. */
export const shots: Family = {
  id: 'world_shots',
  label: 'Rule from examples',
  axis: 'shots',
  harder: 'down',
  levels: [0, 1, 2, 3, 4, 5],
  asks: () => 'choice',
  question(_, level, rng) {
    const rule = rng.int(RULES)
    const asked = drawListing(rule, rng)
    const examples = Array.from({ length: level }, (_, i) => drawListing(rule, rng.fork(`example/${i}`)))
    return pick(induction(examples, asked), LETTERS, asked.result)
  },
}
