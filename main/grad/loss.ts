import { GraphBuilder } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'

/** Name of the scalar that training makes small. */
export const LOSS = 'loss'

/**
 * The score graph of a language model (LanguageGraphs) as what it is trained by: −Σ share · ln p(target | ids up to that row).
 * One more input, share float32 [rows]: how much each row counts. Shares that sum to 1 over all runs of a step make the loss their mean;
 * a row of share 0 is padding. Output: loss float32 scalar, logprob float32 [rows].
 */
export function languageLoss(score: Graph): Graph {
  const logprob = score.outputs.find(({ name }) => name === 'logprob')!
  const g = new GraphBuilder(`${score.name} loss`, { ...score, outputs: [logprob] })
  const share = g.input('share', 'float32', logprob.dims)
  g.output(LOSS, g.neg(g.reduceSum(g.mul(logprob.name, share), [0], false)), 'float32', [])
  return g.finish()
}
