import { availableMemory } from 'node:process'
import { LabError } from '../base/errors.ts'
import type { Graph } from '../onnx/graph.ts'
import { shapesOf, type Shape } from '../grad/shapes.ts'
import type { Lessons } from './lessons.ts'

type Sizes = Lessons['sizes']
const BYTES = { float32: 4, float64: 8, int32: 4, int64: 8, uint8: 1, bool: 1 } as const
/** Operators whose output is their input under another shape. */
const VIEWS = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Identity'])

export interface Need {
  /** Weights, moments, masks: what the engine holds, with the copies that a step makes of what it carries. */
  readonly heldBytes: number
  /** Most that the values between them take at one time. */
  readonly betweenBytes: number
}

/** ONNX Runtime takes the nodes in an order of its own and rounds what it asks for: measured 1.5 with batches of 8 to 32 × 128 tokens. */
const MARGIN = 1.6

/** Memory that one run of a training graph needs: each value from the node that makes it to the last that reads it. */
export function needOf(graph: Graph, sizes: Sizes): Need {
  const shapes = shapesOf(graph)
  const bytesOf = (name: string) => bytesOfShape(shapes.get(name), sizes)
  const held = graph.weights.reduce((sum, { name }) => sum + bytesOf(name), 0)
  const outputs = graph.outputs.reduce((sum, { name }) => sum + bytesOf(name), 0)
  // the weights as they began, those handed in, those handed out
  return { heldBytes: held + 2 * outputs, betweenBytes: MARGIN * peakOf(graph, bytesOf) }
}

function peakOf(graph: Graph, bytesOf: (name: string) => number): number {
  const given = new Set([...graph.inputs, ...graph.weights, ...graph.outputs].map(({ name }) => name))
  const rootOf = new Map<string, string>()
  const root = (name: string) => rootOf.get(name) ?? name
  const lastUse = new Map<string, number>()
  graph.nodes.forEach(({ op, inputs, outputs }, i) => {
    for (const name of inputs) lastUse.set(root(name), i)
    if (VIEWS.has(op)) rootOf.set(outputs[0]!, root(inputs[0]!))
    for (const name of outputs) lastUse.set(root(name), i)
  })
  const ends = Map.groupBy(lastUse.keys(), (name) => lastUse.get(name)!)
  let live = 0
  let most = 0
  graph.nodes.forEach(({ outputs }, i) => {
    for (const name of outputs) if (!rootOf.has(name) && !given.has(name)) live += bytesOf(name)
    most = Math.max(most, live)
    for (const name of ends.get(i) ?? []) if (!given.has(name) && !graph.constants.has(name)) live -= bytesOf(name)
  })
  return most
}

/** A size that only a run can tell is taken for the length of a text. */
function bytesOfShape(shape: Shape | undefined, sizes: Sizes): number {
  if (!shape) return 0
  const known = new Map<string, number>(Object.entries(sizes))
  const factor = (part: string) => (/^\d+$/.test(part) ? Number(part) : (known.get(part) ?? sizes.length))
  const count = (dim: number | string) =>
    typeof dim === 'number' ? dim : dim.split('·').reduce((product, part) => product * factor(part), 1)
  return shape.dims.reduce<number>((product, dim) => product * count(dim), BYTES[shape.type])
}

const MIB = 1 << 20
const mib = (bytes: number) => Math.ceil(bytes / MIB).toLocaleString('en-US')

/** Refuses a batch that needs more memory than there is, before anything runs, and names one that would fit. */
export function checkMemory(graph: Graph, { sizes, runsPerStep }: Lessons, limitBytes = availableMemory()): void {
  const at = (batch: number): Need => needOf(graph, { ...sizes, batch, rows: Math.ceil((sizes.rows / sizes.batch) * batch) })
  const total = ({ heldBytes, betweenBytes }: Need) => heldBytes + betweenBytes
  const need = at(sizes.batch)
  if (total(need) <= limitBytes) return
  let smaller = Math.floor(sizes.batch / 2)
  while (smaller > 0 && total(at(smaller)) > limitBytes) smaller = Math.floor(smaller / 2)
  const advice =
    smaller === 0
      ? 'Not even one text at a time would fit.'
      : `A batch of ${smaller} would need ${mib(total(at(smaller)))} MiB; with ${Math.ceil(sizes.batch / smaller) * runsPerStep} runs to a step (accumulate), the step stays the same.`
  throw new LabError(
    'train/memory',
    `Expected a batch that fits into ${mib(limitBytes)} MiB, got ${sizes.batch} × ${sizes.length} tokens, which need about ${mib(total(need))} MiB (${mib(need.heldBytes)} for weights and moments, ${mib(need.betweenBytes)} for what lies between). ${advice}`,
  )
}
