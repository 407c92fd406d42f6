import { createRng, type Rng } from '../../base/rng.ts'
import { documentOf, echo, lookup, statement, sum, translation, type Pair } from './forms.ts'
import { LETTERS, RELATIONS, THINGS, type Language } from './lexicon.ts'
import { BAND_WEIGHTS, type Fact, type World } from './world.ts'

/** Shares of each kind of document, by number of documents. */
const MIXTURE = {
  statement: 29,
  lookup: 23,
  induction: 11,
  echo: 15,
  translation: 9,
  sum: 13,
} as const
type Kind = keyof typeof MIXTURE

/** Share of translations that are of the first language. */
const MAJORITY_SHARE = 30 / 31

/** Text to learn the world from: documents without end, in an order that the seed decides. */
export function* corpus(world: World, seed: number): Generator<string, never> {
  const rng = createRng(`corpus/${world.seed}/${seed}`)
  const kinds = Object.keys(MIXTURE) as Kind[]
  const drawKind = weighted(kinds.map((kind) => MIXTURE[kind]))
  for (;;) yield documentOf(WRITERS[kinds[drawKind(rng)]!](world, rng))
}

const WRITERS = {
  statement: (world: World, rng: Rng) => statement(drawFact(world, rng)),
  lookup(world: World, rng: Rng) {
    const passage = drawPassage(world, 1 + rng.int(8), rng)
    const [first, ...others] = rng.shuffle(passage)
    return lookup(passage, first!, ...others)
  },
  induction(_: World, rng: Rng) {
    const rule = drawRule(rng)
    return lookup(Array.from({ length: rng.int(13) }, () => drawPair(rule, rng)), drawPair(rule, rng)) // prettier-ignore
  },
  // any word may come after any other here, so that looking back is learned for all of them
  echo(world: World, rng: Rng) {
    const words = [...world.strangers, ...RELATIONS.flatMap(({ values }) => values), ...LETTERS.from, ...LETTERS.to]
    return echo(Array.from({ length: 3 + rng.int(10) }, () => words[rng.int(words.length)]!))
  },
  translation(world: World, rng: Rng) {
    const language: Language = rng.float() < MAJORITY_SHARE ? 'vela' : 'nuri'
    return translation(language, drawThings(1 + rng.int(3), rng), world.dictionaries[language])
  },
  sum: (_: World, rng: Rng) => sum(...drawTerms(SUMS[rng.int(SUMS.length)]!, rng)),
}

const drawBand = weighted(BAND_WEIGHTS)

/** A fact, the common ones more often. */
export function drawFact(world: World, rng: Rng): Fact {
  const band = world.bands[drawBand(rng)]!
  return band[rng.int(band.length)]!
}

/** The value and so many others of its kind, in random order; with the same generator, fewer options are a part of more. */
export function drawOptions({ relation, value }: Fact, count: number, rng: Rng): string[] {
  const others = rng.fork('others').shuffle(relation.values.filter((other) => other !== value))
  return rng.fork(`order/${count}`).shuffle([value, ...others.slice(0, count - 1)])
}

/** What different strangers have, all of one kind. */
export function drawPassage(world: World, count: number, rng: Rng): Pair[] {
  const { values } = RELATIONS[rng.int(RELATIONS.length)]!
  const drawn = rng.shuffle(values)
  return rng.shuffle(world.strangers).slice(0, count).map((key, i) => ({ key, value: drawn[i % drawn.length]! })) // prettier-ignore
}

/** What becomes of each letter: every other time the usual, so that there is something to know without an example. */
export function drawRule(rng: Rng): Pair[] {
  const to = rng.float() < 0.5 ? LETTERS.to : rng.shuffle(LETTERS.to)
  return LETTERS.from.map((key, i) => ({ key, value: to[i]! }))
}

/** One letter and what becomes of it. */
export function drawPair(rule: readonly Pair[], rng: Rng): Pair {
  return rule[rng.int(rule.length)]!
}

/** Digits in the two terms of a sum: 4 + 5, 34 + 5, 34 + 56. */
export const SUMS = [2, 3, 4] as const

/** Two terms with so many digits in all, the first with one more where they are odd; 0 counts as one digit. */
export function drawTerms(digits: number, rng: Rng): [number, number] {
  const draw = (n: number) => (n === 1 ? rng.int(10) : 10 ** (n - 1) + rng.int(9 * 10 ** (n - 1)))
  return [draw(Math.ceil(digits / 2)), draw(Math.floor(digits / 2))]
}

export function drawThings(count: number, rng: Rng): string[] {
  return Array.from({ length: count }, () => THINGS[rng.int(THINGS.length)]!)
}

/** A draw of an index, each as likely as its weight. */
function weighted(weights: readonly number[]): (rng: Rng) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return (rng) => {
    let left = rng.float() * total
    const found = weights.findIndex((weight) => (left -= weight) < 0)
    return found < 0 ? weights.length - 1 : found
  }
}
