/** Numbers from 0 up to 1 by their count, the same ones as in the Python scripts of test/golden/make. */
export function mixed(k: number): number {
  let x = Math.imul(k, 2654435761) >>> 0
  x = Math.imul(x ^ (x >>> 16), 2246822519) >>> 0
  return ((x ^ (x >>> 13)) >>> 0) / 2 ** 32
}
