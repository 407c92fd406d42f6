import { LabError } from '../base/errors.ts'
import type { Graph, OpNode } from '../onnx/graph.ts'
import { rules as ours } from './rules/index.ts'
import { stop, Tape } from './vjp.ts'
import type { Rules, Value, Vjp } from './vjp.ts'

/** The name under which a graph gives the gradient of one of its inputs or weights. */
export const gradientOf = (name: string): string => `grad/${name}`

export interface BackwardOptions {
  /** Integer inputs that never name one place twice in a run, which makes it cheap to undo what they pick. */
  readonly distinct?: readonly string[]
  readonly rules?: Rules
}

/**
 * The same graph with the gradients of a scalar beside it. Each name in `wrt`, an input or a weight, has a further output `grad/<name>` of
 * its own shape. What neither an output nor a gradient needs is left out.
 */
export function backward(graph: Graph, loss: string, wrt: readonly string[], options: BackwardOptions = {}): Graph {
  return pullBack(graph, new Map([[loss, 1]]), wrt, options)
}

/** Reverse mode from anywhere, in one walk: `seeds` are values of the graph with their gradients, values of it too, or 1 for a scalar. */
export function pullBack(
  graph: Graph,
  seeds: ReadonlyMap<Value, Value | 1>,
  wrt: readonly string[],
  { distinct = [], rules = ours }: BackwardOptions = {},
): Graph {
  checkRules(graph, [...seeds.keys()], wrt, rules)
  const forward = withMoments(graph)
  const tape = new Tape(forward, distinct)
  const dependent = dependentsOf(graph, wrt)
  const flows = new Map([...seeds].map(([value, flow]) => [value, flow === 1 ? one(tape, value) : flow]))

  for (const node of forward.nodes.toReversed()) {
    const dys = node.outputs.map((output) => flows.get(output) ?? null)
    if (dys.every((dy) => dy === null) || !node.inputs.some((x) => dependent.has(x))) continue
    const [first, ...others] = dys
    const dxs = ruleFor(rules, node)(tape, node, first ?? tape.zeros(tape.sizes(node.outputs[0]!)), ...others)
    node.inputs.forEach((x, i) => {
      if (!dxs[i] || !dependent.has(x)) return
      const dx = tape.fitted(dxs[i], x)
      const before = flows.get(x)
      flows.set(x, before === undefined ? dx : tape.add(before, dx))
    })
  }
  for (const name of wrt) {
    const flow = flows.get(name)
    if (flow === undefined) {
      const from = [...seeds.keys()].map((seed) => `"${seed}"`).join(', ')
      throw new LabError('grad/unreached', `Expected ${from} to depend on "${name}" in graph "${graph.name}", but it does not.`)
    }
    tape.output(gradientOf(name), flow, 'float32', tape.dims(name))
  }
  return withoutUnused(tape.finish())
}

/** ∂loss/∂loss. */
function one(tape: Tape, loss: Value): Value {
  const { type, dims } = tape.shapeOf(loss)
  if (type !== 'float32' || dims.some((dim) => dim !== 1)) {
    throw new LabError('grad/loss', `Expected a loss of one float32 number, got "${loss}", ${type} [${dims.join(', ')}].`)
  }
  return tape.constant({ type, dims: dims.map(() => 1), data: Float32Array.of(1) })
}

function ruleFor(rules: Rules, node: OpNode): Vjp {
  if (Object.hasOwn(rules, node.op)) return rules[node.op]!
  const inputs = node.inputs.map((x) => `"${x}"`).join(', ')
  throw new LabError('grad/no-rule', `Expected a gradient rule for ${node.op} at "${node.name}" (inputs ${inputs}), found none.`)
}

/** Names an operator without a rule before the shapes it leaves unknown are missed. */
function checkRules(graph: Graph, seeds: readonly Value[], wrt: readonly string[], rules: Rules): void {
  const dependent = dependentsOf(graph, wrt)
  const reached = new Set(seeds)
  for (const node of graph.nodes.toReversed()) {
    const inputs = node.inputs.filter((x) => dependent.has(x))
    if (inputs.length === 0 || !node.outputs.some((output) => reached.has(output))) continue
    if (ruleFor(rules, node) !== stop) for (const input of inputs) reached.add(input)
  }
}

/** All values that change when one of `wrt` does. */
function dependentsOf(graph: Graph, wrt: readonly string[]): ReadonlySet<Value> {
  const dependent = new Set<Value>(wrt)
  for (const { inputs, outputs } of graph.nodes) {
    if (inputs.some((x) => dependent.has(x))) for (const output of outputs) dependent.add(output)
  }
  return dependent
}

/** Layer norms give their mean and 1/σ too: computing them again would read the whole hidden state twice more. */
function withMoments(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    const [y, mean, inverse] = node.outputs
    if (node.op !== 'LayerNormalization') return node
    return { ...node, outputs: [y!, mean || `${y}/mean`, inverse || `${y}/inverse`] }
  })
  return { ...graph, nodes }
}

/** Nodes and constants that lead to an output. */
function withoutUnused(graph: Graph): Graph {
  const used = new Set(graph.outputs.map(({ name }) => name))
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const isUsed = outputs.some((output) => used.has(output))
    if (isUsed) for (const input of inputs) used.add(input)
    return isUsed
  })
  const constants = new Map([...graph.constants].filter(([name]) => used.has(name)))
  return { ...graph, nodes: nodes.reverse(), constants }
}
