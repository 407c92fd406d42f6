import { float32, type FloatTensor } from '../../base/tensor.ts'
import { relativeError } from '../../compress/distortion.ts'
import type { Engine } from '../../engine/session.ts'
import type { LanguageModel } from '../../models/model.ts'
import { heldWeights, joinedWeights } from '../../models/weights.ts'
import { GraphBuilder } from '../../onnx/build.ts'
import type { Graph, MatrixShape, Weights } from '../../onnx/graph.ts'
import { sumOver } from './calibrate.ts'
import { keepOnly } from './stats-graph.ts'

/** Changed weights that are set against the model at once: so much more memory, and a pass over the text for each such lot. */
export const WEIGHTS_AT_ONCE = 1 << 28

/**
 * ‖X(W − W′)ᵀ‖² / ‖XWᵀ‖² of each matrix on samples of equal length, X being what the uncompressed model hands it: measured, not estimated from
 * statistics, so that methods with and without them are on one scale. 0 where nothing changed; null where a matrix gave nothing before.
 */
export async function outputErrors(
  { graphs, linears, weights }: Pick<LanguageModel, 'graphs' | 'linears' | 'weights'>,
  after: Weights,
  samples: readonly Int32Array[],
  engine: Pick<Engine, 'open'>,
  { batchTokens, signal }: { readonly batchTokens: number; readonly signal?: AbortSignal },
): Promise<ReadonlyMap<string, number | null>> {
  const errors = new Map<string, number | null>(linears.map(({ name }) => [name, 0]))
  for (const lot of lotsOf(linears)) {
    const changes = changesOf(lot, weights, after)
    if (changes.size === 0) continue
    const { graph, outputs } = errorGraph(graphs.logits, [...changes.keys()])
    const renamed = [...changes].map(([name, change]) => [outputs.get(name)!.change, change] as const)
    const session = await engine.open(graph, joinedWeights(weights, heldWeights(new Map(renamed))))
    try {
      const sums = await sumOver(session, graph, samples, batchTokens, signal)
      for (const [name, { error, power }] of outputs) {
        errors.set(name, relativeError({ error: sums.get(error)![0]!, power: sums.get(power)![0]! }))
      }
    } finally {
      await session.close()
    }
  }
  return errors
}

/** The mean over matrices, each counting by its size; null where none has an error. */
export function meanError(matrices: readonly MatrixShape[], errors: ReadonlyMap<string, number | null>): number | null {
  const known = matrices.flatMap(({ name, out, in: width }) => {
    const error = errors.get(name)
    return typeof error === 'number' ? [{ error, size: out * width }] : []
  })
  const size = known.reduce((sum, one) => sum + one.size, 0)
  return size === 0 ? null : known.reduce((sum, one) => sum + one.error * one.size, 0) / size
}

function lotsOf(linears: readonly MatrixShape[]): MatrixShape[][] {
  const lots: MatrixShape[][] = []
  let room = 0
  for (const matrix of linears) {
    const size = matrix.out * matrix.in
    if (size > room) {
      lots.push([])
      room = Math.max(WEIGHTS_AT_ONCE, size)
    }
    lots.at(-1)!.push(matrix)
    room -= size
  }
  return lots
}

/** W − W′ of the matrices that changed. */
function changesOf(lot: readonly MatrixShape[], before: Weights, after: Weights): ReadonlyMap<string, FloatTensor> {
  const changes = new Map<string, FloatTensor>()
  for (const { name } of lot) {
    const { dims, data } = before.get(name)
    const changed = after.get(name).data
    const difference = data.map((w, i) => w - changed[i]!)
    if (difference.some((d) => d !== 0)) changes.set(name, float32([...dims], difference))
  }
  return changes
}

interface ErrorOutputs {
  /** Name of the weight that holds W − W′. */
  readonly change: string
  readonly error: string
  readonly power: string
}

/** A language graph up to the matrices named, with the sums of squares of XWᵀ and of X(W − W′)ᵀ as its outputs. */
function errorGraph(from: Graph, names: readonly string[]): { graph: Graph; outputs: ReadonlyMap<string, ErrorOutputs> } {
  const g = new GraphBuilder('output errors', from)
  const users = new Map(from.nodes.filter(({ op }) => op === 'Gemm').map((node) => [node.inputs[1]!, node]))
  const dimsOf = new Map(from.weights.map(({ name, dims }) => [name, dims as readonly number[]]))
  const outputs = new Map<string, ErrorOutputs>()
  // the runtime begins with what leads to the last output: so each matrix is measured before the next one is reached, and its outputs go
  for (const [at, name] of names.toReversed().entries()) {
    const x = users.get(name)?.inputs[0]
    if (x === undefined) throw new RangeError(`Expected a product with ${name} in "${from.name}", found none.`)
    const found = { change: `change_${at}`, error: `error_${at}`, power: `power_${at}` }
    g.weight(found.change, dimsOf.get(name)!)
    for (const [output, w] of [
      [found.error, found.change],
      [found.power, name],
    ] as const) {
      const y = g.gemm(x, w, { transB: true })
      // by columns first: single sums over everything would lose digits in float32
      g.output(output, g.reduceSum(g.reduceSum(g.mul(y, y), [0], false), [0], false), 'float32', [])
    }
    outputs.set(name, found)
  }
  return { graph: keepOnly(g.finish(), new Set([...outputs.values()].flatMap(({ error, power }) => [error, power]))), outputs }
}
