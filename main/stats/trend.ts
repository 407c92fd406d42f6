import type { Rng } from '../base/rng.ts'
import { percentileInterval } from './bootstrap.ts'
import { upperTail } from './normal.ts'

export interface Kendall {
  /** tau-b, −1..1; null where all numbers of one side are equal, or there are fewer than two pairs. */
  readonly tau: number | null
  /** Two-sided: exact without ties, else by the normal approximation with the variance that ties leave. */
  readonly p: number | null
}

export interface Trend extends Kendall {
  /** 95 % interval by bootstrap over the pairs; null below five pairs, or where too many resamples have no tau. */
  readonly low: number | null
  readonly high: number | null
}

/** The exact distribution of up to this many pairs; beyond it the normal approximation is right to four digits. */
const EXACT = 200

/** Kendall's tau-b of paired numbers (Kendall 1945). */
export function kendall(x: readonly number[], y: readonly number[]): Kendall {
  const n = x.length
  const [xTies, yTies] = [tiesOf(x), tiesOf(y)]
  const pairs = (n * (n - 1)) / 2
  let difference = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) difference += agree(x, y, i, j)
  const scale = Math.sqrt((pairs - xTies.pairs) * (pairs - yTies.pairs))
  if (!(scale > 0)) return { tau: null, p: null }
  const tau = Math.max(-1, Math.min(1, difference / scale))
  const isExact = xTies.pairs === 0 && yTies.pairs === 0 && n <= EXACT
  return { tau, p: isExact ? exactP(n, (pairs - Math.abs(difference)) / 2) : normalP(n, difference, xTies, yTies) }
}

/** Whether two pairs are ordered alike (1), oppositely (−1) or tied (0). */
function agree(x: readonly number[], y: readonly number[], i: number, j: number): number {
  return Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!)
}

interface Ties {
  /** Pairs of equal numbers, and two sums over runs of t equal ones: t(t−1)(t−2) and t(t−1)(2t+5). */
  readonly pairs: number
  readonly triples: number
  readonly spread: number
}

function tiesOf(numbers: readonly number[]): Ties {
  const runs = new Map<number, number>()
  for (const x of numbers) runs.set(x, (runs.get(x) ?? 0) + 1)
  let [pairs, triples, spread] = [0, 0, 0]
  for (const t of runs.values()) {
    pairs += (t * (t - 1)) / 2
    triples += t * (t - 1) * (t - 2)
    spread += t * (t - 1) * (2 * t + 5)
  }
  return { pairs, triples, spread }
}

/** Twice the chance of at most `inversions` inversions in a random order of n. */
function exactP(n: number, inversions: number): number {
  if (4 * inversions >= n * (n - 1) - 2) return 1
  // share[k]: of the orders of the first m, how many have k inversions; a new element adds 0 … m, each as likely
  let share = new Float64Array(inversions + 1)
  share[0] = 1
  for (let m = 1; m < n; m++) {
    const next = new Float64Array(inversions + 1)
    let window = 0
    for (let k = 0; k <= inversions; k++) {
      window += share[k]! - (k > m ? share[k - m - 1]! : 0)
      next[k] = window / (m + 1)
    }
    share = next
  }
  return Math.min(1, 2 * share.reduce((total, x) => total + x, 0))
}

/** Variance of concordant minus discordant pairs under ties: Kendall, Rank Correlation Methods, section 4. */
function normalP(n: number, difference: number, x: Ties, y: Ties): number {
  const m = n * (n - 1)
  const variance =
    (m * (2 * n + 5) - x.spread - y.spread) / 18 +
    (2 * x.pairs * y.pairs) / m +
    (x.triples === 0 || y.triples === 0 ? 0 : (x.triples * y.triples) / (9 * m * (n - 2)))
  return Math.min(1, 2 * upperTail(Math.abs(difference) / Math.sqrt(variance)))
}

/** Kendall's tau-b of [difficulty, drop] pairs, one per task, with an interval by bootstrap over tasks. */
export function trend(pairs: readonly (readonly [difficulty: number, drop: number])[], rng: Rng, resamples = 2000): Trend {
  const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
  const found = kendall(x, y)
  if (found.tau === null || pairs.length < 5) return { ...found, low: null, high: null }
  const interval = percentileInterval(resampledTaus(x, y, rng, resamples))
  return { ...found, low: interval?.low ?? null, high: interval?.high ?? null }
}

/** Pairs drawn twice are tied with themselves, as tau-b has it; NaN where nothing else was drawn. */
function resampledTaus(x: readonly number[], y: readonly number[], rng: Rng, resamples: number): Float64Array {
  const n = x.length
  const signs = x.map((_, i) => Int8Array.from({ length: i }, (_, j) => agree(x, y, i, j)))
  const [xUntied, yUntied] = [x, y].map((side) =>
    side.map((a, i) => Uint8Array.from({ length: i }, (_, j) => Number(a !== side[j]))),
  )
  return Float64Array.from({ length: resamples }, () => {
    const count = new Uint16Array(n)
    for (let i = 0; i < n; i++) count[rng.int(n)]!++
    let [difference, xPairs, yPairs] = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      if (count[i] === 0) continue
      for (let j = 0; j < i; j++) {
        const both = count[i]! * count[j]!
        difference += both * signs[i]![j]!
        xPairs += both * xUntied![i]![j]!
        yPairs += both * yUntied![i]![j]!
      }
    }
    return difference / Math.sqrt(xPairs * yPairs)
  })
}
