import { LabError } from '../base/errors.ts'
import type { Row } from './packs.ts'
import { equals } from './python.ts'
import { pythonRandom } from './python-random.ts'

/** How examples are chosen. */
export interface ShotRule {
  readonly count: number
  readonly sampler: 'default' | 'first_n'
  readonly seed: number
  /** The item asked is never among its own examples: one more is drawn and it, or else the last, is taken out. */
  readonly isApart: boolean
}

/**
 * Examples for one row after the other, drawn as lm-evaluation-harness draws them: one generator whose state runs on from row to row
 * (api/samplers.py). `where` names the split in errors. LabError 'task/few-shot' where the pool is too small.
 */
export function shotDrawer(pool: readonly Row[], rule: ShotRule, where: string): (row: Row) => readonly Row[] {
  const { count, isApart } = rule
  if (count === 0) return () => []
  const needed = count + (isApart ? 1 : 0)
  if (pool.length < needed) {
    throw new LabError(
      'task/few-shot',
      `Expected at least ${needed} rows for ${count} examples in ${where}, found ${pool.length}.`,
    )
  }
  const others = (rows: readonly Row[], row: Row) => (isApart ? rows.filter((other) => !equals(other.names, row.names)) : rows)
  const enough = (rows: readonly Row[]) => {
    if (rows.length >= count) return rows
    throw new LabError(
      'task/few-shot',
      `Expected ${count} rows in ${where} that differ from the one asked, found ${rows.length}.`,
    )
  }
  if (rule.sampler === 'first_n') return (row) => enough(others(pool, row)).slice(0, count)
  const random = pythonRandom(rule.seed)
  const draw = (rows: readonly Row[], n: number) => random.sample(rows.length, n).map((i) => rows[i]!)
  return (row) => {
    const drawn = others(draw(pool, needed), row).slice(0, count)
    // where copies of the row asked were drawn too, all are drawn again from what differs
    return drawn.length === count ? drawn : draw(enough(others(pool, row)), count)
  }
}
