import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng } from '../../main/base/rng.ts'
import { makeModelFolder } from './model.ts'
import { writeRows } from './pack.ts'
import { makeFolder } from './store.ts'

/** A study that can be run: a tiny model, a pack of two-choice questions and task files, all in folders that go when disposed. */
export interface MadeStudy extends Disposable {
  readonly folder: string
  /** Folder of the store. */
  readonly home: string
  readonly model: string
  readonly file: string
  /** Writes the study file anew with other compressions, as lines of YAML. */
  compress(lines: readonly string[]): void
}

export interface StudyWish {
  readonly tasks: number
  readonly items: number
  readonly compress: readonly string[]
}

const LEVELS = ['{ method: magnitude, sparsity: [0.3, 0.6] }', '{ method: random, sparsity: 0.5, seeds: [0, 1] }']

export function makeStudy(wish: Partial<StudyWish> = {}): MadeStudy {
  const { tasks, items, compress } = { tasks: 2, items: 30, compress: LEVELS, ...wish }
  const folder = makeFolder()
  const model = makeModelFolder()
  const names = Array.from({ length: tasks }, (_, t) => `made_${t}`)
  names.forEach((name, t) => writeTask(folder.path, name, t, items))
  const file = join(folder.path, 'study.yaml')
  const write = (lines: readonly string[]) =>
    writeFileSync(
      file,
      [
        'name: made',
        `models: [{ folder: '${model.path}' }]`,
        'data: data',
        `tasks: [${names.map((name) => `./${name}.yaml`).join(', ')}]`,
        `compress:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
        `difficulty: [{ estimator: declared, values: { ${names.map((name, t) => `${name}: ${t}`).join(', ')} } }]`,
        'engine: { threads: 1, batchTokens: 512 }',
      ].join('\n'),
    )
  write(compress)
  return {
    folder: folder.path,
    home: join(folder.path, 'home'),
    model: model.path,
    file,
    compress: write,
    [Symbol.dispose]() {
      folder[Symbol.dispose]()
      model[Symbol.dispose]()
    },
  }
}

function writeTask(folder: string, name: string, seed: number, items: number): void {
  const rng = createRng(seed)
  const word = () => Array.from({ length: 2 + rng.int(6) }, () => 'abcdefgh'[rng.int(8)]!).join('')
  const rows = Array.from({ length: items }, () => ({
    question: `${word()} ${word()}`,
    first: word(),
    second: word(),
    answer: rng.int(2),
  }))
  writeRows(join(folder, 'data', name, 'default', 'test.jsonl'), rows)
  writeFileSync(
    join(folder, `${name}.yaml`),
    [
      `task: ${name}`,
      `dataset_path: ${name}`,
      'test_split: test',
      'output_type: multiple_choice',
      'doc_to_text: "{{question}}"',
      'doc_to_choice: "{{[first, second]}}"',
      'doc_to_target: answer',
      'metric_list: [{ metric: acc, aggregation: mean, higher_is_better: true }]',
      'metadata: { version: 1 }',
    ].join('\n'),
  )
}
