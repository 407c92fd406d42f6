import type { GraphBuilder, Value } from '../onnx/build.ts'

/**
 * From hidden rows [rows, width] to ln p of each row's target (float32 [rows]) and the most likely id (int32 [rows], ties: the lowest).
 * `table` is [vocabulary, width].
 */
export function scoreRows(g: GraphBuilder, hidden: Value, table: Value, targets: Value): { logprob: Value; best: Value } {
  const logits = g.gemm(hidden, table, { transB: true })
  const picked = g.gatherElements(g.logSoftmax(logits), g.unsqueeze(targets, [1]), 1)
  return { logprob: g.squeeze(picked, [1]), best: bestOf(g, logits) }
}

/** Index of the largest of each row of [rows, n], int32 [rows]; ties: the lowest. */
export function bestOf(g: GraphBuilder, logits: Value): Value {
  return g.cast(g.argMax(logits), 'int32')
}
