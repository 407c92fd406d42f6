import { recall, type Family } from './build.ts'
import { drawThings } from './corpus.ts'
import { translation } from './forms.ts'
import { LANGUAGES } from './lexicon.ts'

/** Two words into the language of the majority (0) or of the minority (1), which had a twentieth of its text. */
export const language: Family = {
  id: 'world_language',
  label: 'Translation',
  axis: 'minority',
  harder: 'up',
  levels: [0, 1],
  asks: () => 'continuation',
  question(world, level, rng) {
    const name = LANGUAGES[level]!
    return recall(translation(name, drawThings(2, rng), world.dictionaries[name]))
  },
}
