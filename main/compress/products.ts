import type { Breathe } from './rank.ts'

type Numbers = Float32Array | Float64Array

/** A matrix that lies in an array, row-major: entry (i, j) at `at + i · stride + j`. */
export interface Part {
  readonly data: Numbers
  readonly at: number
  readonly stride: number
}

/**
 * c ← op(a)·op(b), or c ← c − op(a)·op(b), of dense matrices: op(a) [m, k], op(b) [k, n], c [m, n], where op transposes if asked to. In
 * float32 where c is, else in float64. c shares no entry with a or b.
 */
export interface Product {
  readonly a: Part
  readonly b: Part
  readonly c: Part
  readonly m: number
  readonly k: number
  readonly n: number
  readonly isATransposed?: boolean
  readonly isBTransposed?: boolean
  readonly isSubtracted?: boolean
}

/**
 * An algorithm that leaves its heavy products to whoever drives it: it yields them and goes on when they are made. Undefined is a place to
 * give other work its turn; for a second at most it does without.
 */
export type Steps<T> = Generator<Product | undefined, T, void>

/** Makes products, in this thread or in an engine; takes breath at least once a second. */
export type Multiply = (product: Product, breathe: Breathe) => Promise<void>

/** Runs an algorithm to its end in this thread. */
export function runPlain<T>(steps: Steps<T>): T {
  let step = steps.next()
  for (; !step.done; step = steps.next()) if (step.value) multiplyPlain(step.value)
  return step.value
}

/** Runs an algorithm while other work gets its turn; `multiply` makes the products that are worth it. */
export async function drive<T>(steps: Steps<T>, breathe: Breathe, multiply: Multiply = inStretches): Promise<T> {
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    await breathe()
    const { value } = step
    if (!value) continue
    if (value.m * value.k * value.n < SMALL) multiplyPlain(value)
    else await multiply(value, breathe)
  }
  return step.value
}

/** Below so many multiplications it takes longer to ask for them: some 0.2 ms of work here. */
const SMALL = 1 << 19
/** Multiplications between two turns of other work: some 100 ms. */
const STRETCH = 1 << 27

const inStretches: Multiply = async (product, breathe) => {
  const { a, c, m, k, n, isATransposed } = product
  const rows = 4 * Math.max(1, Math.floor(STRETCH / (4 * k * n))) // as they are taken at once, for the same sums in the same order
  for (let from = 0; from < m; from += rows) {
    await breathe()
    multiplyPlain({
      ...product,
      m: Math.min(rows, m - from),
      a: { ...a, at: a.at + from * (isATransposed ? 1 : a.stride) },
      c: { ...c, at: c.at + from * c.stride },
    })
  }
}

/** The matrix that all of an array is, with rows of `stride`. */
export function whole(data: Numbers, stride: number): Part {
  return { data, at: 0, stride }
}

/** A matrix from a row and a column of another on. */
export function partOf({ data, at, stride }: Part, row: number, column: number): Part {
  return { data, at: at + row * stride + column, stride }
}

/** A product in plain TypeScript. */
export function multiplyPlain({ a, b, c, m, k, n, isATransposed, isBTransposed, isSubtracted = false }: Product): void {
  const result = isDoubles(c) ? c : doublesOf(c, m, n)
  if (!isSubtracted)
    for (let i = 0; i < m; i++) result.data.fill(0, result.at + i * result.stride, result.at + i * result.stride + n)
  takeProduct(
    result,
    { ...(isDoubles(a) ? a : isATransposed ? doublesOf(a, k, m) : doublesOf(a, m, k)), isTransposed: isATransposed ?? false },
    isBTransposed ? transposed(b, n, k) : isDoubles(b) ? b : doublesOf(b, k, n),
    { m, k, n, sign: isSubtracted ? -1 : 1 },
  )
  if (result === c) return
  for (let i = 0; i < m; i++) c.data.set(result.data.subarray(i * n, (i + 1) * n), c.at + i * c.stride)
}

/** A part of an array of doubles, the one kind that the kernel is compiled for. */
export interface Doubles extends Part {
  readonly data: Float64Array
}

function isDoubles(part: Part): part is Doubles {
  return part.data instanceof Float64Array
}

function doublesOf({ data, at, stride }: Part, rows: number, columns: number): Doubles {
  const copy = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) copy.set(data.subarray(at + i * stride, at + i * stride + columns), i * columns)
  return whole(copy, columns) as Doubles
}

