import type { Rng } from '../base/rng.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import { distortionByHessian } from './distortion.ts'
import type { Stats } from './method.ts'

/** How large a change is, in the measure that noise is to match. */
type Size = (before: Float32Array, after: Float32Array) => number

/** ‖W − W′‖² (Frobenius). */
export const byNorm: Size = (before, after) => {
  let sum = 0
  for (let i = 0; i < before.length; i++) sum += (before[i]! - after[i]!) ** 2
  return sum
}

/** ‖X(W − W′)ᵀ‖² over the calibration tokens, up to a constant. */
export function byOutput(shape: MatrixShape, hessian: Stats['hessian']): Size {
  return (before, after) => distortionByHessian(shape, before, after, hessian).error
}

/** Times that rounding to float32 is made up for: each time the size is nearer by some orders of magnitude. */
const CORRECTIONS = 3

/**
 * W + c · N with N standard normal and c such that the change is as large as that from `before` to `like`. Where nothing changed, or noise
 * changes nothing (inputs that are always 0), the weights as they were.
 */
export function noiseLike(before: Float32Array, like: Float32Array, sizeOf: Size, rng: Rng): Float32Array<ArrayBuffer> {
  const wanted = sizeOf(before, like)
  const noise = normal(before.length, rng)
  const with_ = (c: number) => Float32Array.from(before, (w, i) => w + c * noise[i]!)
  // noise as large as the weights first: what is added to them must not be lost in rounding
  let c = Math.sqrt(byNorm(before, new Float32Array(before.length)) / before.length)
  let found = with_(c)
  for (let i = 0; i < CORRECTIONS + 1; i++) {
    const size = sizeOf(before, found)
    if (wanted === 0 || size === 0) return Float32Array.from(before)
    c *= Math.sqrt(wanted / size)
    found = with_(c)
  }
  return found
}

/** Standard normal numbers (Box and Muller 1958). */
function normal(length: number, rng: Rng): Float64Array {
  const numbers = new Float64Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - rng.float()))
    const angle = 2 * Math.PI * rng.float()
    numbers[i] = radius * Math.cos(angle)
    if (i + 1 < length) numbers[i + 1] = radius * Math.sin(angle)
  }
  return numbers
}
