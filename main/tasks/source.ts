import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import type { Json } from '../base/json.ts'
import type { FoundTask } from './catalog.ts'
import { parseConfig } from './config.ts'
import type { TaskConfig } from './config.ts'
import { findExamples } from './examples.ts'
import type { Asked, Examples } from './examples.ts'
import { countRows } from './rows.ts'
import { atRow, FIELD_COLUMNS, findPack, hasSplit, readSplit } from './packs.ts'
import type { Pack, Row, Split } from './packs.ts'
import { createAsker } from './question.ts'
import { createRenderers, fieldsOf, textRenderer } from './render.ts'
import { wantedOf } from './scorers.ts'
import type { Ask, Item, Question, Task } from './task.ts'
import { transformName } from './transforms.ts'
import { isFunctionTag, placeOf } from './yaml.ts'

/** Bumped when the same files come to be asked differently. */
const VERSION = 1

/** What a level of an axis changes of a task file and its rows before anything is rendered. */
export interface Variation {
  /** Everything that decides the change, for the hash. */
  readonly origin: Json
  /** Said in place of the file's own doc_to_text. */
  readonly text?: string
  /** A row of the split that is asked, made anew; `rows` gives all of them. Examples stay as they are. */
  row?(row: Row, rows: () => readonly Row[]): Row
}

/** Where the packs lie, and how many examples go before each question. */
export interface SourceOptions {
  readonly data: string | undefined
  /** Examples in each prompt instead of the number in the task file, except where that is 0 (interfaces.md 3.1). */
  readonly shots?: number
  /** Seed of the draw of examples; 1234, as in lm-evaluation-harness, where left out. */
  readonly seed?: number
  readonly variation?: Variation
}

/** One row and the item to be made of it. */
export interface Entry {
  readonly row: Row
  /** LabError with file and line of a bad row. */
  make(): Item
}

/** A task and what it is made from. */
export interface Source {
  readonly task: Task
  /** File of the split that is asked. */
  readonly file: string
  /** Rows in order, at most `limit` of them; one entry for all where they are asked as one text. */
  entries(limit: number | undefined): Iterable<Entry>
}

const ASKS: Readonly<Record<TaskConfig['output_type'], Ask>> = {
  multiple_choice: 'choice',
  loglikelihood: 'continuation',
  loglikelihood_rolling: 'rolling',
  generate_until: 'text',
  token_windows: 'windows',
  number: 'number',
}

/** A task of a file on its pack, its first row tried; the others are read when they are asked for. LabError says what does not fit, and where. */
export function openSource(found: FoundTask, options: SourceOptions): Source {
  const place = (key: string) => placeOf(found.file, key)
  const said = parseConfig(found.file)
  const { variation } = options
  const config = variation?.text === undefined ? said : { ...said, doc_to_text: variation.text }
  const { scorers, count } = wantedOf(config, place('metric_list'))
  const { pack, split } = findSplit(config, options.data, place('task'))
  const head = readSplit(pack, split, 1)
  const first = head.rows[0]!
  const { columns, file } = head

  const fields = createRenderers(fieldsOf(config, false), columns, place)
  const isMultipleInput = fields.choices !== undefined && typeof atRow(file, first, () => fields.text(first.names)) === 'number'
  const shots = shotsOf(config, options.shots)
  const examples = findExamples({ config: said, pack, split, columns, isMultipleInput, place }, shots, options.seed ?? 1234)
  const ask = createAsker(config, fields, isMultipleInput, count)
  atRow(file, first, () => ask(first.names, ''))
  const describe = textRenderer(config.description, columns, place('description'))
  const question = (row: Row, before: string) => atRow(file, row, () => ask(row.names, describe(row.names) + before))

  const entries = (limit: number | undefined): Iterable<Entry> => {
    const isWhole = config.output_type === 'token_windows'
    const asked = readSplit(pack, split, isWhole ? undefined : limit, head.hash)
    const now = variation?.row ? { ...asked, rows: varied(asked, variation.row.bind(variation)) } : asked
    return isWhole ? [wholeEntry(now, config.separator, (row) => question(row, ''))] : rowEntries(now, examples, question)
  }
  let training: Task | undefined
  return { task: describeTask(), file, entries }

  function varied(asked: Split, change: NonNullable<Variation['row']>): Row[] {
    let all: readonly Row[] | undefined
    const rows = () => (all ??= readSplit(pack, split, undefined, head.hash).rows)
    return asked.rows.map((row) => atRow(file, row, () => change(row, rows)))
  }

  function describeTask(): Task {
    return {
      id: config.task,
      version: versionOf(config),
      label: config.task_alias ?? config.task,
      group: fieldOf(pack, first) ?? found.group,
      ask: ASKS[config.output_type],
      scorers,
      shots,
      hash: hashOf(said, head, examples, variation?.origin),
      size: () => (config.output_type === 'token_windows' ? 1 : countRows(file)),
      get training() {
        return (training ??= openTraining({ config: said, pack, split, place }))
      },
      async *items(limit) {
        for (const entry of entries(limit)) yield entry.make()
      },
    }
  }
}

