import type { Breathe } from './rank.ts'

/** A product of two dense matrices, a [m, k] · b [k, n], or · bᵀ with b [n, k]; row-major, contiguous. */
export interface Product {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly m: number
  readonly k: number
  readonly n: number
  readonly isTransposed: boolean
}

/**
 * An algorithm that leaves its heavy products to whoever drives it: it yields them and is given [m, n] back. Undefined is a place to give
 * other work its turn; for a second at most it does without.
 */
export type Steps<T> = Generator<Product | undefined, T, Float64Array>

/** Makes products, in this thread or in an engine; takes breath at least once a second. */
export type Multiply = (product: Product, breathe: Breathe) => Promise<Float64Array>

/** Runs an algorithm to its end in this thread. */
export function runPlain<T>(steps: Steps<T>): T {
  let step = steps.next(NOTHING)
  while (!step.done) step = steps.next(step.value ? multiplyPlain(step.value) : NOTHING)
  return step.value
}

/** Runs an algorithm while other work gets its turn; `multiply` makes the products that are worth it. */
export async function drive<T>(steps: Steps<T>, breathe: Breathe, multiply: Multiply = inStretches): Promise<T> {
  let step = steps.next(NOTHING)
  while (!step.done) {
    const { value } = step
    await breathe()
    step = steps.next(
      !value ? NOTHING : value.m * value.k * value.n < SMALL ? multiplyPlain(value) : await multiply(value, breathe),
    )
  }
  return step.value
}

const NOTHING = new Float64Array()
/** Below so many multiplications the way to an engine and back takes longer: some 5 ms of work here. */
const SMALL = 1 << 22
/** Multiplications between two turns of other work: some 100 ms. */
const STRETCH = 1 << 27

const inStretches: Multiply = async (product, breathe) => {
  const { m, k, n } = product
  const c = new Float64Array(m * n)
  const rows = Math.max(1, Math.floor(STRETCH / (k * n)))
  for (let from = 0; from < m; from += rows) {
    await breathe()
    multiplyRows(product, c, from, Math.min(from + rows, m))
  }
  return c
}

/** A product in plain TypeScript. */
export function multiplyPlain(product: Product): Float64Array {
  const c = new Float64Array(product.m * product.n)
  multiplyRows(product, c, 0, product.m)
  return c
}

/** Columns of b whose rows stay in the cache while all rows of a pass over them. */
const PANEL = 256

function multiplyRows(product: Product, c: Float64Array, from: number, to: number): void {
  if (product.isTransposed) return multiplyByTransposed(product, c, from, to)
  const { a, b, k, n } = product
  for (let left = 0; left < n; left += PANEL) {
    const right = Math.min(left + PANEL, n)
    for (let i = from; i < to; i++) {
      const row = i * n
      let l = 0
      // four rows of b at once: a sum is read and written a quarter as often
      for (; l + 4 <= k; l += 4) {
        const at = i * k + l
        const [a0, a1, a2, a3] = [a[at]!, a[at + 1]!, a[at + 2]!, a[at + 3]!]
        const [b0, b1, b2, b3] = [l * n, (l + 1) * n, (l + 2) * n, (l + 3) * n]
        for (let j = left; j < right; j++) c[row + j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!
      }
      for (; l < k; l++) {
        const factor = a[i * k + l]!
        for (let j = left; j < right; j++) c[row + j]! += factor * b[l * n + j]!
      }
    }
  }
}

function multiplyByTransposed({ a, b, k, n }: Product, c: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const rowA = i * k
    let j = 0
    // four sums at once: none waits for the one before it
    for (; j + 4 <= n; j += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0]
      const [b0, b1, b2, b3] = [j * k, (j + 1) * k, (j + 2) * k, (j + 3) * k]
      for (let l = 0; l < k; l++) {
        const x = a[rowA + l]!
        s0 += x * b[b0 + l]!
        s1 += x * b[b1 + l]!
        s2 += x * b[b2 + l]!
        s3 += x * b[b3 + l]!
      }
      const at = i * n + j
      ;[c[at], c[at + 1], c[at + 2], c[at + 3]] = [s0, s1, s2, s3]
    }
    for (; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) sum += a[rowA + l]! * b[j * k + l]!
      c[i * n + j] = sum
    }
  }
}

/** The part of a square matrix [size, size] from a row and a column on, as a matrix of its own. */
export function copyBlock(from: Float64Array, size: number, row: number, column: number, rows: number, columns: number) {
  const block = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * size + column
    block.set(from.subarray(at, at + columns), i * columns)
  }
  return block
}
