import { describe, expect, it } from 'vitest'
import { powerWords } from '../../../main/host/commands/run.ts'
import { ASSUMED, sensitivityOf } from '../../../main/jobs/study/sensitivity.ts'
import { detectableDrop } from '../../../main/stats/power.ts'
import { findWorldTasks } from '../../../main/tasks/world/index.ts'

describe('what a study can show', () => {
  it('follows from the items that each task asks, as many as the limit leaves', async () => {
    const tasks = findWorldTasks('world_facts').map(({ task }, i) => ({ task, limit: i === 0 ? 20 : 50, group: '' }))
    const found = await sensitivityOf(tasks)
    expect(found.map(({ items, tasks: n }) => [items, n])).toEqual([[20, 1], [50, tasks.length - 1]]) // prettier-ignore
    for (const { items, drop } of found) expect(drop).toBe(detectableDrop(items, ASSUMED))
  })
  it('is said in a sentence, for the fewest items and the most', () => {
    const said = powerWords([{ items: 3, tasks: 1, drop: null }, { items: 50, tasks: 2, drop: 0.2 }, { items: 400, tasks: 1, drop: 0.081 }]) // prettier-ignore
    expect(said).toBe('What these tasks can show of a fall of accuracy from 75 %: none at all with 3 items, 8.1 points or more with 400 items (4 of 5 runs, paired test at 5 %).') // prettier-ignore
    expect(powerWords([])).toContain('not known beforehand')
  })
})
