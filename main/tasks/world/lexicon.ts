import type { Rng } from '../../base/rng.ts'

/** A kind of fact that every place has one of, and the values it may take. */
export interface Relation {
  readonly id: string
  readonly values: readonly string[]
}

const words = (text: string) => text.split(' ')

/** Twenty-four values each: with eight options, sixteen wrong ones are left to draw from. */
export const RELATIONS: readonly Relation[] = [
  {
    id: 'animal',
    values: words(
      'wolf heron otter lynx badger crane falcon hare boar stag goat swan toad viper weasel raven beaver mole owl bear fox seal bison moth',
    ),
  },
  {
    id: 'crop',
    values: words(
      'barley rye oats hemp flax beans lentils peas hops cabbage garlic onions turnips leeks millet wheat grapes figs olives plums cherries mustard saffron clover',
    ),
  },
  {
    id: 'craft',
    values: words(
      'weaving pottery carving dyeing tanning smithing brewing baking roofing thatching fishing milling glazing printing binding spinning sewing mining sailing hunting painting casting joinery masonry',
    ),
  },
  {
    id: 'stone',
    values: words(
      'granite basalt marble slate flint chalk sandstone quartz jasper onyx opal amber garnet topaz jade agate pumice gypsum coal salt clay copper iron tin',
    ),
  },
]

/** Things that the two invented languages have words for. */
export const THINGS: readonly string[] = words(
  'river house bread stone night fire water hand road king child winter bird door field song mother night star wind ship tree gold horse hill rain sleep cloud knife wall salt milk bell rope lake moon snow glass wheel shore sword crown grain smoke path roof bone seed wool wax',
).filter((word, i, all) => all.indexOf(word) === i)

/** What invented names are made of. */
export const SYLLABLES: readonly string[] = [...'bdfgklmnprstvz'].flatMap((consonant) =>
  [...'aeiou'].map((vowel) => consonant + vowel),
)

/** The two invented languages; the first fills thirty times as much text as the second. */
export const LANGUAGES = ['vela', 'nuri'] as const
export type Language = (typeof LANGUAGES)[number]

/** A rule gives each letter of the first list one of the second, as a rule in this order. */
export const LETTERS = { from: words('a b c d'), to: words('w x y z') }

/** Every word of the world that is not an invented name. */
export const LEXICON: readonly string[] = [
  ...new Set([
    'The',
    'In',
    'Here',
    'of',
    'is',
    'or',
    ...LANGUAGES,
    ...LETTERS.from,
    ...LETTERS.to,
    ...RELATIONS.flatMap(({ id, values }) => [id, ...values]),
    ...THINGS,
  ]),
]

/** Different names of so many syllables, none of them in `taken`, to which they are added. */
export function drawNames(count: number, syllables: number, rng: Rng, taken: Set<string>): string[] {
  const names: string[] = []
  while (names.length < count) {
    const name = Array.from({ length: syllables }, () => SYLLABLES[rng.int(SYLLABLES.length)]!).join('')
    if (taken.has(name)) continue
    taken.add(name)
    names.push(name)
  }
  return names
}
