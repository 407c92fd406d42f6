/** Weights by size: `counts` in equal bins from −range to range, exact zeros apart. */
export interface Histogram {
  /** The largest |w| before compression: the bins are the same before and after. */
  readonly range: number
  readonly before: WeightCounts
  readonly after: WeightCounts
}

export interface WeightCounts {
  /** Weights that are exactly 0; they are in no bin. */
  readonly zeros: number
  /** One count per bin; what lies beyond the range (weights may grow) is in the outermost. */
  readonly counts: readonly number[]
}

/** An even number, so that no bin straddles 0. */
const BINS = 40

/** The weights of a matrix before and after, in the same bins. */
export function histogramOf(before: Float32Array, after: Float32Array): Histogram {
  let range = 0
  for (const w of before) range = Math.max(range, Math.abs(w))
  return { range, before: countsOf(before, range), after: countsOf(after, range) }
}

function countsOf(weights: Float32Array, range: number): WeightCounts {
  const counts = new Array<number>(BINS).fill(0)
  let zeros = 0
  for (const w of weights) {
    if (w === 0) zeros++
    else counts[Math.min(Math.max(Math.floor(((w / range + 1) / 2) * BINS), 0), BINS - 1)]!++
  }
  return { zeros, counts }
}
