import { layerOf } from '../../compress/recipe.ts'
import type { Line } from './ledger.ts'

/** The matrices of one layer together. */
export interface LayerRow {
  readonly layer: string
  readonly matrices: number
  readonly weights: number
  readonly sparsity: number
  readonly effectiveBits: number
  /** The least of its matrices; null without a pattern. */
  readonly conformity: number | null
  /** The mean over its matrices, weighted by their sizes; null without calibration. */
  readonly outputError: number | null
}

/** A ledger by layers, in their order. */
export function layerRows(ledger: readonly Line[]): LayerRow[] {
  return [...Map.groupBy(ledger, ({ name }) => layerOf(name))].map(([layer, lines]) => {
    const sizes = lines.map((line) => line.out * line.in)
    const weights = sizes.reduce((sum, n) => sum + n, 0)
    const mean = (values: readonly number[]) => values.reduce((sum, value, i) => sum + value * sizes[i]!, 0) / weights
    const conformities = lines.flatMap(({ conformity }) => conformity ?? [])
    const errors = lines.flatMap(({ outputError }) => outputError ?? [])
    return {
      ...{ layer, matrices: lines.length, weights },
      sparsity: mean(lines.map(({ sparsity }) => sparsity)),
      effectiveBits: mean(lines.map(({ effectiveBits }) => effectiveBits)),
      conformity: conformities.length === 0 ? null : Math.min(...conformities),
      outputError: errors.length === lines.length ? mean(errors) : null,
    }
  })
}
