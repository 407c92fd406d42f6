import { LabError } from '../../base/errors.ts'
import type { Tokenizer } from '../../base/text.ts'
import { readIds } from '../../tasks/boundary.ts'
import type { Question, Task } from '../../tasks/task.ts'
import type { Labels } from '../head.ts'
import type { Labelled } from './labelled.ts'

/** What is read of a question, its answer left out, and the index of the right choice or the right number. */
export interface Reading {
  readonly text: string
  readonly label: number
}

/** What a head would have to say to answer a question of a task: one of its choices, or a number. LabError 'train/head' where it asks for neither. */
export function labelsOf(question: Question, task: string): Labels {
  if (question.ask === 'choice') return question.choices
  if (question.ask === 'number') return 'number'
  throw no(`questions with choices or numbers, to learn "${task}" with a head`, `one that asks for ${question.ask}`)
}

/** A question as a head with these labels reads it. LabError 'train/head' where it is another one's. */
export function readQuestion(question: Question, labels: Labels, task: string): Reading {
  const own = labelsOf(question, task)
  if (JSON.stringify(own) !== JSON.stringify(labels)) {
    throw no(
      `${labels === 'number' ? 'a number' : `the choices ${nameOf(labels)}`} in every item of "${task}", as its head has them`,
      nameOf(own),
    )
  }
  if (question.ask === 'number') return { text: question.text, label: question.gold }
  const { prompts, gold } = question as Extract<Question, { ask: 'choice' }>
  const text = prompts[0]!.context
  const other = prompts.find(({ context }) => context !== text)
  if (!other) return { text, label: gold }
  throw no(`one text before all choices of "${task}", for a head reads it once`, `${short(text)} and ${short(other.context)}`)
}

/** Items of a task as texts with their labels; too long a text loses its start. LabError 'train/items' for a task that has none, 'train/head' for one that no such head can learn. */
export async function labelledOf(
  task: Task,
  labels: Labels,
  tokenizer: Tokenizer,
  contextLength: number,
  limit?: number,
): Promise<Labelled[]> {
  const items: Labelled[] = []
  for await (const { question } of task.items(limit)) {
    const { text, label } = readQuestion(question, labels, task.id)
    items.push({ ids: Int32Array.from(readIds(text, tokenizer).slice(-contextLength)), label })
  }
  if (items.length > 0) return items
  throw new LabError('train/items', `Expected items of "${task.id}" to learn from, got none.`)
}

const nameOf = (labels: Labels) => (labels === 'number' ? 'a number' : labels.map((label) => short(label)).join(', '))
const short = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)

function no(expected: string, came: string): LabError {
  return new LabError('train/head', `Expected ${expected}, got ${came}.`)
}
