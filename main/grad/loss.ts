import { int, text } from '../onnx/attributes.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'
import { pullBack } from './backward.ts'

/** Name of the scalar that training makes small. */
export const LOSS = 'loss'

/**
 * What a language model is trained by: −Σ share · ln p(target | ids up to that row), and its gradient by each weight named.
 * From `logits` of LanguageGraphs, with two more inputs: targets int32 [rows], and share float32 [rows], how much each row counts. Shares
 * that sum to 1 over the runs of a step make the loss their mean. No row may be asked for twice in a run; one of share 0 is only computed.
 * Outputs: loss float32 scalar, and grad/<name>.
 */
export function languageGradients(logits: Graph, wrt: readonly string[]): Graph {
  const { name: z, dims } = logits.outputs[0]!
  const g = new GraphBuilder(`${logits.name}, loss`, { ...logits, outputs: [] })
  const targets = g.unsqueeze(g.input('targets', 'int32', dims.slice(0, 1)), [1])
  const share = g.unsqueeze(g.input('share', 'float32', dims.slice(0, 1)), [1])
  const p = g.softmax(z)
  // ln p = (target's logit − largest) + ln(largest p): exact where p itself is too small for float32
  const surprise = g.sub(g.sub(g.reduceMax(z, [-1]), g.gatherElements(z, targets, 1)), g.log(g.reduceMax(p, [-1])))
  g.output(LOSS, g.op('ReduceSum', [g.mul(surprise, share)], { keepdims: int(0) }), 'float32', [])
  // ∂/∂z = share · (p − onehot(target)) written out: by the rules of each operator it would be ten passes over [rows, vocabulary], not two
  const flow = g.op('ScatterElements', [g.mul(p, share), targets, g.neg(share)], { axis: int(1), reduction: text('add') })
  return pullBack(g.finish(), new Map([[z, flow]]), wrt, { distinct: ['rows'] })
}
