/** Ways the learning rate goes after its warm-up. */
export const SCHEDULES = ['constant', 'linear', 'cosine'] as const

/** How the learning rate goes over the steps of a training. */
export interface Schedule {
  readonly kind: (typeof SCHEDULES)[number]
  /** Highest learning rate. */
  readonly peak: number
  /** Steps over which the rate rises to its peak. */
  readonly warmup: number
  /** Steps in all. */
  readonly steps: number
  /** Share of the peak, 0 to 1, that the rate falls to where it falls; 0 where left out. */
  readonly floor?: number
}

/**
 * Learning rate of a step from 1 to `steps`: as transformers' get_{constant,linear,cosine}_schedule_with_warmup have it, so that with a
 * warm-up the first step is one of rate 0.
 */
export function rateAt({ kind, peak, warmup, steps, floor = 0 }: Schedule, step: number): number {
  const before = step - 1
  if (before < warmup) return (peak * before) / warmup
  const done = (before - warmup) / Math.max(1, steps - warmup)
  switch (kind) {
    case 'constant':
      return peak
    case 'linear':
      return peak * (floor + (1 - floor) * Math.max(0, 1 - done))
    case 'cosine':
      return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done))))
  }
}
