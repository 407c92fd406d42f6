import { setImmediate } from 'node:timers/promises'
import { LabError } from '../../base/errors.ts'
import { freeBuffer, int32 } from '../../base/tensor.ts'
import type { StatName, Stats } from '../../compress/method.ts'
import { layerOf, type StatsSource } from '../../compress/recipe.ts'
import type { Engine, Session } from '../../engine/session.ts'
import type { LanguageModel } from '../../models/model.ts'
import type { Graph } from '../../onnx/graph.ts'
import { solverOf } from '../solve.ts'
import { createKeeper, type StatsKeeper } from './keep-stats.ts'
import { createPassage, type Carried } from './passage.ts'
import { statsGraph } from './stats-graph.ts'

/** Statistics from a model at work in an engine on samples of equal length: block after block of its matrices, as paper.md 4.7. */
export function createStats(
  { graphs, linears }: Pick<LanguageModel, 'graphs' | 'linears'>,
  samples: readonly Int32Array[],
  order: StatsSource['order'],
  engine: Pick<Engine, 'open' | 'beside'>,
  batchTokens: number,
  keeper: StatsKeeper = createKeeper(0),
): StatsSource {
  const byBlock = Map.groupBy(linears, ({ name }) => layerOf(name))
  const stages = [...byBlock.values()].map((stage) => stage.map(({ name }) => name))
  const passage = createPassage(graphs.logits, order === 'blocks' ? stages : [])
  return {
    order,
    elsewhere: solverOf(engine),
    stages,
    async of(names, weights, needs, signal) {
      // the whole way there, whatever of it is gone again: its weights decide the numbers
      const { graph, outputs } = statsGraph(graphs.logits, names, needs)
      return keeper.of({ names, needs, graph, weights }, async () => {
        const sums = await passage.sums(names, weights, needs, async (part, carried) => {
          const session = await engine.open(part, weights)
          try {
            return await sumOver(session, part, samples, batchTokens, signal, carried)
          } finally {
            await session.close()
          }
        })
        const made = new Map<object, Partial<Stats>>()
        for (const [name, found] of outputs) {
          if (!made.has(found)) made.set(found, await toStats(name, sums, found, samples.length))
        }
        return new Map([...outputs].map(([name, found]) => [name, made.get(found)!]))
      })
    },
  }
}

/** Every output of the graph, added up over all samples in float64, but for those that are carried on. */
export async function sumOver(
  session: Session,
  graph: Graph,
  samples: readonly Int32Array[],
  batchTokens: number,
  signal: AbortSignal | undefined,
  carried?: Carried,
): Promise<ReadonlyMap<string, Float64Array>> {
  const sums = new Map<string, Float64Array>()
  const names = graph.outputs.map(({ name }) => name)
  const length = samples[0]!.length
  const atOnce = Math.max(1, Math.floor(batchTokens / length))
  for (let from = 0; from < samples.length; from += atOnce) {
    const batch = samples.slice(from, from + atOnce)
    const ids = new Int32Array(batch.length * length)
    batch.forEach((sample, i) => ids.set(sample, i * length))
    const all = { ids: int32([batch.length, length], ids), rows: int32([ids.length], Int32Array.from(ids.keys())) }
    const given = { ...all, ...carried?.before?.[from / atOnce] }
    const feeds = Object.fromEntries(Object.entries(given).filter(([name]) => graph.inputs.some((input) => input.name === name)))
    const found = await session.run(feeds, names, signal)
    carried?.after.push(Object.fromEntries(carried.names.map((name) => [name, found[name]!])))
    for (const name of names) {
      if (carried?.names.includes(name)) continue
      const data = found[name]!.data as Float32Array
      const sum = sums.get(name) ?? new Float64Array(data.length)
      await inStretches(data.length, (from, to) => {
        for (let i = from; i < to; i++) sum[i]! += data[i]!
      })
      sums.set(name, sum)
      if (data.byteLength === data.buffer.byteLength) freeBuffer(data.buffer)
    }
  }
  return sums
}

async function toStats(
  name: string,
  sums: ReadonlyMap<string, Float64Array>,
  { inputNorm, hessian }: Readonly<Partial<Record<StatName, string>>>,
  samples: number,
): Promise<Partial<Stats>> {
  const norms = inputNorm === undefined ? undefined : sums.get(inputNorm)!
  const products = hessian === undefined ? undefined : sums.get(hessian)!
  for (const sum of [norms, products]) if (sum) await checkSums(name, sum)
  // in its place: that of a wide layer takes a gigabyte
  if (products) {
    await inStretches(products.length, (from, to) => {
      for (let i = from; i < to; i++) products[i] = (2 * products[i]!) / samples
    })
  }
  return {
    ...(norms && { inputNorm: Float32Array.from(norms, Math.sqrt) }),
    ...(products && { hessian: products }),
  }
}

async function checkSums(name: string, sums: Float64Array): Promise<void> {
  await inStretches(sums.length, (from, to) => {
    // x − x is 0 for every finite x
    let rest = 0
    for (let i = from; i < to; i++) rest += sums[i]! - sums[i]!
    if (rest === 0) return
    const bad = sums.find((sum) => !Number.isFinite(sum))
    throw new LabError('compress/stats', `Expected finite inputs of ${name} on the calibration text, got ${bad} (number) in a sum of them.`) // prettier-ignore
  })
}

/** Numbers that are gone through between two turns of other work: some 50 ms. */
const STRETCH = 1 << 23

/** Goes through so many numbers in stretches, so that other work has its turn: a wide layer has a hundred million. */
async function inStretches(length: number, go: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < length; from += STRETCH) {
    if (from > 0) await setImmediate()
    go(from, Math.min(from + STRETCH, length))
  }
}
