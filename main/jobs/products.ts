import { float64 } from '../base/tensor.ts'
import type { Multiply } from '../compress/products.ts'
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
 * Products of float64 matrices in an engine, tile by tile, so that memory stays small and a stop is heeded within a second; undefined where
 * the engine has none. One for each engine, its two graphs loaded with the first product and gone with the engine.
 */
export function productsOf(engine: Runtime): Multiply | undefined {
  if (!EXACT.includes(engine.device.provider)) return undefined
  const made = known.get(engine) ?? openProducts(engine)
  known.set(engine, made)
  return made
}

function openProducts(engine: Runtime): Multiply {
  const sessions = new Map<boolean, Promise<Session>>()
  async function sessionFor(isTransposed: boolean): Promise<Session> {
    const opening = sessions.get(isTransposed) ?? engine.open(productGraph(isTransposed), heldWeights(new Map()))
    sessions.set(isTransposed, opening)
    return opening.catch((error: unknown) => {
      sessions.delete(isTransposed) // the next product tries again
      throw error
    })
  }
  return async (product, breathe) => {
    const session = await sessionFor(product.isTransposed)
    const { a, b, m, k, n, isTransposed } = product
    const c = new Float64Array(m * n)
    for (const [i, rows] of tiles(m)) {
      for (const [l, terms] of tiles(k)) {
        for (const [j, columns] of tiles(n)) {
          await breathe()
          const tileOfB = isTransposed
            ? float64([columns, terms], part(b, k, j, l, columns, terms))
            : float64([terms, columns], part(b, n, l, j, terms, columns))
          const made = await session.run({ a: float64([rows, terms], part(a, k, i, l, rows, terms)), b: tileOfB }, ['c'])
          addTile(c, n, made.c.data as Float64Array, i, j, columns)
        }
      }
    }
    return c
  }
}

function productGraph(isTransposed: boolean): Graph {
  const g = new GraphBuilder(isTransposed ? 'product with the transposed' : 'product')
  const a = g.input('a', 'float64', ['m', 'k'])
  const b = g.input('b', 'float64', isTransposed ? ['n', 'k'] : ['k', 'n'])
  g.output('c', isTransposed ? g.gemm(a, b, { transB: true }) : g.matmul(a, b), 'float64', ['m', 'n'])
  return g.finish()
}

/** Where tiles of a dimension begin, and how long they are: equal lengths, as far as that goes. */
function* tiles(length: number): Generator<readonly [number, number]> {
  const size = Math.ceil(length / Math.ceil(length / TILE))
  for (let from = 0; from < length; from += size) yield [from, Math.min(size, length - from)]
}

/** A block of a matrix with rows of `width`; the matrix itself where it is the whole of it. */
function part(of: Float64Array, width: number, row: number, column: number, rows: number, columns: number): Float64Array {
  if (columns === width) return of.subarray(row * width, (row + rows) * width)
  const block = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * width + column
    block.set(of.subarray(at, at + columns), i * columns)
  }
  return block
}

function addTile(c: Float64Array, width: number, tile: Float64Array, row: number, column: number, columns: number): void {
  for (let i = 0; i * columns < tile.length; i++) {
    const to = (row + i) * width + column
    for (let j = 0; j < columns; j++) c[to + j]! += tile[i * columns + j]!
  }
}
