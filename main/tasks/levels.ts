import { LabError } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import { canonical, type Json } from '../base/json.ts'
import { axes } from './axes/index.ts'
import type { Axis, Base, Change, Place } from './axes/axis.ts'
import { loadTasks, type LoadOptions } from './index.ts'
import type { Item, Rung, Task } from './task.ts'
import { findWorldTasks } from './world/index.ts'

/** A task made harder along an axis. */
export interface AxisWish {
  /** As loadTasks takes it; several tasks behind one name are asked as one, in turn. */
  readonly task: string
  /** What results call it; `task` where left out. */
  readonly name?: string | undefined
  readonly axis: string
  /** Those of the axis where left out. */
  readonly levels?: readonly number[] | undefined
  readonly params?: Readonly<Record<string, Json>> | undefined
  /** Seeds of all that is drawn: each is a family of its own. */
  readonly seeds?: readonly number[] | undefined
}

/** The tasks of an axis, family by family, easiest level first. LabError 'task/axis' for a task, level or parameter that does not fit. */
export function axisTasks(
  { task, name = task, axis: id, levels, params = {}, seeds = [0] }: AxisWish,
  options: LoadOptions,
): Task[] {
  const axis = axes.find((known) => known.id === id) as Axis<unknown> | undefined
  if (!axis) throw new LabError('task/axis', `Expected an axis (${axes.map((known) => known.id).join(', ')}), got "${id}".`)
  const parsed = axis.params.safeParse(params)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new LabError('task/axis', `Expected parameters that fit the axis "${id}": ${issue!.path.join('.')}: ${issue!.message}, got ${JSON.stringify(params)}.`) // prettier-ignore
  }
  const wrong = levels?.find((level) => !axis.level.safeParse(level).success)
  if (wrong !== undefined) throw new LabError('task/axis', `Expected levels that fit the axis "${id}" (${axis.about}), got ${wrong} (number).`) // prettier-ignore
  const base = baseOf(task, options)
  const asked = [...new Set(levels ?? axis.levels)].sort((a, b) => (axis.harder === 'up' ? a - b : b - a))
  return seeds.flatMap((seed) => {
    const family = seed === 0 ? name : `${name}_seed${seed}`
    return asked.map((level) => levelTask(axis, base, family, { level, params: parsed.data, seed }))
  })
}

/** Tasks that are the levels of a family by declaration: easiest first, one or more for each level. */
export function declaredTasks(family: string, axis: string, order: readonly (readonly string[])[], options: LoadOptions): Task[] {
  return order.map((names, level): Task => {
    const task = pool(names.flatMap((name) => loadTasks(name, options)), names.join(' and ')) // prettier-ignore
    const rung: Rung = { family, axis, level, difficulty: level }
    return { ...task, label: `${family}, ${axis} ${level}: ${task.label}`, rung }
  })
}

/** One level of a family. */
export function levelTask<P>(axis: Axis<P>, base: Base, family: string, place: Place<P>): Task {
  const task = base.open()
  const { origin = null, ...varied } = axis.at(base, place)
  const { level, params, seed } = place
  const rung: Rung = { family, axis: axis.id, level, difficulty: axis.harder === 'up' ? level : -level }
  return {
    ...task,
    ...varied,
    id: `${family}_${axis.id}_${level}`,
    label: `${family}, ${axis.id} ${level}`,
    hash: sha256(
      canonical({ task: task.hash, axis: axis.id, version: axis.version, level, params: params as Json, seed, origin }),
    ),
    rung,
  }
}

/** A task that can be opened again with changes. */
export function baseOf(name: string, options: LoadOptions): Base {
  const isBuiltIn = findWorldTasks(name).length > 0
  const opened = new Map<Change | undefined, Task>()
  return {
    data: options.data,
    open(change) {
      const known = change === undefined ? opened.get(change) : undefined
      if (known) return known
      if (isBuiltIn && change !== undefined)
        throw new LabError('task/axis', `Expected a task of a task file for this axis, got "${name}" of the built-in world, whose axes are its own.`) // prettier-ignore
      const task = pool(loadTasks(name, { ...options, ...change }), name)
      if (change === undefined) opened.set(change, task)
      return task
    },
  }
}

/** Several tasks asked as one, an item of each in turn; one task as it is. LabError 'task/axis' where they are not asked and scored alike. */
export function pool(tasks: readonly Task[], name: string): Task {
  const [first, ...others] = tasks
  if (!first) throw new LabError('task/unknown', `Expected at least one task behind "${name}", found none.`)
  if (others.length === 0) return first
  const odd = others.find((task) => task.ask !== first.ask || task.shots !== first.shots)
  if (odd) throw new LabError('task/axis', `Expected tasks that are asked alike behind "${name}", got ${first.id} (${first.ask}, ${first.shots} examples) and ${odd.id} (${odd.ask}, ${odd.shots}).`) // prettier-ignore
  const scorers = first.scorers.filter((id) => others.every((task) => task.scorers.includes(id)))
  if (scorers.length === 0) throw new LabError('task/axis', `Expected tasks with a scorer in common behind "${name}", got ${tasks.map(({ id, scorers: own }) => `${id}: ${own.join(', ')}`).join('; ')}.`) // prettier-ignore
  const { ask, shots } = first
  return {
    ...{
      id: name,
      version: Math.max(...tasks.map(({ version }) => version)),
      label: name,
      group: undefined,
      ask,
      scorers,
      shots,
    },
    hash: sha256(canonical(tasks.map(({ hash }) => hash))),
    items: (limit) => inTurn(tasks, limit),
  }
}

async function* inTurn(tasks: readonly Task[], limit = Infinity): AsyncGenerator<Item> {
  let open = tasks.map((task) => task.items(Number.isFinite(limit) ? limit : undefined)[Symbol.asyncIterator]())
  for (let id = 0; id < limit && open.length > 0;) {
    const left: typeof open = []
    for (const items of open) {
      if (id >= limit) break
      const next = await items.next()
      if (next.done) continue
      left.push(items)
      yield { ...next.value, id: id++ }
    }
    open = left
  }
}
