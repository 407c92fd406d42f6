import { LabError } from '../base/errors.ts'
import type { Linear } from './method.ts'
import { partOf, runPlain, whole, type Steps } from './products.ts'

/** A Hessian made ready: dead inputs and damping as in paper.md 4.6, and what the sweeps over columns need of its inverse. */
export interface Prepared {
  /** U of H⁻¹ = UᵀU, upper triangular, [in, in], row-major, in the order of `order`. */
  readonly upper: Float64Array
  /** Position → input. */
  readonly order: Int32Array
  /** 1 for each input that is always 0. */
  readonly isDead: Uint8Array
}

/** How a Hessian is prepared. */
export interface Preparing {
  /** Inputs in the order of falling diagonal (act-order); as they stand where left out. */
  readonly byDiagonal?: boolean
  /** Whether the Hessian may be overwritten, and so serve as the memory that its factor takes. */
  readonly isSpare?: boolean
}

/**
 * H with 1 on the diagonal of dead inputs and `damping` · mean(diag H) added to it, inverted and factored. Throws LabError 'compress/hessian'
 * where it is not finite or not positive definite.
 */
export function prepareHessian(
  l: Pick<Linear, 'name' | 'in'>,
  hessian: Float64Array,
  damping: number,
  how: Preparing = {},
): Prepared {
  return runPlain(preparing(l, hessian, damping, how))
}

/** As `prepareHessian`, its products left to the driver. Takes the memory of a quarter of a matrix like H, and of one more where it is not spare. */
export function* preparing(
  l: Pick<Linear, 'name' | 'in'>,
  hessian: Float64Array,
  damping: number,
  { byDiagonal = false, isSpare = false }: Preparing = {},
): Steps<Prepared> {
  const n = l.in
  if (hessian.length !== n * n) refuse(l, `${n} × ${n} numbers`, `${hessian.length}`)
  const diagonal = new Float64Array(n)
  const isDead = new Uint8Array(n)
  for (let j = 0; j < n; j++) {
    const h = hessian[j * n + j]!
    if (!(h >= 0 && h < Infinity)) refuse(l, 'a finite diagonal from 0', `${h} for input ${j}`)
    isDead[j] = Number(h === 0)
    diagonal[j] = h === 0 ? 1 : h
  }
  const order = Int32Array.from(diagonal.keys())
  if (byDiagonal) order.sort((a, b) => diagonal[b]! - diagonal[a]! || a - b)
  const damp = (damping * diagonal.reduce((sum, h) => sum + h, 0)) / n
  const damped = isSpare ? hessian : hessian.slice()
  if (byDiagonal) reorder(damped, n, order)
  for (let i = 0; i < n; i++) {
    damped.fill(0, i * n, i * n + i)
    damped[i * n + i] = diagonal[order[i]!]! + damp
  }
  const fail = (pivot: number, at: number) =>
    refuse(l, `a positive definite Hessian after damping of ${damping} of its mean diagonal`, `a pivot of ${pivot} at ${at}`)
  yield* invertRoot(damped, n, 0, n, fail)
  return { upper: damped, order, isDead }
}

/** Rows and columns of a square matrix in another order, in place. */
function reorder(h: Float64Array, n: number, order: Int32Array): void {
  const [room, isDone] = [new Float64Array(n), new Uint8Array(n)]
  for (let start = 0; start < n; start++) {
    // round a ring of rows, each of which goes where the one before it was
    if (isDone[start]) continue
    const first = h.slice(start * n, start * n + n)
    for (let i = start; !isDone[i]; i = order[i]!) {
      isDone[i] = 1
      const from = order[i]!
      if (from === start) h.set(first, i * n)
      else h.copyWithin(i * n, from * n, from * n + n)
    }
  }
  for (let i = 0; i < n; i++) {
    const row = h.subarray(i * n, i * n + n)
    room.set(row)
    for (let j = 0; j < n; j++) row[j] = room[order[j]!]!
  }
}

/** Inputs of a piece that is worked out number by number; larger ones are halved. */
const PIECE = 128

/**
 * U with H⁻¹ = UᵀU, in place of the rows and columns `from` to before `to` of H, of which the lower half is 0. With H = RRᵀ and R upper
 * triangular, U is R⁻¹: the factor is unique, and H is never inverted as a whole. By halves, [H₁ B; · H₂]: U₂ first, then
 * R₁₂ = B·U₂ᵀ, then U₁ from H₁ − R₁₂R₁₂ᵀ, then U₁₂ = −U₁R₁₂U₂, so that nearly all of the work is in products of matrices. Each is made
 * in strips that leave out most of what is 0 in a triangle, or not asked for.
 */
