import { LabError } from '../base/errors.ts'
import { float32, int64, type FloatTensor, type Tensor } from '../base/tensor.ts'
import { BINS, countGraph, edgesGraph, MATRIX, runsGraph, thresholdGraph, type GraphScore } from '../compress/mask-graphs.ts'
import type { Mask, Quota, Stats } from '../compress/method.ts'
import type { Place } from '../compress/rank.ts'
import type { Engine, Feeds, Session } from '../engine/session.ts'
import { heldWeights, placedWeights } from '../models/weights.ts'
import type { Graph, MatrixShape, Weights } from '../onnx/graph.ts'

/** A matrix after pruning. */
export interface Pruned {
  readonly name: string
  readonly mask: Mask
  /** New weights [out, in]. */
  readonly w: FloatTensor
}

/** What is to be pruned, and how. */
export interface PruneWish {
  readonly matrices: readonly MatrixShape[]
  readonly weights: Weights
  readonly score: GraphScore
  readonly quota: Quota
  /** Norms of the inputs of each matrix, for Wanda. */
  readonly normOf?: (name: string) => Stats['inputNorm']
  readonly signal?: AbortSignal
}

/**
 * Pruning in an engine, matrix by matrix as each is taken: weights that lie on disk are read there, so that neither process holds more than
 * one, and a model larger than memory can be pruned. Masks are those of `select` (compress/mask.ts) with its 'exact' cut, bit for bit.
 */
export async function* pruneInEngine(engine: Pick<Engine, 'open'>, wish: PruneWish): AsyncGenerator<Pruned> {
  const { matrices, quota } = wish
  const { pattern, group, sparsity } = quota
  const desk = openDesk(engine, wish)
  try {
    if (pattern === 'free' && group === 'model') {
      yield* underThreshold(desk, matrices, sparsity)
      return
    }
    for (const matrix of matrices) {
      if (pattern === 'free' && group === 'layer') yield* underThreshold(desk, [matrix], sparsity)
      else {
        const goes = pattern === 'free' ? { count: Math.floor(matrix.in * sparsity) } : pattern
        const made = await desk.ask(`runs ${JSON.stringify(goes)}`, (shape, score) => runsGraph(shape, score, goes), matrix, {}, ['bits', 'pruned']) // prettier-ignore
        yield prunedOf(matrix, made)
      }
    }
  } finally {
    await desk.close()
  }
}

async function* underThreshold(desk: Desk, matrices: readonly MatrixShape[], sparsity: number): AsyncGenerator<Pruned> {
  const total = matrices.reduce((sum, { out, in: width }) => sum + out * width, 0)
  const place = await findPlace(desk, matrices, Math.floor(total * sparsity))
  let ties = place.ties
  for (const matrix of matrices) {
    const feeds = { value: scalar(place.value), ties: int64([], BigInt64Array.of(BigInt(ties))) }
    const made = await desk.ask('threshold', thresholdGraph, matrix, feeds, ['bits', 'pruned', 'equal'])
    ties = Math.max(0, ties - Number((made['equal']!.data as BigInt64Array)[0]))
    yield prunedOf(matrix, made)
  }
}

/** The place before which `rank` scores stand, as `findPlaces` of compress/rank.ts finds it: by counts in ever narrower ranges. */
async function findPlace(desk: Desk, matrices: readonly MatrixShape[], rank: number): Promise<Place> {
  let rest = rank
  let [low, high] = [0, Infinity] // scores are sizes
  for (;;) {
    const edges = high === Infinity ? await edgesOf(desk, matrices, { low, high: MOST, scale: 0 }, 0) : { least: low, most: high }
    ;[low, high] = [edges.least, edges.most]
    if (low === high) return { value: low, ties: rest }
    const range = { low, high, scale: Math.fround(Math.min(BINS / (high - low), MOST)) }
    const counts = new Float64Array(BINS)
    for (const matrix of matrices) {
      const made = await desk.ask('count', countGraph, matrix, feedsOf(range), ['counts'])
      ;(made['counts']!.data as Int32Array).forEach((count, bin) => (counts[bin]! += count))
    }
    let bin = 0
    while (bin < BINS && rest >= counts[bin]!) rest -= counts[bin++]!
    if (bin === BINS) refuse(`${rank} finite scores below the threshold, got fewer`)
    const inside = await edgesOf(desk, matrices, range, bin)
    if (inside.least === low && inside.most === high) refuse(`scores that differ by more than 1e-41, got ${low} to ${high}`)
    ;[low, high] = [inside.least, inside.most]
  }
}

function refuse(what: string): never {
  throw new LabError('compress/score', `Expected ${what}.`)
}

interface Range {
  readonly low: number
  readonly high: number
  readonly scale: number
}

/** Largest float32. */
const MOST = 3.4028234663852886e38

async function edgesOf(desk: Desk, matrices: readonly MatrixShape[], range: Range, bin: number) {
  let [least, most] = [Infinity, -Infinity]
  for (const matrix of matrices) {
    const feeds = { ...feedsOf(range), bin: int64([], BigInt64Array.of(BigInt(bin))) }
    const made = await desk.ask('edges', edgesGraph, matrix, feeds, ['least', 'most'])
    least = Math.min(least, (made['least']!.data as Float32Array)[0]!)
    most = Math.max(most, (made['most']!.data as Float32Array)[0]!)
  }
  return { least, most }
}

const scalar = (x: number) => float32([], Float32Array.of(x))
const feedsOf = (range: Range): Feeds => Object.fromEntries(Object.entries(range).map(([name, x]) => [name, scalar(x)]))

function prunedOf({ name, out, in: width }: MatrixShape, made: Readonly<Record<string, Tensor>>): Pruned {
  const bits = made['bits']!.data as Uint8Array
  return { name, mask: { bits, length: out * width }, w: made['pruned'] as FloatTensor }
}

/** Graphs at work, one session for each kind and size of matrix. */
interface Desk {
  ask(
    kind: string,
    graphOf: (shape: MatrixShape, score: GraphScore) => Graph,
    matrix: MatrixShape,
    feeds: Feeds,
    want: readonly string[],
  ): Promise<Record<string, Tensor>>
  close(): Promise<void>
}

function openDesk(engine: Pick<Engine, 'open'>, { weights, score, normOf, signal }: PruneWish): Desk {
  const sessions = new Map<string, Session>()
  return {
    async ask(kind, graphOf, matrix, feeds, want) {
      const key = `${kind} ${matrix.out} × ${matrix.in}`
      const only = onlyThat(weights, matrix.name)
      const known = sessions.get(key)
      const session = known ?? (await engine.open(graphOf(matrix, score), only))
      sessions.set(key, session)
      if (known) await session.use(only)
      const norm = score === 'wanda' ? { norm: float32([matrix.in], normOf!(matrix.name)) } : {}
      return session.run({ ...feeds, ...norm }, want, signal)
    },
    async close() {
      for (const session of sessions.values()) await session.close()
    },
  }
}

/** One weight under the name it has in the graphs. */
function onlyThat(weights: Weights, name: string): Weights {
  const place = weights.place(name)
  return place ? placedWeights(new Map([[MATRIX, place]])) : heldWeights(new Map([[MATRIX, weights.get(name)]]))
}
