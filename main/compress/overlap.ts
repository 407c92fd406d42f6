import type { Mask } from './method.ts'

/** How far two masks keep the same weights: counts, and the share of those kept by both of those kept by any (Jaccard 1901). */
export interface Overlap {
  readonly both: number
  readonly onlyA: number
  readonly onlyB: number
  readonly neither: number
  /** both / (both + onlyA + onlyB), 0 … 1; 1 where neither keeps anything. */
  readonly jaccard: number
}

/** Compares two masks of equal length. */
export function overlapOf(a: Mask, b: Mask): Overlap {
  if (a.length !== b.length) throw new RangeError(`Expected masks of equal length, got ${a.length} and ${b.length}.`)
  let [both, onlyA, onlyB] = [0, 0, 0]
  // spare bits are 0 in both and count nowhere
  for (let i = 0; i < a.bits.length; i++) {
    const [x, y] = [a.bits[i]!, b.bits[i]!]
    both += ONES[x & y]!
    onlyA += ONES[x & ~y]!
    onlyB += ONES[~x & y & 0xff]!
  }
  return overlap(both, onlyA, onlyB, a.length)
}

/** Several matrices as one. */
export function totalOverlap(parts: readonly Overlap[]): Overlap {
  const sum = (part: (overlap: Overlap) => number) => parts.reduce((total, one) => total + part(one), 0)
  const [both, onlyA, onlyB] = [sum((o) => o.both), sum((o) => o.onlyA), sum((o) => o.onlyB)]
  return overlap(both, onlyA, onlyB, both + onlyA + onlyB + sum((o) => o.neither))
}

/** The weights that are not 0. */
export function nonZeros(w: Float32Array): Mask {
  const bits = new Uint8Array(Math.ceil(w.length / 8))
  for (let i = 0; i < w.length; i++) bits[i >>> 3]! |= Number(w[i] !== 0) << (~i & 7)
  return { bits, length: w.length }
}

function overlap(both: number, onlyA: number, onlyB: number, length: number): Overlap {
  const any = both + onlyA + onlyB
  return { both, onlyA, onlyB, neither: length - any, jaccard: any === 0 ? 1 : both / any }
}

/** Ones among the eight bits of each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let rest = byte; rest > 0; rest &= rest - 1) ones++
  return ones
})
