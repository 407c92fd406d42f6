import { normalQuantile } from './normal.ts'

/**
 * Share of n paired items by which a score may fall, from `p` right answers, and still be missed by a test of the given power: the smallest drop that a
 * two-sided McNemar test at `alpha` finds with probability `power` (Miettinen 1968; Connor 1987, Biometrics 43:207). What an item does is
 * assumed not to depend on what it did before, which is the most discordance that pruning brings: real drops of that size are seen at least as often.
 * In the unit of p; null where even losing all of p would be missed.
 */
export function detectableDrop(n: number, p: number, alpha = 0.05, power = 0.8): number | null {
  if (!(p > 0) || itemsFor(p, p, alpha, power) > n) return null
  let [missed, seen] = [0, p]
  for (let i = 0; i < 60; i++) {
    const drop = (missed + seen) / 2
    if (itemsFor(drop, p, alpha, power) > n) missed = drop
    else seen = drop
  }
  return seen
}

/** Paired items that such a test needs to find a fall from p to p − drop. */
export function itemsFor(drop: number, p: number, alpha = 0.05, power = 0.8): number {
  const after = p - drop
  const discordant = p * (1 - after) + (1 - p) * after
  const z = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant) + normalQuantile(power) * Math.sqrt(discordant - drop ** 2)
  return (z / drop) ** 2
}

/** In units of its standard error, the smallest effect that a one-sided test at `alpha` finds with probability `power`. */
export function detectableErrors(alpha = 0.05, power = 0.8): number {
  return normalQuantile(1 - alpha) + normalQuantile(power)
}
