import { createLanguage, type Language, type ScoreOptions } from '../../engine/language.ts'
import type { Engine } from '../../engine/session.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { Weights } from '../../onnx/graph.ts'
import { ask, prepare } from '../../score/ask.ts'
import type { Answer } from '../../score/scorer.ts'
import type { LedgerLine } from '../../store/ledgers.ts'
import type { Masks } from '../../store/masks.ts'
import type { CellRecord, ItemOutcomes, RightAnswers } from '../../store/records.ts'
import { asksForLoss } from '../../study/difficulty.ts'
import type { PlannedCell } from '../../study/plan.ts'
import type { Item, Task } from '../../tasks/task.ts'
import type { Labels } from '../../train/head.ts'
import type { Shift, StepContext } from '../kind.ts'
import type { Effort } from './effort.ts'
import { collectOutcomes } from './collect.ts'
import { openReader, textsFor, type Reader } from './heads.ts'
import { createKeeper } from './keep-stats.ts'
import { makeLevel, type Level, type TrainingStep } from './level.ts'
import type { PreparedStudy } from './prepare.ts'
import { referencesOf, rightAnswers, rightLabels } from './right-answers.ts'

/** What one cell gives: its record, its items and the ledger of the weights that were asked. */
export interface CellResult {
  readonly record: CellRecord
  readonly outcomes: ItemOutcomes
  /** Of uncompressed cells; null where a free answer would have to be asked for and the study does not need it. */
  readonly answers: RightAnswers | null
  readonly ledger: readonly LedgerLine[]
}

export interface ShiftPlace {
  readonly masks: Masks
  /** Where trained weights are kept, each set under its key. */
  readonly folder: string
  readonly effort: Effort
  readonly nowMs: () => number
}

/** Statistics that are kept from level to level, at most: those of all blocks of a model of some 100 M weights. */
const KEPT_STATS_BYTES = 1 << 29

interface Questions {
  readonly items: readonly Item[]
  ask(speaker: Language | Reader, options: ScoreOptions): Promise<Answer[]>
}

/** A level whose weights are current: of the head's session where it has one, else of the language model's. */
interface OpenLevel extends Level {
  readonly reader: Reader | null
}

/** What the head of a cell stands for; undefined where it is asked as a language model. */
const labelsIn = ({ key: { transfer } }: PlannedCell): Labels | undefined =>
  transfer === 'none' ? undefined : transfer.head?.labels

/**
 * Cells at work. One session per model serves all its levels: a level is compressed while the one before it is still being asked, and its
 * weights become current when that has been answered. A level that is trained on is trained in the same engine. Texts become ids once per model and task, however many levels there are.
 */
