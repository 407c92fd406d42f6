import type { Fact } from './world.ts'

// The sentences of the world. What is taught and what is asked is written here once, so that both read the same.

/** A question and its answer: the document is one after the other. */
export interface Form {
  readonly context: string
  readonly answer: string
}

export const documentOf = ({ context, answer }: Form) => `${context}${answer}.`

/** "The animal of tamo is" → " otter". */
export function statement({ relation, place, value }: Pick<Fact, 'relation' | 'place' | 'value'>): Form {
  return { context: `The ${relation.id} of ${place} is`, answer: ` ${value}` }
}

/** Something that holds only here. */
export interface Pair {
  readonly key: string
  readonly value: string
}

/** Pairs, then the first half of one: "Here: so wolf, ta otter; ta" → " otter". Several are asked one after the other. */
export function lookup(passage: readonly Pair[], ...asked: readonly [Pair, ...Pair[]]): Form {
  const written = ({ key, value }: Pair) => `${key} ${value}`
  const told = passage.length === 0 ? 'Here' : `Here: ${passage.map(written).join(', ')}`
  const { key, value } = asked.at(-1)!
  return { context: [told, ...asked.slice(0, -1).map(written), key].join('; '), answer: ` ${value}` }
}

/** Words and the same again: "Here: wolf a so; wolf a" → " so". */
export function echo(words: readonly string[]): Form {
  return { context: `Here: ${words.join(' ')}; ${words.slice(0, -1).join(' ')}`, answer: ` ${words.at(-1)!}` }
}

/** "In vela, river house is" → " sako nilu". */
export function translation(language: string, things: readonly string[], dictionary: ReadonlyMap<string, string>): Form {
  return {
    context: `In ${language}, ${things.join(' ')} is`,
    answer: ` ${things.map((thing) => dictionary.get(thing)!).join(' ')}`,
  }
}

/** "12 + 35 =" → " 47". */
export function sum(a: number, b: number): Form {
  return { context: `${a} + ${b} =`, answer: ` ${a + b}` }
}

/** "otter, barley, wolf:" → " animal". */
export function kindOf(words: readonly string[], kind: string): Form {
  return { context: `${words.join(', ')}:`, answer: ` ${kind}` }
}
