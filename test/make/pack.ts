import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Json } from '../../main/base/json.ts'
import type { Item, Task } from '../../main/tasks/task.ts'
import { makeFolder } from './store.ts'

/** Writes rows as JSON Lines, its folders with them. */
export function writeRows(file: string, rows: readonly Json[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

/** A fresh folder with task files under tasks/ and packs under data/, removed with `using`. Rows are given by "pack/config/split". */
export function makeTasks(files: Readonly<Record<string, string>>, rows: Readonly<Record<string, readonly Json[]>> = {}) {
  const folder = makeFolder()
  const [tasks, data] = [join(folder.path, 'tasks'), join(folder.path, 'data')]
  mkdirSync(tasks)
  mkdirSync(data)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tasks, name)), { recursive: true })
    writeFileSync(join(tasks, name), text)
  }
  for (const [split, list] of Object.entries(rows)) writeRows(join(data, `${split}.jsonl`), list)
  return {
    ...{ tasks, data, folders: [tasks] },
    file: (name: string) => join(tasks, name),
    rows: (split: string) => join(data, `${split}.jsonl`),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

/** A multiple-choice task file on the pack "quiz", with lines of its own. */
export const quizFile = (...lines: readonly string[]): string =>
  [
    'task: quiz',
    'dataset_path: quiz',
    'output_type: multiple_choice',
    'training_split: train',
    'test_split: test',
    'doc_to_text: "Q: {{question}}\\nA:"',
    'doc_to_target: answer',
    'doc_to_choice: options',
    ...lines,
    '',
  ].join('\n')

/** Rows of the pack "quiz": the n-th asks for n, and its right answer is option n modulo 3. */
export function quizRows(n: number): { question: string; options: string[]; answer: number }[] {
  return Array.from({ length: n }, (_, i) => ({
    question: `Which is ${i}?`,
    options: [0, 1, 2].map((j) => `${i + j}`),
    answer: i % 3,
  }))
}

/** All items of a task, or the first `limit`. */
export async function itemsOf(task: Task, limit?: number): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of task.items(limit)) items.push(item)
  return items
}
