import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fromErrno, LabError } from '../base/errors.ts'
import { float32, int64, type Tensor } from '../base/tensor.ts'
import { int } from '../onnx/attributes.ts'
import { checkGraph } from '../onnx/check.ts'
import type { ExternalPlace, Graph, MatrixShape, OpNode, ValueInfo, Weights } from '../onnx/graph.ts'
import { packMatrix, type Coded, type Packed } from '../onnx/nbits.ts'
import { writeGraph } from '../onnx/write.ts'
import type { LanguageModel } from './model.ts'

/** The files of an exported model; the graph names the data beside it. */
export const ONNX_GRAPH = 'model.onnx'
export const ONNX_DATA = 'model.onnx_data'

/** How one compressible matrix is stored in the file. */
export interface StoredMatrix {
  readonly name: string
  /** 2, 4 or 8 as a MatMulNBits node, 32 as plain numbers. */
  readonly bits: 2 | 4 | 8 | 32
  /** Columns that share a scale in the file; null where the numbers are plain. */
  readonly block: number | null
  /** Why a matrix that has codes is stored as the numbers they stand for; null elsewhere. */
  readonly note: string | null
}

/** What was written. */
export interface OnnxExport {
  /** Absolute paths. */
  readonly graph: string
  readonly data: string
  /** Bytes of both files. */
  readonly bytes: number
  readonly matrices: readonly StoredMatrix[]
}

export interface OnnxOptions {
  /** Codes that the weights of a matrix stand for, where there are any; asked for once per matrix, when its turn comes. */
  readonly codesOf?: (name: string) => Coded | undefined
  readonly signal?: AbortSignal
  /** Called after each weight with how many are done, of all. */
  readonly onWeight?: (done: number, total: number) => void
}

/**
 * Writes a model as ONNX into a folder: `model.onnx`, the exchange graph of LanguageGraphs, which Hugging Face Optimum, Transformers.js and
 * onnxruntime-genai know how to feed, and `model.onnx_data`, its numbers, whatever their size. Numbers are float32, as our own graphs
 * compute; a matrix with codes becomes a com.microsoft.MatMulNBits node with those very codes where the operation can hold them.
 * Written whole or not at all, weight by weight, so that the model never lies in memory whole. LabError 'file/exists' where either file is there.
 */
export async function writeOnnx(
  folder: string,
  { graphs, linears }: Pick<LanguageModel, 'graphs' | 'linears'>,
  weights: Weights,
  { codesOf = () => undefined, signal, onWeight }: OnnxOptions = {},
): Promise<OnnxExport> {
  const paths = { graph: join(folder, ONNX_GRAPH), data: join(folder, ONNX_DATA) }
  const present = Object.values(paths).find((path) => existsSync(path))
  if (present !== undefined) throw new LabError('file/exists', `Expected a new file, but ${present} is there already.`)
  const tag = `.${randomBytes(4).toString('hex')}.part`
  const parts = { graph: paths.graph + tag, data: paths.data + tag }
  try {
    mkdirSync(folder, { recursive: true })
    const form = new Form(graphs.exchange)
    const matrices = new Map<string, StoredMatrix>()
    const data = new DataFile(parts.data)
    try {
      for (const [i, { name }] of graphs.exchange.weights.entries()) {
        await setImmediate()
        if (signal?.aborted) throw new LabError('engine/stopped', 'The export was stopped, as asked.')
        const shape = linears.find((linear) => linear.name === name)
        const coded = shape && codesOf(name)
        const packed = coded ? packMatrix(shape, coded) : undefined
        if (typeof packed === 'object') form.code(shape!, packed, data)
        else form.keep(name, weights.get(name), data)
        if (shape) matrices.set(name, storedAs(name, packed))
        onWeight?.(i + 1, graphs.exchange.weights.length)
      }
      data.sync()
    } finally {
      data.close()
    }
    writeNew(parts.graph, form.finish())
    renameSync(parts.data, paths.data)
    renameSync(parts.graph, paths.graph)
    const bytes = statSync(paths.graph).size + statSync(paths.data).size
    return { ...paths, bytes, matrices: linears.map(({ name }) => matrices.get(name)!) }
  } catch (error) {
    for (const path of Object.values(parts)) rmSync(path, { force: true })
    throw fromErrno(error) ?? error
  }
}

