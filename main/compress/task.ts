import { createRng } from '../base/rng.ts'
import type { MatrixShape } from '../onnx/graph.ts'
import { methods } from './index.ts'
import type { Codes, Linear, Quota, Solved, Stats } from './method.ts'
import { byNorm, byOutput, noiseLike } from './noise.ts'
import type { Steps } from './products.ts'

/** Work on one matrix that is mostly products, as plain data: another process can do it. */
export type MatrixTask = MethodTask | NoiseTask

/** What `solving` or `coding` of a listed method does. */
export interface MethodTask {
  readonly kind: 'method'
  readonly method: string
  readonly linear: Linear
  readonly stats: Pick<Stats, 'hessian'>
  readonly quota: Quota
  readonly params: unknown
}

/** What `noiseLike` does; its chance is that of a seed, forked by these labels. */
export interface NoiseTask {
  readonly kind: 'noise'
  readonly shape: MatrixShape
  readonly before: Float32Array
  readonly after: Float32Array
  /** Where the outputs of the matrix are to move as far, in place of its weights. */
  readonly hessian?: Float64Array
  readonly seed: number
  readonly labels: readonly string[]
}

export type Result = Solved | Codes | Float32Array<ArrayBuffer>

/** Does such work where products are fast, and no other work waits for it. Rejects once `signal` is aborted. */
export type Elsewhere = (task: MatrixTask, signal?: AbortSignal) => Promise<Result>

/** The work of a task. Its statistics are its own: they may be overwritten. */
export function stepsOf(task: MatrixTask): Steps<Result> {
  if (task.kind === 'noise') {
    const { shape, before, after, hessian, seed, labels } = task
    const rng = labels.reduce((parent, label) => parent.fork(label), createRng(seed))
    return noiseLike(before, after, hessian ? byOutput(shape, hessian) : byNorm, rng)
  }
  const { linear, stats, quota, params } = task
  const method = methods.find(({ id }) => id === task.method)
  if (method?.kind === 'solve' && method.solving) return method.solving(linear, stats as Stats, quota, params, true)
  if (method?.kind === 'code' && method.coding) return method.coding(linear, stats as Stats, params, true)
  throw new RangeError(`Expected a method that works in steps, got "${task.method}".`)
}
