import { LabError } from '../base/errors.ts'
import type { Unmeasured } from '../charts/input.ts'
import { scorerOf } from '../score/index.ts'
import type { CellRecord, ItemOutcomes, RightAnswers } from '../store/records.ts'
import type { Store } from '../store/open.ts'
import type { DifficultyTable } from '../study/difficulty.ts'
import { LOSS_UNIT, type LossUnit } from '../study/estimators.ts'
import { estimatorNames } from './facts.ts'

/** Loss of the right answer of each item, and what it counts: one, or its bytes or tokens where a text is cut into items. NaN where there is none. */
export interface Losses {
  readonly value: Float64Array
  readonly weight: Float64Array
}

/**
 * −log-likelihood of every right answer under the uncompressed model, in one unit, in the order of the items (arXiv:2412.04403 has it in bits
 * per byte). `isText`: the items are parts of texts, which weigh as much as they are long, as in perplexity.
 */
export function lossesOf(answers: RightAnswers, outcomes: ItemOutcomes, unit: LossUnit, isText: boolean): Losses {
  const { choice, ll, tokens, bytes } = answers
  const value = new Float64Array(ll.length)
  let from = 0
  for (let i = 0; i < value.length; i++) {
    const count = outcomes.counts[i]!
    value[i] =
      unit === 'nats-among-choices'
        ? amongChoices(outcomes.ll.subarray(from, from + count), choice[i]!)
        : unit === 'bits-per-byte'
          ? per(-ll[i]! / Math.LN2, bytes[i]!)
          : unit === 'nats-per-token'
            ? per(-ll[i]!, tokens[i]!)
            : tokens[i] === 0 ? NaN : -ll[i]! // prettier-ignore
    from += count
  }
  const lengths = unit === 'bits-per-byte' ? bytes : tokens
  return { value, weight: Float64Array.from(value, (_, i) => (isText && unit !== 'nats' ? lengths[i]! : 1)) }
}

const per = (loss: number, length: number) => (length === 0 ? NaN : loss / length)

/** −ln of a choice's share of the likelihood of all; the largest is taken out first, for likelihoods themselves are too small for numbers. */
function amongChoices(ll: Float32Array, gold: number): number {
  if (gold < 0 || gold >= ll.length) return NaN
  const most = ll.reduce((a, b) => Math.max(a, b), -Infinity)
  const total = ll.reduce((sum, x) => sum + Math.exp(x - most), 0)
  return Math.log(total) - (ll[gold]! - most)
}

/** Weighted mean over the items that have a loss; undefined where none has, or where it is no number: a model may hold an answer for impossible. */
export function meanLoss({ value, weight }: Losses): number | undefined {
  let [sum, total] = [0, 0]
  value.forEach((loss, i) => {
    if (Number.isNaN(loss) || weight[i] === 0) return
    sum += loss * weight[i]!
    total += weight[i]!
  })
  const mean = sum / total
  return Number.isFinite(mean) ? mean : undefined
}

/** Whether the items of a cell are parts of texts, not questions. */
export const isOfText = ({ key }: Pick<CellRecord, 'key'>) =>
  scorerOf(Object.keys(key.scorers)[0]!).asks.every((ask) => ask === 'rolling' || ask === 'windows')

/** Losses of an uncompressed cell by its fingerprint, each made once; undefined where the store has no right answers of it. */
export function denseLosses(
  store: Pick<Store, 'items' | 'answers'>,
  done: readonly CellRecord[],
): (cell: string, unit: LossUnit) => number | undefined {
  const records = new Map(done.map((record) => [record.fingerprint, record]))
  const known = new Map<string, number | undefined>()
  return (cell, unit) => {
    const key = `${cell} ${unit}`
    if (!known.has(key)) known.set(key, lossOf(store, records.get(cell), unit))
    return known.get(key)
  }
}

function lossOf(store: Pick<Store, 'items' | 'answers'>, record: CellRecord | undefined, unit: LossUnit): number | undefined {
  const answers = record && store.answers.read(record.fingerprint)
  const outcomes = answers && store.items.read(record.fingerprint)
  if (!outcomes) return undefined
  if (answers.ll.length === outcomes.ids.length) return meanLoss(lossesOf(answers, outcomes, unit, isOfText(record)))
  throw new LabError(
    'store/corrupt',
    `Expected a right answer for each of the ${outcomes.ids.length} items of cell ${record.fingerprint}, got ${answers.ll.length}.`,
  )
}

/** What dense-loss cannot say of the tasks of a study, estimator by estimator. */
export function unmeasuredLosses(
  store: Pick<Store, 'items' | 'answers'>,
  done: readonly CellRecord[],
  tables: readonly DifficultyTable[],
): Unmeasured[] {
  const dense = done.filter(({ key }) => key.compression.method === 'dense')
  const loss = denseLosses(store, dense)
  const names = estimatorNames(tables)
  return tables.flatMap(({ estimator, unit = LOSS_UNIT }, i) => {
    if (estimator !== 'dense-loss') return []
    const without = dense.filter(({ fingerprint }) => loss(fingerprint, unit) === undefined)
    const [kept, lacking] = [true, false].map((is) => without.filter(({ fingerprint }) => store.answers.has(fingerprint) === is))
    const of = (why: Unmeasured['why'], records: readonly CellRecord[]) =>
      records.length === 0 ? [] : [{ estimator: names[i]!, why, tasks: [...new Set(records.map(({ key }) => key.task.id))] }]
    return [...of('not kept', lacking!), ...of('not defined', kept!)]
  })
}
