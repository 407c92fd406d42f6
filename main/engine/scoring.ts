import { LabError } from '../base/errors.ts'
import { int32 } from '../base/tensor.ts'
import { planBatches, type Batch, type Plan } from './batching.ts'
import type { ScoreOptions, TokenAnswer, TokenRequest } from './language.ts'
import { runLanes } from './lanes.ts'
import type { Session } from './session.ts'

/** The same list is asked at every compression level: its plan is made once. */
const plans = new WeakMap<
  readonly TokenRequest[],
  { readonly batchTokens: number; readonly contextLength: number; readonly plan: Plan }
>()

/** Scores requests with a session of the score graph; answers in the order of the requests. */
export async function scoreRequests(
  session: Session,
  requests: readonly TokenRequest[],
  contextLength: number,
  { batchTokens, signal, onTokens }: ScoreOptions,
): Promise<TokenAnswer[]> {
  const { batches, tokens } = planOf(requests, batchTokens, contextLength)
  const answers = new Array<TokenAnswer>(requests.length)
  let done = 0
  await runLanes(batches, signal, async (batch) => {
    const feeds = {
      ids: int32([batch.count, batch.length], batch.ids),
      rows: int32([batch.rows.length], batch.rows),
      targets: int32([batch.targets.length], batch.targets),
    }
    const { logprob, best } = await session.run(feeds, ['logprob', 'best'], signal)
    read(batch, logprob.data as Float32Array, best.data as Int32Array, answers)
    done += batch.tokens
    onTokens?.(done, tokens)
  })
  return answers
}

function planOf(requests: readonly TokenRequest[], batchTokens: number, contextLength: number): Plan {
  const known = plans.get(requests)
  if (known?.batchTokens === batchTokens && known.contextLength === contextLength) return known.plan
  requests.forEach((request, i) => check(request, i, contextLength))
  const plan = planBatches(requests, batchTokens, contextLength)
  plans.set(requests, { batchTokens, contextLength, plan })
  return plan
}

function check({ ids, scored }: TokenRequest, i: number, contextLength: number): void {
  if (scored >= 1 && scored < ids.length && ids.length <= contextLength + 1) return
  throw new LabError(
    'app/unexpected',
    `Expected request ${i} to score 1 to all but one of at most ${contextLength + 1} ids, got ${scored} of ${ids.length}.`,
  )
}

function read({ readers, targets }: Batch, logprob: Float32Array, best: Int32Array, answers: TokenAnswer[]): void {
  for (const { requests, scored, from, last } of readers) {
    const logprobs = new Float32Array(scored)
    logprobs.set(logprob.subarray(from, from + scored - 1))
    logprobs[scored - 1] = logprob[last]!
    let isGreedy = best[last] === targets[last]
    for (let row = from; isGreedy && row < from + scored - 1; row++) isGreedy = best[row] === targets[row]
    for (const request of requests) answers[request] = { logprobs, isGreedy }
  }
}
