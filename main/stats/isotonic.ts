import type { Rng } from '../base/rng.ts'

/** Values along one line, from little to much, each with how much it counts. */
export interface Curve {
  readonly values: readonly number[]
  /** Above 0; by convention one over the variance of each value. */
  readonly weights: readonly number[]
}

/** The non-decreasing numbers nearest to the values: least Σ weight · (value − fitted)². Pool adjacent violators (Ayer et al. 1955). */
export function isotonic({ values, weights }: Curve): number[] {
  const blocks: { value: number; weight: number; length: number }[] = []
  values.forEach((value, i) => {
    let block = { value, weight: weights[i]!, length: 1 }
    for (let last = blocks.at(-1); last && last.value > block.value; last = blocks.at(-1)) {
      const weight = last.weight + block.weight
      block = {
        value: (last.value * last.weight + block.value * block.weight) / weight,
        weight,
        length: last.length + block.length,
      }
      blocks.pop()
    }
    blocks.push(block)
  })
  return blocks.flatMap(({ value, length }) => new Array<number>(length).fill(value))
}

/** Weighted sum of squares by which the values miss being non-decreasing; 0 where they are. */
export function isotonicResidual(curve: Curve): number {
  const fitted = isotonic(curve)
  return curve.values.reduce((sum, value, i) => sum + curve.weights[i]! * (value - fitted[i]!) ** 2, 0)
}

/** All orders of one curve are tried up to so many, those of seven values; else a sample. */
const MOST = 5040
const SAMPLE = 2000

export interface IsotonicTest {
  /** Σ over the curves of their isotonic residuals. */
  readonly residual: number
  /** How often values in random order along their line would miss by as little, each curve by itself (paper.md 1.4). */
  readonly p: number
}

/** Whether curves rise along their lines: small p says that they do. Null where no curve has two values. */
export function isotonicTest(curves: readonly Curve[], rng: Rng): IsotonicTest | null {
  const long = curves.filter(({ values }) => values.length > 1)
  if (long.length === 0) return null
  const residual = long.reduce((sum, curve) => sum + isotonicResidual(curve), 0)
  // sums in another order differ in their last digits
  const enough = residual * (1 + 1e-12) + 1e-12
  const [only] = long
  if (long.length === 1 && factorial(only!.values.length) <= MOST) {
    const all = ordersOf(only!.values.length).map((order) => isotonicResidual(inOrder(only!, order)))
    return { residual, p: all.filter((r) => r <= enough).length / all.length }
  }
  let asGood = 1
  for (let i = 0; i < SAMPLE; i++) {
    let total = 0
    for (const curve of long) {
      total += isotonicResidual(inOrder(curve, rng.shuffle([...curve.values.keys()])))
      if (total > enough) break
    }
    if (total <= enough) asGood++
  }
  return { residual, p: asGood / (SAMPLE + 1) }
}

function inOrder({ values, weights }: Curve, order: readonly number[]): Curve {
  return { values: order.map((i) => values[i]!), weights: order.map((i) => weights[i]!) }
}

/** n!, for small n. */
export function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

/** All orders of 0 … n − 1, as they stand first. */
export function ordersOf(n: number): number[][] {
  if (n === 0) return [[]]
  return ordersOf(n - 1).flatMap((order) => Array.from({ length: n }, (_, at) => order.toSpliced(n - 1 - at, 0, n - 1)))
}
