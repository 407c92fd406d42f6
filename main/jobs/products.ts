import { float32, float64, type Tensor } from '../base/tensor.ts'
import type { Multiply, Part } from '../compress/products.ts'
import type { Engine, Session } from '../engine/session.ts'
import { GraphBuilder } from '../onnx/build.ts'
import type { Graph } from '../onnx/graph.ts'
import { heldWeights } from '../models/weights.ts'

/** Providers with float64 products. WebGPU has none, and float32 in their place would be another result. */
const EXACT = ['cpu', 'cuda']

/** Rows, columns and terms of a product at once: 0.3 s of one core, and 60 MB on the way to the engine and back. */
export const TILE = 1536

type Runtime = Pick<Engine, 'open' | 'device'>
const known = new WeakMap<Runtime, Multiply>()

/**
 * Products of matrices in an engine, tile by tile, so that memory stays small and a stop is heeded within a second; undefined where the
 * engine has none in float64. One for each engine, its graphs loaded with the first product of their kind and gone with the engine.
 */
export function productsOf(engine: Runtime): Multiply | undefined {
  if (!EXACT.includes(engine.device.provider)) return undefined
  const made = known.get(engine) ?? openProducts(engine)
  known.set(engine, made)
  return made
}

function openProducts(engine: Runtime): Multiply {
  const sessions = new Map<string, Promise<Session>>()
  async function sessionFor(kind: Kind): Promise<Session> {
    const key = JSON.stringify(kind)
    const opening = sessions.get(key) ?? engine.open(productGraph(kind), heldWeights(new Map()))
    sessions.set(key, opening)
    return opening.catch((error: unknown) => {
      sessions.delete(key) // the next product tries again
      throw error
    })
  }
  return async ({ a, b, c, m, k, n, isATransposed = false, isBTransposed = false, isSubtracted = false }, breathe) => {
    const kind: Kind = { type: c.data instanceof Float32Array ? 'float32' : 'float64', isATransposed, isBTransposed }
    const session = await sessionFor(kind)
    for (const [i, rows] of tiles(m)) {
      for (const [l, terms] of tiles(k)) {
        const tileOfA = isATransposed ? pack(kind, a, l, i, terms, rows) : pack(kind, a, i, l, rows, terms)
        for (const [j, columns] of tiles(n)) {
          await breathe()
          const tileOfB = isBTransposed ? pack(kind, b, j, l, columns, terms) : pack(kind, b, l, j, terms, columns)
          const made = await session.run({ a: tileOfA, b: tileOfB }, ['c'])
          put(c, made.c, i, j, isSubtracted ? 'subtract' : l === 0 ? 'set' : 'add')
        }
      }
    }
  }
}

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
