import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { createRng } from '../base/rng.ts'
import { float32, type FloatTensor } from '../base/tensor.ts'
import { nearest } from '../base/text.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { applyMethod, breathing, readMatrix, type Done, type Work } from './apply.ts'
import { methods } from './index.ts'
import { conclude, type Asked } from './ledger.ts'
import { needsOf, plainOf } from './method.ts'
import type { Group, LedgerRow, Mask, Method, NoiseMethod, Pattern, PlainMethod, Quota, StatName, Stats } from './method.ts'
import { checkProfile, countOutliers, spreadOwl, type LayerOutliers, type Profile } from './profile.ts'
import { drive } from './products.ts'
import type { Breathe } from './rank.ts'
import { stepsOf, type Elsewhere, type NoiseTask } from './task.ts'

/** Version of the numbers that compression gives: part of every fingerprint. */
export const COMPRESS_VERSION = 2

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
  /** How the sparsity is spread over layers; evenly where left out. */
  readonly profile?: Profile
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
  /** Does what takes long over one matrix, where there are faster products than in this thread. */
  readonly elsewhere?: Elsewhere
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
  return compressBy(findMethod(recipe.method), matrices, weights, recipe, options)
}

/** The matrices that `compress` works on together, one stage after the other. Throws what it throws for a recipe that does not fit. */
export function stagesFor(
  matrices: readonly MatrixShape[],
  recipe: Recipe,
  stats?: StatsSource,
): readonly (readonly MatrixShape[])[] {
  const method = findMethod(recipe.method)
  const stages = stagesOf(checked(method, recipe, stats), chooseMatrices(matrices, recipe), recipe, stats)
  if (method.kind !== 'noise') paramsOf(method, stages, recipe)
  return stages
}

function findMethod(id: string): Method {
  const method = methods.find((known) => known.id === id)
  if (method) return method
  const known = methods.map((one) => one.id)
  const meant = nearest(id, known)
  const hint = meant ? `; perhaps "${meant}"` : ''
  throw new LabError('compress/method', `Expected a method of ${known.join(', ')}, got "${id}"${hint}.`)
}

/** As `compress`, by a method that need not be in the list. */
export async function compressBy(
  method: Method,
  matrices: readonly MatrixShape[],
  weights: Weights,
  recipe: Omit<Recipe, 'method'>,
  options: CompressOptions = {},
): Promise<Compressed> {
  const { signal, stats, stage: inStage = held } = options
  const what = checked(method, recipe, stats)
  const breathe = breathing(method.id, signal)
  const chosen = chooseMatrices(matrices, recipe)
  const stages = stagesOf(what, chosen, recipe, stats)
  const task: Task = { matrices, chosen, stages, weights, recipe, options, breathe }
  const { make, sparsityOf } =
    method.kind === 'noise' ? await noiseMaker(method, what, task) : await plainMaker(method, what, task)
  const done = new Map<string, Done>()
  let now = weights
  for (const [i, stage] of stages.entries()) {
    const { made, weights: next } = await inStage(stage, now, () => make(i, now))
    stage.forEach(({ name }, at) => done.set(name, made[at]!))
    now = next
  }
  return conclude(matrices, now, done, { ...recipe, sparsityOf }, breathe)
}

/** What is to be done, and all that was worked out before it begins. */
interface Task {
  readonly matrices: readonly MatrixShape[]
  readonly chosen: readonly MatrixShape[]
  readonly stages: readonly (readonly MatrixShape[])[]
  readonly weights: Weights
  readonly recipe: Omit<Recipe, 'method'>
  readonly options: CompressOptions
  readonly breathe: Breathe
}

/** Does a stage in a model of these weights. */
interface Maker extends Pick<Asked, 'sparsityOf'> {
  make(stage: number, now: Weights): Promise<readonly Done[]>
}

async function plainMaker(method: PlainMethod, { needs }: Checked, task: Task): Promise<Maker> {
  const { stages, weights, recipe, breathe } = task
  const { stats, signal } = task.options
  const params = paramsOf(method, stages, recipe)
  const sparsityOf = recipe.profile ? await spread(recipe.profile, task) : () => recipe.sparsity
  return {
    sparsityOf,
    async make(i, now) {
      const stage = stages[i]!
      const names = stage.map(({ name }) => name)
      const from = stats?.order === 'blocks' ? now : weights
      const found = needs.length > 0 ? await stats!.of(names, from, needs, signal) : NONE
      return applyMethod(method, stage, {
        ...{ weights, breathe, rng: createRng(recipe.seed), params: params[i] },
        quota: { ...recipe, sparsity: sparsityOf(names[0]!) },
        stats: (name) => statsOf(found, name),
        elsewhere: elsewhereFor(method, stats, signal),
      })
    },
  }
}

/** A method of the list can be told by its name to whoever does its work. */
function elsewhereFor(
  { id: method }: PlainMethod,
  stats: StatsSource | undefined,
  signal: AbortSignal | undefined,
): Work['elsewhere'] {
  if (!stats?.elsewhere || !methods.some(({ id }) => id === method)) return undefined
  return (linear, { hessian }, { sparsity, group, pattern }, params) =>
    stats.elsewhere!({ kind: 'method', method, linear, stats: { hessian }, quota: { sparsity, group, pattern }, params }, signal)
}

