import type { ResultRow } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { createRng } from '../base/rng.ts'
import { scorerOf } from '../score/index.ts'
import type { Scorer } from '../score/scorer.ts'
import { createResampler, type Resampler } from '../stats/bootstrap.ts'
import { compare, type Member } from '../stats/degradation.ts'
import { valueOf, type Column } from '../stats/measure.ts'
import type { CellRecord, ItemOutcomes } from '../store/records.ts'
import type { Store } from '../store/open.ts'
import type { DifficultyColumn } from '../study/difficulty.ts'
import { methodName, type Rung } from './facts.ts'
import { referenceKey, trainingColumns } from './training.ts'
import { groupBy } from '../charts/view.ts'

/** Loss of the right answers of an uncompressed cell in bits per byte, by its fingerprint; undefined where it is not known. */
export type LossOf = (cell: string) => number | undefined

/** A row with what groups and trends are made from. */
export interface Measured {
  readonly row: ResultRow
  readonly member: Member
  /** By each estimator of the study, in its order. */
  readonly difficulties: readonly (number | null)[]
}

/** Chance in reports: the same items are drawn wherever and whenever a report is made. */
export const SEED = createRng('report/1')
/** Resamples behind every interval. */
export const RESAMPLES = 2000

/**
 * Every finished cell under each of its scorers, in the order of the study, set against the dense cell of the same model and task, trained alike
 * where there was training. A cell whose dense counterpart is not there cannot be judged and is left out.
 */
export function measureCells(
  store: Pick<Store, 'items'>,
  done: readonly CellRecord[],
  difficulty: readonly DifficultyColumn[],
  rungs: ReadonlyMap<string, Rung> = new Map(),
  loss: LossOf = () => undefined,
): Measured[] {
  const order = new Map(done.map(({ fingerprint }, i) => [fingerprint, i]))
  const byTask = groupBy(done, ({ modelName, key }) => JSON.stringify([modelName, key.task]))
  // task by task, so that the items of one task at a time are unpacked
  const found = [...byTask.values()].flatMap((records) => measureTask(store, records, difficulty, rungs, loss))
  return found.sort((a, b) => order.get(a.row.cell)! - order.get(b.row.cell)!)
}

function measureTask(
  store: Pick<Store, 'items'>,
  records: readonly CellRecord[],
  difficulty: readonly DifficultyColumn[],
  rungs: ReadonlyMap<string, Rung>,
  loss: LossOf,
): Measured[] {
  const [first] = records
  const { task } = first!.key
  // the same resamples for all trainings of a task, so that what they are compared by is paired
  const resampler = createResampler(first!.items, SEED.fork(`items/${task.hash}`), RESAMPLES)
  const rung = rungs.get(task.id)
  return [...groupBy(records, referenceKey).values()].flatMap((members) =>
    measureAgainst(store, members, difficulty, rung, resampler, loss),
  )
}

/** Cells of one task with one reference. */
function measureAgainst(
  store: Pick<Store, 'items'>,
  records: readonly CellRecord[],
  difficulty: readonly DifficultyColumn[],
  rung: Rung | undefined,
  resampler: Resampler,
  loss: LossOf,
): Measured[] {
  const dense = records.find(({ key }) => key.compression.method === 'dense')
  if (!dense) return []
  const { task, scorers } = dense.key
  const before = readOutcomes(store, dense)
  const ids = Object.keys(scorers)
  const main = scorerOf(ids[0]!)
  const score = isShare(main) ? valueOf(columnOf(before, main.id, dense), main) : undefined
  const difficulties = difficulty.map((column) => column.of(task.id, score, dense.modelName, dense.fingerprint))
  const denseLoss = loss(dense.fingerprint) ?? null
  return records.flatMap((record) => {
    const after = record === dense ? before : readOutcomes(store, record)
    return ids.map((id): Measured => {
      const scorer = scorerOf(id)
      const [from, to] = [columnOf(before, id, dense), columnOf(after, id, record)]
      const comparison = compare(from, to, scorer, record.chance[id] ?? null, resampler)
      const row = { ...head(record, scorer, rung, difficulties[0] ?? null, denseLoss), ...comparison, ...tail(record) }
      return { row, difficulties, member: { dense: from, compressed: to, measure: scorer, resampler: remember(resampler, scorer, from, to) } } // prettier-ignore
    })
  })
}

/** Whether a score can be set against what people score: 1 is all that can be had, as of accuracy or a correlation. */
function isShare({ better, bounds: [, most] }: Scorer): boolean {
  return better === 'higher' && most === 1
}

/** Only the numbers of these columns: the drawn items themselves, two thousand per item, are let go. */
function remember({ items, resamples, values }: Resampler, scorer: Scorer, ...columns: readonly Column[]): Resampler {
  const known = new Map(columns.map((column) => [column, values(column, scorer)]))
  return { items, resamples, values: (column) => known.get(column)! }
}

function readOutcomes(store: Pick<Store, 'items'>, { fingerprint, taskLabel }: CellRecord): ItemOutcomes {
  const outcomes = store.items.read(fingerprint)
  if (outcomes) return outcomes
  throw new LabError('store/corrupt', `Expected the items of the finished cell ${fingerprint} (${taskLabel}), found none.`)
}

function columnOf({ scores }: ItemOutcomes, id: string, { fingerprint }: CellRecord): Column {
  const column = scores[id]
  if (column) return column
  throw new LabError('store/corrupt', `Expected scores by ${id} in cell ${fingerprint}, found ${Object.keys(scores).join(', ')}.`)
}

function head(
  { key, modelName, taskGroup, actualSparsity, effectiveBits, outputError }: CellRecord,
  scorer: Scorer,
  rung: Rung | undefined,
  declared: number | null,
  denseLoss: number | null,
) {
  const { group, pattern, sparsity, seed } = key.compression
  const stands = rung && { task: rung.family, axis: rung.axis, level: rung.level, difficulty: rung.difficulty }
  return {
    ...{ model: modelName, method: methodName(key.compression), group, pattern, sparsity, actualSparsity },
    // zeros are stored as zeros: pruning leaves every weight as wide as it was computed with
    ...{ bits: Number(key.compression.params.bits ?? 32), effectiveBits, outputError, ...trainingColumns(key.transfer), seed },
    ...{ taskGroup, ...(stands ?? { task: key.task.id, axis: '', level: null, difficulty: declared }) },
    ...{ denseLoss, scorer: scorer.id, scorerVersion: key.scorers[scorer.id]!, better: scorer.better },
  }
}

function tail({ truncated, fingerprint }: CellRecord) {
  return { truncated, cell: fingerprint }
}
