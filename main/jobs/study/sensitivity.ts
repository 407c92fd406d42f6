import { scorerOf } from '../../score/index.ts'
import { detectableDrop } from '../../stats/power.ts'
import type { ResolvedTask } from '../../study/plan.ts'
import { extentOf } from './task-size.ts'

/** What tasks that ask equally many items can show of a drop, before anything has run. */
export interface Sensitivity {
  readonly items: number
  readonly tasks: number
  /** The smallest fall of accuracy (0..1) that a paired test at 5 % finds in four of five runs, from `ASSUMED`; null where none is. */
  readonly drop: number | null
}

/** Share of right answers of the uncompressed model that is assumed before it has been asked. */
export const ASSUMED = 0.75

/** By how many items are asked, the fewest first; tasks whose answers are not right or wrong say nothing here. */
export async function sensitivityOf(tasks: readonly ResolvedTask[]): Promise<Sensitivity[]> {
  const judged = tasks.filter(({ task }) => scorerOf(task.scorers[0]!).isRight)
  const counts = await Promise.all(judged.map(async ({ task, limit }) => (await extentOf(task, limit)).items))
  const sizes = [...Map.groupBy(counts, (items) => items)].sort(([a], [b]) => a - b)
  return sizes.map(([items, same]) => ({ items, tasks: same.length, drop: detectableDrop(items, ASSUMED) }))
}
