import { tasksOf, type Family, type WorldTask } from './build.ts'
import { context } from './context.ts'
import { facts } from './facts.ts'
import { form } from './form.ts'
import { kinds } from './kinds.ts'
import { language } from './language.ts'
import { options } from './options.ts'
import { shots } from './shots.ts'
import { sums } from './sums.ts'

/** The built-in, generated tasks; the order here is the order on screen. */
export const families: readonly Family[] = [facts, options, context, shots, form, language, sums, kinds]

const tasks = families.flatMap(tasksOf)

/** Names of built-in tasks and what each stands for: "world" for all, a family, or one of its levels. */
export const worldNames: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['world', tasks.map(({ task }) => task.id)],
  ...families.map(({ id }) => [id, tasks.filter(({ task }) => task.rung!.family === id).map(({ task }) => task.id)] as const),
  ...tasks.map(({ task }) => [task.id, [task.id]] as const),
])

/** The built-in tasks behind such a name, in order; none for any other name. */
export function findWorldTasks(name: string): WorldTask[] {
  const ids = worldNames.get(name) ?? []
  return tasks.filter(({ task }) => ids.includes(task.id))
}