export function openShift(
  p: PreparedStudy,
  engine: Engine,
  c: StepContext,
  { folder, masks, effort, nowMs }: ShiftPlace,
): Shift<PlannedCell, CellResult> {
  const questions = new Map<string, Promise<Questions>>()
  const inFlight = new Set<Promise<unknown>>()
  let language: { readonly model: number; readonly ready: Promise<Language> } | undefined
  let level: { readonly weights: string; readonly ready: Promise<OpenLevel> } | undefined
  let reader: { readonly of: string; readonly ready: Promise<Reader> } | undefined
  let keeper = createKeeper(KEPT_STATS_BYTES)
  let lastMs = nowMs()

  function languageOf(model: number): Promise<Language> {
    if (language?.model === model) return language.ready
    const before = language?.ready
    const others = Promise.allSettled(inFlight)
    questions.clear() // ids belong to a tokenizer
    level = undefined
    keeper = createKeeper(KEPT_STATS_BYTES)
    const ready = others.then(async () => {
      await (await before)?.close()
      return createLanguage(engine, p.models[model]!.graphs, p.models[model]!.weights)
    })
    language = { model, ready }
    return ready
  }

  function levelOf(cell: PlannedCell, speaker: Promise<Language>): Promise<OpenLevel> {
    if (level?.weights === cell.weights) return level.ready
    const others = Promise.allSettled(inFlight)
    const ready = makeLevel(p, cell, engine, { folder, masks, signal: c.signal, keeper, nowMs, onStep: sayStep }).then(
      async (made) => {
        await others
        const labels = labelsIn(cell)
        if (labels) return { ...made, reader: await readerOf(cell.model, labels, made.weights) }
        await (await speaker).use(made.weights)
        return { ...made, reader: null }
      },
    )
    level = { weights: cell.weights, ready }
    return ready
  }

  /** One session per model and head serves all levels that were trained with one. */
  async function readerOf(model: number, labels: Labels, weights: Weights): Promise<Reader> {
    const of = `${model} ${JSON.stringify(labels)}`
    if (reader?.of === of) {
      const known = await reader.ready
      await known.use(weights)
      return known
    }
    await (await reader?.ready)?.close()
    reader = { of, ready: openReader(engine, p.models[model]!, labels, weights) }
    return reader.ready
  }

  function sayStep(label: string, { step, steps, loss }: TrainingStep): void {
    Object.assign(effort, {
      label,
      part: { done: step, total: steps },
      loss: { step, loss },
      engineBytes: engine.meter().memoryBytes,
    })
    c.onMove()
  }

  function questionsOf(cell: PlannedCell): Promise<Questions> {
    const labels = labelsIn(cell)
    const key = `${cell.task} ${JSON.stringify(labels)}`
    const known = questions.get(key)
    if (known) return known
    const { task, limit } = p.tasks[cell.task]!
    const made = readQuestions(task, limit ?? undefined, p.models[cell.model]!, labels)
    questions.set(key, made)
    return made
  }

  async function answer(cell: PlannedCell, speaker: Promise<Language>, weights: Promise<OpenLevel>): Promise<CellResult> {
    const { items, ask } = await questionsOf(cell)
    const { ledger, actualSparsity, effectiveBits, outputError, reader } = await weights
    let before = 0
    Object.assign(effort, { label: cell.label, part: null, loss: null })
    const answers = await ask(reader ?? (await speaker), {
      batchTokens: p.engine.batchTokens,
      signal: c.signal,
      onTokens(done, total) {
        effort.tokens += done - before
        before = done
        effort.tokensOf.set(`${cell.model}/${cell.task}`, total)
        Object.assign(effort, { label: cell.label, part: { done, total }, engineBytes: engine.meter().memoryBytes })
        c.onMove()
      },
    })
    const right = await rightOf(cell, items, answers, await speaker)
    const { outcomes, chance, truncated, boundaryFallbacks } = collectOutcomes(items, answers, p.tasks[cell.task]!.task.scorers)
    const now = nowMs()
    const record: CellRecord = {
      ...{ fingerprint: cell.fingerprint, key: cell.key, modelName: cell.modelName },
      ...{ taskLabel: cell.taskLabel, taskGroup: cell.taskGroup, ledger: cell.ledger },
      ...{ items: outcomes.ids.length, chance, actualSparsity, effectiveBits, outputError, truncated, boundaryFallbacks },
      device: { ...engine.device, batchTokens: p.engine.batchTokens },
      // cells overlap: each counts from the answer before it
      tookMs: Math.round(now - lastMs),
    }
    lastMs = now
    return { record, outcomes, ledger, answers: right }
  }

  /** What the uncompressed model gave the right answers. Those in free words are asked for by themselves, where the study needs their loss. */
  async function rightOf(
    cell: PlannedCell,
    items: readonly Item[],
    answers: readonly Answer[],
    language: Language,
  ): Promise<RightAnswers | null> {
    if (cell.key.compression.method !== 'dense') return null
    const questions = items.map(({ question }) => question)
    if (labelsIn(cell) !== undefined) return rightLabels(questions, answers)
    if (questions.every(({ ask }) => ask !== 'text')) return rightAnswers(questions, answers)
    if (!asksForLoss(p.study)) return null
    const { tokenizer, config } = p.models[cell.model]!
    const references = referencesOf(questions, tokenizer, config.contextLength)
    const prepared = prepare(references.map(({ question }) => question), tokenizer, config.contextLength) // prettier-ignore
    const found = await ask(prepared, language, { batchTokens: p.engine.batchTokens, signal: c.signal })
    const placed: (Answer | undefined)[] = new Array<undefined>(questions.length).fill(undefined)
    references.forEach(({ at }, i) => (placed[at] = found[i]))
    return rightAnswers(questions, answers, placed)
  }

  return {
    run(cell) {
      const speaker = languageOf(cell.model)
      const result = answer(cell, speaker, levelOf(cell, speaker))
      const settled = result.then(() => undefined, () => undefined).finally(() => inFlight.delete(settled)) // prettier-ignore
      inFlight.add(settled)
      return result
    },
    async close() {
      await engine.close()
    },
  }
}

async function readQuestions(
  task: Task,
  limit: number | undefined,
  model: LanguageModel,
  labels: Labels | undefined,
): Promise<Questions> {
  const items: Item[] = []
  for await (const item of task.items(limit)) items.push(item)
  const questions = items.map(({ question }) => question)
  if (labels) {
    const texts = textsFor(questions, labels, task.id, model)
    return { items, ask: (speaker, options) => (speaker as Reader).read(texts, options) }
  }
  const prepared = prepare(questions, model.tokenizer, model.config.contextLength, model.endIds)
  return { items, ask: (speaker, options) => ask(prepared, speaker as Language, options) }
}