/** The method that is matched does its work first, whole; then each matrix gets noise in its place. */
async function noiseMaker(method: NoiseMethod, { plain, params }: Checked, task: Task): Promise<Maker> {
  const { matrices, stages, weights, recipe, breathe } = task
  const { signal, stats } = task.options
  const like = { ...recipe, params: params as Recipe['params'] }
  const { weights: after } = await compressBy(plain, matrices, weights, like, {
    ...(signal && { signal }),
    ...(stats && { stats }),
  })
  return {
    sparsityOf: () => 0,
    async make(i) {
      const stage = stages[i]!
      const names = stage.map(({ name }) => name)
      const found = method.match === 'output' ? await stats!.of(names, weights, ['hessian'], signal) : NONE
      const done: Done[] = []
      for (const matrix of stage) {
        await breathe()
        const noise: NoiseTask = {
          ...{ kind: 'noise', shape: matrix, before: readMatrix(weights, matrix), after: readMatrix(after, matrix) },
          ...(method.match === 'output' && { hessian: statsOf(found, matrix.name).hessian }),
          // apart from the chance of the method itself
          ...{ seed: recipe.seed, labels: [method.id, matrix.name] },
        }
        const there = noise.hessian && stats?.elsewhere?.(noise, signal)
        done.push({ w: (await (there ?? drive(stepsOf(noise), breathe))) as Float32Array })
      }
      return done
    },
  }
}

/** The sparsity of each matrix where a profile spreads it over layers, by outliers of the dense model. */
async function spread(profile: Profile, { chosen, weights, recipe, options, breathe }: Task): Promise<(name: string) => number> {
  const found = await options.stats!.of(chosen.map(({ name }) => name), weights, ['inputNorm'], options.signal) // prettier-ignore
  const layers = Map.groupBy(chosen, ({ name }) => layerOf(name))
  const counts: LayerOutliers[] = []
  for (const layer of layers.values()) {
    counts.push(await countOutliers(layer, weights, (name) => statsOf(found, name).inputNorm, profile.m, breathe))
  }
  const sparsities = spreadOwl(counts, recipe.sparsity, profile)
  const known = new Map([...layers.keys()].map((layer, i) => [layer, sparsities[i]!]))
  return (name) => known.get(layerOf(name)) ?? 0
}

const held: Stage = async (matrices, weights, make) => {
  const made = await make()
  return { made, weights: weights.with(changesOf(matrices, made)) }
}

/** Parameters of each stage: those of the recipe, and those of the one layer that it is. */
function paramsOf(
  method: PlainMethod,
  stages: readonly (readonly MatrixShape[])[],
  { params, layers = {} }: Omit<Recipe, 'method'>,
) {
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
  { method, plain, needs }: Checked,
  chosen: readonly MatrixShape[],
  { group, pattern }: Quota,
  stats: StatsSource | undefined,
): (readonly MatrixShape[])[] {
  const isTogether = plain.kind !== 'code' && group === 'model' && pattern === 'free'
  if (isTogether && method.kind !== 'noise') return [chosen]
  if (!stats || needs.length === 0) return [...Map.groupBy(chosen, ({ name }) => layerOf(name)).values()]
  const staged = stats.stages.map((names) => chosen.filter(({ name }) => names.includes(name)))
  return staged.filter((stage) => stage.length > 0)
}

/** A method that can do what a recipe asks for. */
interface Checked {
  readonly method: Method
  /** The method itself, or what it is like; with its parameters. */
  readonly plain: PlainMethod
  readonly params: unknown
  /** All statistics that are asked for. */
  readonly needs: readonly StatName[]
}

/** Who can compete with whom, and whether there are the statistics it takes. */
function checked(method: Method, recipe: Omit<Recipe, 'method'>, stats: StatsSource | undefined): Checked {
  const { group, pattern, profile } = recipe
  const refuse = (code: 'compress/stats' | 'compress/quota', wanted: string, came: string): never => {
    throw new LabError(code, `Expected ${wanted} for ${method.id}, got ${came}.`)
  }
  // those of single layers are parsed with their layer
  const parsed = parseParams(method, recipe.params)
  const { method: plain, params } = plainOf(method, parsed)
  const needs = [...needsOf(method, parsed), ...(profile ? ['inputNorm'] : [])]
  const known = { method, plain, params, needs: needsOf(method, parsed) }
  if (needs.length > 0 && !stats) refuse('compress/stats', `calibration, for ${needs.join(' and ')},`, 'none')
  if (profile) checkProfile(profile, recipe.sparsity)
  if (profile && (plain.kind === 'code' || pattern !== 'free' || group === 'model')) {
    refuse('compress/quota', 'a free sparsity within layers or rows, where a profile spreads it over layers,', 'none')
  }
  if (plain.kind === 'code' || pattern !== 'free') return known
  if (plain.kind === 'solve' && !plain.groups.includes(group)) {
    refuse('compress/quota', `a group of ${plain.groups.join(', ')}`, `"${group}": it solves one matrix at a time`)
  }
  if (plain.needs.length > 0 && group === 'model' && stats!.order === 'blocks') {
    refuse('compress/quota', 'statistics in one pass where all matrices compete', 'them block by block')
  }
  return known
}

function changesOf(matrices: readonly MatrixShape[], made: readonly Done[]): ReadonlyMap<string, FloatTensor> {
  const changed = matrices.flatMap(({ name, out, in: width }, i) => {
    const { w } = made[i]!
    return w ? [[name, float32([out, width], w)] as const] : []
  })
  return new Map(changed)
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
