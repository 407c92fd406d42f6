import { LabError } from '../base/errors.ts'
import { scorerOf } from '../score/index.ts'
import type { StudyCell } from '../store/cells.ts'
import type { CellRecord, ItemOutcomes } from '../store/records.ts'
import type { Store } from '../store/open.ts'
import { levelLabel } from '../study/plan.ts'
import type { Rung, StudyFacts } from './facts.ts'
import { methodName } from './facts.ts'
import { goldOf, marginOf } from './margins.ts'
import { referenceKey, trainingColumns } from './training.ts'

/** A finished cell as the table of items names it. */
export interface ItemCell {
  readonly record: CellRecord
  /** Its model and level: equal for cells that are asked of the same weights. */
  readonly level: string
  readonly isDense: boolean
  /** The family of a task that is one level of an axis. */
  readonly family: string
}

export type Flip = 'lost' | 'gained' | 'same' | 'none'
export const FLIPS: readonly Flip[] = ['none', 'same', 'lost', 'gained']

/** Every item of every finished cell of a study, in its order; columns of equal length. */
export interface ItemTable {
  readonly cells: readonly ItemCell[]
  /** Index of the cell. */
  readonly cell: Uint32Array
  /** Row in the split. */
  readonly item: Int32Array
  /** By the main scorer; the same for the dense model trained alike (NaN where that was not asked). */
  readonly value: Float64Array
  readonly denseValue: Float64Array
  /** Index in FLIPS. */
  readonly flip: Uint8Array
  /** In nats; NaN where it is not known which choice is right. */
  readonly margin: Float32Array
  readonly denseMargin: Float32Array
}

/** The finished cells of a study with their levels. */
export function itemCells(cells: readonly StudyCell[], facts: Pick<StudyFacts, 'tasks'>): ItemCell[] {
  const rungs = new Map(facts.tasks.flatMap(({ id, rung }) => (rung ? [[id, rung] as const] : [])))
  return cells.flatMap(({ record }) => (record ? [cellOf(record, rungs)] : []))
}

function cellOf(record: CellRecord, rungs: ReadonlyMap<string, Rung>): ItemCell {
  const { key, modelName } = record
  const level = `${modelName} · ${levelLabel(key)}`
  return { record, level, isDense: key.compression.method === 'dense', family: rungs.get(key.task.id)?.family ?? key.task.id }
}

/** The levels of a study, in its order, with what they are. */
export function levelsOf(cells: readonly ItemCell[]) {
  return [...Map.groupBy(cells, ({ level }) => level).values()].map((mine) => {
    const { level, isDense, record } = mine[0]!
    const { compression, transfer } = record.key
    return {
      ...{ level, label: levelLabel(record.key), model: record.modelName, method: methodName(compression), isDense },
      ...{ pattern: compression.pattern, sparsity: compression.sparsity, bits: Number(compression.params.bits ?? 32) },
      ...{ transfer: trainingColumns(transfer).transfer, cells: mine.length },
    }
  })
}

/** Reads every item of a study. LabError 'bundle/items' where it came without them, 'store/corrupt'. */
export function readItems(store: Pick<Store, 'items' | 'answers'>, cells: readonly ItemCell[]): ItemTable {
  const starts: number[] = []
  const rows = cells.reduce((sum, { record }) => (starts.push(sum), sum + record.items), 0)
  const table = {
    ...{ cells, cell: new Uint32Array(rows), item: new Int32Array(rows), flip: new Uint8Array(rows) },
    ...{ value: new Float64Array(rows), denseValue: new Float64Array(rows).fill(NaN) },
    ...{ margin: new Float32Array(rows).fill(NaN), denseMargin: new Float32Array(rows).fill(NaN) },
  }
  const byTask = Map.groupBy(cells.keys(), (i) => JSON.stringify(cells[i]!.record.key.task))
  // task by task, so that the items of one task at a time are unpacked
  for (const mine of byTask.values()) fillTask(table, mine, starts, store)
  return table
}

function fillTask(
  table: ItemTable,
  mine: readonly number[],
  starts: readonly number[],
  store: Pick<Store, 'items' | 'answers'>,
): void {
  const asked = new Map(mine.map((i) => [i, outcomesOf(store, table.cells[i]!.record)]))
  const gold = goldOf(store, mine.map((i) => table.cells[i]!.record), [...asked.values()]) // prettier-ignore
  const margins = new Map([...asked].map(([i, outcomes]) => [i, marginOf(outcomes, gold)]))
  const references = new Map(mine.flatMap((i) => (table.cells[i]!.isDense ? [[keyOf(table.cells[i]!), i] as const] : [])))
  for (const i of mine) {
    const { record } = table.cells[i]!
    const outcomes = asked.get(i)!
    const reference = references.get(keyOf(table.cells[i]!))
    const dense = reference === undefined ? undefined : asked.get(reference)
    const scorer = scorerOf(Object.keys(record.key.scorers)[0]!)
    const [now, before] = [outcomes.scores[scorer.id]!.value, dense?.scores[scorer.id]?.value]
    const start = starts[i]!
    table.cell.fill(i, start, start + record.items)
    table.item.set(outcomes.ids, start)
    table.value.set(now, start)
    table.margin.set(margins.get(i)!, start)
    if (before) table.denseValue.set(before, start)
    if (reference !== undefined) table.denseMargin.set(margins.get(reference)!, start)
    if (!before || !scorer.isRight) continue
    for (let row = 0; row < record.items; row++) {
      const [was, is] = [scorer.isRight(before[row]!), scorer.isRight(now[row]!)]
      table.flip[start + row] = was === is ? 1 : was ? 2 : 3
    }
  }
}

const keyOf = ({ record }: ItemCell) => `${record.modelName}\n${referenceKey(record)}`

/** The items of a finished cell. */
export function outcomesOf(store: Pick<Store, 'items'>, { fingerprint, taskLabel }: CellRecord): ItemOutcomes {
  const outcomes = store.items.read(fingerprint)
  if (outcomes) return outcomes
  throw new LabError(
    'bundle/items',
    `Expected the items of cell ${fingerprint.slice(0, 12)}… (${taskLabel}) in this store, found none.`,
  )
}
