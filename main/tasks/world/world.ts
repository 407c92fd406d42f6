import { createRng, type Rng } from '../../base/rng.ts'
import { drawNames, LANGUAGES, LEXICON, RELATIONS, THINGS, type Language, type Relation } from './lexicon.ts'

/** One fact of the world: "The animal of tamo is otter." */
export interface Fact {
  readonly relation: Relation
  readonly place: string
  readonly value: string
  /** 0 is told most often; each further band half as often. */
  readonly band: number
}

/** How often a fact of each band is told, relative to the rarest. */
export const BAND_WEIGHTS = [64, 32, 16, 8, 4, 2, 1] as const

/** Everything that is so in the invented world. Equal seeds give equal worlds. */
export interface World {
  readonly seed: number
  readonly facts: readonly Fact[]
  readonly bands: readonly (readonly Fact[])[]
  readonly dictionaries: Readonly<Record<Language, ReadonlyMap<string, string>>>
  /** Short names that no fact is about: for passages that say something new. */
  readonly strangers: readonly string[]
}

export interface WorldSize {
  /** Places in each band; a place has one fact of each relation. */
  readonly placesPerBand: number
}

export function createWorld(seed: number, size: WorldSize = { placesPerBand: 60 }): World {
  const rng = createRng(`world/${seed}`)
  const taken = new Set(LEXICON) // no place is called "rope"
  const bands = BAND_WEIGHTS.map((_, band) => {
    const places = drawNames(size.placesPerBand, 2, rng.fork(`places/${band}`), taken)
    return places.flatMap((place) => RELATIONS.map((relation) => factOf(place, relation, band, rng)))
  })
  const strangers = drawNames(60, 1, rng.fork('strangers'), taken)
  const dictionaries = Object.fromEntries(
    LANGUAGES.map((language) => {
      const names = drawNames(THINGS.length, 2, rng.fork(`language/${language}`), taken)
      return [language, new Map(THINGS.map((thing, i) => [thing, names[i]!]))]
    }),
  ) as unknown as World['dictionaries']
  return { seed, facts: bands.flat(), bands, dictionaries, strangers }
}

function factOf(place: string, relation: Relation, band: number, rng: Rng): Fact {
  const { values } = relation
  return { relation, place, value: values[rng.fork(`${place}/${relation.id}`).int(values.length)]!, band }
}
