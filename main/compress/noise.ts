import type { Rng } from '../base/rng.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import { energyOf } from './distortion.ts'
import type { Stats } from './method.ts'
import type { Steps } from './products.ts'

/** How large a change is, squared, in the measure that noise is to match. */
type Size = (before: Float32Array, after: Float32Array) => Steps<number>

/** ‖W − W′‖² (Frobenius). */
export function* byNorm(before: Float32Array, after: Float32Array): Steps<number> {
  let sum = 0
  for (let i = 0; i < before.length; i++) sum += (before[i]! - after[i]!) ** 2
  yield
  return sum
}

/** ‖X(W − W′)ᵀ‖² over the calibration tokens, up to a constant. */
export function byOutput(shape: MatrixShape, hessian: Stats['hessian']): Size {
  return (before, after) => energyOf(shape, (i) => before[i]! - after[i]!, hessian)
}

/** Times that rounding to float32 is made up for: each time the size is nearer by some orders of magnitude. */
const CORRECTIONS = 3

/**
 * W + c · N with N standard normal and c such that the change is as large as that from `before` to `like`. Where nothing changed, or noise
 * changes nothing (inputs that are always 0), the weights as they were.
 */
export function* noiseLike(before: Float32Array, like: Float32Array, sizeOf: Size, rng: Rng): Steps<Float32Array<ArrayBuffer>> {
  const wanted = yield* sizeOf(before, like)
  const noise = yield* normal(before.length, rng)
  const scaled = (c: number) => Float32Array.from(before, (w, i) => w + c * noise[i]!)
  // noise as large as the weights first: what is added to them must not be lost in rounding
  let c = Math.sqrt((yield* byNorm(before, new Float32Array(before.length))) / before.length)
  let found = scaled(c)
  for (let i = 0; i < CORRECTIONS + 1; i++) {
    const size = yield* sizeOf(before, found)
    if (wanted === 0 || size === 0) return Float32Array.from(before)
    c *= Math.sqrt(wanted / size)
    found = scaled(c)
  }
  return found
}

/** Numbers drawn between two turns of other work: some 100 ms. */
const STRETCH = 1 << 20

/** Standard normal numbers (Box and Muller 1958). */
function* normal(length: number, rng: Rng): Steps<Float64Array> {
  const numbers = new Float64Array(length)
  for (let i = 0; i < length; i += 2) {
    if (i % STRETCH === 0) yield
    const radius = Math.sqrt(-2 * Math.log(1 - rng.float()))
    const angle = 2 * Math.PI * rng.float()
    numbers[i] = radius * Math.cos(angle)
    if (i + 1 < length) numbers[i + 1] = radius * Math.sin(angle)
  }
  return numbers
}
