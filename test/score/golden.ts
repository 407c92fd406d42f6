import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface ChoiceItem {
  readonly choices: readonly string[]
  readonly gold: number
  readonly ll: readonly number[]
  readonly greedy: readonly boolean[]
}

/** Items and what they come to, by scorer. */
interface Scored<I> {
  readonly items: readonly I[]
  readonly values: Readonly<Record<string, number>>
}

interface Golden {
  readonly choice: readonly Scored<ChoiceItem>[]
  readonly continuation: Scored<{ readonly ll: number; readonly greedy: boolean }>
  readonly rolling: Scored<{ readonly ll: number; readonly words: number; readonly bytes: number }>
  readonly text: readonly (Readonly<Record<'exact_match' | 'squad_exact' | 'squad_f1', number>> & {
    readonly said: string
    readonly answer: string
  })[]
  readonly stops: readonly { readonly text: string; readonly until: readonly string[]; readonly read: string }[]
  readonly windows: readonly { readonly n: number; readonly length: number; readonly windows: readonly (readonly number[][])[] }[]
}

/** Numbers from lm-evaluation-harness; test/golden/make/score_lm_eval.py says how they were made. */
export const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'score-lm-eval.json'), 'utf8')) as Golden
