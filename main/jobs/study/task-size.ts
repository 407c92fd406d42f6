import type { Tokenizer } from '../../base/text.ts'
import { splitIds } from '../../tasks/boundary.ts'
import type { Question, Task } from '../../tasks/task.ts'

/** How much a task asks. */
export interface TaskExtent {
  /** Items, all of them or as many as were asked for. */
  readonly items: number
  /** The first few questions. */
  readonly sample: readonly Question[]
}

/** Questions looked at for the length of all. */
const SAMPLE = 24
const known = new Map<string, Promise<TaskExtent>>()
/** Tasks remembered. */
const MOST = 2000

/** How much a task asks; one that has not changed is not read again. */
export function extentOf(task: Task, limit: number | null): Promise<TaskExtent> {
  const key = `${task.hash} ${limit}`
  const found = known.get(key) ?? measure(task, limit)
  known.delete(key)
  known.set(key, found)
  if (known.size > MOST) known.delete(known.keys().next().value!)
  found.catch(() => known.delete(key))
  return found
}

async function measure(task: Task, limit: number | null): Promise<TaskExtent> {
  const sample: Question[] = []
  for await (const { question } of task.items(Math.min(SAMPLE, limit ?? SAMPLE))) sample.push(question)
  const isAll = sample.length < SAMPLE
  const items = isAll ? sample.length : Math.min(limit ?? Infinity, task.size?.() ?? (await count(task, limit)))
  return { items, sample }
}

async function count(task: Task, limit: number | null): Promise<number> {
  let items = 0
  for await (const _ of task.items(limit ?? undefined)) items++
  return items
}

const tokens = new WeakMap<TaskExtent, Map<string, number>>()

/** Tokens that a model reads for one item, the mean of the first few; what several choices share is read once. */
export function tokensPerItem(extent: TaskExtent, tokenizer: Tokenizer): number {
  const byTokenizer = tokens.get(extent) ?? new Map<string, number>()
  tokens.set(extent, byTokenizer)
  const found = byTokenizer.get(tokenizer.hash) ?? extent.sample.reduce((sum, question) => sum + tokensOf(question, tokenizer), 0) / Math.max(1, extent.sample.length) // prettier-ignore
  byTokenizer.set(tokenizer.hash, found)
  return found
}

function tokensOf(question: Question, tokenizer: Tokenizer): number {
  switch (question.ask) {
    case 'choice': {
      const read = question.prompts.map((prompt) => readIds(splitIds(prompt, tokenizer)))
      return [...new Set(read)].reduce((sum, ids) => sum + ids.split(',').length, 0)
    }
    case 'continuation':
      return readIds(splitIds(question.prompt, tokenizer)).split(',').length
    case 'rolling':
    case 'windows':
    case 'number':
      return lengthOf(question.text, tokenizer)
    case 'text':
      return lengthOf(question.context, tokenizer) + question.maxTokens
  }
}

/** The ids that are read: the last one is only asked for. */
const readIds = ({ context, continuation }: { readonly context: readonly number[]; readonly continuation: readonly number[] }) =>
  [...context, ...continuation].slice(0, -1).join(',')

/** Characters whose tokens stand for those of a long text. */
const PROBE = 2000

function lengthOf(text: string, tokenizer: Tokenizer): number {
  const probe = text.slice(0, PROBE)
  return (tokenizer.encode(probe, false).length * text.length) / Math.max(1, probe.length)
}
