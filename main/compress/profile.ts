import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { readMatrix } from './apply.ts'
import type { Stats } from './method.ts'
import type { Breathe } from './rank.ts'

/**
 * How sparsity is spread over layers: by their outliers (OWL: Yin et al. 2023, arXiv 2310.05175). With D the share of a layer's weights whose
 * |w|·‖X_j‖₂ is more than m times the mean of the layer, its sparsity is s − r, with r in proportion to D less its mean over all weights.
 */
export const profileSchema = z.strictObject({
  kind: z.literal('owl').describe('owl: layers with more outliers keep more.'),
  m: z.number().positive().default(5).describe('An outlier is more than so many times the mean of its layer (above 0).'),
  lambda: z.number().positive().lt(0.5).default(0.08).describe('No layer lies farther from the sparsity than this (0 to 0.5).'),
  spread: z
    .literal('published')
    .optional()
    .describe(
      'published: layers span 2 · lambda about their plain mean, whatever their sizes, so that single ones may lie farther than lambda.',
    ),
})
export type Profile = z.output<typeof profileSchema>

/** Outliers and weights of one layer. */
export interface LayerOutliers {
  readonly outliers: number
  readonly size: number
}

/** The sparsity of each layer; Σ size · sparsity is that of all of them, but for rounding, unless the spread is as published. */
export function spreadOwl(layers: readonly LayerOutliers[], sparsity: number, { lambda, spread }: Profile): number[] {
  const shares = layers.map(({ outliers, size }) => outliers / size)
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  if (most === least) return shares.map(() => sparsity)
  const reach = shares.map((share) => (2 * lambda * (share - least)) / (most - least))
  const weights = layers.map(({ size }) => (spread === 'published' ? 1 : size))
  const total = weights.reduce((sum, n) => sum + n, 0)
  const mean = reach.reduce((sum, r, i) => sum + r * weights[i]!, 0) / total
  const farthest = Math.max(...reach.map((r) => Math.abs(r - mean)))
  const scale = spread === 'published' ? 1 : Math.min(1, lambda / farthest)
  return reach.map((r) => sparsity - scale * (r - mean))
}

/** Counts the outliers of a layer: weights whose |w|·‖X_j‖₂ is more than m times the mean of them all (strictly, as published). */
export async function countOutliers(
  layer: readonly MatrixShape[],
  weights: Weights,
  normOf: (name: string) => Stats['inputNorm'],
  m: number,
  breathe: Breathe,
): Promise<LayerOutliers> {
  let [sum, size, outliers] = [0, 0, 0]
  for (const matrix of layer) {
    await breathe()
    visit(matrix, weights, normOf, (score) => (sum += score))
    size += matrix.out * matrix.in
  }
  const bound = (m * sum) / size
  for (const matrix of layer) {
    await breathe()
    visit(matrix, weights, normOf, (score) => (outliers += Number(score > bound)))
  }
  return { outliers, size }
}

function visit(
  matrix: MatrixShape,
  weights: Weights,
  normOf: (name: string) => Stats['inputNorm'],
  take: (score: number) => void,
): void {
  const w = readMatrix(weights, matrix)
  const norm = normOf(matrix.name)
  for (let row = 0, i = 0; row < matrix.out; row++) for (let j = 0; j < matrix.in; j++, i++) take(Math.abs(w[i]!) * norm[j]!)
}

/** Why a profile and a sparsity do not go together; undefined where they do. */
export function profileProblem({ lambda, spread }: Profile, sparsity: number): string | undefined {
  const reach = spread === 'published' ? 2 * lambda : lambda
  if (sparsity - reach >= 0 && sparsity + reach < 1) return undefined
  const to = Number((1 - reach).toPrecision(6))
  return `Expected a sparsity from ${reach} up to, not including, ${to}, where layers differ by up to ${reach}, got ${sparsity} (number)`
}

/** As `profileProblem`, thrown. */
export function checkProfile(profile: Profile, sparsity: number): void {
  const problem = profileProblem(profile, sparsity)
  if (problem !== undefined) throw new LabError('compress/quota', `${problem}.`)
}

/** A profile in a few words, such as "owl m=5 lambda=0.08". */
export function profileName({ kind, m, lambda, spread }: Profile): string {
  return [kind, `m=${m}`, `lambda=${lambda}`, ...(spread ? [spread] : [])].join(' ')
}
