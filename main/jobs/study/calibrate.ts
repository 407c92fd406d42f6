import { LabError } from '../../base/errors.ts'
import { int32 } from '../../base/tensor.ts'
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
        return new Map(
          [...outputs].map(([name, found]) => {
            const known = made.get(found) ?? toStats(name, sums, found, samples.length)
            made.set(found, known)
            return [name, known]
          }),
        )
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
      for (let i = 0; i < data.length; i++) sum[i]! += data[i]!
      sums.set(name, sum)
    }
  }
  return sums
}

function toStats(
  name: string,
  sums: ReadonlyMap<string, Float64Array>,
  { inputNorm, hessian }: Readonly<Partial<Record<StatName, string>>>,
  samples: number,
): Partial<Stats> {
  for (const output of [inputNorm, hessian]) {
    const bad = output === undefined ? undefined : sums.get(output)!.find((sum) => !Number.isFinite(sum))
    if (bad !== undefined) {
      throw new LabError('compress/stats', `Expected finite inputs of ${name} on the calibration text, got ${bad} (number) in a sum of them.`) // prettier-ignore
    }
  }
  return {
    ...(inputNorm !== undefined && { inputNorm: Float32Array.from(sums.get(inputNorm)!, Math.sqrt) }),
    ...(hessian !== undefined && { hessian: scaled(sums.get(hessian)!, samples) }),
  }
}

/** 2/n of a sum over n samples, in its place: that of a wide layer takes a gigabyte. */
function scaled(sum: Float64Array, samples: number): Float64Array {
  for (let i = 0; i < sum.length; i++) sum[i] = (2 * sum[i]!) / samples
  return sum
}
