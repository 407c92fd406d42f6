import type { GraphBuilder, Value } from '../onnx/build.ts'

/**
 * From hidden rows [rows, width] to ln p of each row's target (float32 [rows]) and the most likely id (int32 [rows], ties: the lowest).
 * `table` is [vocabulary, width]. ln p = (target's logit − largest logit) + ln(largest p): exact where p itself would be too small for
 * float32, and without LogSoftmax, which WebGPU has not.
 */
export function scoreRows(g: GraphBuilder, hidden: Value, table: Value, targets: Value): { logprob: Value; best: Value } {
  const logits = g.gemm(hidden, table, { transB: true })
  const largest = g.reduceMax(logits, [1], false)
  const target = g.squeeze(g.gatherElements(logits, g.unsqueeze(targets, [1]), 1), [1])
  const logOfLargest = g.log(g.reduceMax(g.softmax(logits), [1], false))
  return { logprob: g.add(g.sub(target, largest), logOfLargest), best: bestOf(g, logits) }
}

/** Index of the largest of each row of [rows, n], int32 [rows]; ties: the lowest. */
export function bestOf(g: GraphBuilder, logits: Value): Value {
  return g.cast(g.argMax(logits), 'int32')
}
