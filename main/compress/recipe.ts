import { setImmediate } from 'node:timers/promises'
import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createRng, type Rng } from '../base/rng.ts'
import { float32, type FloatTensor } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { applyMask, conformity, countKept, keepAll, maskHash } from './bits.ts'
import { methods } from './index.ts'
import { select } from './mask.ts'
import type { Group, LedgerRow, Mask, Method, Pattern, Stats } from './method.ts'
import type { Breathe, Scored } from './rank.ts'

/** Version of the numbers that compression gives: part of every fingerprint. */
export const COMPRESS_VERSION = 1

/** What is to be done to the weights. `include` and `exclude` are patterns of whole names, * stands for anything; no `include` means all. */
export interface Recipe {
  readonly method: string
  readonly group: Group
  readonly pattern: Pattern
  /** Fraction of zeros, 0 up to 1; 1 − keep/of with a keep-of pattern. */
  readonly sparsity: number
  readonly params: Readonly<Record<string, Json>>
  readonly seed: number
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

/** Compressed weights and what became of each matrix. */
export interface Compressed {
  readonly weights: Weights
  /** Which weights stay, for each matrix that the recipe is about. */
  readonly masks: ReadonlyMap<string, Mask>
  /** One row per matrix, those left alone included, in their order. */
  readonly ledger: readonly LedgerRow[]
  /** Zeros in all these matrices, and all their weights. */
  readonly zeros: number
  readonly total: number
}

/** What a method that needs no statistics is given. */
const NO_STATS = {} as Stats

export interface CompressOptions {
  readonly signal?: AbortSignal
}

/**
 * The weights as a recipe leaves them: those of `matrices` that its names fit are compressed, all others stay. Other work gets its turn
 * in between, and an abort is heeded within a second. Fails by name rather than approximates: LabError 'compress/*' for a recipe that
 * does not fit, 'engine/stopped' when aborted.
 */
export async function compress(
  matrices: readonly MatrixShape[],
  weights: Weights,
  recipe: Recipe,
  options: CompressOptions = {},
): Promise<Compressed> {
  const method = methods.find(({ id }) => id === recipe.method)
  if (method) return compressBy(method, matrices, weights, recipe, options)
  const known = methods.map(({ id }) => id)
  const meant = nearest(recipe.method, known)
  const hint = meant ? `; perhaps "${meant}"` : ''
  throw new LabError('compress/method', `Expected a method of ${known.join(', ')}, got "${recipe.method}"${hint}.`)
}

/** As `compress`, by a method that need not be in the list. */
export async function compressBy(
  method: Method,
  matrices: readonly MatrixShape[],
  weights: Weights,
  recipe: Omit<Recipe, 'method'>,
  { signal }: CompressOptions = {},
): Promise<Compressed> {
  const breathe = async () => {
    await setImmediate()
    if (signal?.aborted) throw new LabError('engine/stopped', `Compression by ${method.id} was stopped, as asked.`)
  }
  if (method.needs.length > 0) {
    throw new LabError(
      'compress/method',
      `Expected a method that needs no statistics, got ${method.id}, which needs ${method.needs.join(', ')}.`,
    )
  }
  const chosen = chooseMatrices(matrices, recipe)
  const params = parseParams(method, recipe.params)
  const scored = scoreWith(method, params, chosen, weights, createRng(recipe.seed))
  const masks = await select(scored, recipe, method.cut?.(params) ?? 'exact', breathe)
  return applyMasks(matrices, weights, new Map(chosen.map(({ name }, i) => [name, masks[i]!])), recipe, breathe)
}

function scoreWith(method: Method, params: unknown, matrices: readonly MatrixShape[], weights: Weights, rng: Rng): Scored[] {
  // one room for all: new memory for each matrix costs more than the scores themselves
  const room = new Float32Array(Math.max(...matrices.map((matrix) => matrix.out * matrix.in)))
  return matrices.map((matrix) => ({
    ...matrix,
    scores() {
      const w = read(weights, matrix)
      const scores = room.subarray(0, w.length)
      // chance forks by name: the mask of a matrix does not depend on which others there are
      method.score({ ...matrix, w }, NO_STATS, params, rng.fork(matrix.name), scores)
      return scores
    },
  }))
}

async function applyMasks(
  matrices: readonly MatrixShape[],
  weights: Weights,
  masks: ReadonlyMap<string, Mask>,
  recipe: Omit<Recipe, 'method'>,
  breathe: Breathe,
): Promise<Compressed> {
  const changes = new Map<string, FloatTensor>()
  const ledger: LedgerRow[] = []
  for (const matrix of matrices) {
    await breathe()
    const before = read(weights, matrix)
    const mask = masks.get(matrix.name)
    const isWhole = !mask || countKept(mask) === mask.length
    const after = isWhole ? before : applyMask(before, mask)
    // what did not change stays where it lies, and need not be sent to an engine
    if (!isWhole) changes.set(matrix.name, float32([matrix.out, matrix.in], after))
    ledger.push(rowOf(matrix, after, mask, recipe))
  }
  return {
    weights: weights.with(changes),
    masks,
    ledger,
    zeros: ledger.reduce((sum, { zeros }) => sum + zeros, 0),
    total: matrices.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0),
  }
}

function rowOf(matrix: MatrixShape, w: Float32Array, mask: Mask | undefined, recipe: Omit<Recipe, 'method'>): LedgerRow {
  const { group, pattern, sparsity } = recipe
  const { name, out, in: width } = matrix
  let zeros = 0
  for (let i = 0; i < w.length; i++) zeros += Number(w[i] === 0)
  const isShared = pattern === 'free' && group === 'model'
  return {
    ...{ name, out, in: width },
    asked: !mask ? 0 : isShared ? null : sparsity,
    zeros,
    sparsity: zeros / w.length,
    conformity: mask && pattern !== 'free' ? conformity(mask, matrix, pattern) : null,
    maskHash: maskHash(mask ?? keepAll(w.length)),
  }
}

function chooseMatrices(
  matrices: readonly MatrixShape[],
  { include, exclude }: Pick<Recipe, 'include' | 'exclude'>,
): MatrixShape[] {
  const wanted = include.map(toExpression)
  const unwanted = exclude.map(toExpression)
  const chosen = matrices.filter(
    ({ name }) => (wanted.length === 0 || wanted.some((e) => e.test(name))) && !unwanted.some((e) => e.test(name)),
  )
  if (chosen.length > 0) return chosen
  const asked = `include [${include.join(', ')}] and exclude [${exclude.join(', ')}]`
  throw new LabError('compress/target', `Expected names of ${matrices.length} matrices to fit ${asked}, got none that does.`)
}

/** A pattern of whole names; * stands for anything, everything else for itself. */
function toExpression(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's')
}

function parseParams(method: Method, raw: Recipe['params']): unknown {
  const parsed = method.params.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = ['params', ...issue!.path].join('.')
  throw new LabError(
    'compress/method',
    `Expected ${place} of ${method.id} as it declares them: ${issue!.message}; got ${JSON.stringify(raw)}.`,
  )
}

function read(weights: Weights, { name, out, in: width }: MatrixShape): Float32Array {
  const { dims, data } = weights.get(name)
  if (dims[0] === out && dims[1] === width && dims.length === 2) return data
  throw new LabError('model/shape', `Expected ${name} as [${out}, ${width}], got [${dims.join(', ')}].`)
}
