import { setImmediate } from 'node:timers/promises'
import { LabError } from '../base/errors.ts'
import type { Rng } from '../base/rng.ts'
import { fromFloat16, toFloat16 } from '../base/tensor.ts'
import type { MatrixShape, Weights } from '../onnx/graph.ts'
import { applyMask, keepsAll } from './bits.ts'
import { weightOf } from './grid.ts'
import { select } from './mask.ts'
import { bySize, PLAIN_BITS } from './method.ts'
import type {
  CodeMethod,
  Codes,
  Linear,
  Mask,
  PlainMethod,
  Quota,
  ScoreMethod,
  Solved,
  SolveMethod,
  StatName,
  Stats,
} from './method.ts'
import { drive } from './products.ts'
import type { Breathe, Scored } from './rank.ts'
import type { Result } from './task.ts'

/** What a method did to one matrix: which weights stay (all, where left out), and the weights, where any changed. */
export interface Done {
  readonly mask?: Mask
  readonly w?: Float32Array
  /** What the weights stand for in fewer bits, by a method that codes them. */
  readonly codes?: Codes
  /** Bits of a weight with its share of scales; those of plain storage where left out. */
  readonly effectiveBits?: number
}

/** A method at work: its parameters checked, its chance seeded, statistics at hand. */
export interface Work {
  readonly weights: Weights
  readonly params: unknown
  readonly quota: Quota
  readonly rng: Rng
  readonly stats: (name: string) => Stats
  readonly breathe: Breathe
  /** Does what the method does to one matrix in steps, where there is something better than this thread. */
  readonly elsewhere?: ((linear: Linear, stats: Stats, quota: Quota, params: unknown) => Promise<Result>) | undefined
}

/** Compresses some matrices by a method; those that compete do so among these. In the order of the matrices. */
export async function applyMethod(method: PlainMethod, matrices: readonly MatrixShape[], work: Work): Promise<Done[]> {
  switch (method.kind) {
    case 'score':
      return applyScores(method, matrices, work)
    case 'solve':
      return oneByOne(matrices, work, (matrix) => solveOne(method, matrix, work))
    case 'code':
      return oneByOne(matrices, work, (matrix) => codeOne(method, matrix, work))
  }
}

/** Gives other work its turn, and heeds an abort. */
export function breathing(id: string, signal: AbortSignal | undefined): Breathe {
  return async () => {
    await setImmediate()
    if (signal?.aborted) throw new LabError('engine/stopped', `Compression by ${id} was stopped, as asked.`)
  }
}

/** The weights of a matrix, of the size it says. */
export function readMatrix(weights: Weights, { name, out, in: width }: MatrixShape): Float32Array {
  const { dims, data } = weights.get(name)
  if (dims[0] === out && dims[1] === width && dims.length === 2) return data
  throw new LabError('model/shape', `Expected ${name} as [${out}, ${width}], got [${dims.join(', ')}].`)
}

/** The weights that codes stand for, [out, in]. */
export function decode({ codes, scale, zero, groupOf }: Codes): Float32Array<ArrayBuffer> {
  const w = new Float32Array(codes.length)
  const width = groupOf.length
  const groups = (scale.length * width) / codes.length
  for (let i = 0; i < codes.length; i++) {
    const at = Math.floor(i / width) * groups + groupOf[i % width]!
    w[i] = weightOf(codes[i]!, scale[at]!, zero[at]!) + 0 // never −0
  }
  return w
}

/** The nearest float16 numbers, halves to even. */
function toPlain({ name }: MatrixShape, w: Float32Array): Float32Array<ArrayBuffer> {
  const rounded = fromFloat16(toFloat16(w))
  const at = rounded.findIndex((x) => !Number.isFinite(x))
  if (at === -1) return rounded
  throw new LabError('compress/range', `Expected weights of at most 65504, what 16 bits hold, in ${name}, got ${w[at]} (number).`)
}

type AnyScore = ScoreMethod<unknown, StatName>

async function applyScores(method: AnyScore, matrices: readonly MatrixShape[], work: Work): Promise<Done[]> {
  const { params, quota, breathe, weights } = work
  const masks = await select(scoreWith(method, matrices, work), quota, method.cut?.(params) ?? 'exact', breathe)
  const done: Done[] = []
  for (const [i, mask] of masks.entries()) {
    await breathe()
    // what did not change stays where it lies, and need not be sent to an engine
    done.push(keepsAll(mask) ? { mask } : { mask, w: applyMask(readMatrix(weights, matrices[i]!), mask) })
  }
  return done
}

function scoreWith(method: AnyScore, matrices: readonly MatrixShape[], { weights, params, rng, stats }: Work): Scored[] {
  if (method.score === bySize) {
    return matrices.map((matrix) => ({ ...matrix, scores: () => readMatrix(weights, matrix), isBySize: true }))
  }
  // one room for all: new memory for each matrix costs more than the scores themselves
  const room = new Float32Array(Math.max(...matrices.map((matrix) => matrix.out * matrix.in)))
  return matrices.map((matrix) => ({
    ...matrix,
    scores() {
      const w = readMatrix(weights, matrix)
      const scores = room.subarray(0, w.length)
      // chance forks by name: the mask of a matrix does not depend on which others there are
      method.score({ ...matrix, w }, stats(matrix.name), params, rng.fork(matrix.name), scores)
      return scores
    },
  }))
}

async function oneByOne(
  matrices: readonly MatrixShape[],
  { breathe }: Work,
  one: (m: MatrixShape) => Promise<Done>,
): Promise<Done[]> {
  const done: Done[] = []
  for (const matrix of matrices) {
    await breathe()
    done.push(await one(matrix))
  }
  return done
}

async function solveOne(method: SolveMethod<unknown, StatName>, matrix: MatrixShape, work: Work): Promise<Done> {
  const { weights, params, quota, stats, breathe, elsewhere } = work
  const given = [{ ...matrix, w: readMatrix(weights, matrix) }, stats(matrix.name), quota, params] as const
  if (!method.solving) return method.solve(...given)
  return elsewhere ? ((await elsewhere(...given)) as Solved) : drive(method.solving(...given), breathe)
}

async function codeOne(method: CodeMethod<unknown, StatName>, matrix: MatrixShape, work: Work): Promise<Done> {
  const { weights, params, quota, stats, breathe, elsewhere } = work
  if (method.bits(params) === PLAIN_BITS) return { w: toPlain(matrix, readMatrix(weights, matrix)) }
  const [linear, its] = [{ ...matrix, w: readMatrix(weights, matrix) }, stats(matrix.name)]
  let codes: Codes
  if (!method.coding) codes = method.code(linear, its, params)
  else if (elsewhere) codes = (await elsewhere(linear, its, quota, params)) as Codes
  else codes = await drive(method.coding(linear, its, params), breathe)
  const bits = method.bits(params)
  const scales = codes.isShared ? 1 : codes.scale.length
  const perGroup = PLAIN_BITS + (method.isSymmetric(params) ? 0 : bits)
  return { w: decode(codes), codes, effectiveBits: bits + (scales * perGroup) / codes.codes.length }
}
