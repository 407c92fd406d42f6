import { LabError } from '../base/errors.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import type { Stats } from './method.ts'
import { runPlain, whole, type Steps } from './products.ts'

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
  const error = runPlain(energyOf(shape, (i) => before[i]! - after[i]!, hessian))
  return { error, power: runPlain(energyOf(shape, (i) => before[i]!, hessian)) }
}

/** Rows whose products with the Hessian are asked for at once. */
const ROWS_AT_ONCE = 512

/** tr(D·H·Dᵀ) of a matrix D [out, in] by its entries, row-major; from 0. Its products are left to the driver. */
export function* energyOf(shape: MatrixShape, entry: (i: number) => number, hessian: Stats['hessian']): Steps<number> {
  const { out, in: width } = shape
  expectLength(shape, 'numbers in the Hessian', width * width, hessian.length)
  let sum = 0
  for (let from = 0; from < out; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, out - from)
    const d = Float64Array.from({ length: rows * width }, (_, i) => entry(from * width + i))
    const dh = new Float64Array(rows * width)
    yield { a: whole(d, width), b: whole(hessian, width), c: whole(dh, width), m: rows, k: width, n: width }
    for (let i = 0; i < d.length; i++) sum += d[i]! * dh[i]!
  }
  return Math.max(0, sum)
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

function expectLength({ name }: MatrixShape, what: string, wanted: number, came: number): void {
  if (came !== wanted) throw new LabError('compress/stats', `Expected ${wanted} ${what} for ${name}, got ${came} (number).`)
}