function storedAs(name: string, packed: Packed | string | undefined): StoredMatrix {
  if (typeof packed !== 'object') return { name, bits: 32, block: null, note: packed ?? null }
  return { name, bits: packed.bits, block: packed.block, note: null }
}

/** The exchange graph as it comes to be: each weight with its place, each product with a coded matrix replaced. */
class Form {
  readonly #graph: Graph
  readonly #weights: ValueInfo[] = []
  readonly #places = new Map<string, ExternalPlace>()
  readonly #constants: Map<string, Tensor>
  readonly #instead = new Map<string, readonly OpNode[]>()

  constructor(graph: Graph) {
    this.#graph = graph
    this.#constants = new Map(graph.constants)
  }

  keep(name: string, tensor: Tensor, data: DataFile): void {
    this.#weights.push({ name, type: tensor.type, dims: tensor.dims })
    this.#places.set(name, data.write(tensor))
  }

  code({ name, out, in: width }: MatrixShape, packed: Packed, data: DataFile): void {
    const product = this.#graph.nodes.find(({ op, inputs }) => op === 'Gemm' && inputs[1] === name)
    if (!product) throw new RangeError(`Expected a product with ${name} in "${this.#graph.name}", found none.`)
    const { bits, block, blocks, order } = packed
    const put = (part: string, tensor: Tensor) => {
      this.keep(`${name}_${part}`, tensor, data)
      return `${name}_${part}`
    }
    const uint8 = (dims: readonly number[], bytes: Uint8Array): Tensor => ({ type: 'uint8', dims, data: bytes })
    const parts = [
      put('codes', uint8([out, blocks, (block * bits) / 8], packed.codes)),
      put('scales', float32([out, blocks], packed.scales)),
      put('zeros', uint8([out, Math.ceil((blocks * bits) / 8)], packed.zeros)),
    ]
    const nodes: OpNode[] = []
    let x = product.inputs[0]!
    if (order) {
      // inputs in the order of the groups, as act-order has left them
      const indices = `${name}_order`
      this.#constants.set(indices, int64([width], BigInt64Array.from(order, BigInt)))
      nodes.push({ op: 'Gather', name: `${name}_in_order`, inputs: [x, indices], outputs: [`${name}_input`], attributes: { axis: int(1) } }) // prettier-ignore
      x = `${name}_input`
    }
    const bias = product.inputs[2]
    nodes.push({
      op: 'MatMulNBits',
      domain: 'com.microsoft',
      name: product.name,
      inputs: [x, ...parts, ...(bias === undefined ? [] : ['', bias])],
      outputs: product.outputs,
      attributes: { K: int(width), N: int(out), bits: int(bits), block_size: int(block) },
    })
    this.#instead.set(product.name, nodes)
  }

  finish(): Uint8Array {
    const graph: Graph = {
      ...this.#graph,
      weights: this.#weights,
      constants: this.#constants,
      nodes: this.#graph.nodes.flatMap((node) => this.#instead.get(node.name) ?? [node]),
    }
    checkGraph(graph)
    return writeGraph(graph, this.#places)
  }
}

/** Large tensors begin on a page of their own, so that a runtime can map them (onnx/docs/ExternalData.md). */
const PAGE = 4096
const LINE = 64

class DataFile {
  readonly #file: number
  #end = 0
  constructor(path: string) {
    this.#file = openSync(path, 'wx')
  }
  write({ data }: Tensor): ExternalPlace {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const step = bytes.length < 16 * PAGE ? LINE : PAGE
    const offset = Math.ceil(this.#end / step) * step
    for (let done = 0; done < bytes.length;) {
      // one call writes 2 GiB at most
      done += writeSync(this.#file, bytes, done, Math.min(bytes.length - done, 1 << 30), offset + done)
    }
    this.#end = offset + bytes.length
    return { location: ONNX_DATA, offset, bytes: bytes.length }
  }
  sync(): void {
    fsyncSync(this.#file)
  }
  close(): void {
    closeSync(this.#file)
  }
}

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx')
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
