import type { StatName } from '../../compress/method.ts'
import { GraphBuilder } from '../../onnx/build.ts'
import type { Graph, OpNode } from '../../onnx/graph.ts'

/** A graph that hands out sums over what matrices are given. */
export interface StatsGraph {
  readonly graph: Graph
  /** For each matrix, the outputs of its sums; matrices that share their input share them. */
  readonly outputs: ReadonlyMap<string, Readonly<Partial<Record<StatName, string>>>>
}

/**
 * A language graph up to the inputs X [rows, in] of the matrices named, with Σx² over the rows [in] ('inputNorm') and XᵀX [in, in]
 * ('hessian') as its outputs: what is large stays inside. What is not needed for them is left out.
 */
export function statsGraph(from: Graph, names: readonly string[], needs: readonly StatName[]): StatsGraph {
  const g = new GraphBuilder('statistics', from)
  const users = new Map(from.nodes.filter(({ op }) => op === 'Gemm').map((node) => [node.inputs[1]!, node]))
  const outputs = new Map<string, Partial<Record<StatName, string>>>()
  const known = new Map<string, Partial<Record<StatName, string>>>()
  for (const name of names) {
    const x = users.get(name)?.inputs[0]
    if (x === undefined) throw new RangeError(`Expected a product with ${name} in "${from.name}", found none.`)
    const sums = known.get(x) ?? {}
    if (!known.has(x)) {
      const at = known.size
      known.set(x, sums)
      const width = `width_${at}`
      if (needs.includes('inputNorm')) {
        sums.inputNorm = `squares_${at}`
        g.output(sums.inputNorm, g.reduceSum(g.mul(x, x), [0], false), 'float32', [width])
      }
      if (needs.includes('hessian')) {
        sums.hessian = `products_${at}`
        g.output(sums.hessian, g.gemm(x, x, { transA: true }), 'float32', [width, width])
      }
    }
    outputs.set(name, sums)
  }
  const wanted = [...known.values()].flatMap((sums) => Object.values(sums))
  return { graph: keepOnly(g.finish(), new Set(wanted)), outputs }
}

/** The part of a graph that some of its outputs are made from. */
export function keepOnly(graph: Graph, outputs: ReadonlySet<string>): Graph {
  const needed = new Set(outputs)
  const nodes: OpNode[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    for (const name of node.inputs) needed.add(name)
    nodes.unshift(node)
  }
  const isNeeded = ({ name }: { readonly name: string }) => needed.has(name)
  return {
    ...graph,
    inputs: graph.inputs.filter(isNeeded),
    weights: graph.weights.filter(isNeeded),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
    nodes,
    outputs: graph.outputs.filter(({ name }) => outputs.has(name)),
  }
}
