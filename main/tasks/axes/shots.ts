import { z } from 'zod'
import { unfit, type Axis } from './axis.ts'

/** The seed that lm-evaluation-harness draws examples with; the seed of a place is added to it. */
const FIRST_SEED = 1234

/**
 * Examples in the prompt (paper.md 2.5), chosen as the task file says. Another seed is another draw; a task whose examples are always the
 * first ones has but one. The draws of different numbers are independent, unless they are the first ones, which are nested.
 */
export const shots: Axis<Record<string, never>> = {
  id: 'shots',
  label: 'Examples in the prompt',
  about: 'Solved examples before the question (from 0).',
  harder: 'down',
  version: 1,
  levels: [5, 3, 1, 0],
  level: z.int().min(0).max(1000),
  params: z.strictObject({}),
  at(base, { level, seed }) {
    const draw = (n: number) => base.open({ shots: level, seed: FIRST_SEED + n })
    const task = draw(seed)
    if (task.shots !== level)
      throw unfit('shots', task, `a task that can be asked with ${level} examples`, `${task.shots} by its file`)
    if (level > 0 && seed !== 0 && task.hash === draw(0).hash) {
      throw unfit(
        'shots',
        task,
        'examples that are drawn, so that another seed is another draw',
        'the first rows, whatever the seed',
      )
    }
    return { ask: task.ask, scorers: task.scorers, shots: level, items: (limit) => task.items(limit), origin: task.hash }
  },
}
