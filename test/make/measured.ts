// Made-up cells with items behind them, so that everything that is resampled is real.
import { sha256 } from '../../main/base/files.ts'
import { createRng } from '../../main/base/rng.ts'
import { RESAMPLES, type Measured } from '../../main/bundle/measured.ts'
import { createResampler, type Resampler } from '../../main/stats/bootstrap.ts'
import { compare } from '../../main/stats/degradation.ts'
import type { Column, Measure } from '../../main/stats/measure.ts'
import type { ResultRow } from '../../preload/contract.ts'
import { UNTRAINED } from './rows.ts'

/** What was asked, and how many of a hundred items the uncompressed model has right. */
export interface MadeCondition {
  readonly task: string
  readonly axis?: string
  readonly level?: number
  readonly difficulty?: number
  readonly chance?: number
  /** Share right, uncompressed. */
  readonly dense: number
}

/** What was done to the weights, and the share of dense that is left of a condition. */
export interface MadeLevel {
  readonly row?: Partial<ResultRow>
  left(condition: MadeCondition, index: number): number
}

const accuracy: Measure = { better: 'higher', finish: (means) => means[0]!, isRight: (value) => value === 1 }

/** Every condition at every level, set against the dense one. An item is right below a share of its own, so that what is lost is nested. */
export function makeMeasured(conditions: readonly MadeCondition[], levels: readonly MadeLevel[], items = 400): Measured[] {
  return conditions.flatMap((condition, index) => {
    const name = `${condition.task} ${condition.level ?? ''}`
    const rng = createRng(name)
    // exact shares in an order of chance: what comes out is what was asked for
    const places = rng.shuffle(Array.from({ length: items }, (_, i) => (i + 0.5) / items))
    const column = (share: number): Column => ({ value: Float64Array.from(places, (at) => Number(at < share)), weight: null })
    const resampler = createResampler(items, rng.fork('items'), RESAMPLES)
    const dense = column(condition.dense)
    const at = levels.map((level) => ({ level, column: column(condition.dense * level.left(condition, index)) }))
    const made = [{ level: { row: { method: 'dense', group: 'none', sparsity: 0 } }, column: dense }, ...at]
    return made.map((one) => cellOf(condition, one, dense, resampler, name))
  })
}

function cellOf(
  condition: MadeCondition,
  made: { readonly level: Pick<MadeLevel, 'row'>; readonly column: Column },
  dense: Column,
  resampler: Resampler,
  name: string,
): Measured {
  const { task, axis = '', chance = 0 } = condition
  const [level, difficulty] = [condition.level ?? null, condition.difficulty ?? null]
  const row: ResultRow = {
    ...{ model: 'tiny', method: 'magnitude', group: 'model', pattern: 'free', sparsity: 0, actualSparsity: 0 },
    ...{ bits: 32, effectiveBits: 16, outputError: null, seed: 0, ...UNTRAINED },
    ...{ task, taskGroup: '', axis, level, difficulty, denseLoss: null, scorer: 'acc', scorerVersion: 1, better: 'higher' },
    ...compare(dense, made.column, accuracy, chance, resampler),
    ...{ truncated: 0, cell: sha256(JSON.stringify([name, made.level.row])) },
    ...made.level.row,
  }
  return { row, difficulties: [difficulty], member: { dense, compressed: made.column, measure: accuracy, resampler } }
}

/** Levels of one method; `left` says what is left at a sparsity. */
export function pruned(
  method: string,
  sparsities: readonly number[],
  left: (sparsity: number, condition: MadeCondition, index: number) => number,
  more: Partial<ResultRow> = {},
): MadeLevel[] {
  // prettier-ignore
  return sparsities.map((sparsity) => ({ row: { method, sparsity, ...more }, left: (c, i) => left(sparsity, c, i) }))
}

/** An axis of so many levels, each as well known to the dense model. */
export function axis(levels: number, task = 'facts', dense = 0.9): MadeCondition[] {
  return Array.from({ length: levels }, (_, level) => ({ task, axis: 'rarity', level, difficulty: level, dense }))
}
