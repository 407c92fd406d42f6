import type { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { Rng } from '../base/rng.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import type { Steps } from './products.ts'

/** One compressible matrix with its weights, [out, in], row-major. */
export interface Linear extends MatrixShape {
  readonly w: Float32Array
}

/** Statistics that a method may ask for. */
export interface Stats {
  /** ‖X_j‖₂ of each input j over all calibration tokens; length `in`. */
  readonly inputNorm: Float32Array
  /** H = (2/n) ΣXXᵀ over all tokens of n calibration sequences (paper.md 4.6), [in, in], row-major, without damping. */
  readonly hessian: Float64Array
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
  /** What decides, as one writes it. */
  readonly formula: string
  /** What it does and why one would take it, in a sentence or two. */
  readonly about: string
  /** What it costs, beside reading the weights. */
  readonly cost: string
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

/** score = |w|. Weights that are scored so are ranked where they lie, by their sizes, and no scores are written. */
export const bySize: ScoreMethod<unknown>['score'] = ({ w }, _, __, ___, scores) => {
  for (let i = 0; i < w.length; i++) scores[i] = Math.abs(w[i]!)
}

/** A method that removes weights and makes up for it in those that stay: it decides both. */
export interface SolveMethod<P = Record<string, never>, N extends StatName = never> extends Head<P, N> {
  readonly kind: 'solve'
  readonly group: Group
  /** The groups it is defined for: one matrix is solved at a time, so that matrices cannot compete. */
  readonly groups: readonly Group[]
  /** What it cannot do of a quota, as what was expected and what came; undefined where it can. */
  problem?(q: Quota, p: P): { readonly wanted: string; readonly came: string } | undefined
  /** Throws LabError 'compress/*' rather than approximates. */
  solve(l: Linear, s: Pick<Stats, N>, q: Quota, p: P): Solved
  /**
   * As `solve`, its products left to the driver and other work let in between; by a method that takes long over a matrix. Where `isSpare`,
   * statistics may be overwritten.
   */
  solving?(l: Linear, s: Pick<Stats, N>, q: Quota, p: P, isSpare?: boolean): Steps<Solved>
}

export interface Solved {
  readonly mask: Mask
  /** New weights [out, in]; exact zeros where the mask does not keep. */
  readonly w: Float32Array<ArrayBuffer>
}

/** A method that stores each weight in fewer bits and removes none. */
export interface CodeMethod<P = Record<string, never>, N extends StatName = never> extends Head<P, N> {
  readonly kind: 'code'
  /** Bits of one code, 2 … 8; 16 rounds to float16, without codes, statistics or scales. */
  bits(p: P): number
  /** Whether the code of 0 is the same everywhere, and need not be kept. */
  isSymmetric(p: P): boolean
  /** Throws LabError 'compress/*' rather than approximates. */
  code(l: Linear, s: Pick<Stats, N>, p: P): Codes
  /** As `code`, in the way of `solving`. */
  coding?(l: Linear, s: Pick<Stats, N>, p: P, isSpare?: boolean): Steps<Codes>
}

/** Weights as whole numbers: w ≈ scale · (code − zero), each row with a scale and a zero per group of columns. */
export interface Codes {
  /** 0 … 2^bits − 1, [out, in]. */
  readonly codes: Uint8Array
  /** [out, groups]. */
  readonly scale: Float32Array
  /** True where all rows have the same scale and zero, which are then kept once. */
  readonly isShared?: boolean
  /** The code of 0, [out, groups]. */
  readonly zero: Uint8Array
  /** Group of each column; length `in`. */
  readonly groupOf: Int32Array
}

/** A method that removes nothing: it moves weights by chance, as far as another method at its level does. */
export interface NoiseMethod<P = Record<string, never>> extends Head<P, StatName> {
  readonly kind: 'noise'
  /** What is kept equal in each matrix: ‖W − W′‖ ('norm'), or ‖X(W − W′)ᵀ‖ with inputs of the dense model ('output'). */
  readonly match: 'norm' | 'output'
  /** The method that is matched, with its parameters as it declares them. */
  like(p: P): { readonly method: PlainMethod; readonly params: Readonly<Record<string, Json>> }
}

/** A method that stands by itself. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of methods with different parameters; each is checked where it is declared
export type PlainMethod = ScoreMethod<any, StatName> | SolveMethod<any, StatName> | CodeMethod<any, StatName>

/** Every kind of method there is. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
export type Method = PlainMethod | NoiseMethod<any>

/** A method with parameters as what it is like: itself, or what a noise is to match. */
export function plainOf(method: Method, params: unknown): { readonly method: PlainMethod; readonly params: unknown } {
  return method.kind === 'noise' ? method.like(params) : { method, params }
}

/** All statistics that a method with these parameters asks for. */
export function needsOf(method: Method, params: unknown): readonly StatName[] {
  const { method: plain, params: own } = plainOf(method, params)
  const isRounding = plain.kind === 'code' && plain.bits(own) === PLAIN_BITS
  return [...new Set([...method.needs, ...(isRounding ? [] : plain.needs)])]
}

/** Bits of a weight that is not coded, and of a scale: what bit widths are counted against (paper.md 1.5). */
export const PLAIN_BITS = 16

/** What a method compares within by default; 'none' for one that removes nothing. */
export function groupOf(method: PlainMethod): Group | 'none' {
  return method.kind === 'code' ? 'none' : method.group
}

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
  /** Zeros in an output row: the fewest, the median, the most. */
  readonly rowZeros: { readonly min: number; readonly median: number; readonly max: number }
  /** Share of full pattern groups that hold exactly `keep` kept weights; null without a pattern. */
  readonly conformity: number | null
  /**
   * Bits of a weight, scales (16 bits each) and codes of 0 included: b + (16 + b)/g with groups of g columns (paper.md 1.5). 16 for a weight
   * that is not coded, whatever the model is stored in: zeros are stored as zeros.
   */
  readonly effectiveBits: number
  /** SHA-256 of the mask bits. */
  readonly maskHash: string
}
