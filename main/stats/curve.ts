import { isotonic } from './isotonic.ts'

/**
 * How much each y adds to the slope of the weighted least-squares line through points at these x: slope = Σ part · y, and the parts add up to 0.
 * Null where all x are equal.
 */
export function slopeParts(x: readonly number[], weights: readonly number[]): number[] | null {
  let [total, sum] = [0, 0]
  x.forEach((at, i) => {
    total += weights[i]!
    sum += weights[i]! * at
  })
  const parts = x.map((at, i) => weights[i]! * (at - sum / total))
  const squares = parts.reduce((all, part, i) => all + part * (x[i]! - sum / total), 0)
  return squares > 1e-12 * total ? parts.map((part) => part / squares) : null
}

/** A place on a line that was looked at from 0 to its last level: where it is, or at which end it lies beyond. */
export interface Place {
  readonly at: number
  /** 'above': not reached within the levels, `at` is the last of them; 'below': reached before the first, `at` interpolated from 0. */
  readonly beyond: 'above' | 'below' | null
}

/**
 * Critical level s_eps (paper.md 1.3, H2b): the largest level up to which the drop stays within `eps`, where the isotonic fit of the drops, joined
 * by straight lines and starting at (0, 0), crosses eps. `levels` rise from above 0; `drops` and `weights` go with them.
 */
export function criticalLevel(
  levels: readonly number[],
  drops: readonly number[],
  weights: readonly number[],
  eps: number,
): Place {
  const fitted = isotonic({ values: drops, weights })
  const over = fitted.findIndex((drop) => drop > eps)
  if (over === -1) return { at: levels.at(-1)!, beyond: 'above' }
  const [x0, y0] = over === 0 ? [0, 0] : [levels[over - 1]!, fitted[over - 1]!]
  const at = x0 + ((levels[over]! - x0) * (eps - y0)) / (fitted[over]! - y0)
  return { at, beyond: over === 0 ? 'below' : null }
}

/** Area of drop (paper.md 1.2): trapezoids under the drops from (0, 0) to the last level, divided by that level. */
export function areaOfDrop(levels: readonly number[], drops: readonly number[]): number {
  let [area, x, y] = [0, 0, 0]
  levels.forEach((level, i) => {
    area += ((level - x) * (y + drops[i]!)) / 2
    ;[x, y] = [level, drops[i]!]
  })
  return area / x
}
