import { sha256 } from '../../base/files.ts'
import { canonical } from '../../base/json.ts'
import { createRng, type Rng } from '../../base/rng.ts'
import type { Ask, Item, Question, Rung, Task } from '../task.ts'
import type { Form } from './forms.ts'
import { createWorld, type World } from './world.ts'

/** Version of what is asked: a change of any question bumps it. */
const VERSION = 2
/** Seed of the world that the built-in model has learnt. */
export const WORLD_SEED = 0
/** Items of a level: 95 % of a proportion then lie within 5 points. */
const ITEMS = 400

/** One axis over one kind of question: a task for each of its levels. */
export interface Family {
  readonly id: string
  readonly label: string
  readonly axis: string
  readonly harder: 'up' | 'down'
  readonly levels: readonly number[]
  /** Items to learn from, of all levels in turn; none where left out: what is asked then stood in the corpus. */
  readonly training?: number
  asks(level: number): Extract<Ask, 'choice' | 'continuation'>
  /** Items of a level; 400 where left out. */
  readonly items?: number
  /** The n-th question at a level. With the same generator, levels ask about the same thing wherever that makes sense. */
  question(world: World, level: number, rng: Rng, n: number): Question
}

/** Free recall: right where greedy decoding gives the answer, and ends there unless the text may go on. */
export function recall({ context, answer }: Form, end = '.'): Question {
  return { ask: 'continuation', prompt: { context, continuation: answer + end } }
}

/** The likeliest of the options is the answer given. */
export function pick({ context }: Form, options: readonly string[], gold: string): Question {
  const prompts = options.map((option) => ({ context, continuation: ` ${option}` }))
  return { ask: 'choice', prompts, choices: options, gold: options.indexOf(gold) }
}

/** A task of the world, and its items without waiting. */
export interface WorldTask {
  readonly task: Task
  items(limit?: number): Iterable<Item>
}

/** The tasks of a family, easiest level first. */
export function tasksOf(family: Family): WorldTask[] {
  const order = family.harder === 'up' ? family.levels : family.levels.toReversed()
  return order.map((level) => taskOf(family, level))
}

function taskOf(family: Family, level: number): WorldTask {
  const { id, axis } = family
  const ask = family.asks(level)
  const rung: Rung = { family: id, axis, level, difficulty: family.harder === 'up' ? level : -level }
  const count = family.items ?? ITEMS
  const items = (limit = count) => itemsOf(family, () => level, Math.min(limit, count))
  const task: Task = {
    ...headOf(`${id}_${level}`, `${family.label}, ${axis} ${level}`, family, ask, count),
    ...(family.training !== undefined && { training: trainingOf(family, family.training) }),
    rung,
    async *items(limit) {
      yield* items(limit)
    },
  }
  return { task, items }
}

/** Items of a family to learn from: other ones than are asked, from all its levels in turn. */
function trainingOf(family: Family, count: number): Task {
  const levelOf = (n: number) => family.levels[n % family.levels.length]!
  return {
    ...headOf(`${family.id}_training`, `${family.label}, to learn from`, family, family.asks(levelOf(0)), count),
    async *items(limit = count) {
      yield* itemsOf(family, levelOf, Math.min(limit, count), 'training')
    },
  }
}

function headOf(id: string, label: string, family: Family, ask: Ask, items: number) {
  return {
    ...{ id, version: VERSION, label, group: family.id, ask, shots: 0 },
    scorers: ['acc'], // of a continuation: whether greedy decoding gives it
    hash: sha256(canonical({ id, version: VERSION, world: WORLD_SEED, items })),
  }
}

function* itemsOf({ id, question }: Family, levelOf: (n: number) => number, count: number, split = 'asked'): Generator<Item> {
  const world = theWorld()
  for (let n = 0; n < count; n++) {
    const asked = question(world, levelOf(n), createRng(`world/${WORLD_SEED}/${id}/${split}/${n}`), n)
    yield { id: n, doc: { text: textOf(asked) }, question: asked }
  }
}

let made: World | undefined
const theWorld = () => (made ??= createWorld(WORLD_SEED))

function textOf(question: Question): string {
  if (question.ask === 'continuation') return question.prompt.context + question.prompt.continuation
  if (question.ask === 'choice') return question.prompts[0]!.context
  throw new TypeError(`Expected a question of the world, got ${question.ask}.`)
}
