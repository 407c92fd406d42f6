import type { Interval } from './bootstrap.ts'
import { normalQuantile } from './normal.ts'

/** Interval of a proportion of `right` among n (Wilson 1927): says something even where all items agree. */
export function wilson(right: number, n: number, level = 0.95): Interval {
  const z = normalQuantile((1 + level) / 2)
  const p = right / n
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n)
  return { low: right === 0 ? 0 : middle - half, high: right === n ? 1 : middle + half }
}
