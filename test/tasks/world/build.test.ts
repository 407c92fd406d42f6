import { describe, expect, it } from 'vitest'
import { tasksOf } from '../../../main/tasks/world/build.ts'
import { families, findWorldTasks } from '../../../main/tasks/world/index.ts'
import type { WorldTask } from '../../../main/tasks/world/build.ts'
import type { Item } from '../../../main/tasks/task.ts'

const itemsOf = ({ task }: WorldTask, limit = 50): Promise<Item[]> => Array.fromAsync(task.items(limit))

describe('the tasks of the world', () => {
  it('have different ids and hashes', () => {
    const tasks = findWorldTasks('world')
    expect(new Set(tasks.map(({ task }) => task.id)).size).toBe(tasks.length)
    expect(new Set(tasks.map(({ task }) => task.hash)).size).toBe(tasks.length)
  })

  it.each(families.map((family) => [family.id, family] as const))(
    '%s: easiest first, same items each time, the answer among the choices',
    async (_, family) => {
      const tasks = tasksOf(family)
      const difficulties = tasks.map(({ task }) => task.rung!.difficulty)
      expect(difficulties).toEqual(difficulties.toSorted((a, b) => a - b))
      for (const task of tasks) {
        const items = await itemsOf(task)
        expect(items).toHaveLength(50)
        expect(await itemsOf(task)).toEqual(items)
        expect(new Set(items.map(({ id }) => id)).size).toBe(50)
        for (const { question } of items) {
          expect(question.ask).toBe(task.task.ask)
          if (question.ask === 'choice') {
            expect(question.choices).toHaveLength(question.prompts.length)
            expect(question.choices[question.gold]).toBeDefined()
            expect(new Set(question.choices).size).toBe(question.choices.length)
          }
        }
      }
    },
  )

  it('ask about the same fact at every level where only the number of options or distractors differs', async () => {
    for (const id of ['world_options', 'world_context']) {
      const levels = await Promise.all(tasksOf(families.find((family) => family.id === id)!).map((task) => itemsOf(task, 20)))
      const answers = levels.map((items) =>
        items.map(({ question }) =>
          question.ask === 'choice'
            ? question.choices[question.gold]
            : question.ask === 'continuation'
              ? question.prompt.continuation
              : '',
        ),
      )
      for (const answer of answers) expect(answer).toEqual(answers[0])
    }
  })
})
