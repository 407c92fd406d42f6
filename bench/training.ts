import { existsSync, readFileSync } from 'node:fs'
import { createRng } from '../main/base/rng.ts'
import { startEngine } from '../main/engine/process.ts'
import type { Feeds } from '../main/engine/session.ts'
import { languageGradients, LOSS } from '../main/grad/loss.ts'
import { blueprintOf, firstWeights } from '../main/jobs/pretrain/model-folder.ts'
import { readRecipe } from '../main/jobs/pretrain/recipe.ts'
import { heldWeights } from '../main/models/weights.ts'
import type { Graph } from '../main/onnx/graph.ts'
import { createLearner } from '../main/train/learner.ts'
import { train } from '../main/train/loop.ts'
import { needOf } from '../main/train/memory.ts'
import { packed } from '../main/train/objectives/packed.ts'
import { carryOf, updateFeeds } from '../main/train/optimiser.ts'

/** What a training step of a recipe costs. bench/training_torch.py measures the same step in PyTorch. */
export interface TrainingFigures {
  readonly threads: number
  readonly parameters: number
  readonly vocabulary: number
  /** Tokens learned from per second: of the median step of a training. */
  readonly tokensPerSecond: number
  /** Milliseconds inside the runtime: of the loss alone, of what its gradients add, of what clipping and AdamW add. Medians. */
  readonly forwardMs: number
  readonly backwardMs: number
  readonly updateMs: number
  /** Share of the time of the training that the runtime was not busy, 0..1. */
  readonly outsideShare: number
  /** Most memory that training added to the idle engine, and what checkMemory reckons with; null where the system does not tell. */
  readonly megabytes: number | null
  readonly neededMegabytes: number
}

/** Trains the model of a recipe on random ids for `steps` steps after `WARM` more; the parts are timed over as many runs each. */
export async function benchTraining(file: string, threads = 0, steps = 30): Promise<TrainingFigures> {
  const recipe = readRecipe(file)
  const { graphs, config } = blueprintOf(recipe)
  const names = graphs.logits.weights.map(({ name }) => name)
  const weights = heldWeights(firstWeights(recipe))
  const { batch, length, seed, optimiser } = recipe
  const [beta1, beta2] = optimiser.betas
  const adam = { beta1, beta2, epsilon: optimiser.epsilon, weightDecay: optimiser.weightDecay }
  const gradients = languageGradients(graphs.logits, names)
  const decays = (name: string) => !name.includes('norm')
  const learner = createLearner(gradients, names, weights, { epsilon: adam.epsilon, decays, clipNorm: optimiser.clipNorm ?? 1 })
  const rng = createRng('bench')
  const total = WARM + steps
  const ids = Int32Array.from({ length: total * batch * length + 1 }, () => rng.int(config.vocabulary))
  const lessons = packed(ids, { batch, length, seed })

  const engine = await startEngine({ provider: 'cpu', threads })
  const idle = memoryOf(engine.pid(), 'VmRSS')
  const schedule = { kind: optimiser.schedule, peak: optimiser.learningRate, warmup: WARM, steps: total }
  // before the parts are timed, so that the most memory is of the training
  const { rows, spent } = await train(engine, learner, lessons, { adam, schedule }, { nowMs: () => performance.now() })
  const most = memoryOf(engine.pid(), 'VmHWM')

  const { feeds } = lessons.at(1)[0]!
  const step = { ...feeds, ...updateFeeds(adam, { step: 1, rate: 0, isFirst: true, isLast: true }) }
  async function insideOf(graph: Graph, fed: Feeds): Promise<number> {
    const start = heldWeights(new Map(graph.weights.map(({ name }) => [name, learner.start.get(name)!])))
    const session = await engine.open(graph, start, carryOf(graph))
    const chain = session.chain()
    const times: number[] = []
    for (let i = 0; i < total; i++) {
      const before = engine.meter().insideMs
      await chain.run(fed, [LOSS])
      times.push(engine.meter().insideMs - before)
    }
    chain.end()
    await session.close()
    return median(times.slice(WARM))
  }
  const forward = await insideOf(leadingTo(gradients, LOSS), feeds)
  const both = await insideOf(gradients, feeds)
  const whole = await insideOf(learner.graph, step)
  await engine.close()
  const need = needOf(learner.graph, lessons.sizes)
  return {
    ...{ threads: engine.device.threads, vocabulary: config.vocabulary },
    parameters: names.reduce((sum, name) => sum + weights.get(name).data.length, 0),
    tokensPerSecond: median(rows.slice(WARM).map((row) => row.tokensPerSecond)),
    ...{ forwardMs: forward, backwardMs: both - forward, updateMs: whole - both },
    outsideShare: 1 - spent.insideMs / spent.wallMs,
    megabytes: idle === null || most === null ? null : (most - idle) / 1e6,
    neededMegabytes: (need.heldBytes + need.betweenBytes) / 1e6,
  }
}

/** Steps and runs that are not counted: the first ones lay out memory. */
const WARM = 5

/** What of a graph one output needs. */
function leadingTo(graph: Graph, output: string): Graph {
  const used = new Set([output])
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    const isUsed = outputs.some((name) => used.has(name))
    if (isUsed) for (const name of inputs) used.add(name)
    return isUsed
  })
  const constants = new Map([...graph.constants].filter(([name]) => used.has(name)))
  return { ...graph, nodes: nodes.reverse(), constants, outputs: graph.outputs.filter(({ name }) => name === output) }
}

/** Bytes of a process now (VmRSS) or at most so far (VmHWM), as Linux tells; elsewhere null. */
function memoryOf(pid: number | undefined, field: 'VmRSS' | 'VmHWM'): number | null {
  const path = `/proc/${pid}/status`
  if (!existsSync(path)) return null
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) * 1024
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
