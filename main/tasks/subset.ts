import { sha256 } from '../base/files.ts'
import { canonical } from '../base/json.ts'
import { createRng } from '../base/rng.ts'
import type { Item, Task } from './task.ts'

/** A random part of a task's items, in their order: with one seed, a smaller part lies within a larger one. `all` is their number. */
export function randomSubset(task: Task, count: number, all: number, seed: number): Task {
  const order = createRng(`subset/${seed}`).shuffle(Array.from({ length: all }, (_, i) => i))
  const kept = new Set(order.slice(0, count))
  async function* items(limit = Infinity): AsyncGenerator<Item> {
    let given = 0
    for await (const item of task.items(undefined)) {
      if (given >= limit) return
      if (!kept.has(item.id)) continue
      given++
      yield item
    }
  }
  return { ...task, hash: sha256(canonical({ task: task.hash, count, all, seed })), size: () => kept.size, items }
}
