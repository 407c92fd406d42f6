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

/** "The animal of tamo: otter, heron or lynx? It is" → " otter". */
export function choice({ relation, place, value }: Fact, options: readonly string[]): Form {
  const listed = options.length === 1 ? options[0]! : `${options.slice(0, -1).join(', ')} or ${options.at(-1)!}`
  return { context: `The ${relation.id} of ${place}: ${listed}? It is`, answer: ` ${value}` }
}

/** Sentences, then the question: "The animal of sori is wolf. The animal of tamo is otter. The animal of tamo is" → " otter". */
export function lookup(asked: Fact, passage: readonly Fact[]): Form {
  const { context, answer } = statement(asked)
  return { context: `${passage.map((fact) => `${documentOf(statement(fact))} `).join('')}${context}`, answer }
}

/** Lists and the place of the letter that counts: "a b c = b; c a a = a; b a c =" → " a". */
export interface Listing {
  readonly letters: readonly string[]
  readonly result: string
}
export function induction(examples: readonly Listing[], asked: Listing): Form {
  const line = ({ letters }: Listing) => `${letters.join(' ')} =`
  return {
    context: `${examples.map((example) => `${line(example)} ${example.result}; `).join('')}${line(asked)}`,
    answer: ` ${asked.result}`,
  }
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
