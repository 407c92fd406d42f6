import { int64, type ElementType, type Tensor } from '../base/tensor.ts'
import { checkGraph } from './check.ts'
import type { Attribute, Graph, OpNode, ValueInfo } from './graph.ts'

/** What our own graphs are written in: the newest that every provider has kernels for (platform.md A7). */
export const OPSET = 18

/** A value inside a graph under construction, by its name. */
export type Value = string
type Attributes = Readonly<Record<string, Attribute>>

const int = (value: number): Attribute => ({ kind: 'int', value })
const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value })

/** Writes a graph node by node, with a name for each value; `start` is a graph to go on from. */
export class GraphBuilder {
  readonly #name: string
  readonly #start: Graph | undefined
  readonly #inputs: ValueInfo[]
  readonly #weights: ValueInfo[]
  readonly #constants: Map<string, Tensor>
  readonly #nodes: OpNode[]
  readonly #results: { readonly value: Value; readonly info: ValueInfo }[] = []
  readonly #known = new Map<string, Value>()
  readonly #taken = new Set<string>()
  #count = 0

  constructor(name: string, start?: Graph) {
    this.#name = name
    this.#start = start
    this.#inputs = [...(start?.inputs ?? [])]
    this.#weights = [...(start?.weights ?? [])]
    this.#constants = new Map(start?.constants)
    this.#nodes = [...(start?.nodes ?? [])]
    for (const { name } of [...this.#inputs, ...this.#weights]) this.#taken.add(name)
    for (const name of this.#constants.keys()) this.#taken.add(name)
    for (const { name, outputs } of this.#nodes) for (const taken of [name, ...outputs]) this.#taken.add(taken)
  }

  /** Something fed at every run. */
  input(name: string, type: ElementType, dims: readonly (number | string)[]): Value {
    this.#inputs.push({ name, type, dims })
    this.#taken.add(name)
    return name
  }
  weight(name: string, dims: readonly number[]): Value {
    this.#weights.push({ name, type: 'float32', dims })
    this.#taken.add(name)
    return name
  }
  /** A small tensor that belongs to the structure; small equal ones are kept once. */
  constant(tensor: Tensor): Value {
    const { type, dims, data } = tensor
    // by bytes, for 0 and −0 are equal as numbers
    const bytes = data.length <= 64 && Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    const key = bytes === false ? this.#fresh('large') : `${type} ${dims.join()} ${bytes}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name = this.#fresh('constant')
    this.#constants.set(name, tensor)
    this.#known.set(key, name)
    return name
  }
  /** A float32 scalar. */
  number(value: number): Value {
    return this.constant({ type: 'float32', dims: [], data: Float32Array.of(value) })
  }
  /** A list of int64: what shapes, axes and ends are. */
  list(values: readonly number[]): Value {
    return this.constant(int64([values.length], BigInt64Array.from(values, BigInt)))
  }

  /** Any operation with one output. An absent optional input is ''. */
  op(op: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.ops(op, inputs, attributes, 1)[0]!
  }
  /** Any operation, with as many outputs as asked for. */
  ops(op: string, inputs: readonly Value[], attributes: Attributes, outputs: number): Value[] {
    const name = this.#fresh(op)
    const values = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : this.#fresh(`${name}_${i}`)))
    this.#nodes.push({ op, name, inputs, outputs: values, attributes })
    return values
  }

  add = (a: Value, b: Value) => this.op('Add', [a, b])
  sub = (a: Value, b: Value) => this.op('Sub', [a, b])
  mul = (a: Value, b: Value) => this.op('Mul', [a, b])
  div = (a: Value, b: Value) => this.op('Div', [a, b])
  pow = (a: Value, b: Value) => this.op('Pow', [a, b])
  neg = (x: Value) => this.op('Neg', [x])
  sqrt = (x: Value) => this.op('Sqrt', [x])
  exp = (x: Value) => this.op('Exp', [x])
  log = (x: Value) => this.op('Log', [x])
  relu = (x: Value) => this.op('Relu', [x])
  sigmoid = (x: Value) => this.op('Sigmoid', [x])
  tanh = (x: Value) => this.op('Tanh', [x])
  erf = (x: Value) => this.op('Erf', [x])
  where = (condition: Value, yes: Value, no: Value) => this.op('Where', [condition, yes, no])
  equal = (a: Value, b: Value) => this.op('Equal', [a, b])
  less = (a: Value, b: Value) => this.op('Less', [a, b])
  greater = (a: Value, b: Value) => this.op('Greater', [a, b])

  matmul = (a: Value, b: Value) => this.op('MatMul', [a, b])
  /** a·b of two matrices, either of them transposed, plus a bias per column. */
  gemm = (
    a: Value,
    b: Value,
    { transA = false, transB = false, bias }: { transA?: boolean; transB?: boolean; bias?: Value } = {},
  ) =>
    this.op('Gemm', [a, b, ...(bias === undefined ? [] : [bias])], {
      ...(transA && { transA: int(1) }),
      ...(transB && { transB: int(1) }),
    })
  softmax = (x: Value, axis = -1) => this.op('Softmax', [x], { axis: int(axis) })
  logSoftmax = (x: Value, axis = -1) => this.op('LogSoftmax', [x], { axis: int(axis) })
  reduceSum = (x: Value, axes: readonly number[], keep = true) => this.#reduce('ReduceSum', x, axes, keep)
  reduceMean = (x: Value, axes: readonly number[], keep = true) => this.#reduce('ReduceMean', x, axes, keep)
  reduceMax = (x: Value, axes: readonly number[], keep = true) => this.#reduce('ReduceMax', x, axes, keep)
  /** Index of the largest along one axis, which goes away; ties: the lowest. int64. */
  argMax = (x: Value, axis = -1) => this.op('ArgMax', [x], { axis: int(axis), keepdims: int(0), select_last_index: int(0) })

  /** To a shape known now (0 = as in x, −1 = the rest) or computed in the graph. */
  reshape = (x: Value, dims: readonly number[] | Value) =>
    this.op('Reshape', [x, typeof dims === 'string' ? dims : this.list(dims)])
  transpose = (x: Value, perm: readonly number[]) => this.op('Transpose', [x], { perm: ints(perm) })
  expand = (x: Value, dims: readonly number[] | Value) =>
    this.op('Expand', [x, typeof dims === 'string' ? dims : this.list(dims)])
  squeeze = (x: Value, axes: readonly number[]) => this.op('Squeeze', [x, this.list(axes)])
  unsqueeze = (x: Value, axes: readonly number[]) => this.op('Unsqueeze', [x, this.list(axes)])
  concat = (values: readonly Value[], axis: number) => this.op('Concat', values, { axis: int(axis) })
  /** Equal pieces along one axis. */
  split = (x: Value, axis: number, pieces: number) =>
    this.ops('Split', [x], { axis: int(axis), num_outputs: int(pieces) }, pieces)
  /** From `start` to before `end` along one axis; both may be computed in the graph as int64 [1]. */
  slice = (x: Value, axis: number, start: number | Value, end: number | Value) =>
    this.op('Slice', [x, ...[start, end].map((at) => (typeof at === 'string' ? at : this.list([at]))), this.list([axis])])
  gather = (x: Value, indices: Value, axis = 0) => this.op('Gather', [x, indices], { axis: int(axis) })
  gatherElements = (x: Value, indices: Value, axis: number) => this.op('GatherElements', [x, indices], { axis: int(axis) })
  /** Dimensions of x as int64; `from` to before `to` where not all are wanted. */
  shape = (x: Value, from = 0, to?: number) =>
    this.op('Shape', [x], { ...(from !== 0 && { start: int(from) }), ...(to !== undefined && { end: int(to) }) })
  range = (start: Value, limit: Value, step: Value) => this.op('Range', [start, limit, step])
  cast = (x: Value, type: 'float32' | 'int32' | 'int64' | 'bool') =>
    this.op('Cast', [x], { to: int({ float32: 1, int32: 6, int64: 7, bool: 9 }[type]) })

  /** Makes a value an output under a name of its own; dims are free where a name stands. */
  output(name: string, value: Value, type: ElementType, dims: readonly (number | string)[]): void {
    this.#taken.add(name)
    this.#results.push({ value, info: { name, type, dims } })
  }

  /** The graph so far. Throws where it contradicts itself. */
  finish(): Graph {
    const before = this.#start?.outputs ?? []
    const written = new Set(this.#nodes.flatMap(({ outputs }) => outputs))
    for (const { name } of before) written.delete(name) // it has its name already
    const named = new Map<Value, Value>()
    const copies: OpNode[] = []
    for (const { value, info } of this.#results) {
      // the node itself writes under the output's name; what no node writes, or has two names, is copied
      if (written.delete(value)) named.set(value, info.name)
      else copies.push({ op: 'Identity', name: info.name, inputs: [value], outputs: [info.name], attributes: {} })
    }
    const rename = (values: readonly Value[]) => values.map((value) => named.get(value) ?? value)
    const graph: Graph = {
      name: this.#name,
      opset: this.#start?.opset ?? OPSET,
      inputs: [...this.#inputs],
      weights: [...this.#weights],
      constants: new Map(this.#constants),
      nodes: [...this.#nodes, ...copies].map((node) => ({
        ...node,
        inputs: rename(node.inputs),
        outputs: rename(node.outputs),
      })),
      outputs: [...before, ...this.#results.map(({ info }) => info)],
    }
    checkGraph(graph)
    return graph
  }

  #reduce(op: string, x: Value, axes: readonly number[], keep: boolean): Value {
    return this.op(op, [x, this.list(axes)], { keepdims: int(keep ? 1 : 0) })
  }
  #fresh(stem: string): string {
    let name: string
    do name = `${stem}_${this.#count++}`
    while (this.#taken.has(name))
    this.#taken.add(name)
    return name
  }
}
