import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { float32, sizeOf } from '../../main/base/tensor.ts'
import { keepAll } from '../../main/compress/bits.ts'
import { startEngine } from '../../main/engine/process.ts'
import { RawConfig } from '../../main/models/config.ts'
import { llama } from '../../main/models/llama.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { headFor, headGraph, headLearnable } from '../../main/train/head.ts'
import { labelled, readTexts } from '../../main/train/objectives/labelled.ts'
import { transfer } from '../../main/train/transfer.ts'
import { mixed } from '../make/mixed.ts'

interface Trained {
  readonly losses: readonly number[]
  readonly logits: readonly (readonly number[])[]
}
interface Golden extends Readonly<Record<'dense' | 'sparse', Trained>> {
  readonly config: object
  readonly texts: readonly (readonly number[])[]
  readonly labels: readonly number[]
  readonly held: string
  readonly rate: number
  readonly steps: number
}

/** From test/golden/make/head_torch.py. */
const golden = JSON.parse(readFileSync(new URL('../golden/head-torch.json', import.meta.url), 'utf8')) as Golden
const head = headFor(['a', 'b', 'c'])
const graph = headGraph(llama.read(new RawConfig('config.json', golden.config), new Set()).graphs.logits, head)

/** The weights that head_torch.py begins with. */
function firstWeights() {
  let k = 0
  const named = graph.weights.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return heldWeights(
    new Map(
      named.map(({ name, dims }) => {
        const draw = () => Math.fround((name.includes('norm') ? 1 : 0) + (mixed(++k) - 0.5) * 0.8)
        return [name, float32(dims as number[], Float32Array.from({ length: sizeOf(dims as number[]) }, draw))]
      }),
    ),
  )
}

function everyThirdGone(length: number) {
  const mask = keepAll(length)
  for (let i = 0; i < length; i += 3) mask.bits[i >> 3]! &= ~(128 >> (i & 7))
  return mask
}

it.each(['dense', 'sparse'] as const)('trains a head as PyTorch does: %s', async (kind) => {
  const engine = await startEngine({ provider: 'cpu', threads: 1 })
  try {
    const ids = golden.texts.map((text) => Int32Array.from(text))
    const items = ids.map((text, i) => ({ ids: text, label: golden.labels[i]! }))
    const weights = firstWeights()
    const size = sizeOf(weights.dims(golden.held))
    const masks = new Map(kind === 'sparse' ? [[golden.held, everyThirdGone(size)]] : [])
    const settings = {
      ...{ transfer: kind, decays: () => false },
      adam: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      schedule: { kind: 'constant', peak: golden.rate, warmup: 0, steps: golden.steps },
    } as const
    const lessons = labelled(items, head, { batch: items.length, seed: 1 })
    const { weights: trained, log } = await transfer(engine, headLearnable(graph, head), weights, masks, lessons, settings, { nowMs: () => performance.now() }) // prettier-ignore
    const session = await engine.open(graph, trained)
    const rows = await readTexts(session, ids, { batchTokens: 64 })
    // float32 against float64: AdamW divides each slope by its own size, so that one near 0 may move a weight by as much as the rate
    log.rows.forEach(({ loss }, step) => expect(loss).toBeCloseTo(golden[kind].losses[step]!, 4))
    expect(log.rows).toHaveLength(golden.steps)
    rows.forEach((row, i) => row.forEach((x, c) => expect(x).toBeCloseTo(golden[kind].logits[i]![c]!, 3)))
  } finally {
    await engine.close()
  }
})
