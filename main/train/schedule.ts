/** How the learning rate goes over the steps of a training. */
export interface Schedule {
  readonly kind: 'constant' | 'linear' | 'cosine'
  /** Highest learning rate. */
  readonly peak: number
  /** Steps over which the rate rises to its peak. */
  readonly warmup: number
  /** Steps in all. */
  readonly steps: number
}

/**
 * Learning rate of a step from 1 to `steps`: as transformers' get_{constant,linear,cosine}_schedule_with_warmup have it, so that with a
 * warm-up the first step is one of rate 0.
 */
export function rateAt({ kind, peak, warmup, steps }: Schedule, step: number): number {
  const before = step - 1
  if (before < warmup) return (peak * before) / warmup
  const done = (before - warmup) / Math.max(1, steps - warmup)
  switch (kind) {
    case 'constant':
      return peak
    case 'linear':
      return peak * Math.max(0, 1 - done)
    case 'cosine':
      return peak * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, done)))
  }
}
