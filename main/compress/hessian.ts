import { LabError } from '../base/errors.ts'
import type { Linear } from './method.ts'

/** A Hessian made ready: dead inputs and damping as in paper.md 4.6, and what the sweeps over columns need of its inverse. */
export interface Prepared {
  /** U of H⁻¹ = UᵀU, upper triangular, [in, in], row-major, in the order of `order`. */
  readonly upper: Float64Array
  /** Position → input. */
  readonly order: Int32Array
  /** 1 for each input that is always 0. */
  readonly isDead: Uint8Array
}

/**
 * H with 1 on the diagonal of dead inputs and `damping` · mean(diag H) added to it, inverted and factored; with `byDiagonal` inputs are put
 * in the order of falling diagonal first (act-order). Throws LabError 'compress/hessian' where it is not finite or not positive definite.
 */
export function prepareHessian(
  l: Pick<Linear, 'name' | 'in'>,
  hessian: Float64Array,
  damping: number,
  byDiagonal = false,
): Prepared {
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
  const damped = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const from = order[i]! * n
    for (let j = 0; j < n; j++) damped[i * n + j] = hessian[from + order[j]!]!
    damped[i * n + i] = diagonal[order[i]!]! + damp
  }
  factorFromBelow(l, damped, n, damping)
  invertUpper(damped, n)
  return { upper: damped, order, isDead }
}

/**
 * H = RRᵀ with R upper triangular, in place. From the last row up, so that R⁻¹ is the upper factor of H⁻¹ at once: H⁻¹ = R⁻ᵀR⁻¹, and the
 * factor is unique; H is never inverted as a whole.
 */
function factorFromBelow(l: Pick<Linear, 'name'>, h: Float64Array, n: number, damping: number): void {
  for (let j = n - 1; j >= 0; j--) {
    const rowJ = j * n
    for (let i = 0; i <= j; i++) {
      const rowI = i * n
      let sum = h[rowI + j]!
      for (let k = j + 1; k < n; k++) sum -= h[rowI + k]! * h[rowJ + k]!
      h[rowI + j] = sum
    }
    const pivot = h[rowJ + j]!
    if (!(pivot > 0 && pivot < Infinity)) {
      refuse(l, `a positive definite Hessian after damping of ${damping} of its mean diagonal`, `a pivot of ${pivot} at ${j}`)
    }
    const root = Math.sqrt(pivot)
    for (let i = 0; i < j; i++) h[i * n + j]! /= root
    h[rowJ + j] = root
  }
}

/** The inverse of an upper triangular matrix, in place; what lies below the diagonal becomes 0. */
function invertUpper(r: Float64Array, n: number): void {
  const row = new Float64Array(n)
  for (let i = n - 1; i >= 0; i--) {
    row.fill(0)
    for (let k = i + 1; k < n; k++) {
      const factor = r[i * n + k]!
      for (let j = k; j < n; j++) row[j]! -= factor * r[k * n + j]!
    }
    const inverse = 1 / r[i * n + i]!
    for (let j = 0; j < n; j++) r[i * n + j] = j > i ? row[j]! * inverse : j === i ? inverse : 0
  }
}

function refuse({ name }: Pick<Linear, 'name'>, wanted: string, came: string): never {
  throw new LabError('compress/hessian', `Expected ${wanted} for ${name}, got ${came} (number).`)
}
