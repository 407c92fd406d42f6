import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { axes } from '../../main/tasks/axes/index.ts'
import type { Axis } from '../../main/tasks/axes/axis.ts'
import { baseOf, levelTask } from '../../main/tasks/levels.ts'
import type { Item, Task } from '../../main/tasks/task.ts'
import { answerOf, makeAxisTasks } from '../make/axes.ts'
import { itemsOf } from '../make/pack.ts'

const made = makeAxisTasks()
writeFileSync(join(made.data, 'seen.txt'), 'otter otter heron, lynx. '.repeat(3))
afterAll(() => made[Symbol.dispose]())

/** Where each axis is tried: tasks that it fits, its parameters, and how an easier level is part of a harder one, where it says so. */
const TRIALS: Readonly<Record<string, { readonly on: readonly string[]; readonly params?: object; readonly levels?: number[]; readonly within?: (easy: Item, hard: Item) => boolean }>> = {
  options: { on: ['plain', 'lettered'], levels: [2, 3, 4, 6], within: (easy, hard) => optionsOf(easy).every((text) => optionsOf(hard).includes(text)) },
  context: { on: ['reading'], levels: [1000, 40, 10, 0], within: (easy, hard) => String(easy.doc.context).startsWith(String(hard.doc.context)) },
  passages: { on: ['reading'], levels: [0, 1, 3], within: (easy, hard) => String(easy.doc.context).split('\n\n').every((each) => String(hard.doc.context).includes(each)) },
  shots: { on: ['plain', 'lettered', 'reading'], levels: [3, 1, 0] },
  form: { on: ['plain', 'lettered', 'reading'] },
  rarity: { on: ['plain', 'lettered', 'reading'], params: { text: 'seen.txt', parts: 3 }, levels: [0, 1, 2] },
} // prettier-ignore

/** The options of a question in words; those under labels as the end of the prompt lists them. */
function optionsOf({ question }: Item): string[] {
  if (question.ask !== 'choice') return []
  return question.choices.map((choice) => {
    const listed = [...question.prompts[0]!.context.matchAll(new RegExp(`^${choice}\\. (.*)$`, 'gm'))].at(-1)
    return listed ? listed[1]! : choice
  })
}

/** The right answer in words. */
function answer(item: Item): string {
  const { question } = item
  if (question.ask === 'choice') return optionsOf(item)[question.gold]!
  return question.ask === 'text'
    ? question.answers[0]!
    : question.ask === 'continuation'
      ? question.prompt.continuation.trim()
      : ''
}

type Levels = readonly { readonly task: Task; readonly items: readonly Item[] }[]

async function levelsOf(axis: Axis, on: string, seed: number): Promise<Levels> {
  const { params = {}, levels = axis.levels } = TRIALS[axis.id] ?? {}
  const base = baseOf(on, made.options)
  const tasks = levels.map((level) => levelTask(axis, base, on, { level, params: axis.params.parse(params), seed }))
  return Promise.all(tasks.map(async (task) => ({ task, items: await itemsOf(task) })))
}

/** Every law that an axis breaks on a task, in words. */
function breaches(axis: Axis, on: string, levels: Levels, again: Levels): string[] {
  const { within } = TRIALS[axis.id] ?? {}
  const laws: Record<string, boolean> = {
    'the answer stays': levels.every(({ items }) => items.every((item) => answer(item) === answerOf(on, item.id))),
    'the easiest level is first': levels.every(({ task }, i) => i === 0 || task.rung!.difficulty > levels[i - 1]!.task.rung!.difficulty),
    'the same seed gives the same items': JSON.stringify(levels) === JSON.stringify(again),
    'every question is of the kind its task says': levels.every(({ task, items }) => items.every(({ question }) => question.ask === task.ask)),
    'levels have different hashes': new Set(levels.map(({ task }) => task.hash)).size === levels.length,
    'levels ask different things': new Set(levels.map(({ items }) => JSON.stringify(items))).size === levels.length,
    'an easier level is part of a harder one': !within || levels.slice(1).every(({ items }, i) => items.every((item, n) => within(levels[i]!.items[n]!, item))),
  } // prettier-ignore
  return Object.entries(laws).flatMap(([law, holds]) => (holds ? [] : [law]))
}

describe.each(axes as unknown as readonly Axis[])('$id', (axis) => {
  it.each(TRIALS[axis.id]!.on)('keeps the laws of axes on the task "%s"', async (on) => {
    const [levels, again] = [await levelsOf(axis, on, 0), await levelsOf(axis, on, 0)]
    expect(breaches(axis, on, levels, again)).toEqual([])
    // all items at every level, or all items over the levels
    const ids = levels.map(({ items }) => items.map(({ id }) => id))
    const all = Array.from({ length: 12 }, (_, n) => n)
    if (axis.id === 'rarity') expect(ids.flat().sort((a, b) => a - b)).toEqual(all)
    else expect(ids).toEqual(levels.map(() => all))
    expect(await itemsOf(levels[0]!.task, 2)).toEqual(levels[0]!.items.slice(0, 2))
  })

  it('says what a level is, has levels that are some, and parameters that need not be given', () => {
    expect([axis.label, axis.about].every((text) => text.length > 5)).toBe(true)
    expect(axis.levels.every((level) => axis.level.safeParse(level).success)).toBe(true)
  })
})

describe('the laws notice', () => {
  const wrong = (what: Partial<Axis>): Axis => ({ ...(axes[0] as unknown as Axis), ...what, id: 'wrong' })
  const sound: Axis['at'] = (base, place) => (axes[0] as unknown as Axis).at(base, place)

  it.each<[string, Axis]>([
    ['nothing in a sound axis', wrong({})],
    ['the easiest level is first', wrong({ harder: 'down' })],
    [
      'the answer stays',
      wrong({
        at: (base, place) => {
          const varied = sound(base, place)
          return {
            ...varied,
            async *items(limit) {
              for await (const item of varied.items(limit)) {
                if (item.question.ask === 'choice') yield { ...item, question: { ...item.question, gold: (item.question.gold + 1) % place.level } }
              }
            },
          } // prettier-ignore
        },
      }),
    ],
    ['levels ask different things', wrong({ at: (base, place) => sound(base, { ...place, level: 3 }) })],
  ])('where one does not hold: %s', async (law, axis) => {
    const levels = await levelsOf(axis, 'plain', 0)
    expect(breaches(axis, 'plain', levels, await levelsOf(axis, 'plain', 0))).toEqual(law.startsWith('nothing') ? [] : [law])
  })

  it('where one does not hold: the same seed gives the same items', async () => {
    const axis = wrong({ params: z.object({}) })
    const [levels, other] = [await levelsOf(axis, 'plain', 0), await levelsOf(axis, 'plain', 1)]
    expect(breaches(axis, 'plain', levels, other)).toEqual(['the same seed gives the same items'])
  })
})
