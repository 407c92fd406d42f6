import { pick, type Family } from './build.ts'
import { drawPair, drawRule } from './corpus.ts'
import { lookup } from './forms.ts'
import { LETTERS } from './lexicon.ts'

/** What becomes of a letter: with no example the usual is the best guess, and each makes it likelier that this letter was among them. */
export const shots: Family = {
  id: 'world_shots',
  label: 'Rule from examples',
  axis: 'shots',
  harder: 'down',
  levels: [0, 1, 2, 3, 4, 5],
  asks: () => 'choice',
  question(_, level, rng) {
    const rule = drawRule(rng)
    const asked = drawPair(rule, rng)
    const examples = Array.from({ length: level }, (_, i) => drawPair(rule, rng.fork(`example/${i}`)))
    return pick(lookup(examples, asked), LETTERS.to, asked.value)
  },
}
