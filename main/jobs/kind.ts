import type { Fault } from '../base/errors.ts'
import type { Json } from '../base/json.ts'

/**
 * Long work as a list of steps. Same params → same steps → same keys, so a resume is a replan that skips.
 * W is what the kind needs of the place it works in, P its params made ready, S a step, R what a step gives.
 */
export interface JobKind<W, P, S, R> {
  readonly id: string
  /** Makes params ready: reads and checks all that they name, so that bad input is refused before anything is written. */
  prepare(raw: Json, place: W): Promise<P>
  plan(p: P): readonly S[]
  key(step: S): string
  /** The steps on record, whose results need not be made again. */
  log(p: P, place: W): Log<S, R>
  /** Opens what the steps share; `left` are the steps still to do. */
  open(p: P, left: readonly S[], c: StepContext, place: W): Promise<Shift<S, R>>
}

/** Steps at work. A step may be begun before the one before it is done; they are answered in the order they were begun. */
export interface Shift<S, R> {
  run(step: S): Promise<R>
  close(): Promise<void>
}

/** What is on record. When `finish` returns, the result is kept whole; else nothing of it is. */
export interface Log<S, R> {
  isDone(key: string): boolean
  finish(step: S, result: R): void
  fail(step: S, fault: Fault): void
}

export interface StepContext {
  /** Aborted when the job shall stop: running steps then reject with LabError('engine/stopped') within a second. */
  readonly signal: AbortSignal
  /** Something moved; may be called as often as one likes. */
  readonly onMove: () => void
}