/** Columns of a square piece of which both rows and columns are read from the cache. */
const TILE = 32

/** [columns, rows] of a part [rows, columns]. */
function transposed({ data, at, stride }: Part, rows: number, columns: number): Doubles {
  const turned = new Float64Array(rows * columns)
  for (let top = 0; top < rows; top += TILE) {
    for (let left = 0; left < columns; left += TILE) {
      const [bottom, right] = [Math.min(top + TILE, rows), Math.min(left + TILE, columns)]
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) turned[j * rows + i] = data[at + i * stride + j]!
      }
    }
  }
  return whole(turned, rows) as Doubles
}

/** Columns of b whose rows stay in the cache while all rows of c pass over them. */
const PANEL = 256

interface Sizes {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly sign: 1 | -1
}

/** c ← c ± op(a)·b, four rows of c and four terms at once: each entry of b that is read serves four sums, each sum that is read four terms. */
export function takeProduct(
  c: Doubles,
  a: Doubles & { readonly isTransposed: boolean },
  b: Doubles,
  { m, k, n, sign }: Sizes,
): void {
  const [across, down] = a.isTransposed ? [a.stride, 1] : [1, a.stride]
  for (let left = 0; left < n; left += PANEL) {
    const width = Math.min(PANEL, n - left)
    for (let i = 0; i < m; i += 4) {
      for (let l = 0; l < k; l += 4) {
        const cAt = c.at + i * c.stride + left
        const aAt = a.at + i * down + l * across
        const bAt = b.at + l * b.stride + left
        if (i + 4 <= m && l + 4 <= k) takeFour(c, cAt, a.data, aAt, across, down, b, bAt, width, sign)
        else takeRest(c, cAt, a.data, aAt, across, down, b, bAt, width, sign, Math.min(4, m - i), Math.min(4, k - l))
      }
    }
  }
}

// Destructured arrays would be made in each turn of a loop: names are given one by one here.
// prettier-ignore
function takeFour(
  { data: c, stride: cStride }: Doubles, c0: number, a: Float64Array, at: number, across: number, down: number,
  { data: b, stride: bStride }: Doubles, b0: number, width: number, sign: number,
): void {
  const c1 = c0 + cStride, c2 = c1 + cStride, c3 = c2 + cStride
  const b1 = b0 + bStride, b2 = b1 + bStride, b3 = b2 + bStride
  const at1 = at + down, at2 = at1 + down, at3 = at2 + down
  const second = across, third = 2 * across, fourth = 3 * across
  const a00 = sign * a[at]!, a01 = sign * a[at + second]!, a02 = sign * a[at + third]!, a03 = sign * a[at + fourth]!
  const a10 = sign * a[at1]!, a11 = sign * a[at1 + second]!, a12 = sign * a[at1 + third]!, a13 = sign * a[at1 + fourth]!
  const a20 = sign * a[at2]!, a21 = sign * a[at2 + second]!, a22 = sign * a[at2 + third]!, a23 = sign * a[at2 + fourth]!
  const a30 = sign * a[at3]!, a31 = sign * a[at3 + second]!, a32 = sign * a[at3 + third]!, a33 = sign * a[at3 + fourth]!
  for (let j = 0; j < width; j++) {
    const x0 = b[b0 + j]!, x1 = b[b1 + j]!, x2 = b[b2 + j]!, x3 = b[b3 + j]!
    c[c0 + j]! += a00 * x0 + a01 * x1 + a02 * x2 + a03 * x3
    c[c1 + j]! += a10 * x0 + a11 * x1 + a12 * x2 + a13 * x3
    c[c2 + j]! += a20 * x0 + a21 * x1 + a22 * x2 + a23 * x3
    c[c3 + j]! += a30 * x0 + a31 * x1 + a32 * x2 + a33 * x3
  }
}

// prettier-ignore
function takeRest(
  { data: c, stride: cStride }: Doubles, cAt: number, a: Float64Array, at: number, across: number, down: number,
  { data: b, stride: bStride }: Doubles, bAt: number, width: number, sign: number, rows: number, terms: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let l = 0; l < terms; l++) {
      const factor = sign * a[at + i * down + l * across]!
      for (let j = 0; j < width; j++) c[cAt + i * cStride + j]! += factor * b[bAt + l * bStride + j]!
    }
  }
}
