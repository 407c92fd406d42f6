import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import type { FloatTensor } from '../../main/base/tensor.ts'
import { startEngine } from '../../main/engine/process.ts'
import { exact, interpret } from '../../main/engine/reference.ts'
import type { Engine } from '../../main/engine/session.ts'
import { gradientOf } from '../../main/grad/backward.ts'
import { LOSS } from '../../main/grad/loss.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { firstHead, HEAD, headGraph, headLearnable, type Head } from '../../main/train/head.ts'
import { labelled, readTexts, type Labelled } from '../../main/train/objectives/labelled.ts'
import { transfer } from '../../main/train/transfer.ts'
import { decays, loopSettings, tinyLogits, tinyWeights } from '../make/learner.ts'

const classes: Head = { kind: 'classes', count: 3 }
const number: Head = { kind: 'number' }
const weightsWith = (head: FloatTensor) => {
  const weights = tinyWeights()
  return heldWeights(new Map([...weights.names().map((name) => [name, weights.get(name)] as const), [HEAD, head]]))
}

/** Texts whose label is told by one of their tokens, wherever it stands. */
function texts(count: number, seed: number): Labelled[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, () => {
    const ids = Int32Array.from({ length: 3 + rng.int(5) }, () => 3 + rng.int(17))
    const label = rng.int(3)
    ids[rng.int(ids.length)] = label
    return { ids, label }
  })
}

describe.each([
  ['classes', classes],
  ['a number', number],
] as const)('a head for %s', (_, head) => {
  const graph = headGraph(tinyLogits, head)
  let engine: Engine
  beforeAll(async () => {
    engine = await startEngine({ provider: 'cpu', threads: 1 })
  })
  afterAll(() => engine.close())

  it('has gradients that are finite differences of its loss, in float64', () => {
    const { gradients } = headLearnable(graph, head)
    const batch = labelled(texts(4, 1), head, { batch: 4, seed: 1 }).at(1)[0]!
    const weights = weightsWith(firstHead(graph, 1))
    const feeds = Object.fromEntries([
      ...Object.entries(batch.feeds).map(([name, { type, dims, data }]) => [
        name,
        exact(type, dims, Float64Array.from(data, Number)),
      ]),
      ...graph.weights.map(({ name }) => [
        name,
        exact('float32', weights.get(name).dims, Float64Array.from(weights.get(name).data)),
      ]),
    ]) as Parameters<typeof interpret>[1]
    for (const name of [HEAD, 'model.layers.0.self_attn.v_proj.weight']) {
      const slope = interpret(gradients, feeds, [gradientOf(name)])[gradientOf(name)]!.data
      for (const i of [0, 5, 11]) {
        const at = (step: number) => {
          const data = Float64Array.from(feeds[name]!.data, Number)
          data[i]! += step
          return Number(
            interpret(gradients, { ...feeds, [name]: exact('float32', feeds[name]!.dims, data) }, [LOSS])[LOSS]!.data[0],
          )
        }
        expect(Number(slope[i])).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6)
      }
    }
  })
  it('learns what texts are, and tells it of others', async () => {
    const lessons = labelled(texts(400, 2), head, { batch: 20, accumulate: 1, seed: 1 })
    const settings = { ...loopSettings(120, 0.02), transfer: 'dense', decays, clipNorm: 1 } as const
    const first = weightsWith(firstHead(graph, 1))
    const { weights } = await transfer(engine, headLearnable(graph, head), first, new Map(), lessons, settings, { nowMs: () => performance.now() }) // prettier-ignore
    const others = texts(100, 3)
    const errorOf = async (of: typeof weights) => {
      const session = await engine.open(graph, of)
      const rows = await readTexts(session, others.map(({ ids }) => ids), { batchTokens: 64 }) // prettier-ignore
      await session.close()
      const said = rows.map((row) => (head.kind === 'number' ? row[0]! : row.indexOf(Math.max(...row))))
      const wrong = others.map(({ label }, i) => (head.kind === 'number' ? (said[i]! - label) ** 2 : Number(said[i] !== label)))
      return wrong.reduce((a, b) => a + b) / others.length
    }
    expect(await errorOf(first)).toBeGreaterThan(0.5)
    expect(await errorOf(weights)).toBeLessThan(0.15)
  })
})

describe('a fresh head', () => {
  it('is drawn by its seed', () => {
    const graph = headGraph(tinyLogits, classes)
    expect(firstHead(graph, 1).dims).toEqual([3, 16])
    expect(firstHead(graph, 1)).toEqual(firstHead(graph, 1))
    expect(firstHead(graph, 2)).not.toEqual(firstHead(graph, 1))
  })
  it('takes the place of the vocabulary, and of its matrix where nothing else reads it', () => {
    const { weights } = headGraph(tinyLogits, classes)
    expect(weights.map(({ name }) => name)).toEqual([...tinyLogits.weights.map(({ name }) => name), HEAD])
  })
  it('refuses labels that it has no place for', () => {
    const bad = [{ ids: Int32Array.of(1), label: 3 }]
    expect(() => labelled(bad, classes, { batch: 1, seed: 1 })).toThrow(
      'Expected a class from 0 to 2 as the label of each text, got 3.',
    )
    expect(() => labelled([{ ids: Int32Array.of(1), label: NaN }], number, { batch: 1, seed: 1 })).toThrow('a finite number')
  })
})
