import { LabError } from '../../base/errors.ts'
import type { Engine, Session } from '../../engine/session.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { Weights } from '../../onnx/graph.ts'
import { argmax } from '../../score/choice.ts'
import { scorerOf } from '../../score/index.ts'
import type { Answer } from '../../score/scorer.ts'
import type { PlannedCell } from '../../study/plan.ts'
import type { Question, Task } from '../../tasks/task.ts'
import { headFor, headGraph, type Labels } from '../../train/head.ts'
import { readIds } from '../../tasks/boundary.ts'
import { labelsOf, readQuestion } from '../../train/objectives/labels.ts'
import { readTexts, type ReadOptions } from '../../train/objectives/labelled.ts'

/** Scorers that divide a log-likelihood by the length of what was said: a head says nothing. */
const BY_LENGTH: readonly string[] = ['acc_norm', 'acc_bytes']

/**
 * What a head that learns these items stands for, the first one looked at; all that it will be asked must want the same. LabError 'train/head'
 * for a task that no head can learn, or whose scorers cannot judge one.
 */
export async function findLabels(training: Task, asked: readonly Task[]): Promise<Labels> {
  const first = await firstOf(training)
  if (!first) throw new LabError('train/items', `Expected items of "${training.id}" to learn from, got none.`)
  const labels = labelsOf(first, training.id)
  readQuestion(first, labels, training.id)
  for (const task of asked) {
    const wrong = task.scorers.find((id) => BY_LENGTH.includes(id) || !scorerOf(id).asks.includes(task.ask))
    if (wrong !== undefined) {
      throw new LabError('train/head', `Expected scorers of classes or numbers, such as acc, mcc or pearson, for "${task.id}", which a head answers, got ${wrong}.`) // prettier-ignore
    }
    const question = await firstOf(task)
    if (question) readQuestion(question, labels, task.id)
  }
  return labels
}

async function firstOf(task: Task): Promise<Question | undefined> {
  for await (const { question } of task.items(1)) return question
  return undefined
}

/** LabError 'task/number' where a task of numbers would be asked of a model without a head that learned it. */
export function checkNumbers(
  cells: readonly Pick<PlannedCell, 'task' | 'key'>[],
  tasks: readonly { readonly task: Task }[],
): void {
  for (const { task: at, key } of cells) {
    const { ask, id } = tasks[at]!.task
    if (ask !== 'number' || (key.transfer !== 'none' && key.transfer.head)) continue
    const came = key.transfer === 'none' ? 'no training of it' : 'one that learns answers as text'
    throw new LabError('task/number', `Expected a transfer with "objective: head" that learns "${id}", whose answers are numbers, got ${came}.`) // prettier-ignore
  }
}

/** Questions as ids, and whether each lost its start. */
export interface Texts {
  readonly ids: readonly Int32Array[]
  readonly isTruncated: readonly boolean[]
}

/** Questions as a head reads them: made once, asked at every level. LabError 'train/head' for one that wants something else. */
export function textsFor(questions: readonly Question[], labels: Labels, task: string, model: LanguageModel): Texts {
  const { tokenizer, config } = model
  const all = questions.map((question) => readIds(readQuestion(question, labels, task).text, tokenizer))
  return {
    ids: all.map((ids) => Int32Array.from(ids.slice(-config.contextLength))),
    isTruncated: all.map((ids) => ids.length > config.contextLength),
  }
}

/** A model with a head, open to be asked. */
export interface Reader {
  use(weights: Weights): Promise<void>
  read(texts: Texts, options: ReadOptions): Promise<Answer[]>
  close(): Promise<void>
}

/** Opens a model's graph with a head in place of the vocabulary; the weights are those of one that was trained. */
export async function openReader(engine: Engine, { graphs }: LanguageModel, labels: Labels, weights: Weights): Promise<Reader> {
  const session: Session = await engine.open(headGraph(graphs.logits, headFor(labels)), weights)
  return {
    use: (next) => session.use(next),
    async read({ ids, isTruncated }, options) {
      const rows = await readTexts(session, ids, options)
      const said = labels === 'number' ? numberOf : saidBy
      return rows.map((row, i) => ({ ...said(row), isTruncated: isTruncated[i]!, isBoundaryFallback: false }))
    },
    close: () => session.close(),
  }
}

/** A number, of which nothing is likely or unlikely. */
const numberOf = (row: Float32Array): Pick<Answer, 'll' | 'isGreedy' | 'tokens' | 'number'> => ({ ll: [], isGreedy: [], tokens: [], number: row[0]! }) // prettier-ignore

/** The classes as choices: ln p of each, one token long. */
function saidBy(logits: Float32Array): Pick<Answer, 'll' | 'isGreedy' | 'tokens'> {
  const z = Array.from(logits)
  const most = Math.max(...z)
  const total = Math.log(z.reduce((sum, x) => sum + Math.exp(x - most), 0))
  const best = argmax(z)
  return { ll: z.map((x) => x - most - total), isGreedy: z.map((_, i) => i === best), tokens: z.map(() => 1) }
}
