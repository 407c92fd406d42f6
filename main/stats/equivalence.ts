import { quantile } from './bootstrap.ts'
import { upperTail } from './normal.ts'

/** p of the claim that a difference lies above `bound`, given its standard error: one-sided z test. */
export function above(difference: number, error: number, bound = 0): number {
  return tail(difference - bound, error)
}

/** p of the claim that a difference lies below `bound`. */
export function below(difference: number, error: number, bound = 0): number {
  return tail(bound - difference, error)
}

/** p of the claim that a difference lies within ± margin: two one-sided tests (Schuirmann 1987), the larger p of both. */
export function equivalent(difference: number, error: number, margin: number): number {
  return Math.max(above(difference, error, -margin), below(difference, error, margin))
}

/** Without any error there is nothing to doubt, without a known one everything. */
function tail(distance: number, error: number): number {
  if (Number.isNaN(error)) return 1
  if (error === 0) return distance > 0 ? 0 : 1
  return upperTail(distance / error)
}

/**
 * Standard error of what was resampled: half the width of the middle 68.27 % of its numbers, which for a normal one is the standard deviation
 * and which a ratio's long tail does not move. Resamples without a number (NaN) count as higher than all others.
 */
export function errorOf(samples: Float64Array): number {
  const sorted = samples.toSorted()
  const tail = upperTail(1)
  return (quantile(sorted, 1 - tail) - quantile(sorted, tail)) / 2
}
