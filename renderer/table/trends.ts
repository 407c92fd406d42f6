import { amountName, compressionName } from '../../main/charts/view.ts'
import type { ResultRow, TrendRow } from '../../preload/contract.ts'
import { chanceOf, plural, signed } from '../format.ts'
import { words } from '../words.ts'

/** Trends, and of each row at which of their levels it stands. */
export interface LinkedTrends {
  readonly trends: readonly TrendRow[]
  /** Of each trend the number of its level, from 0. */
  readonly levels: readonly number[]
  /** Of each row the number of its level; -1 for none. */
  readonly of: Int32Array
}

/** Found once for all rows, since the rows in view change far more often. */
export function linkTrends(rows: readonly ResultRow[], trends: readonly TrendRow[]): LinkedTrends {
  const key = (row: ResultRow | TrendRow) => JSON.stringify([row.model, row.method, row.group, row.pattern, row.sparsity, row.transfer, row.training, row.seed, row.trainSeed, row.scorer]) // prettier-ignore
  const known = new Map<string, number>()
  const levels = trends.map((trend) => {
    const level = known.get(key(trend)) ?? known.size
    known.set(key(trend), level)
    return level
  })
  return { trends, levels, of: Int32Array.from(rows, (row) => known.get(key(row)) ?? -1) }
}

/** Kendall's tau at the levels of the picked rows, in words: what is compressed, how much, and what difficulty says of the drop there. */
export function trendsOf({ trends, levels, of }: LinkedTrends, picks: Iterable<number>): string[] {
  const seen = new Set<number>()
  for (const pick of picks) if (of[pick]! !== -1) seen.add(of[pick]!)
  return trends.filter((_, i) => seen.has(levels[i]!)).map(say)
}

function say(trend: TrendRow): string {
  const { trend: w } = words.results
  const level = { ...trend, bits: 16 }
  const place = `${compressionName(trend)} ${amountName(level)}`
  if (trend.tau === null) return w.none(place, trend.estimator)
  const interval = trend.low === null ? '' : ` [${signed(trend.low, 2)}, ${signed(trend.high, 2)}]`
  const p = trend.p === null ? '' : trend.p < 0.001 ? ', p < 0.001' : `, p = ${chanceOf(trend.p)}`
  return w.said(place, trend.estimator, `${signed(trend.tau, 2)}${interval}${p}`, plural(trend.tasks, 'task'), trend.floor)
}
