import { sha256 } from '../../base/files.ts'
import type { StatName, Stats } from '../../compress/method.ts'
import type { Graph, Weights } from '../../onnx/graph.ts'

type Found = ReadonlyMap<string, Partial<Stats>>

/** Statistics of a model on one text, so that levels which hand on the same to a block do not measure it anew. */
export interface StatsKeeper {
  /** What is kept of the inputs of the matrices named, by a graph that leads there over these weights; else what `measure` finds. */
  of(wish: Wish, measure: () => Promise<Found>): Promise<Found>
}
interface Wish {
  readonly names: readonly string[]
  readonly needs: readonly StatName[]
  readonly graph: Graph
  readonly weights: Weights
}

/** Keeps statistics of up to so many bytes; those used longest ago go first, and what alone is larger is not kept at all. */
export function createKeeper(mostBytes: number): StatsKeeper {
  const kept = new Map<string, { readonly found: Found; readonly bytes: number }>()
  let total = 0
  return {
    async of(wish, measure) {
      const key = keyOf(wish)
      const known = kept.get(key)
      kept.delete(key)
      if (known) {
        kept.set(key, known) // now the one used last
        return known.found
      }
      const found = await measure()
      const bytes = bytesOf(found)
      if (bytes > mostBytes) return found
      kept.set(key, { found, bytes })
      total += bytes
      for (const [oldest, { bytes: freed }] of kept) {
        if (total <= mostBytes) break
        kept.delete(oldest)
        total -= freed
      }
      return found
    },
  }
}

/** What decides the numbers: what is asked for, and the weights that lead there. */
function keyOf({ names, needs, graph, weights }: Wish): string {
  const used = graph.weights.map(({ name }) => [name, identityOf(weights, name)])
  return sha256(JSON.stringify([names, needs, used]))
}

/** Tells a weight apart from any other. */
export function identityOf(weights: Weights, name: string): string {
  const place = weights.place(name)
  // what still lies where it was read from need not be read again to be told apart
  return place ? `${place.path}@${place.offset}` : weights.tensorHash(name)
}

function bytesOf(found: Found): number {
  // matrices with one input share its statistics
  const arrays = new Set([...found.values()].flatMap(({ inputNorm, hessian }) => [inputNorm, hessian]))
  return [...arrays].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0)
}
