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

/** "The animal of tamo: otter, heron or lynx? The animal of tamo is" → " otter". */
export function choice(fact: Fact, options: readonly string[]): Form {
  const listed = options.length === 1 ? options[0]! : `${options.slice(0, -1).join(', ')} or ${options.at(-1)!}`
  const { context, answer } = statement(fact)
  return { context: `The ${fact.relation.id} of ${fact.place}: ${listed}? ${context}`, answer }
}

/** Something that holds only here. */
export interface Pair {
  readonly key: string
  readonly value: string
}

/** Pairs, then the first half of one: "sori wolf, tamo otter; tamo" → " otter". */
export function lookup(asked: Pair, passage: readonly Pair[]): Form {
  const told = passage.map(({ key, value }) => `${key} ${value}`).join(', ')
  return { context: told === '' ? asked.key : `${told}; ${asked.key}`, answer: ` ${asked.value}` }
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
