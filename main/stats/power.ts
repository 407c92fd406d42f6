import { normalQuantile } from './normal.ts'

/**
 * Share of n paired items by which a score may fall, from `p` right answers, and still be missed by a test of the given power: the smallest drop that
 * the exact two-sided McNemar test at `alpha` finds, as a fall, with probability `power` (its unconditional power: Duffy 1984, Biometrics 40:1005).
 * What an item does is assumed not to depend on what it did before, which is the most discordance that pruning brings: real drops of that size are
 * seen at least as often. In the unit of p; null where even losing all of p would be missed.
 */
export function detectableDrop(n: number, p: number, alpha = 0.05, power = 0.8): number | null {
  const most = criticalCounts(n, alpha)
  if (!(p > 0) || exactPower(n, p, p, most) < power) return null
  let [missed, seen] = [0, p]
  for (let i = 0; i < 40; i++) {
    const drop = (missed + seen) / 2
    if (exactPower(n, p, drop, most) < power) missed = drop
    else seen = drop
  }
  return seen
}

/** Probability that the exact two-sided McNemar test at `alpha` finds, as a fall, that of p to p − drop among n paired items. */
export function powerOf(n: number, p: number, drop: number, alpha = 0.05): number {
  return exactPower(n, p, drop, criticalCounts(n, alpha))
}

/** For each number of discordant items from 0 to n, the most gained ones among them with which the test rejects; −1 where none are few enough. */
function criticalCounts(n: number, alpha: number): Int32Array {
  const tail = createTail(0.5)
  return Int32Array.from({ length: n + 1 }, (_, d) => {
    if (d > 0) tail.draw()
    while (tail.below + tail.next <= alpha / 2) tail.raise()
    return tail.count
  })
}

/** Over the numbers of discordant items: how likely there are so many, times how likely few enough of them are gained. */
function exactPower(n: number, p: number, drop: number, most: Int32Array): number {
  const after = p - drop
  const [lost, gained] = [p * (1 - after), (1 - p) * after]
  const likely = binomial(n, lost + gained)
  const tail = createTail(gained / (lost + gained))
  let found = 0
  for (let d = 0; d <= n; d++) {
    if (d > 0) tail.draw()
    while (tail.count < most[d]!) tail.raise()
    found += likely[d]! * tail.below
  }
  return found
}

/** Lower tail of Binomial(d, q), carried along while d grows from 0 and the count from −1, one at a time: no sum is ever made anew. */
interface Tail {
  readonly count: number
  /** P(X ≤ count). */
  readonly below: number
  /** P(X = count + 1). */
  readonly next: number
  /** One trial more. */
  draw(): void
  /** One more counts. */
  raise(): void
}

function createTail(q: number): Tail {
  let [d, count, below, at, next] = [0, -1, 0, 0, 1]
  return {
    get count() {
      return count
    },
    get below() {
      return below
    },
    get next() {
      return next
    },
    draw() {
      below -= q * at
      at *= ((d + 1) * (1 - q)) / (d + 1 - count)
      next *= ((d + 1) * (1 - q)) / (d - count)
      d++
    },
    raise() {
      below += next
      at = next
      next *= ((d - count - 1) / (count + 2)) * (q / (1 - q))
      count++
    },
  }
}

/** Probabilities of 0 … n of Binomial(n, p), from the likeliest outwards, so that none is lost to underflow that counts. */
function binomial(n: number, p: number): Float64Array {
  const all = new Float64Array(n + 1)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  all[mode] = 1
  for (let i = mode; i < n; i++) all[i + 1] = (all[i]! * (n - i) * p) / ((i + 1) * (1 - p))
  for (let i = mode; i > 0; i--) all[i - 1] = (all[i]! * i * (1 - p)) / ((n - i + 1) * p)
  const total = all.reduce((sum, v) => sum + v, 0)
  return all.map((v) => v / total)
}

/** In units of its standard error, the smallest effect that a one-sided test at `alpha` finds with probability `power`. */
export function detectableErrors(alpha = 0.05, power = 0.8): number {
  return normalQuantile(1 - alpha) + normalQuantile(power)
}
