import { LabError } from '../base/errors.ts'
import type { Graph } from '../onnx/graph.ts'
import { arith } from './reference/arith.ts'
import { gathers } from './reference/gather.ts'
import { matrix } from './reference/matrix.ts'
import { reductions } from './reference/reduce.ts'
import { shapes } from './reference/shape.ts'
import { widen } from './reference/value.ts'
import type { Exact, Kernels } from './reference/value.ts'

export { exact, widen } from './reference/value.ts'
export type { Exact } from './reference/value.ts'

/** Every operator the interpreter knows. */
export const kernels = { ...arith, ...matrix, ...reductions, ...shapes, ...gathers } satisfies Kernels

const table: Kernels = kernels

/**
 * A graph run by plain TypeScript in float64: slow and exact, the measure for gradients and for the runtime itself.
 * `feeds` holds inputs and weights alike; the answer holds the values asked for, inner ones too.
 */
export function interpret<O extends string>(
  graph: Graph,
  feeds: Readonly<Record<string, Exact>>,
  want: readonly O[],
): Record<O, Exact> {
  const values = new Map<string, Exact>(Object.entries(feeds))
  for (const [name, tensor] of graph.constants) values.set(name, widen(tensor))
  for (const { name } of [...graph.inputs, ...graph.weights]) {
    if (!values.has(name)) throw new LabError('engine/run', `Expected a feed for "${name}" of graph "${graph.name}", got none.`)
  }
  for (const node of graph.nodes) {
    const kernel = Object.hasOwn(table, node.op) ? table[node.op] : undefined
    if (!kernel) throw new LabError('engine/graph', `Expected an operator of the interpreter at "${node.name}", got ${node.op}.`)
    const outputs = kernel(
      node.inputs.map((name) => (name === '' ? undefined : valueOf(values, name, graph))),
      node,
    )
    node.outputs.forEach((name, i) => name !== '' && values.set(name, outputs[i]!))
  }
  return Object.fromEntries(want.map((name) => [name, valueOf(values, name, graph)])) as Record<O, Exact>
}

function valueOf(values: ReadonlyMap<string, Exact>, name: string, graph: Graph): Exact {
  const value = values.get(name)
  if (!value)
    throw new LabError('engine/graph', `Expected a value "${name}" in graph "${graph.name}" before it is used, found none.`)
  return value
}