/** What one can learn from before the task is asked: the rows of its training split, without examples; none where it is what is asked. */
function openTraining({ config, pack, split, place }: Pick<Asked, 'config' | 'pack' | 'split' | 'place'>): Task | undefined {
  const { training_split: name, output_type: type } = config
  if (name === undefined || name === split || !hasSplit(pack, name) || !TEACHES.includes(type)) return undefined
  const head = readSplit(pack, name, 1)
  const first = head.rows[0]!
  const fields = createRenderers(fieldsOf(config, false), head.columns, place)
  const isMultipleInput =
    fields.choices !== undefined && typeof atRow(head.file, first, () => fields.text(first.names)) === 'number'
  const ask = createAsker(config, fields, isMultipleInput, undefined)
  const describe = textRenderer(config.description, head.columns, place('description'))
  return {
    ...{ id: `${config.task}_training`, version: versionOf(config), label: `${config.task}, to learn from`, group: undefined },
    ...{ ask: ASKS[type], scorers: [], shots: 0, hash: hashOf(config, head, { origin: null }, undefined) },
    size: () => countRows(head.file),
    async *items(limit) {
      for (const [id, row] of readSplit(pack, name, limit, head.hash).rows.entries()) {
        yield { id, doc: row.doc, question: atRow(head.file, row, () => ask(row.names, describe(row.names))) }
      }
    },
  }
}

/** Questions with a right answer, which a training can learn. */
const TEACHES: readonly TaskConfig['output_type'][] = ['multiple_choice', 'loglikelihood', 'generate_until', 'number']

/** The split that is asked: the test split if the file names one, else the validation split. */
function findSplit(config: TaskConfig, data: string | undefined, where: string): { pack: Pack; split: string } {
  if (data === undefined)
    throw new LabError(
      'task/pack',
      `Expected a folder of data packs (--data, or LAB_DATA) for the task "${config.task}", got none.`,
    )
  const split = config.test_split ?? config.validation_split
  if (split === undefined)
    throw new LabError('task/yaml', `${where}: Expected a key "test_split" or "validation_split", found neither.`)
  return { pack: findPack(data, config.dataset_path, config.dataset_name), split }
}

function shotsOf({ num_fewshot: said, output_type: type }: TaskConfig, asked: number | undefined): number {
  if (said === 0 || type === 'loglikelihood_rolling' || type === 'token_windows') return 0
  return asked ?? said ?? 0
}

function* rowEntries(split: Split, examples: Examples, question: (row: Row, before: string) => Question): Generator<Entry> {
  const before = examples.start()
  for (const [id, row] of split.rows.entries()) {
    const shots = before(row)
    yield { row, make: () => ({ id, doc: row.doc, question: question(row, shots) }) }
  }
}

/** All rows as one text. */
function wholeEntry({ rows }: Split, separator: string, question: (row: Row) => Question): Entry {
  const make = (): Item => {
    const all = rows.map((row) => question(row)).filter((each) => each.ask === 'windows')
    const text = all.map((each) => each.text).join(separator)
    return { id: 0, doc: { rows: rows.length }, question: { ...all[0]!, text } }
  }
  return { row: rows[0]!, make }
}

function versionOf({ metadata }: TaskConfig): number {
  const version = typeof metadata === 'object' && metadata !== null && 'version' in metadata ? Number(metadata.version) : 0
  return Number.isFinite(version) ? version : 0
}

/** The field of a pack whose rows name one, such as "syntax". */
function fieldOf(pack: Pack, row: Row): string | undefined {
  const column = FIELD_COLUMNS[pack.path]
  const field = column === undefined ? undefined : row.doc[column]
  return typeof field === 'string' ? field : undefined
}

/** Everything that decides what is asked, and nothing of where it lies. */
function hashOf(config: TaskConfig, data: Split, examples: Pick<Examples, 'origin'>, variation: Json | undefined): string {
  const named = (_: string, value: unknown) => (isFunctionTag(value) ? transformName(value) : value)
  const plain: unknown = JSON.parse(JSON.stringify(config, named))
  const change = variation === undefined ? {} : { variation }
  return sha256(canonical({ version: VERSION, config: plain, data: data.hash, examples: examples.origin, ...change }))
}
