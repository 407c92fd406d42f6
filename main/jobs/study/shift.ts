import { compress } from '../../compress/recipe.ts'
import type { Pattern } from '../../compress/method.ts'
import { createLanguage, type Language } from '../../engine/language.ts'
import type { Engine } from '../../engine/session.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { Weights } from '../../onnx/graph.ts'
import { ask, prepare, type Prepared } from '../../score/ask.ts'
import type { LedgerLine } from '../../store/ledgers.ts'
import type { CellRecord, CompressionRecord, ItemOutcomes } from '../../store/records.ts'
import type { PlannedCell } from '../../study/plan.ts'
import type { Item, Task } from '../../tasks/task.ts'
import type { Shift, StepContext } from '../kind.ts'
import type { Effort } from './effort.ts'
import { collectOutcomes } from './collect.ts'
import type { PreparedStudy } from './prepare.ts'

/** What one cell gives: its record, its items and the ledger of the weights that were asked. */
export interface CellResult {
  readonly record: CellRecord
  readonly outcomes: ItemOutcomes
  readonly ledger: readonly LedgerLine[]
}

interface Questions {
  readonly items: readonly Item[]
  readonly prepared: Prepared
}

/** Weights of one level, ready to be asked. */
interface Level {
  readonly weights: Weights
  readonly ledger: readonly LedgerLine[]
  readonly actualSparsity: number
}

/**
 * Cells at work. One session per model serves all its levels: a level is compressed while the one before it is still being asked, and its
 * weights become current when that has been answered. Texts become ids once per model and task, however many levels there are.
 */
export function openShift(
  p: PreparedStudy,
  engine: Engine,
  c: StepContext,
  effort: Effort,
  nowMs: () => number,
): Shift<PlannedCell, CellResult> {
  const questions = new Map<number, Promise<Questions>>()
  const inFlight = new Set<Promise<unknown>>()
  let language: { readonly model: number; readonly ready: Promise<Language> } | undefined
  let level: { readonly ledger: string; readonly ready: Promise<Level> } | undefined
  let lastMs = nowMs()

  function languageOf(model: number): Promise<Language> {
    if (language?.model === model) return language.ready
    const before = language?.ready
    const others = Promise.allSettled(inFlight)
    questions.clear() // ids belong to a tokenizer
    level = undefined
    const ready = others.then(async () => {
      await (await before)?.close()
      return createLanguage(engine, p.models[model]!.graphs, p.models[model]!.weights)
    })
    language = { model, ready }
    return ready
  }

  function levelOf(cell: PlannedCell, speaker: Promise<Language>): Promise<Level> {
    if (level?.ledger === cell.ledger) return level.ready
    const others = Promise.allSettled(inFlight)
    const ready = compressed(p.models[cell.model]!, cell.key.compression, c.signal).then(async (made) => {
      await others
      await (await speaker).use(made.weights)
      return made
    })
    level = { ledger: cell.ledger, ready }
    return ready
  }

  function questionsOf(cell: PlannedCell): Promise<Questions> {
    const known = questions.get(cell.task)
    if (known) return known
    const { task, limit } = p.tasks[cell.task]!
    const made = readQuestions(task, limit ?? undefined, p.models[cell.model]!)
    questions.set(cell.task, made)
    return made
  }

  async function answer(cell: PlannedCell, speaker: Promise<Language>, weights: Promise<Level>): Promise<CellResult> {
    const { items, prepared } = await questionsOf(cell)
    const { ledger, actualSparsity } = await weights
    let before = 0
    effort.label = cell.label
    const answers = await ask(prepared, await speaker, {
      batchTokens: p.engine.batchTokens,
      signal: c.signal,
      onTokens(done, total) {
        effort.tokens += done - before
        before = done
        effort.tokensOf.set(`${cell.model}/${cell.task}`, total)
        c.onMove()
      },
    })
    const { outcomes, chance, truncated, boundaryFallbacks } = collectOutcomes(items, answers, p.tasks[cell.task]!.task.scorers)
    const now = nowMs()
    const record: CellRecord = {
      ...{ fingerprint: cell.fingerprint, key: cell.key, modelName: cell.modelName },
      ...{ taskLabel: cell.taskLabel, taskGroup: cell.taskGroup, ledger: cell.ledger },
      ...{ items: outcomes.ids.length, chance, actualSparsity, truncated, boundaryFallbacks },
      device: { ...engine.device, batchTokens: p.engine.batchTokens },
      // cells overlap: each counts from the answer before it
      tookMs: Math.round(now - lastMs),
    }
    lastMs = now
    return { record, outcomes, ledger }
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
  { tokenizer, config, endIds }: LanguageModel,
): Promise<Questions> {
  const items: Item[] = []
  for await (const item of task.items(limit)) items.push(item)
  return { items, prepared: prepare(items.map(({ question }) => question), tokenizer, config.contextLength, endIds) } // prettier-ignore
}

async function compressed(model: LanguageModel, key: CompressionRecord, signal: AbortSignal): Promise<Level> {
  if (key.method === 'dense') return { weights: model.weights, ledger: [], actualSparsity: countZeros(model) }
  const made = await compress(
    model.linears,
    model.weights,
    { ...key, group: key.group as 'model', pattern: patternOf(key) },
    { signal },
  )
  return { weights: made.weights, ledger: made.ledger, actualSparsity: made.zeros / made.total }
}

/** Fraction of zeros in the compressible matrices as they came: a model may have been pruned before. */
function countZeros({ linears, weights }: LanguageModel): number {
  let zeros = 0
  let total = 0
  for (const { name } of linears) {
    const { data } = weights.get(name)
    total += data.length
    for (let i = 0; i < data.length; i++) if (data[i] === 0) zeros++
  }
  return total === 0 ? 0 : zeros / total
}

function patternOf({ pattern }: CompressionRecord): Pattern {
  if (pattern === 'free') return 'free'
  const [keep, of] = pattern.split(':').map(Number)
  return { keep: keep!, of: of! }
}
