import { LabError, toFault } from '../base/errors.ts'
import type { Fault } from '../base/errors.ts'
import type { Tokenizer } from '../base/text.ts'
import { findTasks } from './catalog.ts'
import type { FoundTask } from './catalog.ts'
import { catalogOf } from './index.ts'
import type { LoadOptions } from './index.ts'
import { charactersOf, lengthsOf, textsOf, tokenize } from './measure.ts'
import type { Lengths, TokenizedText } from './measure.ts'
import { SPACE } from './python.ts'
import { openSource } from './source.ts'
import type { Item, Question, Task } from './task.ts'
import { findTransform, transformId } from './transforms.ts'
import type { WorldTask } from './world/build.ts'
import { findWorldTasks } from './world/index.ts'
import { isFunctionTag } from './yaml.ts'
import type { FunctionTag } from './yaml.ts'

export interface CheckOptions extends LoadOptions {
  /** Look at the first so many documents only. */
  readonly limit?: number
  /** How many documents to show whole; 3 where left out. */
  readonly show?: number
  /** With it, lengths are in tokens and boundaries can be shown. */
  readonly tokenizer?: Tokenizer
  /** Tokens the model can read: what is longer is cut. */
  readonly contextLength?: number
}

/** Python that a task file calls, and whether it is written anew here. */
export interface NeededTransform {
  readonly id: string
  /** "file:line" of the tag. */
  readonly place: string
  readonly isBuiltIn: boolean
}

/** One document as it will be asked. `tokens` has one entry per text of the question (per choice, or one); null without a tokenizer. */
export interface ShownDocument {
  readonly id: number
  readonly question: Question
  readonly tokens: readonly TokenizedText[] | null
}

/** What a task says of itself. */
export interface TaskFacts extends Pick<Task, 'label' | 'version' | 'ask' | 'scorers' | 'shots' | 'hash'> {
  readonly group: string | null
}

/** What one should know of a task before asking it. JSON. */
export interface TaskCheck {
  readonly name: string
  readonly file: string
  readonly transforms: readonly NeededTransform[]
  /** Null where a transform is missing, for then nothing can be asked. */
  readonly task: TaskFacts | null
  /** The file whose rows are asked. */
  readonly data: string | null
  readonly documents: number
  readonly shown: readonly ShownDocument[]
  readonly lengths: Lengths
  /** Documents, not texts. `truncated` and `tooLong` are 0 without a context length. */
  readonly truncated: number
  readonly tooLong: number
  readonly fallbacks: number
  /** How often each choice is the right one, by its index; empty where there are no choices. */
  readonly labels: readonly number[]
  /** Number of documents by their number of choices. */
  readonly choices: Readonly<Record<number, number>>
  /** Ids of documents with the same choice twice, and of those where the right one is among them. */
  readonly doubles: readonly number[]
  readonly rightDoubles: readonly number[]
  /** Rows that cannot be asked, each with file and line. */
  readonly faults: readonly Fault[]
  readonly warnings: readonly string[]
}

/** A close look at every task behind a name or path. LabError where a file is wrong or a pack missing; bad rows and missing transforms are in the result. */
export function checkTask(spec: string, options: CheckOptions): TaskCheck[] {
  const builtIn = findWorldTasks(spec)
  if (builtIn.length > 0) return builtIn.map((found) => checkBuiltIn(found, options))
  return findTasks(spec, catalogOf(options.folders)).map((found) => checkOne(found, options))
}

function checkBuiltIn({ task, items }: WorldTask, options: CheckOptions): TaskCheck {
  const seen = startTally()
  for (const item of items(options.limit)) look(seen, () => item, options)
  const head = { name: task.id, file: 'built in', transforms: [], task: factsOf(task), data: null }
  return { ...head, ...summary(seen, options), warnings: remarks(seen) }
}

function factsOf({ label, version, ask, scorers, shots, hash, group }: Task): TaskFacts {
  return { label, version, ask, scorers, shots, hash, group: group ?? null }
}

function checkOne(found: FoundTask, options: CheckOptions): TaskCheck {
  const { file, config, warnings } = found.file
  const transforms = transformsOf(config)
  const head = { name: String(config.task), file, transforms }
  const seen = startTally()
  if (transforms.some(({ isBuiltIn }) => !isBuiltIn))
    return { ...head, task: null, data: null, ...summary(seen, options), warnings }
  const { task, file: data, entries } = openSource(found, options)
  for (const { make } of entries(options.limit)) look(seen, make, options)
  return { ...head, task: factsOf(task), data, ...summary(seen, options), warnings: [...warnings, ...remarks(seen)] }
}

/** Every `!function` of a file but those that decide nothing here. */
function transformsOf(config: FoundTask['file']['config']): NeededTransform[] {
  const { doc_to_decontamination_query: _, ...asked } = config
  return tagsIn(asked).map((tag) => ({ id: transformId(tag), place: `${tag.file}:${tag.line}`, isBuiltIn: isBuiltIn(tag) }))
}

function tagsIn(value: unknown): FunctionTag[] {
  if (isFunctionTag(value)) return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(tagsIn) : []
}

function isBuiltIn(tag: FunctionTag): boolean {
  try {
    findTransform(tag)
    return true
  } catch (error) {
    if (error instanceof LabError) return false
    throw error
  }
}

