import { z } from 'zod'
import type { Rng } from '../../base/rng.ts'
import type { Item } from '../task.ts'
import { allItems, answersOf, itemRng, shareOf, unfit, type Axis, type Base, type Choice, type Place } from './axis.ts'
import { areLabels, findListed, type Listed } from './listed.ts'

/**
 * Number of options (paper.md 2.3). The right one always stays; with one seed, the options of a level are among those of the next. They are
 * shuffled, and labelled anew where the prompt lists them. Where an item has too few, right answers of other items are borrowed and named in
 * its row. An option given twice counts once.
 */
export const options: Axis<Record<string, never>> = {
  id: 'options',
  label: 'Number of options',
  about: 'Options of a multiple-choice question (2 to 26). Examples in the prompt keep all of theirs.',
  harder: 'up',
  version: 1,
  levels: [2, 3, 4],
  level: z.int().min(2).max(26),
  params: z.strictObject({}),
  at(base, place) {
    const task = base.open()
    if (task.ask !== 'choice') throw unfit('options', task, 'a multiple-choice task', `one that asks for ${task.ask}`)
    const all = allItems(task)
    async function* items(limit: number | undefined) {
      for await (const item of task.items(limit)) yield await withOptions(base, item, place, all)
    }
    return {
      ...{ ask: 'choice', scorers: task.scorers, shots: task.shots },
      items,
      facts: async (limit) => ({ 'items with borrowed options': await shareOf(items(limit), ({ doc }) => 'borrowed' in doc) }),
    }
  },
}

async function withOptions(base: Base, item: Item, place: Place<unknown>, all: () => Promise<readonly Item[]>): Promise<Item> {
  const question = item.question as Choice
  const listed = listedOf(base, item)
  const texts = listed?.texts ?? question.choices
  const gold = texts[question.gold]!
  const rng = itemRng('options', place, item)
  const others = rng.fork('distractors').shuffle(distinct(texts, gold))
  const missing = place.level - 1 - others.length
  const borrowed = missing > 0 ? await borrow(item, [gold, ...others], missing, rng.fork('borrowed'), all) : []
  if (borrowed.length < missing) {
    throw unfit('options', base.open(), `${place.level} different options for item ${item.id}`, `${others.length + 1} and ${borrowed.length} to borrow`) // prettier-ignore
  }
  const kept = [gold, ...others, ...borrowed].slice(0, place.level)
  const shown = rng.fork(`order/${place.level}`).shuffle(kept)
  const doc = borrowed.length > 0 ? { ...item.doc, borrowed } : item.doc
  return { ...item, doc, question: rewrite(question, listed, shown, shown.indexOf(gold)) }
}

/** The options as the prompt lists them; undefined where they are what is scored. LabError 'task/axis' where neither can be changed. */
export function listedOf(base: Pick<Base, 'open'>, { id, doc, question }: Item, axis = 'options'): Listed | undefined {
  const { choices, prompts } = question as Choice
  const { context } = prompts[0]!
  if (prompts.some((prompt) => prompt.context !== context)) {
    throw unfit(axis, base.open(), 'options that go on from one context', `contexts of their own (item ${id})`)
  }
  if (areLabels(choices)) {
    const listed = findListed(question as Choice, doc)
    if (listed) return listed
    throw unfit(axis, base.open(), `options under their labels ${choices.join(', ')} in the prompt`, `${JSON.stringify(context.slice(-160))} (item ${id})`) // prettier-ignore
  }
  if (choices.every((choice) => context.includes(choice))) {
    throw unfit(axis, base.open(), 'options that the prompt lists line by line under labels, or not at all', `${JSON.stringify(context.slice(-160))} (item ${id})`) // prettier-ignore
  }
  return undefined
}

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()

function distinct(texts: readonly string[], gold: string): string[] {
  return texts.filter((text, i) => !same(text, gold) && texts.findIndex((other) => same(other, text)) === i)
}

/** Right answers of other items, each different from all that is there: the first `count` of an order that the seed decides. */
export async function borrow(
  item: Item,
  known: readonly string[],
  count: number,
  rng: Rng,
  all: () => Promise<readonly Item[]>,
): Promise<string[]> {
  const items = await all()
  const found: string[] = []
  // in a small task each item is looked at once; in a large one a few draws are enough
  const order =
    items.length > 1000 ? Array.from({ length: 50 * count }, () => rng.int(items.length)) : rng.shuffle([...items.keys()])
  for (const at of order) {
    if (found.length === count) break
    const other = items[at]!
    if (other.id === item.id) continue
    const [text] = other.question.ask === 'choice' ? [rightText(other)] : answersOf(other.question)
    if (text !== undefined && text.trim() !== '' && ![...known, ...found].some((each) => same(each, text))) found.push(text)
  }
  return found
}

/** The text of the right option: what is scored, or what stands behind its label. */
function rightText({ question, doc }: Item): string | undefined {
  const choice = question as Choice
  return areLabels(choice.choices) ? findListed(choice, doc)?.texts[choice.gold] : choice.choices[choice.gold]
}

function rewrite(question: Choice, listed: Listed | undefined, shown: readonly string[], gold: number): Choice {
  const { context, continuation } = question.prompts[0]!
  const delimiter = continuation.slice(0, continuation.length - question.choices[0]!.length)
  const choices = listed ? shown.map((_, i) => listed.label(i)) : shown
  const asked = listed ? listed.write(shown) : context
  const prompts = choices.map((choice) => ({ context: asked, continuation: delimiter + choice }))
  return { ask: 'choice', prompts, choices, gold }
}
