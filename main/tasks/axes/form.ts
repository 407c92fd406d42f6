import { z } from 'zod'
import type { Item, Prompt, Question } from '../task.ts'
import { allItems, answersOf, itemRng, shareOf, unfit, type Axis, type Base, type Choice, type Place } from './axis.ts'
import { borrow, listedOf } from './options.ts'

const FREE = 1
const params = z.strictObject({
  options: z.int().min(2).max(26).default(4).describe('Options of the choice where the task itself has none (2 to 26).'),
})

/**
 * The same questions, recognised among options (0) or recalled freely (1): free recall is right where greedy decoding gives the first answer,
 * word by word. Options that the prompt lists are taken out of it. A task without options gets right answers of other items as distractors.
 */
export const form: Axis<z.output<typeof params>> = {
  id: 'form',
  label: 'Answer form',
  about: '0: choice among options; 1: free recall of the same answer. Chance differs: look at retention.',
  harder: 'up',
  version: 1,
  levels: [0, 1],
  level: z.union([z.literal(0), z.literal(1)]),
  params,
  at(base, place) {
    const task = base.open()
    if (!['choice', 'text', 'continuation'].includes(task.ask)) {
      throw unfit('form', task, 'a task with right answers', `one that asks for ${task.ask}`)
    }
    const all = allItems(task)
    async function* items(limit: number | undefined) {
      for await (const item of task.items(limit)) {
        if (place.level === FREE) yield { ...item, question: { ask: 'continuation', prompt: freely(base, item) } as const }
        else yield task.ask === 'choice' ? item : await amongOthers(base, item, place, all)
      }
    }
    return {
      ask: place.level === FREE ? 'continuation' : 'choice',
      ...{ scorers: ['acc'], shots: task.shots, items },
      facts: async (limit) => ({ 'items with borrowed options': await shareOf(items(limit), ({ doc }) => 'borrowed' in doc) }),
    }
  },
}

/** The question without its options, and its answer in words. */
function freely(base: Base, item: Item): Prompt {
  const { question } = item
  if (question.ask !== 'choice') return answered(question)
  const listed = listedOf(base, item, 'form')
  const { context, continuation } = question.prompts[question.gold]!
  if (!listed) return { context, continuation }
  const delimiter = continuation.slice(0, continuation.length - question.choices[question.gold]!.length)
  return { context: listed.without(), continuation: delimiter + listed.texts[question.gold]! }
}

/** A question with a free answer, and the first that is right. */
function answered(question: Question): Prompt {
  if (question.ask === 'continuation') return question.prompt
  const [answer] = answersOf(question)
  return { context: question.ask === 'text' ? question.context : '', continuation: ` ${answer ?? ''}` }
}

async function amongOthers(
  base: Base,
  item: Item,
  place: Place<z.output<typeof params>>,
  all: () => Promise<readonly Item[]>,
): Promise<Item> {
  const { context, continuation } = answered(item.question)
  const gold = continuation.trim()
  const rng = itemRng('form', place, item)
  const wanted = place.params.options - 1
  const borrowed = await borrow(item, answersOf(item.question), wanted, rng.fork('borrowed'), all)
  if (borrowed.length < wanted) {
    throw unfit('form', base.open(), `${wanted} answers of other items to choose from for item ${item.id}`, `${borrowed.length}`)
  }
  const choices = rng.fork('order').shuffle([gold, ...borrowed])
  const delimiter = continuation.slice(0, continuation.length - continuation.trimStart().length)
  const prompts = choices.map((choice) => ({ context, continuation: delimiter + choice }))
  const question: Choice = { ask: 'choice', prompts, choices, gold: choices.indexOf(gold) }
  return { ...item, doc: { ...item.doc, borrowed }, question }
}
