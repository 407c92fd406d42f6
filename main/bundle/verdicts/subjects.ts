import { axisName, conditionOf, groupBy } from '../../charts/view.ts'
import { plural } from '../../charts/words.ts'
import { ranksOf } from '../../stats/page.ts'
import type { Measured } from '../measured.ts'
import type { Series } from './evidence.ts'

/** What a hypothesis is asked of: conditions of one axis, by one estimator, or simply tasks. */
export interface Subject {
  readonly name: string
  /** On an axis the conditions are what was asked about; by an estimator they stand for other tasks. */
  readonly kind: 'axis' | 'estimator' | 'tasks'
  /** Whether its difficulty was measured on the compressed models themselves, so that what was lost is hard by definition. */
  readonly isCircular: boolean
  /** Easiest first; all that have a score. Difficulty is 0 where it plays no part. */
  readonly conditions: readonly Condition[]
}
export interface Condition {
  readonly key: string
  readonly difficulty: number
}

/** Estimators, as bundle/facts.ts names them, that are fitted to answers of compressed models. */
const CIRCULAR = /^item-response( \d+)?$/

/** The subjects of one model, scorer and training: each axis, the tasks off any axis, and each estimator. */
export function subjectsOf(mine: readonly Measured[], estimators: readonly string[]): Subject[] {
  const once = [...new Map(mine.map((one) => [conditionOf(one.row), one])).values()]
  const families = groupBy(once.filter(({ row }) => row.axis !== ''), ({ row }) => axisName(row)) // prettier-ignore
  const alone = once.filter(({ row }) => row.axis === '')
  const easyFirst = (conditions: Condition[]) => conditions.sort((a, b) => a.difficulty - b.difficulty)
  return [
    ...[...families].map(([name, members]): Subject => {
      return { name, kind: 'axis', isCircular: false, conditions: easyFirst(members.map(({ row }) => ({ key: conditionOf(row), difficulty: row.difficulty ?? 0 }))) } // prettier-ignore
    }),
    ...(alone.length > 0 ? [{ name: tasksName(alone), kind: 'tasks' as const, isCircular: false, conditions: alone.map(({ row }) => ({ key: conditionOf(row), difficulty: 0 })) }] : []), // prettier-ignore
    ...estimators.flatMap((name, i): Subject[] => {
      const known = once.flatMap(({ row, difficulties }) => difficulties[i] === null || difficulties[i] === undefined ? [] : [{ key: conditionOf(row), difficulty: difficulties[i] }]) // prettier-ignore
      return known.length > 1
        ? [{ name: `tasks by ${name}`, kind: 'estimator', isCircular: CIRCULAR.test(name), conditions: easyFirst(known) }]
        : []
    }),
  ]
}

function tasksName(alone: readonly Measured[]): string {
  return alone.length === 1 ? alone[0]!.row.task : plural(alone.length, 'task')
}

/** Conditions that the dense model can do, and what was left out because it cannot. */
export function ableOf({ levels }: Series, { conditions }: Subject): { able: readonly Condition[]; excluded: string[] } {
  const isLost = ({ key }: Condition) => levels.some(({ cells }) => cells.get(key)?.isDenseFloor)
  const isKnown = ({ key }: Condition) => levels.some(({ cells }) => cells.get(key)?.drop)
  const known = conditions.filter(isKnown)
  const lost = known.filter(isLost)
  return {
    able: known.filter((one) => !isLost(one)),
    excluded: lost.map(({ key }) => `${key}: dense not above chance`),
  }
}

/** Difficulty as a place between the easiest (0) and the hardest (1) condition, by rank: equal distances whatever the unit. */
export function placesOf(conditions: readonly Condition[]): number[] {
  const ranks = ranksOf(conditions.map(({ difficulty }) => difficulty))
  const [least, most] = [Math.min(...ranks), Math.max(...ranks)]
  return ranks.map((rank) => (most === least ? 0 : (rank - least) / (most - least)))
}
