import { createHash } from 'node:crypto'

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import type { Json } from '../../main/base/json.ts'
import { loadTasks } from '../../main/tasks/index.ts'
import type { Question } from '../../main/tasks/task.ts'
import { golden } from '../make/golden.ts'
import { itemsOf, writeRows } from '../make/pack.ts'
import { describeShared, shared } from '../make/shared.ts'
import { makeFolder } from '../make/store.ts'

interface Invented {
  readonly packs: readonly { path: string; name: string; splits: Readonly<Record<string, readonly Json[]>> }[]
  readonly tasks: Readonly<Record<string, readonly { shots: number; items: readonly { requests: Json; truth: Json }[] }[]>>
}
interface Hashes {
  readonly shots: number
  readonly documents: number
  /** Of each of the first documents: the document, the first request's context, all requests with what counts as right. */
  readonly first: readonly (readonly [doc: string, prompt: string, asked: string])[]
  readonly all: string
}

const short = (text: string) => sha256(text).slice(0, 16)

/** A question as the harness would send it: arguments of each request, and what counts as right. */
function asked(question: Question): { requests: readonly (readonly Json[])[]; truth: Json } {
  switch (question.ask) {
    case 'choice':
      return { requests: question.prompts.map((prompt) => [prompt.context, prompt.continuation]), truth: question.gold }
    case 'continuation':
      return {
        requests: [[question.prompt.context, question.prompt.continuation]],
        truth: question.prompt.continuation,
      }
    case 'rolling':
      return { requests: [[question.text]], truth: [question.words, question.bytes] }
    case 'text':
      return { requests: [[question.context, question.until]], truth: question.answers[0]! }
    case 'windows':
    case 'number':
      throw new Error(`Expected a question of the harness, got one of ours (${question.ask}).`)
  }
}

const taskOf = (id: string, data: string, shots: number) => loadTasks(id, { data, shots })[0]!

describe('prompts of invented rows are those of lm-evaluation-harness', () => {
  const { packs, tasks } = golden<Invented>('tasks-invented.json')
  const folder = makeFolder()
  beforeAll(() => {
    for (const { path, name, splits } of packs) {
      for (const [split, rows] of Object.entries(splits)) writeRows(join(folder.path, path, name, `${split}.jsonl`), rows)
    }
  })
  afterAll(() => folder[Symbol.dispose]())
  for (const [id, runs] of Object.entries(tasks)) {
    for (const { shots, items } of runs) {
      it(`${id} with ${shots} examples`, async () => {
        const ours = (await itemsOf(taskOf(id, folder.path, shots))).map(({ question }) => asked(question))
        expect(ours).toEqual(items)
      })
    }
  }
})

describeShared('prompts of real packs hash to those of lm-evaluation-harness, every row', () => {
  const { tasks } = golden<{ tasks: Readonly<Record<string, readonly Hashes[]>> }>('tasks-packs.json')
  for (const [id, runs] of Object.entries(tasks)) {
    for (const { shots, documents, first, all } of runs) {
      it(`${id} with ${shots} examples`, async () => {
        const whole = createHash('sha256')
        const shown: string[][] = []
        const items = await itemsOf(taskOf(id, shared('data'), shots))
        for (const { doc, question } of items) {
          const { requests, truth } = asked(question)
          const line = JSON.stringify([requests, truth])
          whole.update(`${line}\n`)
          if (shown.length < first.length) shown.push([JSON.stringify(doc, null, 2), String(requests[0]![0]), line].map(short))
        }
        expect(shown).toEqual(first)
        expect([items.length, whole.digest('hex')]).toEqual([documents, all])
      })
    }
  }
})
