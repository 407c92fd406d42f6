import type { StatName } from '../../compress/method.ts'
import { GraphBuilder } from '../../onnx/build.ts'
import type { Graph, OpNode, ValueInfo } from '../../onnx/graph.ts'

/** A graph that hands out sums over what matrices are given. */
export interface StatsGraph {
  readonly graph: Graph
  /** For each matrix, the outputs of its sums; matrices that share their input share them. */
  readonly outputs: ReadonlyMap<string, Readonly<Partial<Record<StatName, string>>>>
}

/**
 * A language graph up to the inputs X [rows, in] of the matrices named, with Σx² over the rows [in] ('inputNorm') and XᵀX [in, in]
 * ('hessian') as its outputs: what is large stays inside. What is not needed for them is left out. The values of `also` are outputs too.
 */
export function statsGraph(from: Graph, names: readonly string[], needs: readonly StatName[], also: Cut = []): StatsGraph {
  const g = new GraphBuilder('statistics', from)
  const users = new Map(from.nodes.filter(({ op }) => op === 'Gemm').map((node) => [node.inputs[1]!, node]))
  const outputs = new Map<string, Partial<Record<StatName, string>>>()
  const known = new Map<string, Partial<Record<StatName, string>>>()
  // the runtime begins with what leads to the last output: so each input is summed before the next one is reached, and goes
  for (const name of names.toReversed()) {
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
  const wanted = [...[...known.values()].flatMap((sums) => Object.values(sums)), ...also.map(({ name }) => name)]
  const all = g.finish()
  return { graph: keepOnly({ ...all, outputs: [...all.outputs, ...also] }, new Set(wanted)), outputs }
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

/** Hidden states [tokens, width] that alone go on from the stages before to the rest: what a graph can begin with instead of its ids. */
export type Cut = readonly ValueInfo[]

/**
 * Where a graph can be cut before each stage of its matrices: where the fewest values cross that depend on a matrix of any stage, as early
 * as that is after the stages before (in a Llama, at the residual sum). Undefined where something other than hidden states would cross.
 */
export function cutsOf(graph: Graph, stages: readonly (readonly string[])[]): readonly (Cut | undefined)[] {
  const states = statesOf(graph, new Set(stages.flat()))
  const placesOf = (names: readonly string[]) => graph.nodes.flatMap(({ inputs }, at) => (inputs.some((name) => names.includes(name)) ? [at] : [])) // prettier-ignore
  const places = stages.map(placesOf)
  return stages.map((_, k) => {
    const from = Math.max(...places.slice(0, k).flat())
    const to = Math.min(...places.slice(k).flat())
    let best: State[] | undefined
    for (let at = from; k > 0 && at < to; at++) {
      const crossing = states.filter(({ made, read }) => made <= at && read > at)
      if (crossing.length < (best?.length ?? Infinity)) best = crossing
    }
    const cut = best?.map(({ name, width }) => ({ name, type: 'float32' as const, dims: ['tokens', width ?? ''] }))
    return best?.every(({ width }) => width !== undefined) ? cut : undefined
  })
}

/** A value that depends on a matrix: by which node it is made and last read, and its width where it is [tokens, width]. */
interface State {
  readonly name: string
  readonly made: number
  read: number
  readonly width: number | undefined
}

const ELEMENTWISE: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div'])

function statesOf({ nodes, weights }: Graph, matrices: ReadonlySet<string>): readonly State[] {
  const dimsOf = new Map(weights.map(({ name, dims }) => [name, dims]))
  const states = new Map<string, State>()
  nodes.forEach(({ op, inputs, outputs, attributes }, at) => {
    const read = inputs.flatMap((name) => states.get(name) ?? [])
    for (const state of read) state.read = at
    if (read.length === 0 && !inputs.some((name) => matrices.has(name))) return
    const isTransposed = attributes.transB?.kind === 'int' && attributes.transB.value === 1
    const made = op === 'Gemm' ? dimsOf.get(inputs[1]!)?.[isTransposed ? 0 : 1] : undefined
    const width = ELEMENTWISE.has(op) ? read.find((state) => state.width !== undefined)?.width : Number(made)
    for (const name of outputs) states.set(name, { name, made: at, read: at, width: width || undefined })
  })
  return [...states.values()]
}

/** A graph that is fed the values of a cut instead of making them; still all of it. */
export function beginAt(graph: Graph, cut: Cut): Graph {
  const given = new Set(cut.map(({ name }) => name))
  const nodes = graph.nodes.filter(({ outputs }) => !outputs.some((name) => given.has(name)))
  return { ...graph, inputs: [...graph.inputs, ...cut], nodes }
}
