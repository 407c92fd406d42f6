import type { Task } from '../task.ts'
import { tasksOf, type Family } from './build.ts'
import { context } from './context.ts'
import { facts } from './facts.ts'
import { form } from './form.ts'
import { language } from './language.ts'
import { options } from './options.ts'
import { shots } from './shots.ts'
import { sums } from './sums.ts'

/** The built-in, generated tasks; the order here is the order on screen. */
export const families: readonly Family[] = [facts, options, context, shots, form, language, sums]

/** One task per family and level. */
export function worldTasks(): Task[] {
  return families.flatMap(tasksOf)
}
