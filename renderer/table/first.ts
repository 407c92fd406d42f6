import { informativeLevels } from '../../main/charts/difficulty.ts'
import { levelLabel } from '../../main/charts/amount.ts'
import { amountName, compressionName, isControl, seriesKey, viewsOf } from '../../main/charts/view.ts'
import type { ResultRow } from '../../preload/contract.ts'
import type { Filter, Frame } from './frame.ts'

/** What is laid across, up, as colour and as panels, by ids of columns; '' for nothing. */
export interface LookIds {
  readonly x: string
  readonly y: string
  readonly colour: string
  readonly facet: string
}

export interface Start {
  readonly look: LookIds
  readonly filters: readonly Filter[]
}

/** How a study is looked at first: difficulty against drop, as plainly as its rows allow. */
export function firstLook({ rows }: Frame): Start {
  const scorer = rows[0]?.scorer
  const [view] = viewsOf(rows.filter((row) => row.scorer === scorer))
  const filters: Filter[] = new Set(rows.map((row) => row.scorer)).size > 1 ? [{ column: 'scorer', values: [scorer!] }] : []
  const series = view?.series.find((one) => !isControl(one)) ?? view?.series[0]
  if (!view || !series) return { look: { x: 'condition', y: 'value', colour: 'taskGroup', facet: '' }, filters }
  const levels = informativeLevels(series)
  const amountsOf = (picked: typeof levels): Filter => {
    const at = (row: ResultRow) => picked.some(({ label }) => label === levelLabel(row))
    return { column: 'amount', values: [...new Set(rows.filter((row) => row.method !== 'dense' && at(row)).map(amountName))] }
  }
  const middle = levels[Math.floor((levels.length - 1) / 2)]!
  if (view.training !== '') return { look: { x: view.families.length > 0 ? 'difficulty' : 'condition', y: 'drop', colour: 'transfer', facet: 'amount' }, filters: [...filters, ...oneOf(rows, 'training', view.training)] } // prettier-ignore
  if (view.families.length > 0) {
    const mine = rows.find((row) => seriesKey(row) === series.id)! // prettier-ignore
    const compressions = new Set(rows.filter((row) => row.method !== 'dense').map(compressionName))
    const only: Filter[] = compressions.size > 1 ? [{ column: 'compression', values: [compressionName(mine)] }] : []
    return {
      look: { x: 'difficulty', y: 'drop', colour: 'amount', facet: view.families.length > 1 ? 'family' : '' },
      filters: [...filters, ...only, amountsOf(levels)],
    }
  }
  const x = view.hasDifficulty ? 'difficulty' : 'condition'
  return { look: { x, y: 'drop', colour: 'compression', facet: '' }, filters: [...filters, amountsOf([middle])] }
}

/** One value of a column, where there are several. */
function oneOf(rows: readonly ResultRow[], column: 'training', value: string): Filter[] {
  return new Set(rows.map((row) => row[column])).size > 1 ? [{ column, values: [value] }] : []
}