/** What was seen so far. */
interface Tally {
  documents: number
  truncated: number
  tooLong: number
  fallbacks: number
  /** Texts whose two halves meet without white space, or with it on both sides. */
  unspaced: number
  doublySpaced: number
  readonly lengths: number[]
  readonly shown: ShownDocument[]
  readonly golds: number[]
  /** Right numbers that came, each once. */
  readonly numbers: Set<number>
  readonly choices: number[]
  readonly doubles: number[]
  readonly rightDoubles: number[]
  readonly faults: Fault[]
}

const startTally = (): Tally => ({
  ...{ documents: 0, truncated: 0, tooLong: 0, fallbacks: 0, unspaced: 0, doublySpaced: 0 },
  ...{ lengths: [], shown: [], golds: [], numbers: new Set<number>(), choices: [], doubles: [], rightDoubles: [], faults: [] },
})

function look(seen: Tally, make: () => Item, { tokenizer, contextLength, show = 3 }: CheckOptions): void {
  try {
    const { id, question } = make()
    const tokens = tokenizer && tokenize(question, tokenizer, contextLength)
    seen.documents++
    if (seen.shown.length < show) seen.shown.push({ id, question, tokens: tokens ?? null })
    countTexts(seen, question, tokens)
    if (question.ask === 'choice') countChoices(seen, id, question)
    if (question.ask === 'number') seen.numbers.add(question.gold)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    seen.faults.push(toFault(error))
  }
}

function countTexts(seen: Tally, question: Question, tokens: readonly TokenizedText[] | undefined): void {
  const texts = textsOf(question)
  const lengths = tokens?.map(({ context, continuation }) => context.length + continuation.length) ?? texts.map(charactersOf)
  seen.lengths.push(...lengths)
  if (tokens?.some(({ isTruncated }) => isTruncated)) seen.truncated++
  if (tokens?.some(({ isTooLong }) => isTooLong)) seen.tooLong++
  if (tokens?.some(({ isFallback }) => isFallback)) seen.fallbacks++
  for (const { context, continuation } of texts) {
    if (context === '' || continuation === '') continue
    const spaces = Number(spaceAtEnd.test(context)) + Number(spaceAtStart.test(continuation))
    if (spaces === 0) seen.unspaced++
    if (spaces === 2) seen.doublySpaced++
  }
}

const spaceAtEnd = new RegExp(`[${SPACE}]$`)
const spaceAtStart = new RegExp(`^[${SPACE}]`)

function countChoices(seen: Tally, id: number, { choices, gold }: Extract<Question, { ask: 'choice' }>): void {
  seen.golds[gold] = (seen.golds[gold] ?? 0) + 1
  seen.choices[choices.length] = (seen.choices[choices.length] ?? 0) + 1
  if (new Set(choices).size === choices.length) return
  seen.doubles.push(id)
  if (choices.filter((choice) => choice === choices[gold]).length > 1) seen.rightDoubles.push(id)
}

function summary(seen: Tally, { tokenizer }: CheckOptions) {
  const { documents, truncated, tooLong, fallbacks, shown, doubles, rightDoubles, faults } = seen
  return {
    ...{ documents, truncated, tooLong, fallbacks, shown, doubles, rightDoubles, faults },
    lengths: lengthsOf(seen.lengths, tokenizer ? 'tokens' : 'characters'),
    labels: Array.from(seen.golds, (n) => n ?? 0),
    choices: Object.fromEntries(Object.entries(seen.choices)),
  }
}

/** What may surprise, in whole sentences. */
function remarks({ golds, documents, doubles, rightDoubles, lengths, ...seen }: Tally): string[] {
  const most = Math.max(0, ...golds.filter((n) => n > 0))
  const share = golds.length > 0 ? most / documents : 0
  const texts = `of ${lengths.length} texts`
  const all = [
    share === 1 && `The right answer is always choice ${golds.indexOf(most)}: where choices tie, the first one counts.`,
    share < 1 &&
      share > 0.8 &&
      `Choice ${golds.indexOf(most)} is right in ${most} of ${documents} documents: accuracy alone says little.`,
    seen.numbers.size === 1 && `The right number is always ${[...seen.numbers][0]}: there is nothing to correlate with.`,
    doubles.length > 0 &&
      `Documents with the same choice twice: ${doubles.length}, the right one among them in ${rightDoubles.length}.`,
    seen.unspaced > 0 &&
      `Texts without white space before what is scored, so that a token may span the boundary: ${seen.unspaced} ${texts}.`,
    seen.doublySpaced > 0 && `Texts with white space on both sides of the boundary: ${seen.doublySpaced} ${texts}.`,
    seen.fallbacks > 0 && `Documents whose halves are encoded apart, for a token spans the boundary: ${seen.fallbacks}.`,
    seen.truncated > 0 && `Documents that are longer than the model can read and lose their beginning: ${seen.truncated}.`,
    seen.tooLong > 0 &&
      `Documents that cannot be asked, for what is scored is alone longer than the model can read: ${seen.tooLong}.`,
    seen.faults.length > 0 && `Rows that cannot be asked: ${seen.faults.length}.`,
  ]
  return all.filter((remark) => remark !== false)
}
