import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { float32, int32, type Tensor } from '../../main/base/tensor.ts'
import { openModel } from '../../main/models/folder.ts'
import { architectures } from '../../main/models/index.ts'
import type { LanguageModel } from '../../main/models/model.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { readGraph } from '../../main/onnx/read.ts'
import { writeGraph } from '../../main/onnx/write.ts'
import { makeModelFolder } from '../make/model.ts'
import { placeOnWebGpu, type Placed } from '../make/placement.ts'
import { describeSwiftShader } from '../make/swiftshader.ts'

/** A made folder of each architecture; a new one is added here. */
const examples: Readonly<Record<string, () => ReturnType<typeof makeModelFolder>>> = { llama: () => makeModelFolder() }

/** Weights that some operation multiplies hidden states with. */
function multiplied(graph: Graph): string[] {
  const weights = new Set(graph.weights.map(({ name }) => name))
  return graph.nodes
    .flatMap(({ op, inputs }) => (/^(Gemm|MatMul)$/.test(op) ? inputs.slice(1, 2) : []))
    .filter((name) => weights.has(name))
}

/** Each matrix that the forward pass multiplies with is a Linear, in that order and shape, but for the vocabulary projection. */
function missedLinears({ graphs, linears, weights, config }: LanguageModel): string[] {
  const found = multiplied(graphs.score).filter((name) => weights.dims(name)[0] !== config.vocabulary)
  const told = linears.map(({ name, out, in: width }) => `${name} [${out}, ${width}]`)
  const right = found.map((name) => `${name} [${weights.dims(name).join(', ')}]`)
  return [...right.filter((line) => !told.includes(line)), ...told.filter((line) => !right.includes(line))]
}

/** Values that lead to an output without passing the choice of rows, though they are as many as the ids. */
function ungathered(graph: Graph): string[] {
  const writer = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)))
  const [table] = multiplied(graph).slice(-1)
  const projection = graph.nodes.find(({ inputs }) => inputs[1] === table)!
  const seen = new Set<string>()
  const walk = (name: string): void => {
    const node = writer.get(name)
    if (seen.has(name) || (node?.op === 'Gather' && node.inputs[1] === 'rows')) return
    seen.add(name)
    node?.inputs.forEach(walk)
  }
  walk(projection.inputs[0]!)
  return ['ids'].filter((name) => seen.has(name))
}

const ROWS = 20
/** What runs beside the GPU though it is neither arithmetic on shapes nor the last word on each row. */
const besides = (placed: readonly Placed[]) => placed.filter(({ provider, numbers }) => provider === 'CPU' && numbers > ROWS)

function feedsOf({ weights, config }: LanguageModel, graph: Graph): Record<string, Tensor> {
  const [batch, length, past] = [2, 12, 5]
  const kept = [batch, config.kvHeads, past, config.headSize]
  const count = (n: number, from = 0) => Int32Array.from({ length: n }, (_, i) => from + i)
  const feeds: Record<string, Tensor> = {
    ids: int32([batch, length], count(batch * length, 3)),
    rows: int32([ROWS], count(ROWS, 4)),
    targets: int32([ROWS], count(ROWS, 7)),
  }
  for (const { name } of graph.inputs) feeds[name] ??= float32(kept, new Float32Array(kept.reduce((a, b) => a * b)).fill(0.1))
  const fed = graph.inputs.map(({ name }) => [name, feeds[name]!] as const)
  return Object.fromEntries([...fed, ...graph.weights.map(({ name }) => [name, weights.get(name)] as const)])
}

describe.each(architectures)('the architecture $id', ({ id }) => {
  const folder = examples[id]!()
  afterAll(() => folder[Symbol.dispose]())
  const model = openModel(folder.path)
  const { score, decode } = model.graphs

  it('finds each matrix that compression works on', () => {
    expect(model.linears.length).toBeGreaterThan(0)
    expect(missedLinears(model)).toEqual([])
    expect(missedLinears({ ...model, linears: model.linears.slice(1) })).toHaveLength(1)
    expect(missedLinears({ ...model, linears: [...model.linears, { name: 'lm_head.weight', out: 1, in: 1 }] })).toHaveLength(1)
  })

  it('has another hash when one bit of any weight differs', () => {
    const before = model.weights
    const hashes = new Set([before.hash()])
    for (const name of before.names()) {
      const { path, offset } = before.place(name)!
      const bytes = readFileSync(path)
      bytes[offset]! ^= 1
      writeFileSync(path, bytes)
      const after = openModel(folder.path).weights
      expect(after.names().filter((other) => after.tensorHash(other) !== before.tensorHash(other))).toEqual([name])
      hashes.add(after.hash())
      bytes[offset]! ^= 1
      writeFileSync(path, bytes)
    }
    expect(hashes.size).toBe(before.names().length + 1)
    expect(openModel(folder.path).weights.hash()).toBe(before.hash())
  })

  it('takes the same weights in both graphs, and asks and answers as language graphs do', () => {
    const shapes = model.weights.names().map((name) => ({ name, type: 'float32', dims: model.weights.dims(name) }))
    const blocks = Array.from({ length: model.config.blocks }, (_, i) => i)
    for (const graph of [score, decode]) expect(graph.weights).toEqual(shapes)
    const names = (values: readonly { readonly name: string }[]) => values.map(({ name }) => name).sort()
    expect(names(score.inputs)).toEqual(['ids', 'rows', 'targets'])
    expect(names(score.outputs)).toEqual(['best', 'logprob'])
    const kept = (when: string) => blocks.flatMap((i) => [`${when}_key_${i}`, `${when}_value_${i}`])
    expect(names(decode.inputs)).toEqual(['ids', ...kept('past')].sort())
    expect(names(decode.outputs)).toEqual(['best', ...kept('present')].sort())
  })

  it('gathers the rows that are asked for before it projects onto the vocabulary', () => {
    expect(ungathered(score)).toEqual([])
    const late = { ...score, nodes: score.nodes.map((node) => (node.op === 'Gather' ? { ...node, op: 'Identity' } : node)) }
    expect(ungathered(late)).toEqual(['ids'])
  })

  it('survives the round trip through a file', () => {
    for (const graph of [score, decode]) expect(readGraph(writeGraph(graph))).toEqual(graph)
  })

  describeSwiftShader('on WebGPU', () => {
    it('leaves no arithmetic on hidden states to the processor; were it so, this would show', () => {
      // the runtime has no such kernel for WebGPU
      const nodes = score.nodes.map((node) => (node.op === 'Softmax' ? { ...node, op: 'LogSoftmax' } : node))
      const wrong = { ...score, nodes }
      const placed = placeOnWebGpu([score, decode, wrong].map((graph) => ({ graph, feeds: feedsOf(model, graph) })))
      for (const nodes of placed) expect(nodes.filter(({ provider }) => provider === 'WebGpu').length).toBeGreaterThan(20)
      expect(placed.slice(0, 2).map(besides)).toEqual([[], []])
      expect(besides(placed[2]!).map(({ op }) => op)).toContain('LogSoftmax')
    })
  })
})
