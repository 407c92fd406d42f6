import { LabError } from '../base/errors.ts'
import { levelLabel } from '../study/plan.ts'
import type { Store } from '../store/open.ts'
import type { ItemOutcomes } from '../store/records.ts'
import { outcomesOf, type ItemCell } from './items.ts'
import { goldOf, marginOf } from './margins.ts'

/** Bit of the flags of an outcome. */
const TRUNCATED = 1

/** What every level of a study answered to one item. LabError 'api/argument' for a task or item that it does not have. */
export function viewItem(store: Pick<Store, 'items' | 'answers'>, cells: readonly ItemCell[], task: string, item: number) {
  const mine = cells.filter(({ record }) => record.key.task.id === task)
  const tasks = [...new Set(cells.map(({ record }) => record.key.task.id))]
  if (mine.length === 0)
    throw new LabError('api/argument', `Expected a task with finished cells (${tasks.slice(0, 20).join(', ')}), got "${task}".`)
  const asked = mine.map(({ record }) => outcomesOf(store, record))
  const gold = goldOf(store, mine.map(({ record }) => record), asked) // prettier-ignore
  const place = asked[0]!.ids.indexOf(item)
  if (place < 0)
    throw new LabError('api/argument', `Expected an item of "${task}", which has ${asked[0]!.ids.length}, got ${item} (number).`)
  const levels = mine.map(({ level, isDense, record }, i) => {
    const { counts, ll, isGreedy, scores, flags } = asked[i]!
    const from = counts.subarray(0, place).reduce((sum, count) => sum + count, 0)
    const margin = marginOf(asked[i]!, gold)[place]!
    return {
      ...{ level, label: levelLabel(record.key), isDense, cell: record.fingerprint },
      ll: Array.from(ll.subarray(from, from + counts[place]!), finite),
      isGreedy: Array.from(isGreedy.subarray(from, from + counts[place]!), Boolean),
      margin: Number.isNaN(margin) ? null : margin,
      ...saidOf(asked[i]!, place),
      scores: Object.fromEntries(Object.entries(scores).map(([id, { value }]) => [id, value[place]!])),
      isTruncated: (flags[place]! & TRUNCATED) !== 0,
    }
  })
  return { task, item, gold: gold[place]! >= 0 ? gold[place]! : null, number: numbersOf(asked[0]!)?.gold[place] ?? null, levels } // prettier-ignore
}

/** What heads said and what is right, where numbers were asked: the column of any score that sets the two against each other. */
function numbersOf({ scores }: ItemOutcomes): { readonly value: Float64Array; readonly gold: Float64Array } | undefined {
  const [found] = Object.values(scores).flatMap(({ value, gold }) => (gold ? [{ value, gold }] : []))
  return found
}

function saidOf(outcomes: ItemOutcomes, place: number) {
  const found = numbersOf(outcomes)
  const [number, right] = [found?.value[place] ?? null, found?.gold[place] ?? null]
  return { number, error: number === null || right === null ? null : number - right }
}

/** A text that a model holds for impossible: JSON has no infinity. */
const finite = (x: number) => (Number.isFinite(x) ? x : -1e38)
