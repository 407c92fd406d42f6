import { LabError } from '../../base/errors.ts'
import { createRng } from '../../base/rng.ts'
import { float32, int32 } from '../../base/tensor.ts'
import type { Tokenizer } from '../../base/text.ts'
import { splitIds } from '../../tasks/boundary.ts'
import type { Prompt, Question, Task } from '../../tasks/task.ts'
import type { Batch, Lessons } from '../lessons.ts'

/** A text of which the last `answer` ids are to be learned, given those before them. */
export interface Completion {
  readonly ids: Int32Array
  readonly answer: number
}

export interface CompletionSettings {
  /** Texts of one run. */
  readonly batch: number
  readonly accumulate?: number
  /** Decides the order of the texts. */
  readonly seed: number
  readonly validation?: readonly Completion[]
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
      break
  }
  throw new LabError(
    'train/items',
    `Expected questions with a right answer to learn "${task}" by, got "${question.ask}" without one.`,
  )
}

/** Batches whose texts are of like length are cut out of so many batches at a time: little padding, and still an order of chance. */
const POOL = 8

/** Learns the answers and only them: every id of an answer counts the same, those of the context not at all. */
export function completion(
  items: readonly Completion[],
  { batch, accumulate = 1, seed, validation = [] }: CompletionSettings,
): Lessons {
  const perStep = batch * accumulate
  if (items.length < perStep) {
    throw new LabError('train/items', `Expected at least ${perStep} texts for one step, got ${items.length}.`)
  }
  const stepsPerEpoch = Math.floor(items.length / perStep)
  const rng = createRng(seed).fork('texts')
  let order: { readonly epoch: number; readonly steps: readonly (readonly Completion[])[] } | undefined
  const longest = Math.max(...[...items, ...validation].map(({ ids }) => ids.length - 1))
  const answer = Math.max(...[...items, ...validation].map((item) => item.answer))
  return {
    ...{ runsPerStep: accumulate, stepsPerEpoch },
    sizes: { batch, length: longest, rows: batch * answer },
    at(step) {
      const epoch = Math.floor((step - 1) / stepsPerEpoch)
      if (order?.epoch !== epoch) order = { epoch, steps: orderOf(items, perStep, rng.fork(`epoch/${epoch}`).shuffle) }
      return batchesOf(order.steps[(step - 1) % stepsPerEpoch]!, batch)
    },
    validation: batchesOf(validation, batch),
  }
}

function orderOf(
  items: readonly Completion[],
  perStep: number,
  shuffle: <T>(items: readonly T[]) => T[],
): readonly (readonly Completion[])[] {
  const mixed = shuffle(items).slice(0, Math.floor(items.length / perStep) * perStep)
  return cut(mixed, perStep * POOL).flatMap((pool) => {
    const byLength = pool.toSorted((a, b) => a.ids.length - b.ids.length)
    return shuffle(cut(byLength, perStep))
  })
}

function cut<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

function batchesOf(items: readonly Completion[], size: number): Batch[] {
  const answers = items.reduce((sum, { answer }) => sum + answer, 0)
  return cut(items, size).map((part) => batchOf(part, 1 / answers))
}

function batchOf(items: readonly Completion[], share: number): Batch {
  const length = Math.max(...items.map(({ ids }) => ids.length - 1))
  const read = new Int32Array(items.length * length)
  const rows: number[] = []
  const targets: number[] = []
  items.forEach(({ ids, answer }, i) => {
    read.set(ids.subarray(0, -1), i * length)
    for (let at = ids.length - answer; at < ids.length; at++) {
      rows.push(i * length + at - 1)
      targets.push(ids[at]!)
    }
  })
  const n = rows.length
  return {
    tokens: items.reduce((sum, { ids }) => sum + ids.length - 1, 0),
    feeds: {
      ids: int32([items.length, length], read),
      rows: int32([n], Int32Array.from(rows)),
      targets: int32([n], Int32Array.from(targets)),
      share: float32([n], new Float32Array(n).fill(share)),
    },
  }
}
