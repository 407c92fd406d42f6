import type { z } from 'zod'
import type { Rng } from '../base/rng.ts'
import type { MatrixShape } from '../onnx/graph.ts'

/** One compressible matrix with its weights, [out, in], row-major. */
export interface Linear extends MatrixShape {
  readonly w: Float32Array
}

/** Statistics that a method may ask for. */
export interface Stats {
  /** ‖X_j‖₂ of each input j over all calibration tokens; length `in`. */
  readonly inputNorm: Float32Array
}
export type StatName = keyof Stats

/** Who competes with whom for staying: all matrices together, each matrix, or each output row. */
export const GROUPS = ['model', 'layer', 'row'] as const
export type Group = (typeof GROUPS)[number]

/** N of M are KEPT. Groups of M run along the inputs; columns beyond the last full group stay dense (paper.md 4.4). */
export interface KeepOf {
  readonly keep: number
  readonly of: number
}
export type Pattern = 'free' | KeepOf

/** How much goes, who competes, in which pattern. `sparsity` is the fraction of zeros in [0, 1); with a keep-of pattern it is 1 − keep/of. */
export interface Quota {
  readonly sparsity: number
  readonly group: Group
  readonly pattern: Pattern
}

/**
 * Which weights go, of n that compete, with scores in rising order x₀ … xₙ₋₁ and equal ones in order of index:
 * 'exact' the first ⌊n·s⌋; 'published' all up to and including xₙ₋ₖ with k = ⌊n·(1 − s)⌋ (paper.md 4.1); 'inclusive' all up to and
 * including x_⌊n·s⌋ (paper.md 4.2 b); these two take every tie and at least one weight. { from: f } the ⌊n·s⌋ that follow the first
 * ⌊n·f⌋, with f from 0 up to 1 − s. Keep-of patterns have no threshold: each group loses of − keep, the lowest or those from ⌊of·f⌋.
 */
export type Cut = 'exact' | 'published' | 'inclusive' | { readonly from: number }

interface Head<P, N extends StatName> {
  readonly id: string
  readonly label: string
  readonly cite: string
  readonly needs: readonly N[]
  /** Parameters, described once: form, command line, study file and checks all read this. */
  readonly params: z.ZodType<P>
}

/** A method that ranks weights; mask.ts does the rest. */
export interface ScoreMethod<P = Record<string, never>, N extends StatName = never> extends Head<P, N> {
  readonly kind: 'score'
  /** What its paper compares within: a default, not a law. */
  readonly group: Group
  /**
   * Writes one finite score per weight, larger = keep. Asked again it writes the same: a ranking of many matrices passes over them more
   * than once and has room for the scores of one.
   */
  score(l: Linear, s: Pick<Stats, N>, p: P, rng: Rng, scores: Float32Array): void
  /** Which of the ranked weights go; 'exact' where left out. */
  cut?(p: P): Cut
}

/** Every kind of method there is. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of methods with different parameters; each is checked where it is declared
export type Method = ScoreMethod<any, StatName>

/** Mask bits packed row-major, 1 = keep, 8 per byte, the first in the highest bit. */
export interface Mask {
  readonly bits: Uint8Array
  readonly length: number
}

/** One line per matrix: what was asked and what came. */
export interface LedgerRow {
  readonly name: string
  readonly out: number
  readonly in: number
  /** Fraction of zeros asked for in this matrix; null where a larger group shares the quota. */
  readonly asked: number | null
  /** Zeros in the result. */
  readonly zeros: number
  /** zeros / (out · in). */
  readonly sparsity: number
  /** Share of full pattern groups that hold exactly `keep` kept weights; null without a pattern. */
  readonly conformity: number | null
  /** SHA-256 of the mask bits. */
  readonly maskHash: string
}
