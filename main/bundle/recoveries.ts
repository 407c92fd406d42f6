import type { ChartData } from '../charts/chart.ts'
import type { RecoveryRow } from '../charts/input.ts'
import type { LevelRow, Overall } from '../charts/levels.ts'
import { compressionOf, groupBy, keyOfLevel, levelKey, meanOf, type Level, type Series } from '../charts/view.ts'

/** One compression, and what each kind of training left of it. */
export interface Compression {
  readonly label: string
  readonly kinds: readonly Kind[]
}

/** One kind of training at every level, from little to much compression. */
export interface Kind {
  readonly kind: string
  readonly series: Series
  readonly steps: readonly Step[]
}

export interface Step {
  readonly level: Level
  /** The tasks that the dense model can do, in percent of dense; undefined where that is not known. */
  readonly able: Overall | undefined
  /** Against 'sparse' at this level; undefined for that itself. */
  readonly against: Against | undefined
}

/** Over all seeds: means, the widest span of intervals. */
export type Against = Pick<RecoveryRow, 'gain' | 'gainLow' | 'gainHigh' | 'share' | 'shareLow' | 'shareHigh'>

/** Kinds of training side by side, compression by compression; none where nothing was trained. */
export function compressionsOf({ view, recoveries }: ChartData, levels: readonly LevelRow[]): Compression[] {
  if (view.training === '') return []
  const hasAble = recoveries.some(({ of }) => of === 'able')
  const mine = groupBy(recoveries.filter(({ of }) => of === (hasAble ? 'able' : 'all')), levelKey) // prettier-ignore
  const kindOf = (series: Series): Kind => ({
    kind: series.transfer,
    series,
    steps: levels
      .filter((row) => row.series === series)
      .map(({ level, able }) => ({ level, able, against: againstOf(mine.get(keyOfLevel(series, level)) ?? []) })),
  })
  return [...groupBy(view.series, compressionOf)].map(([label, series]): Compression => ({
    ...{ label, kinds: series.map(kindOf) },
  }))
}

function againstOf(rows: readonly RecoveryRow[]): Against | undefined {
  if (rows.length === 0) return undefined
  const known = (of: (r: RecoveryRow) => number | null) => rows.map(of).filter((v) => v !== null)
  const end = (of: (r: RecoveryRow) => number | null, pick: (...values: number[]) => number) =>
    known(of).length === 0 ? null : pick(...known(of))
  return {
    gain: meanOf(rows.map((r) => r.gain))!,
    ...{ gainLow: end((r) => r.gainLow, Math.min), gainHigh: end((r) => r.gainHigh, Math.max) },
    share: meanOf(rows.map((r) => r.share)),
    ...{ shareLow: end((r) => r.shareLow, Math.min), shareHigh: end((r) => r.shareHigh, Math.max) },
  }
}