function* invertRoot(h: Float64Array, size: number, from: number, to: number, fail: Fail): Steps<void> {
  if (to - from <= PIECE) {
    yield // between two pieces there is time for others
    factorFromBelow(h, size, from, to, fail)
    invertUpper(h, size, from, to)
    return
  }
  const middle = from + PIECE * Math.ceil((to - from) / PIECE / 2)
  const [m, n] = [middle - from, to - middle]
  const [u, r12] = [whole(h, size), whole(new Float64Array(m * n), n)]
  yield* invertRoot(h, size, middle, to, fail)
  for (const [p, q] of strips(middle, to)) {
    const ofU2 = { b: partOf(u, p, p), k: to - p, n: q - p, isBTransposed: true }
    yield { a: partOf(u, from, p), ...ofU2, c: partOf(r12, 0, p - middle), m }
  }
  for (const [p, q] of strips(from, middle)) {
    const square = { a: partOf(r12, p - from, 0), b: partOf(r12, p - from, 0), k: n, isBTransposed: true }
    yield { ...square, c: partOf(u, p, p), m: q - p, n: middle - p, isSubtracted: true }
    for (let i = p + 1; i < q; i++) h.fill(0, i * size + p, i * size + i)
  }
  yield* invertRoot(h, size, from, middle, fail)
  for (const [p, q] of strips(from, middle)) {
    const ofU1 = { a: partOf(u, p, p), m: q - p, k: middle - p }
    yield { ...ofU1, b: partOf(r12, p - from, 0), c: partOf(u, p, middle), n } // in the place of B: U₁R₁₂
  }
  r12.data.fill(0)
  for (const [p, q] of strips(middle, to)) {
    const ofU2 = { b: partOf(u, middle, p), k: q - middle, n: q - p }
    yield { a: partOf(u, from, middle), ...ofU2, c: partOf(r12, 0, p - middle), m, isSubtracted: true }
  }
  for (let i = 0; i < m; i++) h.set(r12.data.subarray(i * n, i * n + n), (from + i) * size + middle)
}

/** Rows or columns of a strip at most: what is beside the triangle and multiplied for nothing. */
const STRIP = 256

/** A range in strips of equal lengths, as far as that goes. */
function* strips(from: number, to: number): Generator<readonly [from: number, to: number]> {
  const size = Math.ceil((to - from) / Math.ceil((to - from) / STRIP))
  for (let at = from; at < to; at += size) yield [at, Math.min(at + size, to)]
}

type Fail = (pivot: number, at: number) => never

/** H = RRᵀ with R upper triangular, in place, for the rows and columns `from` to before `to`: from the last row up. */
function factorFromBelow(h: Float64Array, size: number, from: number, to: number, fail: Fail): void {
  for (let j = to - 1; j >= from; j--) {
    const rowJ = j * size
    for (let i = from; i <= j; i++) {
      const rowI = i * size
      let sum = h[rowI + j]!
      for (let k = j + 1; k < to; k++) sum -= h[rowI + k]! * h[rowJ + k]!
      h[rowI + j] = sum
    }
    const pivot = h[rowJ + j]!
    if (!(pivot > 0 && pivot < Infinity)) fail(pivot, j)
    const root = Math.sqrt(pivot)
    for (let i = from; i < j; i++) h[i * size + j]! /= root
    h[rowJ + j] = root
  }
}

/** The inverse of an upper triangular matrix, in place, for the rows and columns `from` to before `to`. */
function invertUpper(r: Float64Array, size: number, from: number, to: number): void {
  const row = new Float64Array(size)
  for (let i = to - 1; i >= from; i--) {
    row.fill(0)
    for (let k = i + 1; k < to; k++) {
      const factor = r[i * size + k]!
      for (let j = k; j < to; j++) row[j]! -= factor * r[k * size + j]!
    }
    const inverse = 1 / r[i * size + i]!
    for (let j = i; j < to; j++) r[i * size + j] = j > i ? row[j]! * inverse : inverse
  }
}

function refuse({ name }: Pick<Linear, 'name'>, wanted: string, came: string): never {
  throw new LabError('compress/hessian', `Expected ${wanted} for ${name}, got ${came} (number).`)
}
