import type { AgreementRow } from '../charts/input.ts'
import { axisName, conditionOf, groupBy, meanOf } from '../charts/view.ts'
import { kendall } from '../stats/trend.ts'
import type { Measured } from './measured.ts'

/** What any difficulty is held against: how the uncompressed model does, and what compression took. */
export const DENSE_ERROR = 'dense error'
export const DENSE_LOSS = 'dense loss'
export const MEASURED_DROP = 'measured drop'
export const DECLARED_ORDER = 'declared order'

/**
 * How far measures of difficulty put the same tasks in the same order (Kendall's tau-b): each estimator of the study, error and loss of the
 * uncompressed model where they are not among those, and the mean drop over all levels of compression but random ones; over all tasks, and over the levels of each axis
 * in place of an estimator the order that was declared. Drops of tasks at the floor are left out, level by level.
 */
export function agreementRows(measured: readonly Measured[], estimators: readonly string[]): AgreementRow[] {
  const views = groupBy(measured, ({ row }) => JSON.stringify([row.model, row.scorer, row.training]))
  return [...views.values()].flatMap((mine) => {
    const conditions = [...groupBy(mine, ({ row }) => conditionOf(row)).values()].map(measuresOf)
    // levels of an axis are told family by family, unless an estimator says something of them too
    const apart = estimators.length > 0 ? conditions : conditions.filter(({ family }) => family === '')
    const families = groupBy(conditions.filter(({ family }) => family !== ''), ({ family }) => family) // prettier-ignore
    const named = estimators.map((name, i) => [name, (c: Measures) => c.estimates[i] ?? null] as const)
    // what the study names as an estimator is not held against itself
    const others = MEASURED.filter(([name]) => !estimators.includes(name.replace(' ', '-')))
    return [
      ...pairsOf('tasks', mine[0]!, apart, [...named, ...others]),
      ...[...families].flatMap(([family, levels]) =>
        pairsOf(family, mine[0]!, levels, [[DECLARED_ORDER, (c) => c.declared], ...MEASURED]),
      ),
    ]
  })
}

interface Measures {
  /** '' off any axis. */
  readonly family: string
  readonly declared: number | null
  readonly estimates: readonly (number | null)[]
  readonly error: number | null
  readonly loss: number | null
  readonly drop: number | null
}

const MEASURED = [
  [DENSE_ERROR, (c: Measures) => c.error],
  [DENSE_LOSS, (c: Measures) => c.loss],
  [MEASURED_DROP, (c: Measures) => c.drop],
] as const

function measuresOf(members: readonly Measured[]): Measures {
  const [{ row, difficulties }] = members as [Measured]
  const isHeld = ({ method, isFloor, isDenseFloor }: Measured['row']) =>
    method !== 'dense' && method.split(' ')[0] !== 'random' && !isFloor && !isDenseFloor
  return {
    family: row.axis === '' ? '' : axisName(row),
    declared: row.axis === '' ? null : row.difficulty,
    estimates: difficulties,
    error: row.better === 'higher' ? 1 - row.dense : row.dense,
    loss: row.denseLoss,
    drop: meanOf(members.flatMap((one) => (isHeld(one.row) ? [one.row.drop] : []))),
  }
}

type Column = readonly [name: string, of: (c: Measures) => number | null]

/** Every pair of measures, over the conditions that both know; none over fewer than three. */
function pairsOf(over: string, { row }: Measured, conditions: readonly Measures[], columns: readonly Column[]): AgreementRow[] {
  const { model, scorer, training } = row
  return columns.flatMap(([a, ofA], i) =>
    columns.slice(i + 1).flatMap(([b, ofB]) => {
      const known = conditions.flatMap((c) => {
        const [x, y] = [ofA(c), ofB(c)]
        return x === null || y === null ? [] : [[x, y] as const]
      })
      if (known.length < 3) return []
      const found = kendall(known.map(([x]) => x), known.map(([, y]) => y)) // prettier-ignore
      return [{ model, scorer, training, over, a, b, ...found, tasks: known.length }]
    }),
  )
}
