import { availableParallelism } from 'node:os'
import type { Pace } from '../../store/paces.ts'
import type { PlannedCell } from '../../study/plan.ts'

/** A task as far as an estimate needs it: items asked of each level, and the tokens of one by model. */
export interface TaskSize {
  readonly id: string
  readonly items: number
  readonly tokensPerItem: readonly number[]
}

/** A model as far as an estimate needs it. */
export interface ModelSize {
  readonly parameters: number
  readonly compressible: number
  readonly width: number
  readonly blocks: number
  readonly vocabulary: number
  /** Content hash of the weights; undefined where they have not been read yet. */
  readonly weights: string | undefined
}

export interface Calibrating {
  readonly samples: number
  readonly length: number
}

export interface EstimateInput {
  readonly cells: readonly Pick<PlannedCell, 'model' | 'task' | 'weights' | 'key'>[]
  readonly models: readonly ModelSize[]
  readonly tasks: readonly TaskSize[]
  readonly calibration: Calibrating | undefined
  readonly batchTokens: number
  readonly provider: string
  /** Whether a cell is on record, so that it costs nothing. */
  readonly isDone: (cell: number) => boolean
  readonly paces: readonly Pace[]
}

type PartName = 'asking' | 'compressing' | 'calibrating' | 'training' | 'weights' | 'engine' | 'optimiser' | 'items' | 'trained'
export interface EstimatePart {
  readonly name: PartName
  readonly ms: number
  readonly memoryBytes: number
  readonly diskBytes: number
}

export interface Estimate {
  readonly ms: number
  /** Most at one time. */
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly parts: readonly EstimatePart[]
  readonly basis: 'measured' | 'default'
  readonly why: string
}

/** Floating-point operations of one core in a second where nothing was measured: small matrices, batched texts, float32 (measured: 10 to 50 GFLOP/s). */
const FLOPS_PER_CORE = 15e9
/** Milliseconds to rank and mask a million weights. */
const RANK_MS = 60
/** Bytes of the lab and its engine before a weight is loaded (measured: two Node processes, the runtime, SQLite). */
const BASE_BYTES = 260 << 20
/** Bytes of an item and of a cell on disk, as the store packs them. */
const [ITEM_BYTES, CELL_BYTES] = [10, 2500]

/** What a study will take: time from speeds on record where there are any, memory and disk from the sizes of what is held. */
export function estimate(input: EstimateInput): Estimate {
  const { cells, models, tasks, isDone } = input
  const left = cells.filter((_, i) => !isDone(i))
  const { rate, basis, why } = paceOf(input)
  const asking = left.reduce((ms, cell) => ms + askMs(input, cell, rate), 0)
  // one set of weights is made once, whatever is asked of it
  const made = [...new Map(left.map((cell) => [cell.weights, cell])).values()]
  const pruned = [...new Map(left.map((cell) => [JSON.stringify([cell.model, cell.key.compression]), cell])).values()]
  const compressed = pruned.filter(({ key }) => key.compression.method !== 'dense')
  const compressing = compressed.reduce((ms, { model }) => ms + (models[model]!.compressible / 1e6) * RANK_MS, 0)
  const calibrating = compressed.reduce((ms, cell) => ms + calibrateMs(input, cell, rate), 0)
  const trained = made.filter(({ key }) => key.transfer !== 'none')
  const training = trained.reduce((ms, cell) => ms + trainMs(input, cell, rate), 0)
  const largest = Math.max(0, ...models.map(({ parameters }) => 4 * parameters))
  const part = (name: PartName, ms: number, memoryBytes: number, diskBytes: number) => ({ name, ms, memoryBytes, diskBytes })
  const itemBytes = left.reduce((bytes, { task }) => bytes + CELL_BYTES + ITEM_BYTES * tasks[task]!.items, 0)
  const parts = [
    part('asking', asking, activationBytes(input), 0),
    part('compressing', compressing, 0, 0),
    part('calibrating', calibrating, 0, 0),
    part('training', training, 0, 0),
    // the weights of a level beside those of the next one, in the lab and in the engine
    part('weights', 0, 3 * largest, 0),
    part('engine', 0, BASE_BYTES, 0),
    // gradients and both moments, with the copies that a step makes of them
    part('optimiser', 0, trained.length > 0 ? 6 * largest : 0, 0),
    part('items', 0, 0, itemBytes),
    part('trained', 0, 0, trained.reduce((bytes, { model }) => bytes + 4 * models[model]!.parameters, 0)), // prettier-ignore
  ].filter(({ ms, memoryBytes, diskBytes }) => ms + memoryBytes + diskBytes > 0)
  const sum = (of: 'ms' | 'memoryBytes' | 'diskBytes') => Math.round(parts.reduce((total, one) => total + one[of], 0))
  return { ms: sum('ms'), memoryBytes: sum('memoryBytes'), diskBytes: sum('diskBytes'), parts, basis, why }
}

