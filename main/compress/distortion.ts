import { LabError } from '../base/errors.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import type { Stats } from './method.ts'

/** What a change of weights does to the outputs of its matrix, over the calibration tokens. */
export interface Distortion {
  /** ‖X(W − W′)ᵀ‖², times a constant that both share. */
  readonly error: number
  /** ‖XWᵀ‖², times the same constant. */
  readonly power: number
}

/** error / power, from 0; null where the matrix gave nothing but zeros and no longer does. */
export function relativeError({ error, power }: Distortion): number | null {
  return error === 0 ? 0 : power > 0 ? error / power : null
}

/** By the full Hessian: tr(ΔW·H·ΔWᵀ) and tr(W·H·Wᵀ), exact up to rounding. Weights are [out, in]. */
export function distortionByHessian(
  shape: MatrixShape,
  before: Float32Array,
  after: Float32Array,
  hessian: Stats['hessian'],
): Distortion {
  const { out, in: width } = shape
  expectLength(shape, 'numbers in the Hessian', width * width, hessian.length)
  const [w, d] = [new Float64Array(width), new Float64Array(width)]
  let [error, power] = [0, 0]
  for (let row = 0; row < out; row++) {
    load(w, d, before, after, row * width)
    for (let i = 0; i < width; i++) {
      const [wi, di] = [w[i]!, d[i]!]
      if (wi === 0 && di === 0) continue
      let [toW, toD] = [0, 0]
      // the Hessian is symmetric: half of it, and twice what lies beside the diagonal
      for (let j = 0, at = i * width; j < i; j++, at++) {
        const h = hessian[at]!
        toW += h * w[j]!
        toD += h * d[j]!
      }
      const h = hessian[i * width + i]!
      power += wi * (2 * toW + h * wi)
      error += di * (2 * toD + h * di)
    }
  }
  return { error: Math.max(0, error), power: Math.max(0, power) }
}

/** By the norms of the inputs alone, as if no two of them went together: Σ Δw²‖X_j‖² and Σ w²‖X_j‖² (the diagonal of the Hessian). */
export function distortionByNorms(
  shape: MatrixShape,
  before: Float32Array,
  after: Float32Array,
  inputNorm: Stats['inputNorm'],
): Distortion {
  const { out, in: width } = shape
  expectLength(shape, 'input norms', width, inputNorm.length)
  let [error, power] = [0, 0]
  for (let row = 0, at = 0; row < out; row++) {
    for (let j = 0; j < width; j++, at++) {
      const square = inputNorm[j]! ** 2
      error += square * (before[at]! - after[at]!) ** 2
      power += square * before[at]! ** 2
    }
  }
  return { error, power }
}

function load(w: Float64Array, d: Float64Array, before: Float32Array, after: Float32Array, from: number): void {
  for (let j = 0; j < w.length; j++) {
    w[j] = before[from + j]!
    d[j] = w[j]! - after[from + j]!
  }
}

function expectLength({ name }: MatrixShape, what: string, wanted: number, came: number): void {
  if (came !== wanted) throw new LabError('compress/stats', `Expected ${wanted} ${what} for ${name}, got ${came} (number).`)
}
