import { amountName, compressionName } from '../../main/charts/view.ts'
import type { ResultRow, TrendRow } from '../../preload/contract.ts'
import { chanceOf, plural, signed } from '../format.ts'
import { words } from '../words.ts'

/** Kendall's tau at the levels of some rows, in words: what is compressed, how much, and what difficulty says of the drop there. */
export function trendsOf(rows: Iterable<ResultRow>, trends: readonly TrendRow[]): string[] {
  const key = (row: ResultRow | TrendRow) => JSON.stringify([row.model, row.method, row.group, row.pattern, row.sparsity, row.transfer, row.training, row.seed, row.trainSeed, row.scorer]) // prettier-ignore
  const levels = new Set(Array.from(rows, key))
  return trends.filter((trend) => levels.has(key(trend))).map(say)
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
