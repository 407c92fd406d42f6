import { LabError } from '../../base/errors.ts'
import { float32, int32 } from '../../base/tensor.ts'
import type { Tokenizer } from '../../base/text.ts'
import { splitIds } from '../../tasks/boundary.ts'
import type { Prompt, Question, Task } from '../../tasks/task.ts'
import type { Batch, Lessons } from '../lessons.ts'
import { padded, textLessons, type TextSettings } from './texts.ts'

/** A text of which the last `answer` ids are to be learned, given those before them. */
export interface Completion {
  readonly ids: Int32Array
  readonly answer: number
}

/**
 * Items of a task as texts with their right answer, cut into ids as they are when asked (interfaces.md 3.4); too long a context loses its
 * start. LabError 'train/items' for a task that has none or whose questions have no one answer, 'task/too-long' for too long an answer.
 */
export async function completionsOf(
  task: Task,
  tokenizer: Tokenizer,
  contextLength: number,
  limit?: number,
): Promise<Completion[]> {
  const completions: Completion[] = []
  for await (const { id, question } of task.items(limit)) {
    const { context, continuation } = splitIds(rightPrompt(question, task.id), tokenizer)
    if (continuation.length > contextLength) {
      throw new LabError('task/too-long', `Expected an answer of at most ${contextLength} tokens in item ${id} of "${task.id}", got ${continuation.length}.`) // prettier-ignore
    }
    // the last id is predicted, never read
    const ids = [...context, ...continuation].slice(-contextLength - 1)
    completions.push({ ids: Int32Array.from(ids), answer: continuation.length })
  }
  if (completions.length > 0) return completions
  throw new LabError('train/items', `Expected items of "${task.id}" to learn from, got none.`)
}

function rightPrompt(question: Question, task: string): Prompt {
  switch (question.ask) {
    case 'choice':
      return question.prompts[question.gold]!
    case 'continuation':
      return question.prompt
    case 'text': {
      const [answer] = question.answers
      // as lm-evaluation-harness joins a question and its target, unless the task says otherwise
      if (answer !== undefined) return { context: question.context, continuation: ` ${answer}` }
      break
    }
    case 'rolling':
    case 'windows':
    case 'number':
      break
  }
  throw new LabError(
    'train/items',
    `Expected questions with a right answer as text to learn "${task}" by, got "${question.ask}" without one.`,
  )
}

/** Learns the answers and only them: every id of an answer counts the same, those of the context not at all. */
export function completion(items: readonly Completion[], settings: TextSettings<Completion>): Lessons {
  const answer = Math.max(...[...items, ...(settings.validation ?? [])].map((item) => item.answer))
  return textLessons(items, settings, { idsOf: ({ ids }) => ids.length - 1, rows: answer }, (texts) => {
    const share = 1 / texts.flat().reduce((sum, item) => sum + item.answer, 0)
    return texts.map((part) => batchOf(part, share))
  })
}

function batchOf(items: readonly Completion[], share: number): Batch {
  const { ids: read, length, tokens } = padded(items.map(({ ids }) => ids.subarray(0, -1))) // the last is only predicted
  const rows: number[] = []
  const targets: number[] = []
  items.forEach(({ ids, answer }, i) => {
    for (let at = ids.length - answer; at < ids.length; at++) {
      rows.push(i * length + at - 1)
      targets.push(ids[at]!)
    }
  })
  const n = rows.length
  return {
    tokens,
    feeds: {
      ids: read,
      rows: int32([n], Int32Array.from(rows)),
      targets: int32([n], Int32Array.from(targets)),
      share: float32([n], new Float32Array(n).fill(share)),
    },
  }
}
