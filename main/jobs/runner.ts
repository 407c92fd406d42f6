import { LabError, toFault, type Fault } from '../base/errors.ts'
import type { JobKind, Log, Shift, StepContext } from './kind.ts'

/** What became of a job that ran to its end. */
export interface JobOutcome<S> {
  readonly steps: number
  /** Steps that were on record before. */
  readonly skipped: number
  /** Steps done now. */
  readonly done: number
  readonly failed: readonly { readonly step: S; readonly fault: Fault }[]
}

/** What a job is given beside its place. */
export interface JobContext<S> extends StepContext {
  /** A step is on record, or failed; `isTriedAgain`: it will be tried once more at the end. */
  readonly onSettled?: (step: S, fault: Fault | undefined, isTriedAgain: boolean) => void
}

/** Steps at work at once: while the results of one are put on record, the next keeps the engine busy. */
const DEPTH = 2

/**
 * Runs the steps that are not on record, in order; a step whose engine failed is tried once more at the end. Stopped, it throws
 * LabError('engine/stopped') and what was put on record stays. An error of the record itself (a full disk) ends the job.
 */
export async function runJob<W, P, S, R>(kind: JobKind<W, P, S, R>, p: P, place: W, c: JobContext<S>): Promise<JobOutcome<S>> {
  const steps = kind.plan(p)
  const log = kind.log(p, place)
  const left = steps.filter((step) => !log.isDone(kind.key(step)))
  const skipped = steps.length - left.length
  if (left.length === 0) return { steps: steps.length, skipped, done: 0, failed: [] }
  throwIfStopped(c.signal)
  const shift = await kind.open(p, left, c, place)
  try {
    // a mistake in the input fails the same way again; what an engine died of may not
    const isLasting = ({ fault }: Pick<Failure<S>, 'fault'>) => !fault.code.startsWith('engine/')
    const say = (isLast: boolean) => (step: S, fault: Fault | undefined) =>
      c.onSettled?.(step, fault, fault !== undefined && !isLast && !isLasting({ fault }))
    const first = await runSteps(left, shift, log, c, say(false))
    const again = first.filter((failure) => !isLasting(failure)).map(({ step }) => step)
    const failed = [...first.filter(isLasting), ...(await runSteps(again, shift, log, c, say(true)))]
    return { steps: steps.length, skipped, done: left.length - failed.length, failed }
  } finally {
    await shift.close()
  }
}

type Failure<S> = JobOutcome<S>['failed'][number]
interface Begun<S, R> {
  readonly step: S
  readonly result: Promise<{ readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: unknown }>
}

async function runSteps<S, R>(
  steps: readonly S[],
  shift: Shift<S, R>,
  log: Log<S, R>,
  c: StepContext,
  onSettled: (step: S, fault: Fault | undefined) => void,
): Promise<Failure<S>[]> {
  const begun: Begun<S, R>[] = []
  const failed: Failure<S>[] = []
  const settleOldest = async () => {
    const { step, result } = begun.shift()!
    const settled = await result
    if (settled.ok) {
      log.finish(step, settled.value)
      onSettled(step, undefined)
    } else {
      throwIfStopped(c.signal, settled.error)
      const fault = toFault(settled.error)
      log.fail(step, fault)
      failed.push({ step, fault })
      onSettled(step, fault)
    }
    c.onMove()
  }
  for (const step of steps) {
    throwIfStopped(c.signal)
    // a rejection is kept as a value: the step before it may still be waited for
    const result = shift.run(step).then((value) => ({ ok: true as const, value }), (error: unknown) => ({ ok: false as const, error })) // prettier-ignore
    begun.push({ step, result })
    if (begun.length >= DEPTH) await settleOldest()
  }
  while (begun.length > 0) await settleOldest()
  return failed
}

function throwIfStopped(signal: AbortSignal, error?: unknown): void {
  const isStop = error instanceof LabError && error.code === 'engine/stopped'
  if (isStop) throw error
  if (signal.aborted) throw new LabError('engine/stopped', 'Stopped before the end, as asked.', { cause: error })
}
