import { createRng } from '../main/base/rng.ts'
import { createResampler } from '../main/stats/bootstrap.ts'
import { compare } from '../main/stats/degradation.ts'
import { trend } from '../main/stats/trend.ts'
import { makePair, measures } from '../test/make/columns.ts'

/** How long the numbers of a study take, on one core. */
export interface StatsFigures {
  readonly cells: number
  /** Every cell against dense with all its intervals, 2,000 resamples each. */
  readonly cellsMs: number
  /** Kendall's tau with its interval over all tasks, once per level. */
  readonly trendsMs: number
}

/** A study of BLiMP's size unless told otherwise: 67 tasks of 1,000 right-or-wrong items, dense and 25 levels. */
export function benchStats(tasks = 67, levels = 26, items = 1000): StatsFigures {
  const rng = createRng('bench')
  const pairs = Array.from({ length: tasks * levels }, (_, i) =>
    makePair(items, { both: 0.7, lost: 0.1, gained: 0.05 }, rng.fork(`${i}`)),
  )
  const drops: number[] = []
  const began = performance.now()
  for (let task = 0; task < tasks; task++) {
    const resampler = createResampler(items, rng.fork(`task ${task}`))
    const { dense } = pairs[task * levels]!
    for (let level = 0; level < levels; level++) {
      const { compressed } = pairs[task * levels + level]!
      drops.push(compare(dense, compressed, measures.mean, 0.5, resampler).drop!)
    }
  }
  const cellsMs = performance.now() - began
  for (let level = 0; level < levels; level++) {
    const points = Array.from({ length: tasks }, (_, task) => [task, drops[task * levels + level]!] as const)
    trend(points, rng.fork(`trend ${level}`))
  }
  return { cells: tasks * levels, cellsMs, trendsMs: performance.now() - began - cellsMs }
}
