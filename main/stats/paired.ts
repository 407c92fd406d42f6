/** Items that were right before and are wrong after, and the reverse. */
export interface Flips {
  readonly lost: number
  readonly gained: number
}

export function flips(before: Uint8Array, after: Uint8Array): Flips {
  let lost = 0
  let gained = 0
  for (let i = 0; i < before.length; i++) {
    if (before[i]! > after[i]!) lost++
    else if (before[i]! < after[i]!) gained++
  }
  return { lost, gained }
}

/** Exact McNemar test, two-sided: how often a fair coin would split lost + gained items at least as unevenly. 1 where nothing flipped. */
export function mcnemar({ lost, gained }: Flips): number {
  const n = lost + gained
  const k = Math.min(lost, gained)
  if (2 * k >= n - 1) return 1
  return Math.min(1, 2 * halfBinomialTail(n, k))
}

/** P(X ≤ k) of Binomial(n, 1/2), k < n/2. Powers of two are kept apart, so that C(n, k) of any size neither overflows nor vanishes. */
function halfBinomialTail(n: number, k: number): number {
  let term = 1
  let twos = -n
  for (let i = 1; i <= k; i++) {
    term *= (n - k + i) / i
    if (term > 2 ** 500) [term, twos] = [term * 2 ** -500, twos + 500]
  }
  // downwards from C(n, k), the largest term, until the rest no longer counts
  let total = 0
  for (let i = k, next = term; i >= 0 && next > total * 1e-18; i--) {
    total += next
    next *= i / (n - i + 1)
  }
  return total * 2 ** Math.max(twos, -1074) * (twos < -1074 ? 2 ** (twos + 1074) : 1)
}
