/** P(Z > z) of a standard normal, to about 1e-14 of itself: a series near the middle, Laplace's continued fraction in the tail. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 2.5) {
    let term = z
    let inside = z
    for (let k = 3; term > inside * 1e-17; k += 2) inside += term *= (z * z) / k
    return 0.5 - density * inside
  }
  let tail = 0
  for (let k = 120; k > 0; k--) tail = k / (z + tail)
  return density / (z + tail)
}

/** z with P(Z ≤ z) = p; −∞ and ∞ at 0 and 1. Newton's method on the tail that p lies in. */
export function normalQuantile(p: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? -Infinity : Infinity
  if (p > 0.5) return -normalQuantile(1 - p)
  // Abramowitz and Stegun 26.2.23 is right to 5e-4; each step of Halley's method trebles the digits
  const t = Math.sqrt(-2 * Math.log(p))
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  for (let i = 0; i < 4; i++) {
    const error = (upperTail(z) - p) / (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI))
    z += error / (1 - (z * error) / 2)
  }
  return -z
}
