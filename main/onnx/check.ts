import { LabError } from '../base/errors.ts'
import type { Graph } from './graph.ts'

/** Throws LabError('onnx/graph') unless each value is written once and before it is read, and each output is written. */
export function checkGraph(graph: Graph): void {
  const refuse = (message: string): never => {
    throw new LabError('onnx/graph', `Expected a sound graph "${graph.name}", but ${message}.`)
  }
  const written = new Set<string>()
  const write = (name: string, by: string): void => {
    if (written.has(name)) refuse(`"${name}" is written twice, the second time by ${by}`)
    written.add(name)
  }
  for (const { name } of graph.inputs) write(name, 'the inputs')
  for (const { name } of graph.weights) write(name, 'the weights')
  for (const name of graph.constants.keys()) write(name, 'the constants')
  for (const node of graph.nodes) {
    const by = `${node.op} "${node.name}"`
    for (const input of node.inputs)
      if (input !== '' && !written.has(input)) refuse(`${by} reads "${input}" before it is written`)
    for (const output of node.outputs) if (output !== '') write(output, by)
  }
  for (const { name } of graph.outputs) if (!written.has(name)) refuse(`no node writes its output "${name}"`)
}
