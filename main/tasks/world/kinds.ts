import { pick, type Family } from './build.ts'
import { kindOf } from './forms.ts'
import { RELATIONS } from './lexicon.ts'

/**
 * Which kind most of the words are of: something new to be learned after pre-training, from what the corpus says of each word. The share of
 * the training items that one learns from is the data adequacy of the paper.
 */
export const kinds: Family = {
  id: 'world_kinds',
  label: 'Kinds',
  axis: 'words',
  // the fewer the words, the smaller the majority
  harder: 'down',
  levels: [3, 5, 7],
  training: 2000,
  asks: () => 'choice',
  question(_, level, rng) {
    const [most, ...others] = rng.shuffle(RELATIONS)
    const wanted = (level + 1) / 2
    const words = Array.from({ length: level }, (_, i) => {
      // the other kinds share what is left, so none of them comes near
      const { values } = i < wanted ? most! : others[(i - wanted) % others.length]!
      return values[rng.int(values.length)]!
    })
    return pick(kindOf(rng.shuffle(words), most!.id), RELATIONS.map(({ id }) => id), most!.id) // prettier-ignore
  },
}
