import { percentileInterval } from '../stats/bootstrap.ts'
import type { Member } from '../stats/degradation.ts'
import { valueOf } from '../stats/measure.ts'
import type { LevelFields, RecoveryRow } from '../charts/input.ts'
import type { Measured } from './measured.ts'
import { conditionOf, groupBy } from '../charts/view.ts'

/** Points of dense that sparse must have lost before one can say what share of them came back. */
const LOST = 5

/** Rows of one model and scorer at one level of compression and training with one seed of each. */
export function sameLevel({
  row: { model, scorer, method, group, pattern, sparsity, seed, transfer, training, trainSeed },
}: Pick<Measured, 'row'>): string {
  const trained = transfer === 'none' ? [] : [transfer, training, trainSeed]
  return JSON.stringify([model, scorer, method, group, pattern, sparsity, seed, ...trained])
}

/** What a row of that level is headed by. */
export function headOf({ row }: Measured): LevelFields {
  const { model, method, group, pattern, sparsity, seed, transfer, training, trainSeed, scorer } = row
  return { model, method, group, pattern, sparsity, seed, transfer, training, trainSeed, scorer }
}

/** Every kind of training beside 'sparse', at every level that has both. */
export function recoveryRows(measured: readonly Measured[]): RecoveryRow[] {
  const trained = measured.filter(({ row }) => row.transfer !== 'none' && row.method !== 'dense')
  const levels = groupBy(trained, ({ row }) => sameLevel({ row: { ...row, transfer: '' } }))
  return [...levels.values()].flatMap((members) => {
    const { sparse = [], ...others } = Object.fromEntries(groupBy(members, ({ row }) => row.transfer))
    return Object.values(others).flatMap((kind) => [...rowsOf('all', sparse, kind), ...rowsOf('able', sparse, kind)])
  })
}

/** One row, over the tasks that both have; none where there are none, or where able would be all. */
function rowsOf(of: RecoveryRow['of'], sparse: readonly Measured[], kind: readonly Measured[]): RecoveryRow[] {
  const byTask = new Map(sparse.map((one) => [conditionOf(one.row), one]))
  const pairs = kind.flatMap((after) => {
    const before = byTask.get(conditionOf(after.row))
    return before ? [{ before, after }] : []
  })
  const able = pairs.filter(({ after }) => !after.row.isDenseFloor)
  const mine = of === 'all' ? pairs : able.length < pairs.length ? able : []
  if (mine.length === 0) return []
  return [{ ...headOf(mine[0]!.after), of, tasks: mine.length, ...gainOf(mine) }]
}

/** Means over the tasks, in each resample as in the whole. */
function gainOf(pairs: readonly { readonly before: Measured; readonly after: Measured }[]) {
  const dense = pool(pairs.map(({ after: { member } }) => ({ ...member, compressed: member.dense })))
  const [sparse, other] = [pool(pairs.map(({ before }) => before.member)), pool(pairs.map(({ after }) => after.member))]
  const gain = (d: number, s: number, v: number) => (100 * (v - s)) / d
  const share = (d: number, s: number, v: number) => (v - s) / (d - s)
  const span = (of: (d: number, s: number, v: number) => number) =>
    percentileInterval(dense.samples.map((d, b) => of(d, sparse.samples[b]!, other.samples[b]!)))
  const [gained, shared] = [span(gain), span(share)]
  const after = (100 * sparse.value) / dense.value
  const lost = pairs[0]!.after.row.better === 'higher' ? 100 - after : after - 100
  const gone = span((d, s) => (100 * s) / d)
  const isSure = gone !== undefined && (gone.high < 100 || gone.low > 100)
  // a share of what may be nothing is no number: its interval has no end
  const hasShare = lost > LOST && isSure
  return {
    sparse: after,
    gain: gain(dense.value, sparse.value, other.value),
    ...{ gainLow: gained?.low ?? null, gainHigh: gained?.high ?? null },
    share: hasShare ? share(dense.value, sparse.value, other.value) : null,
    ...{ shareLow: hasShare ? (shared?.low ?? null) : null, shareHigh: hasShare ? (shared?.high ?? null) : null },
  }
}

function pool(members: readonly Member[]): { readonly value: number; readonly samples: Float64Array } {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, v) => sum + v, 0) / numbers.length
  const all = members.map(({ resampler, compressed, measure }) => resampler.values(compressed, measure))
  const value = mean(members.map(({ compressed, measure }) => valueOf(compressed, measure)))
  return { value, samples: all[0]!.map((_, b) => mean(all.map((samples) => samples[b]!))) }
}
