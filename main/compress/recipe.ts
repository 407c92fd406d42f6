import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createRng } from '../base/rng.ts'
import { float32, type FloatTensor } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { applyMethod, breathing, readMatrix, type Done } from './apply.ts'
import { conformity, keepAll, maskHash } from './bits.ts'
import { methods } from './index.ts'
import { PLAIN_BITS } from './method.ts'
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
  /** Parameters of single layers where they differ from those above, by the name of the layer (`layerOf`). */
  readonly layers?: Readonly<Record<string, Recipe['params']>>
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

/**
 * Compresses the matrices of one stage in a model of these weights by `make`, or knows what came of it before; gives what was done to each
 * matrix, in their order, and the weights with that in place.
 */
export type Stage = (
  matrices: readonly MatrixShape[],
  weights: Weights,
  make: () => Promise<readonly Done[]>,
) => Promise<{ readonly made: readonly Done[]; readonly weights: Weights }>

export interface CompressOptions {
  readonly signal?: AbortSignal
  /** Needed by methods that need statistics. */
  readonly stats?: StatsSource
  /** Where stages are kept, so that a killed lab need not do them again; in memory where left out. */
  readonly stage?: Stage
}

/** The layer that a matrix belongs to: its name up to the first number, such as "model.layers.3"; its whole name where it has none. */
export function layerOf(name: string): string {
  return /^.*?\.\d+(?=\.)/.exec(name)?.[0] ?? name
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
  { signal, stats, stage: inStage = held }: CompressOptions = {},
): Promise<Compressed> {
  checkGroup(method, recipe, stats)
  const breathe = breathing(method.id, signal)
  const chosen = chooseMatrices(matrices, recipe)
  const stages = stagesOf(method, chosen, recipe, stats)
  const params = paramsOf(method, stages, recipe)
  const done = new Map<string, Done>()
  let now = weights
  for (const [i, stage] of stages.entries()) {
    const from = stats?.order === 'blocks' ? now : weights
    const make = async () => {
      const names = stage.map(({ name }) => name)
      const found = method.needs.length > 0 ? await stats!.of(names, from, method.needs, signal) : NONE
      const work = {
        weights,
        params: params[i],
        quota: recipe,
        rng: createRng(recipe.seed),
        breathe,
        stats: (name: string) => statsOf(found, name),
      }
      return applyMethod(method, stage, work)
    }
    const { made, weights: next } = await inStage(stage, now, make)
    stage.forEach(({ name }, at) => done.set(name, made[at]!))
    now = next
  }
  return conclude(matrices, now, done, recipe, breathe)
}

const held: Stage = async (matrices, weights, make) => {
  const made = await make()
  return { made, weights: weights.with(changesOf(matrices, made)) }
}

/** Parameters of each stage: those of the recipe, and those of the one layer that it is. */
function paramsOf(method: Method, stages: readonly (readonly MatrixShape[])[], { params, layers = {} }: Omit<Recipe, 'method'>) {
  const single = stages.map((stage) => {
    const [layer, ...others] = new Set(stage.map(({ name }) => layerOf(name)))
    return others.length === 0 ? layer! : ''
  })
  const unknown = Object.keys(layers).find((layer) => !single.includes(layer))
  if (unknown !== undefined) {
    const known = single.filter(Boolean).join(', ') || 'none, for all matrices compete'
    throw new LabError('compress/target', `Expected layers that are compressed one by one (${known}), got "${unknown}".`)
  }
  return single.map((layer) => parseParams(method, { ...params, ...layers[layer] }))
}

const NONE: ReadonlyMap<string, Partial<Stats>> = new Map()

/** A method reads no more of this than it says it needs, and of that all is there. */
function statsOf(found: ReadonlyMap<string, Partial<Stats>>, name: string): Stats {
  return (found.get(name) ?? {}) as Stats
}

/** What is compressed in one go: everything where all matrices compete, else one part of the model after the other. */
function stagesOf(
  { needs, kind }: Method,
  chosen: readonly MatrixShape[],
  { group, pattern }: Quota,
  stats: StatsSource | undefined,
): (readonly MatrixShape[])[] {
  if (kind !== 'code' && group === 'model' && pattern === 'free') return [chosen]
  if (!stats || needs.length === 0) return [...Map.groupBy(chosen, ({ name }) => layerOf(name)).values()]
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
    ledger.push(rowOf(matrix, readMatrix(weights, matrix), done.get(matrix.name), recipe))
  }
  return {
    ...{ weights, masks, ledger },
    zeros: ledger.reduce((sum, { zeros }) => sum + zeros, 0),
    total: matrices.reduce((sum, matrix) => sum + matrix.out * matrix.in, 0),
  }
}

function rowOf(matrix: MatrixShape, w: Float32Array, made: Done | undefined, recipe: Omit<Recipe, 'method'>): LedgerRow {
  const { group, pattern, sparsity } = recipe
  const mask = made?.mask
  const { name, out, in: width } = matrix
  const perRow = zerosPerRow(w, matrix)
  const zeros = perRow.reduce((sum, n) => sum + n, 0)
  const isShared = pattern === 'free' && group === 'model'
  return {
    ...{ name, out, in: width },
    asked: !mask ? 0 : isShared ? null : sparsity,
    zeros,
    sparsity: zeros / w.length,
    rowZeros: spreadOf(perRow),
    conformity: mask && pattern !== 'free' ? conformity(mask, matrix, pattern) : null,
    effectiveBits: made?.effectiveBits ?? PLAIN_BITS,
    maskHash: maskHash(mask ?? keepAll(w.length)),
  }
}

function zerosPerRow(w: Float32Array, { out, in: width }: MatrixShape): Float64Array {
  const zeros = new Float64Array(out)
  for (let row = 0, i = 0; row < out; row++) for (const end = i + width; i < end; i++) zeros[row]! += Number(w[i] === 0)
  return zeros
}

function spreadOf(counts: Float64Array): LedgerRow['rowZeros'] {
  const sorted = counts.toSorted()
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
  return { min: sorted[0]!, median, max: sorted.at(-1)! }
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

/** A pattern of whole names where * stands for anything; after "re:", a regular expression that their beginnings must fit. */
function toExpression(pattern: string): RegExp {
  if (pattern.startsWith('re:')) {
    try {
      return new RegExp(`^(?:${pattern.slice(3)})`, 's')
    } catch (error) {
      throw new LabError('compress/target', `Expected a regular expression after "re:", got "${pattern}": ${String(error)}.`)
    }
  }
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
