import { LabError } from '../base/errors.ts'
import { createRng } from '../base/rng.ts'
import { float32, type FloatTensor } from '../base/tensor.ts'
import { LOSS, languageGradients } from '../grad/loss.ts'
import { backward } from '../grad/backward.ts'
import { int } from '../onnx/attributes.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Learnable } from './transfer.ts'

/** A head in place of the vocabulary: so many classes, or one number. */
export type Head = { readonly kind: 'classes'; readonly count: number } | { readonly kind: 'number' }

/** What the classes of a head stand for, in their order; or that it says a number. */
export type Labels = readonly string[] | 'number'

export const headFor = (labels: Labels): Head =>
  labels === 'number' ? { kind: 'number' } : { kind: 'classes', count: labels.length }

/** The name of its matrix, [classes or 1, width]. No compression knows it, so no mask is about it (paper.md 3.2's recommended switch). */
export const HEAD = 'head.weight'

const sizeOfHead = (head: Head) => (head.kind === 'classes' ? head.count : 1)

/**
 * A decoder whose hidden rows go into a fresh head: inputs ids and rows as in LanguageGraphs, output "logits" float32 [rows, classes]. From
 * `logits` of LanguageGraphs, whose last node is the product with the vocabulary.
 */
export function headGraph(logits: Graph, head: Head): Graph {
  const last = logits.nodes.at(-1)!
  const [output] = logits.outputs
  if (last.op !== 'Gemm' || last.outputs[0] !== output!.name) {
    throw new LabError(
      'onnx/graph',
      `Expected graph "${logits.name}" to end with the product with its vocabulary, got ${last.op}.`,
    )
  }
  const [hidden, table] = last.inputs as [string, string]
  const nodes = logits.nodes.slice(0, -1)
  const isRead = nodes.some(({ inputs }) => inputs.includes(table)) // as a tied embedding is
  const weights = logits.weights.filter(({ name }) => isRead || name !== table)
  const width = logits.weights.find(({ name }) => name === table)!.dims[1] as number
  const g = new GraphBuilder(`${logits.name}, head`, { ...logits, nodes, weights, outputs: [] })
  const rows = g.gemm(hidden, g.weight(HEAD, [sizeOfHead(head), width]), { transB: true })
  g.output('logits', rows, 'float32', ['rows', sizeOfHead(head)])
  return g.finish()
}

/** A head before its first step: normal around 0 with deviation 0.02, as transformers begins one; the seed is the caller's to record. */
export function firstHead(logits: Graph, seed: number): FloatTensor {
  const { dims } = logits.weights.find(({ name }) => name === HEAD)!
  const [out, width] = dims as [number, number]
  const rng = createRng(seed).fork(HEAD)
  // the sum of twelve uniform numbers less six is as normal as a head needs
  const draw = () => 0.02 * (Array.from({ length: 12 }, () => rng.float()).reduce((a, b) => a + b) - 6)
  return float32([out, width], Float32Array.from({ length: out * width }, draw))
}

/**
 * What a head is trained by, with the gradients of all its weights. Classes: as a language model by languageGradients, targets int32
 * [rows]. A number: Σ share · (number − target)², targets float32 [rows].
 */
export function headLearnable(graph: Graph, head: Head): Learnable {
  const names = graph.weights.map(({ name }) => name)
  if (head.kind === 'classes') return { gradients: languageGradients(graph, names), names }
  const [output] = graph.outputs
  const g = new GraphBuilder(`${graph.name}, loss`, { ...graph, outputs: [] })
  const error = g.sub(g.squeeze(output!.name, [1]), g.input('targets', 'float32', ['rows']))
  const squares = g.mul(g.mul(error, error), g.input('share', 'float32', ['rows']))
  g.output(LOSS, g.op('ReduceSum', [squares], { keepdims: int(0) }), 'float32', [])
  return { gradients: backward(g.finish(), LOSS, names, { distinct: ['rows'] }), names }
}
