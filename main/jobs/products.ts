import { float32, float64, type Tensor } from '../base/tensor.ts'
import type { Multiply, Part } from '../compress/products.ts'
import type { Held, Loaded, Runtime } from '../engine/ort.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'
import { writeGraph } from '../onnx/write.ts'

/** Rows, columns and terms of a product at once: what is copied for it takes 60 MB. */
export const TILE = 1536

type Plain = Pick<Runtime, 'load'>
const known = new WeakMap<Plain, Multiply>()

/** Products of matrices by a runtime on the processor, in this process, tile by tile. Its graphs are loaded with the first product of their kind. */
export function productsIn(runtime: Plain): Multiply {
  const made = known.get(runtime) ?? openProducts(runtime)
  known.set(runtime, made)
  return made
}

function openProducts(runtime: Plain): Multiply {
  const graphs = new Map<string, Promise<Loaded>>()
  function graphFor(kind: Kind): Promise<Loaded> {
    const key = JSON.stringify(kind)
    const loading = graphs.get(key) ?? runtime.load('product', writeGraph(productGraph(kind)), {})
    graphs.set(key, loading)
    return loading
  }
  return async ({ a, b, c, m, k, n, isATransposed = false, isBTransposed = false, isSubtracted = false }, breathe) => {
    const kind: Kind = { type: c.data instanceof Float32Array ? 'float32' : 'float64', isATransposed, isBTransposed }
    const graph = await graphFor(kind)
    for (const [i, rows] of tiles(m)) {
      for (const [l, terms] of tiles(k)) {
        const tileOfA = isATransposed ? pack(kind, a, l, i, terms, rows) : pack(kind, a, i, l, rows, terms)
        for (const [j, columns] of tiles(n)) {
          await breathe()
          const tileOfB = isBTransposed ? pack(kind, b, j, l, columns, terms) : pack(kind, b, l, j, terms, columns)
          const { outputs } = await graph.run({ a: tileOfA, b: tileOfB }, NO_WEIGHTS, ['c'])
          put(c, outputs['c']!, i, j, isSubtracted ? 'subtract' : l === 0 ? 'set' : 'add')
        }
      }
    }
  }
}

const NO_WEIGHTS: ReadonlyMap<string, Held> = new Map()

/** What one graph serves. */
interface Kind {
  readonly type: 'float32' | 'float64'
  readonly isATransposed: boolean
  readonly isBTransposed: boolean
}

function productGraph({ type, isATransposed, isBTransposed }: Kind): Graph {
  const g = new GraphBuilder('product')
  const a = g.input('a', type, isATransposed ? ['k', 'm'] : ['m', 'k'])
  const b = g.input('b', type, isBTransposed ? ['n', 'k'] : ['k', 'n'])
  g.output('c', g.gemm(a, b, { transA: isATransposed, transB: isBTransposed }), type, ['m', 'n'])
  return g.finish()
}

/** Where tiles of a dimension begin, and how long they are: equal lengths, as far as that goes. */
function* tiles(length: number): Generator<readonly [number, number]> {
  const size = Math.ceil(length / Math.ceil(length / TILE))
  for (let from = 0; from < length; from += size) yield [from, Math.min(size, length - from)]
}

/** A block of a matrix as a tensor of its own; in place where it already lies so. */
function pack({ type }: Kind, { data, at, stride }: Part, row: number, column: number, rows: number, columns: number): Tensor {
  const from = at + row * stride + column
  const isThere = columns === stride && data instanceof (type === 'float32' ? Float32Array : Float64Array)
  const block = isThere ? data.subarray(from, from + rows * columns) : new (type === 'float32' ? Float32Array : Float64Array)(rows * columns) // prettier-ignore
  for (let i = 0; i < rows && !isThere; i++) block.set(data.subarray(from + i * stride, from + i * stride + columns), i * columns)
  const dims = [rows, columns]
  return block instanceof Float32Array ? float32(dims, block) : float64(dims, block)
}

function put(
  { data, at, stride }: Part,
  { dims, data: made }: Tensor,
  row: number,
  column: number,
  how: 'set' | 'add' | 'subtract',
): void {
  const [rows, columns] = dims as [number, number]
  const tile = made as Float64Array
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    const to = at + (row + i) * stride + column
    if (how === 'set') data.set(tile.subarray(from, from + columns), to)
    else if (how === 'add') for (let j = 0; j < columns; j++) data[to + j]! += tile[from + j]!
    else for (let j = 0; j < columns; j++) data[to + j]! -= tile[from + j]!
  }
}
