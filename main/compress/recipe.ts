import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createRng } from '../base/rng.ts'
import { float32, type FloatTensor } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { applyMethod, breathing, readMatrix, type Done } from './apply.ts'
import { conformity, keepAll, maskHash } from './bits.ts'
import { methods } from './index.ts'
import type { Group, LedgerRow, Mask, Method, Pattern, Quota, StatName, Stats } from './method.ts'
import type { Breathe } from './rank.ts'

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
  /** Which weights stay, for each matrix that the recipe is about; none by a method that removes none. */
  readonly masks: ReadonlyMap<string, Mask>
  /** One row per matrix, those left alone included, in their order. */
  readonly ledger: readonly LedgerRow[]
  /** Zeros in all these matrices, and all their weights. */
  readonly zeros: number
  readonly total: number
}

/** Where statistics come from: a model at work on calibration text, which this room knows nothing of. */
export interface StatsSource {
  /**
   * 'blocks': each block is compressed by statistics of its inputs as the compressed blocks before it give them, itself dense (paper.md
   * 4.7); 'one-pass': all by statistics of the dense model.
   */
  readonly order: 'blocks' | 'one-pass'
  /** Names of matrices that are worked on together, in the order of the forward pass. */
  readonly stages: readonly (readonly string[])[]
  /** Statistics of what the matrices named are given, in a model of these weights. */
  of(
    names: readonly string[],
    weights: Weights,
    needs: readonly StatName[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Partial<Stats>>>
}

export interface CompressOptions {
  readonly signal?: AbortSignal
  /** Needed by methods that need statistics. */
  readonly stats?: StatsSource
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
  { signal, stats }: CompressOptions = {},
): Promise<Compressed> {
  checkGroup(method, recipe, stats)
  const breathe = breathing(method.id, signal)
  const chosen = chooseMatrices(matrices, recipe)
  const params = parseParams(method, recipe.params)
  const done = new Map<string, Done>()
  let now = weights
  for (const stage of stagesOf(method, chosen, recipe, stats)) {
    const names = stage.map(({ name }) => name)
    const found =
      method.needs.length > 0 ? await stats!.of(names, stats!.order === 'blocks' ? now : weights, method.needs, signal) : NONE
    const work = {
      weights,
      params,
      quota: recipe,
      rng: createRng(recipe.seed),
      breathe,
      stats: (name: string) => statsOf(found, name),
    }
    const made = await applyMethod(method, stage, work)
    stage.forEach(({ name }, i) => done.set(name, made[i]!))
    now = now.with(changesOf(stage, made))
  }
  return conclude(matrices, now, done, recipe, breathe)
}

const NONE: ReadonlyMap<string, Partial<Stats>> = new Map()

/** A method reads no more of this than it says it needs, and of that all is there. */
function statsOf(found: ReadonlyMap<string, Partial<Stats>>, name: string): Stats {
  return (found.get(name) ?? {}) as Stats
}

/** What is compressed in one go: everything, or, where statistics are needed, one part of the model after the other. */
function stagesOf(
  { needs }: Method,
  chosen: readonly MatrixShape[],
  { group, pattern }: Quota,
  stats: StatsSource | undefined,
): (readonly MatrixShape[])[] {
  if (!stats || needs.length === 0 || (group === 'model' && pattern === 'free')) return [chosen]
  const staged = stats.stages.map((names) => chosen.filter(({ name }) => names.includes(name)))
  return staged.filter((stage) => stage.length > 0)
}

/** Who can compete with whom, and whether there are the statistics it takes. */
function checkGroup(method: Method, { group, pattern }: Quota, stats: StatsSource | undefined): void {
  const refuse = (code: 'compress/stats' | 'compress/quota', wanted: string, came: string): never => {
    throw new LabError(code, `Expected ${wanted} for ${method.id}, got ${came}.`)
  }
  if (method.needs.length > 0 && !stats) refuse('compress/stats', `calibration, for ${method.needs.join(' and ')},`, 'none')
  if (method.kind === 'code' || pattern !== 'free') return
  if (method.kind === 'solve' && !method.groups.includes(group)) {
    refuse('compress/quota', `a group of ${method.groups.join(', ')}`, `"${group}": it solves one matrix at a time`)
  }
  if (method.needs.length > 0 && group === 'model' && stats!.order === 'blocks') {
    refuse('compress/quota', 'statistics in one pass where all matrices compete', 'them block by block')
  }
}

function changesOf(matrices: readonly MatrixShape[], made: readonly Done[]): ReadonlyMap<string, FloatTensor> {
  const changed = matrices.flatMap(({ name, out, in: width }, i) => {
    const { w } = made[i]!
    return w ? [[name, float32([out, width], w)] as const] : []
  })
  return new Map(changed)
}

async function conclude(
  matrices: readonly MatrixShape[],
  weights: Weights,
  done: ReadonlyMap<string, Done>,
  recipe: Omit<Recipe, 'method'>,
  breathe: Breathe,
): Promise<Compressed> {
  const masks = new Map([...done].flatMap(([name, { mask }]) => (mask ? [[name, mask] as const] : [])))
  const ledger: LedgerRow[] = []
  for (const matrix of matrices) {
    await breathe()
    ledger.push(rowOf(matrix, readMatrix(weights, matrix), masks.get(matrix.name), recipe))
  }
  return {
    ...{ weights, masks, ledger },
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