type Cell = EstimateInput['cells'][number]

/** Multiplications and additions of one token: two for each weight it meets (Kaplan et al. 2020, arXiv:2001.08361, eq. 2.2). */
const flopsPerToken = ({ parameters, vocabulary, width }: ModelSize) => 2 * Math.max(1, parameters - vocabulary * width)

/**
 * How fast this machine asks, in floating-point operations a second: the median over tasks of this study that are on record, of these models or
 * else of any other, whose texts are then taken to be as long.
 */
function paceOf({ models, tasks, provider, paces }: EstimateInput): { rate: number; basis: Estimate['basis']; why: string } {
  const own = models.flatMap((model, m) =>
    tasks.flatMap(({ id, tokensPerItem }) => {
      const pace = findPace(paces, model, id, provider)
      return pace ? [(flopsPerToken(model) * tokensPerItem[m]!) / (pace.msPerItem / 1000)] : []
    }),
  )
  const tokensOf = new Map(tasks.map(({ id, tokensPerItem }) => [id, tokensPerItem[0]!]))
  const others = paces.flatMap(({ task, provider: by, parameters, msPerItem }) => {
    const tokens = tokensOf.get(task)
    return tokens !== undefined && by === provider && parameters !== null && msPerItem > 0 ? [(2 * parameters * tokens) / (msPerItem / 1000)] : [] // prettier-ignore
  })
  const speeds = own.length > 0 ? own : others
  if (speeds.length > 0) {
    const rate = speeds.toSorted((a, b) => a - b)[speeds.length >> 1]!
    const known = `${own.length} of ${models.length * tasks.length} are on record`
    const why =
      own.length > 0 ? `Time as these tasks took here before: ${known}.` : 'Time by what these tasks took of other models here.'
    return { rate, basis: 'measured', why }
  }
  const cores = Math.max(1, Math.floor(availableParallelism() / 2))
  const rate = FLOPS_PER_CORE * cores
  const gflops = (rate / 1e9).toFixed(0)
  return {
    rate,
    basis: 'default',
    why: `Nothing like it was run here yet: time at ${gflops} GFLOP/s, which may be several times off.`,
  }
}

function findPace(paces: readonly Pace[], { weights }: ModelSize, task: string, provider: string): Pace | undefined {
  return paces.find((pace) => pace.weights === weights && pace.task === task && pace.provider === provider && pace.msPerItem > 0)
}

function askMs({ models, tasks, provider, paces }: EstimateInput, { model: m, task: t }: Cell, rate: number): number {
  const [model, task] = [models[m]!, tasks[t]!]
  const pace = findPace(paces, model, task.id, provider)
  return task.items * (pace?.msPerItem ?? (1000 * flopsPerToken(model) * task.tokensPerItem[m]!) / rate)
}

/** The model reads every sample, twice where block after block is compressed; a Hessian takes its width squared for each token more. */
function calibrateMs({ models, calibration }: EstimateInput, { model: m, key }: Cell, rate: number): number {
  if (!key.compression.calibration || !calibration) return 0
  const model = models[m]!
  const tokens = calibration.samples * calibration.length
  const solves = ['sparsegpt', 'gptq'].includes(key.compression.method)
  const hessians = solves ? tokens * model.width * model.compressible * 0.5 + model.width * model.width * model.compressible : 0
  return (1000 * (2 * tokens * flopsPerToken(model) + hessians)) / rate
}

/** A step of training takes three times the work of reading its texts: forward, and twice that backward. */
function trainMs({ models, tasks }: EstimateInput, { model, key }: Cell, rate: number): number {
  if (key.transfer === 'none') return 0
  const { steps, batch } = key.transfer
  const tokens = tasks.reduce((sum, { tokensPerItem }) => sum + tokensPerItem[model]!, 0) / Math.max(1, tasks.length)
  return (1000 * 3 * flopsPerToken(models[model]!) * tokens * steps * batch) / rate
}

/** Between two layers of one batch, and its scores over the vocabulary. */
function activationBytes({ models, batchTokens }: EstimateInput): number {
  return Math.max(0, ...models.map(({ width, vocabulary }) => 4 * batchTokens * (12 * width + vocabulary / 8)))
}
