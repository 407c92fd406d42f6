import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface KendallCase {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly method: 'exact' | 'asymptotic'
  readonly tau: number
  readonly p: number
}

export interface BootstrapCase {
  readonly name: string
  readonly data: readonly (readonly number[])[]
  readonly estimate: number
  /** Numbers of 499 resamples and SciPy's intervals from them. */
  readonly samples: readonly number[]
  readonly percentile: readonly [number, number]
  readonly BCa: readonly [number, number]
  /** Intervals and standard error from 50,000 resamples. */
  readonly longpercentile: readonly [number, number]
  readonly longBCa: readonly [number, number]
  readonly error: number
}

interface Golden {
  readonly kendall: readonly KendallCase[]
  readonly mcnemar: readonly { readonly lost: number; readonly gained: number; readonly p: number }[]
  readonly wilson: readonly { readonly right: number; readonly n: number; readonly low: number; readonly high: number }[]
  readonly normal: { readonly tail: readonly [number, number][]; readonly quantile: readonly [number, number][] }
  readonly bootstrap: readonly BootstrapCase[]
  readonly confusion: readonly { readonly counts: readonly number[]; readonly mcc: number; readonly f1: number }[]
}

/** Numbers from SciPy and scikit-learn; test/golden/make/stats_scipy.py says how they were made. */
export const golden = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'golden', 'stats-scipy.json'), 'utf8')) as Golden

/** |a − b| relative to b; absolute where b is 0. */
export const apart = (a: number, b: number): number => Math.abs(a - b) / (Math.abs(b) || 1)
