import { canonical } from '../base/json.ts'
import { fitRasch } from '../stats/rasch.ts'
import type { CellRecord } from '../store/records.ts'
import type { Store } from '../store/open.ts'
import { groupBy } from '../charts/view.ts'

/**
 * Difficulty of each task of a model by a Rasch model in which the versions of that model, compressed and not, are the persons and all items
 * of all tasks are the items: the mean over a task's items, in logits. Versions that were not asked all tasks are left out. Undefined where
 * answers are not right or wrong, or fewer than two versions were asked.
 */
export function itemResponse(
  store: Pick<Store, 'items'>,
  done: readonly CellRecord[],
): (model: string, task: string) => number | undefined {
  const models = new Map<string, ReadonlyMap<string, number>>()
  return (model, task) => {
    const known = models.get(model) ?? taskDifficulties(store, done.filter(({ modelName }) => modelName === model)) // prettier-ignore
    models.set(model, known)
    return known.get(task)
  }
}

function taskDifficulties(store: Pick<Store, 'items'>, cells: readonly CellRecord[]): Map<string, number> {
  const versions = groupBy(cells, ({ ledger, key }) => canonical([ledger, key.transfer]))
  const answers = [...versions.values()].map(
    (members) => new Map(members.map((cell) => [cell.key.task.id, answersOf(store, cell)])),
  )
  const tasks = [...new Set(cells.map(({ key }) => key.task.id))].filter((task) => answers.every((of) => of.get(task) !== null))
  const whole = answers.filter((of) => tasks.every((task) => of.has(task)))
  if (whole.length < 2 || tasks.length === 0) return new Map()
  const rows = whole.map((of) => tasks.flatMap((task) => Array.from(of.get(task)!)))
  const { difficulty } = fitRasch(rows)
  let from = 0
  return new Map(
    tasks.map((task) => {
      const mine = difficulty.subarray(from, (from += whole[0]!.get(task)!.length))
      return [task, mine.reduce((sum, value) => sum + value, 0) / mine.length]
    }),
  )
}

/** 1 where an item is right by the main scorer; null where its scores are no such thing. */
function answersOf(store: Pick<Store, 'items'>, { fingerprint, key }: CellRecord): Float64Array | null {
  const [main] = Object.keys(key.scorers)
  const value = store.items.read(fingerprint)?.scores[main!]?.value
  return value?.every((score) => score === 0 || score === 1) ? value : null
}
