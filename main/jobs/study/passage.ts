import type { StatName } from '../../compress/method.ts'
import type { Feeds } from '../../engine/session.ts'
import type { Graph, Weights } from '../../onnx/graph.ts'
import { identityOf } from './keep-stats.ts'
import { beginAt, cutsOf, keepOnly, statsGraph, type Cut } from './stats-graph.ts'

/** Hidden states that enter a run over all samples and that leave it, for each batch. */
export interface Carried {
  readonly before: readonly Feeds[] | undefined
  /** Outputs that are not summed but go to `after`. */
  readonly names: readonly string[]
  readonly after: Feeds[]
}

/** Hidden states before a stage, for each batch, and the weights that they were made by. */
interface Held {
  readonly stage: number
  readonly cut: Cut
  readonly batches: readonly Feeds[]
  readonly madeBy: ReadonlyMap<string, string>
}

/** A model gone through stage by stage (paper.md 4.7), so that no stage is run for each of those after it. */
export interface Passage {
  /** Sums for the matrices named, by a run of the part of the graph that leads there from what is held. */
  sums<S>(
    names: readonly string[],
    weights: Weights,
    needs: readonly StatName[],
    run: (part: Graph, carried: Carried) => Promise<S>,
  ): Promise<S>
}

/**
 * Goes on from the hidden states before the last stage asked for, samples × length × width floats in memory; from the ids where a stage is
 * asked for that lies before them, by other weights than they were made by, or together with another.
 */
export function createPassage(graph: Graph, stages: readonly (readonly string[])[]): Passage {
  const cuts = cutsOf(graph, stages)
  let held: Held | undefined
  return {
    async sums(names, weights, needs, run) {
      const stage = stages.findIndex((stage) => names.every((name) => stage.includes(name)))
      const start = held && held.stage <= stage && isMadeBy(held, weights) ? held : undefined
      // what no later stage goes on from need not be held
      const isOn = stage < stages.length - 1 && start?.stage !== stage
      const cut = isOn ? cuts[stage] : undefined
      const { graph: part } = statsGraph(start ? beginAt(graph, start.cut) : graph, names, needs, cut)
      const after: Feeds[] = []
      const found = await run(part, { before: start?.batches, names: cut?.map(({ name }) => name) ?? [], after })
      if (cut) held = { stage, cut, batches: after, madeBy: makersOf(graph, cut, weights) }
      return found
    },
  }
}

function isMadeBy({ madeBy }: Held, weights: Weights): boolean {
  return [...madeBy].every(([name, identity]) => identityOf(weights, name) === identity)
}

function makersOf(graph: Graph, cut: Cut, weights: Weights): ReadonlyMap<string, string> {
  const before = keepOnly(graph, new Set(cut.map(({ name }) => name)))
  return new Map(before.weights.map(({ name }) => [name, identityOf(weights, name)]))
}
