import type { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { createRng, type Rng } from '../../base/rng.ts'
import type { Variation } from '../source.ts'
import type { Item, Question, Task } from '../task.ts'

/** What a level changes of how a task is loaded. */
export interface Change {
  readonly shots?: number
  /** Seed of the draw of examples. */
  readonly seed?: number
  readonly variation?: Variation
}

/** The task that an axis works on. */
export interface Base {
  /** As it is, or opened again with something changed. LabError 'task/axis' for a task that cannot be opened so. */
  open(change?: Change): Task
  /** Folder of the packs, where there is one. */
  readonly data: string | undefined
}

/** Where on an axis: the level, its parameters and the seed of all that is drawn. */
export interface Place<P> {
  readonly level: number
  readonly params: P
  readonly seed: number
}

/** A task at a level; what is not here stays as it is. */
export interface Varied extends Pick<Task, 'ask' | 'scorers' | 'shots' | 'items' | 'facts'> {
  /** Everything beside the task, the axis and the place that decides what is asked. */
  readonly origin?: Json
}

/** A way to make one kind of question harder with all else held still, on any task it fits. */
export interface Axis<P = Readonly<Record<string, Json>>> {
  readonly id: string
  readonly label: string
  /** What a level is, with its unit and range. */
  readonly about: string
  readonly harder: 'up' | 'down'
  /** Bumped when the same place comes to ask something else. */
  readonly version: number
  /** Levels where a study names none, easiest first. */
  readonly levels: readonly number[]
  /** Which numbers are levels. */
  readonly level: z.ZodType<number>
  readonly params: z.ZodType<P>
  /** The task there. LabError 'task/axis' says why one does not fit. */
  at(base: Base, place: Place<P>): Varied
}

/** An axis for lists that hold all kinds: parameters are parsed by its own `params` before they reach it. */
export interface AnyAxis extends Omit<Axis<never>, 'params'> {
  readonly params: z.ZodType
}

export type Choice = Extract<Question, { ask: 'choice' }>

/** Chance for one item: equal for all levels, so that they differ in nothing but the level. */
export function itemRng(axis: string, { seed }: Pick<Place<unknown>, 'seed'>, { id }: Pick<Item, 'id'>): Rng {
  return createRng(`axis/${axis}/${seed}/${id}`)
}

export function unfit(axis: string, task: Pick<Task, 'id'>, wanted: string, came: string): LabError {
  return new LabError('task/axis', `Expected ${wanted} for the axis "${axis}" on "${task.id}", got ${came}.`)
}

/** The texts that count as right. */
export function answersOf(question: Question): readonly string[] {
  switch (question.ask) {
    case 'choice':
      return [question.choices[question.gold]!]
    case 'continuation':
      return [question.prompt.continuation.trim()]
    case 'text':
      return question.answers
    case 'rolling':
    case 'windows':
    case 'number':
      return []
  }
}

/** All items of a task, read when first asked for. */
export function allItems(task: Task): () => Promise<readonly Item[]> {
  let found: Promise<readonly Item[]> | undefined
  const read = async () => {
    const items: Item[] = []
    for await (const item of task.items(undefined)) items.push(item)
    return items
  }
  return () => (found ??= read())
}

/** The share of the items for which something holds, 0..1. */
export async function shareOf(items: AsyncIterable<Item>, holds: (item: Item) => boolean): Promise<number> {
  let [all, some] = [0, 0]
  for await (const item of items) {
    all++
    if (holds(item)) some++
  }
  return all === 0 ? 0 : some / all
}
