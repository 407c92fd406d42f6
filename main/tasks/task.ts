import type { Json } from '../base/json.ts'

/** One text to be continued. An empty context is asked after the prefix token (interfaces.md 3.4). */
export interface Prompt {
  readonly context: string
  readonly continuation: string
}

/** What is asked of a model for one item. */
export type Question =
  /** Pick one: the log-likelihood of each prompt's continuation. `choices` are the answers without delimiter; `gold` indexes them. */
  | { readonly ask: 'choice'; readonly prompts: readonly Prompt[]; readonly choices: readonly string[]; readonly gold: number }
  /** How likely is this continuation, and would greedy decoding give it? */
  | { readonly ask: 'continuation'; readonly prompt: Prompt }
  /** A whole text in disjoint windows, every token predicted once (lm-eval's loglikelihood_rolling). Words and bytes are counted on the original page. */
  | { readonly ask: 'rolling'; readonly text: string; readonly words: number; readonly bytes: number }
  /** The pruning papers' protocol: all text joined, cut into ⌊n / length⌋ windows, length − 1 predictions each. One item per task, one outcome per window. */
  | { readonly ask: 'windows'; readonly text: string; readonly length: number }
  /** Free text, greedy. Right if it equals one of `answers` after the scorer's normalisation; `delimiter` stands before an answer in a text, '' where left out. */
  | {
      readonly ask: 'text'
      readonly context: string
      readonly until: readonly string[]
      readonly maxTokens: number
      readonly answers: readonly string[]
      readonly delimiter?: string
    }
  /** Which number is right for this text? Only a head that has learned such numbers can say one. */
  | { readonly ask: 'number'; readonly text: string; readonly gold: number }
export type Ask = Question['ask']

/** One document, ready to be asked. */
export interface Item {
  /** Row in the split, from 0. */
  readonly id: number
  readonly doc: Readonly<Record<string, Json>>
  readonly question: Question
}

/** Where a task stands on a difficulty axis, all else held still. Tasks of one family differ in nothing but their level. */
export interface Rung {
  /** The task without its level: what results name. */
  readonly family: string
  /** Id of the axis, such as "options". */
  readonly axis: string
  readonly level: number
  /** Larger = harder; equal to the level, or minus it where more makes it easier. */
  readonly difficulty: number
}

/** Questions with known answers. */
export interface Task {
  readonly id: string
  readonly version: number
  readonly label: string
  /** Group or field the task belongs to in charts, such as "syntax"; undefined when the task stands alone. */
  readonly group: string | undefined
  readonly ask: Ask
  /** Scorers by id; the first is the task's main one. */
  readonly scorers: readonly string[]
  readonly shots: number
  /** Present where the task is one level of an axis. */
  readonly rung?: Rung
  /** What is true of the items asked and belongs beside their scores, such as the share whose answer stands in the passage (0..1). */
  facts?(limit: number | undefined): Promise<Readonly<Record<string, number>>>
  /** Content hash of everything that decides what is asked: task files, data files, version. Not of `limit`. */
  readonly hash: string
  /** What may be learned before the task is asked: items of its own, none of which is asked. Absent where there are none. */
  readonly training?: Task | undefined
  /** Number of all items where it can be told without making them: lines of the split. */
  size?(): number
  /** Items in order of the split; at most `limit` of them. */
  items(limit: number | undefined): AsyncIterable<Item>
}
