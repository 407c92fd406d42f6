import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import type { TaskConfig } from './config.ts'
import { atRow, hasSplit, readSplit } from './packs.ts'
import type { Pack, Row, Split } from './packs.ts'
import { turnText } from './prompt.ts'
import { choiceAt, exampleAnswer } from './question.ts'
import { asText, createRenderers, fieldsOf } from './render.ts'
import { shotDrawer } from './shots.ts'
import { isFunctionTag } from './yaml.ts'

/** The examples that go before each question. */
export interface Examples {
  /** What decides them beside the task file: their number, the seed of the draw and the rows they are drawn from. */
  readonly origin: Json
  /** A draw from its beginning: the text before each row's question, asked in the order of the split. */
  start(): (row: Row) => string
}

/** A task as far as its examples depend on it. */
export interface Asked {
  readonly config: TaskConfig
  readonly pack: Pack
  /** The split that is asked, and its columns. */
  readonly split: string
  readonly columns: readonly string[]
  readonly isMultipleInput: boolean
  place(key: string): string
}

/** The examples of a task. LabError 'task/few-shot' or 'task/transform' where they cannot be had. */
export function findExamples(asked: Asked, count: number, seed: number): Examples {
  if (count === 0) return { origin: null, start: () => () => '' }
  const { config } = asked
  if (config.fewshot_config.fewshot_indices)
    throw new LabError(
      'task/yaml',
      `${asked.place('fewshot_config')}: Expected examples without "fewshot_indices", which lm-evaluation-harness 0.4.13 reads but does not use.`,
    )
  const { sampler } = config.fewshot_config
  const pool = findPool(asked)
  const head = pool.read(1)
  const show = exampleText(asked)
  return {
    origin: { count, data: head.hash, ...(sampler === 'default' ? { seed } : {}) },
    start() {
      const { rows, file } = pool.read(undefined, head.hash)
      const draw = shotDrawer(rows, { count, sampler, seed, isApart: pool.isApart }, file)
      return (row) =>
        draw(row)
          .map((example) => atRow(file, example, () => show(example)))
          .join('')
    },
  }
}

interface Pool {
  read(limit?: number, known?: string): Pick<Split, 'file' | 'hash' | 'rows'>
  readonly isApart: boolean
}

/** Where examples come from: the split that the file names for them, its own list, else the first of its splits that the pack has. */
function findPool({ config, pack, split, place }: Asked): Pool {
  const { samples, process_docs: code } = config.fewshot_config
  const python = [samples, code].find(isFunctionTag)
  if (python)
    throw new LabError(
      'task/transform',
      `${python.file}:${python.line}: Expected examples as they are, got the Python function "${python.function}".`,
    )
  const named = config.fewshot_config.split ?? config.fewshot_split
  // as lm-evaluation-harness compares them: two splits that are both left out are the same
  const isApart = named === config.test_split
  if (named === undefined && Array.isArray(samples)) {
    const rows = samples.map((doc, i) => ({ line: i + 1, doc, names: doc }))
    const list = { file: `${place('fewshot_config')} (samples)`, hash: sha256(canonical(samples)), rows }
    return { read: () => list, isApart }
  }
  const own = [config.training_split, config.validation_split, config.test_split].filter((name) => name !== undefined)
  const name = named ?? own.find((name) => hasSplit(pack, name)) ?? split
  return { read: (limit, known) => readSplit(pack, name, limit, known), isApart: isApart || name === split }
}

function exampleText({ config, columns, isMultipleInput, place }: Asked): (row: Row) => string {
  const fields = createRenderers(fieldsOf(config, true), columns, place)
  const { target_delimiter: delimiter = config.target_delimiter, fewshot_delimiter: end = config.fewshot_delimiter } =
    config.fewshot_config
  return ({ names }) => {
    const [text, choices, target] = [fields.text(names), fields.choices?.(names), fields.target(names)]
    const question = isMultipleInput && choices ? choiceAt(text, choices) : asText(text, 'doc_to_text')
    const answer = exampleAnswer(target, isMultipleInput ? undefined : choices)
    return turnText({ question, answer, prefix: fields.prefix(names), delimiter, end })
  }
}
