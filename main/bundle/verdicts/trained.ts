import { groupBy } from '../../charts/view.ts'
import { plural } from '../../charts/words.ts'
import { above } from '../../stats/equivalence.ts'
import { derive, errorIn, pooled, type Cell, type Estimate, type Series } from './evidence.ts'
import { LINES } from './rules.ts'
import type { Condition, Subject } from './subjects.ts'

/** One compression under one training, kind by kind. */
export interface Kinds {
  readonly sparse: Series
  readonly others: ReadonlyMap<string, Series>
}

/** Drops after each kind of training, means over the levels at which training without the small weights ends short of dense. */
export interface Outcome {
  readonly tasks: number
  /** Levels in the mean, by their names. */
  readonly levels: readonly string[]
  readonly sparse: Estimate
  readonly of: ReadonlyMap<string, Estimate>
  /** Share of the loss that a kind brings back (paper.md 1.3, H3): (drop after sparse − its drop) / drop after sparse. */
  share(kind: string): Estimate
}

/** Series that differ in the kind of training alone; without 'sparse' there is nothing to compare by. */
export function kindsOf(all: readonly Series[]): Kinds[] {
  const trained = all.filter(({ transfer }) => transfer !== 'none')
  const groups = groupBy(trained, ({ model, scorer, training, label }) => JSON.stringify([model, scorer, training, label]))
  return [...groups.values()].flatMap((members) => {
    const sparse = members.find(({ transfer }) => transfer === 'sparse')
    return sparse ? [{ sparse, others: new Map(members.filter((s) => s !== sparse).map((s) => [s.transfer, s])) }] : []
  })
}

/** Tasks and levels of axes that the dense model trained alike can do, in one set. */
export function ableSet({ sparse }: Kinds): { keys: string[]; excluded: string[] } {
  const cells = sparse.levels.flatMap((level) => [...level.cells.values()])
  const lost = new Set(cells.filter(({ isDenseFloor }) => isDenseFloor).map(({ key }) => key))
  const keys = [...new Set(cells.map(({ key }) => key))].filter((key) => !lost.has(key))
  return { keys, excluded: [...lost].map((key) => `${key}: dense not above chance`) }
}

export function setName(keys: readonly string[]): string {
  return keys.length === 1 ? keys[0]! : plural(keys.length, 'task')
}

/** Null where sparse is nowhere short of dense for sure at a level that all of `wanted` have. `only` keeps to these levels. */
export function outcomeOf(
  kinds: Kinds,
  keys: readonly string[],
  wanted: readonly string[],
  only?: readonly string[],
): Outcome | null {
  const series = wanted.flatMap((kind) => kinds.others.get(kind) ?? [])
  if (series.length < wanted.length || keys.length === 0) return null
  const levels = kinds.sparse.levels.flatMap((level) => {
    const at = [level, ...series.map(({ levels: all }) => all.find(({ label }) => label === level.label))]
    const cells = at.map((one) => keys.flatMap((key) => one?.cells.get(key) ?? []))
    if (cells.some((some) => some.length < keys.length) || (only && !only.includes(level.label))) return []
    const drops = cells.map((some) => dropOver(some, kinds.sparse.better))
    const isShort = only !== undefined || above(drops[0]!.value, errorIn(drops[0]!), LINES.lost) < LINES.alpha
    return isShort ? [{ label: level.label, drops }] : []
  })
  if (levels.length === 0) return null
  const [sparse, ...rest] = ['sparse', ...wanted].map((_, i) => pooled(levels.map(({ drops }) => drops[i]!)))
  const of = new Map(wanted.map((kind, i) => [kind, rest[i]!]))
  return {
    ...{ tasks: keys.length, levels: levels.map(({ label }) => label), sparse: sparse!, of },
    share: (kind) => derive([sparse!, of.get(kind)!], (before, after) => (before - after) / before),
  }
}

/** Drop after one kind of training, level by level, where all of it was asked. */
export function dropsOf(
  kinds: Kinds,
  keys: readonly string[],
  kind: string,
): { readonly label: string; readonly drop: Estimate }[] {
  // prettier-ignore
  return (kinds.others.get(kind)?.levels ?? []).flatMap(({ label, cells }) => {
    const some = keys.flatMap((key) => cells.get(key) ?? [])
    return keys.length === 0 || some.length < keys.length ? [] : [{ label, drop: dropOver(some, kinds.sparse.better) }]
  })
}

/** Drop of the mean over tasks, each counting alike. */
function dropOver(cells: readonly Cell[], better: Series['better']): Estimate {
  const sign = better === 'higher' ? 1 : -1
  return derive([pooled(cells.map(({ dense }) => dense)), pooled(cells.map(({ compressed }) => compressed))], (d, v) => (sign * (d - v)) / d) // prettier-ignore
}

/** One training's amount of data as a condition: the fewer items, the harder (paper.md 2.1). */
export function adequacyOf(all: readonly Series[]): { series: Series; subject: Subject }[] {
  const sparse = all.filter(({ transfer, trainItems }) => transfer === 'sparse' && trainItems !== null)
  const rest = ({ training }: Series) => training.replace(/^\d+ items of /, '')
  const groups = groupBy(sparse, (s) => JSON.stringify([s.model, s.scorer, s.label, rest(s)]))
  return [...groups.values()].flatMap((members) => {
    if (new Set(members.map(({ trainItems }) => trainItems)).size < 2) return []
    const tasks = [...new Set(members.flatMap(({ levels }) => levels.flatMap(({ cells }) => [...cells.keys()])))]
    return tasks.map((task) => adequacyOfTask(members, task, rest(members[0]!)))
  })
}

function adequacyOfTask(members: readonly Series[], task: string, training: string): { series: Series; subject: Subject } {
  const keyOf = ({ trainItems }: Series) => `${task}, ${plural(trainItems!, 'training item')}`
  const labels = members[0]!.levels.filter(({ label }) => members.every(({ levels }) => levels.some((l) => l.label === label)))
  const levels = labels.map((level) => {
    const cells = members.flatMap((one) => {
      const cell = one.levels.find(({ label }) => label === level.label)!.cells.get(task)
      return cell ? [{ ...cell, key: keyOf(one) }] : []
    })
    return { ...level, cells: new Map(cells.map((cell) => [cell.key, cell])) }
  })
  const conditions = members.map((one): Condition => ({ key: keyOf(one), difficulty: -one.trainItems! }))
  return {
    series: { ...members[0]!, training, trainItems: null, levels },
    subject: {
      name: `${task} by training items`,
      kind: 'axis',
      isCircular: false,
      conditions: conditions.sort((a, b) => a.difficulty - b.difficulty),
    },
  }
}
