import { chartData, type ChartData } from '../../main/charts/chart.ts'
import type { ChartRows, ReferenceCurves, ResultRow, TrendRow } from '../../preload/contract.ts'

type LevelOf = Pick<ResultRow, 'method' | 'group' | 'pattern' | 'sparsity'>
type TrendFields = Pick<ResultRow, 'model' | 'scorer' | 'transfer' | 'training'>

/** What figures are drawn from, of some rows alone: means over tasks keep all their tasks, but levels without a row are left out; `reference` lies under them. */
export function narrowed(
  rows: readonly ResultRow[],
  trends: readonly TrendRow[],
  charts: ChartRows,
  reference: ReferenceCurves | null,
): ChartData[] {
  const levelOf = (row: LevelOf) => JSON.stringify([row.method, row.group, row.pattern, row.sparsity])
  const wholeOf = (row: LevelOf & TrendFields) => `${levelOf(row)} ${row.model} ${row.scorer} ${row.transfer} ${row.training}`
  const [levels, whole] = [new Set(rows.map(levelOf)), new Set(rows.map(wholeOf))]
  const isIn = (row: LevelOf & TrendFields) => row.method === 'dense' || whole.has(wholeOf(row))
  return chartData({
    ...{ rows, reference },
    trends: trends.filter(isIn),
    groups: charts.groups.filter(isIn),
    recoveries: charts.recoveries.filter(isIn),
    ledger: charts.ledger.filter(({ level }) => levels.has(levelOf(level))),
    provenance: { difficulty: charts.estimators.map((estimator) => ({ estimator, source: '' })) },
  })
}
