import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32 } from '../../main/base/tensor.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import { heldWeights, placedWeights } from '../../main/models/weights.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { TensorPlace } from '../../main/onnx/graph.ts'
import { filled, makeLinear, makeLinearWeights, makeSlow, makeSum, noWeights } from '../make/graphs.ts'
import { isRunning } from '../make/processes.ts'
import { makeFolder } from '../make/store.ts'

const cpu = { provider: 'cpu', threads: 1 } as const
const x = float32([1, 2], Float32Array.of(1, 2))

let engine: ProcessEngine
beforeAll(async () => void (engine = await startEngine(cpu)))
afterAll(() => engine.close())

describe('an engine', () => {
  it('says where it runs', () => {
    expect(engine.device).toMatchObject({ provider: 'cpu', threads: 1, runtime: 'onnxruntime-node 1.30.0' })
    expect(engine.device.name).not.toBe('')
  })

  it('takes one thread per physical core where threads is 0, and says how many', async () => {
    const own = await startEngine({ provider: 'cpu', threads: 0 })
    expect(own.device.threads).toBeGreaterThanOrEqual(1)
    await own.close()
  })

  it('answers runs with the weights that were current when they were asked, without loading the graph again', async () => {
    const before = engine.meter()
    const session = await engine.open(makeLinear(), makeLinearWeights(1, 0))
    const asked = [session.run({ x }, ['y']), session.run({ x }, ['y'])]
    const used = session.use(makeLinearWeights(10, 1))
    asked.push(session.run({ x }, ['y']))
    await used
    const answers = await Promise.all(asked)
    expect(answers.map(({ y }) => [...(y!.data as Float32Array)])).toEqual([
      [3, 3, 3],
      [3, 3, 3],
      [31, 31, 31],
    ])
    expect(answers[2]!.y!.dims).toEqual([1, 3])
    const after = engine.meter()
    expect(after.loads - before.loads).toBe(1)
    expect(after.runs - before.runs).toBe(3)
    expect(after.insideMs).toBeGreaterThan(before.insideMs)
    await session.close()
  })

  it('sends only the weights that differ, and shares them between sessions', async () => {
    const session = await engine.open(makeLinear(), makeLinearWeights(1, 0))
    const dense = makeLinearWeights(2, 5)
    await session.use(dense)
    const { weightBytes } = engine.meter()
    await session.use(dense.with(new Map([['b', filled([3], 7)]])))
    expect(engine.meter().weightBytes - weightBytes).toBe(12)
    const other = await engine.open(makeLinear(), dense)
    expect(engine.meter().weightBytes - weightBytes).toBe(24) // w is there already
    const [a, b] = await Promise.all([session.run({ x }, ['y']), other.run({ x }, ['y'])])
    expect([a.y.data[0], b.y.data[0]]).toEqual([13, 11])
    await session.close()
    await other.close()
  })

  it('takes weights that are larger than the pipe while a run is under way', async () => {
    const g = new GraphBuilder('wide')
    const y = g.matmul(g.input('x', 'float32', [1, 1000]), g.weight('w', [1000, 1000]))
    g.output('y', y, 'float32', [1, 1000])
    const wide = (value: number) => {
      const w = filled([1000, 1000], value)
      w.data[999_999] = 0.5 // the last number shows that none was lost on the way
      return heldWeights(new Map([['w', w]]))
    }
    const slow = await engine.open(makeSlow(20), noWeights)
    const session = await engine.open(g.finish(), wide(0))
    const busy = slow.run({ x: filled([1024, 1024], 0.001) }, ['y'])
    const used = [1, 2, 3].map((value) => session.use(wide(value)))
    const { y: out } = await session.run({ x: filled([1, 1000], 1) }, ['y'])
    expect([out.data[0], out.data[998], out.data[999]]).toEqual([3000, 3000, 2997.5])
    await Promise.all([busy, ...used])
    await slow.close()
    await session.close()
  })

  it('reads weights that lie in a file from that file, also those of 16 bits', async () => {
    using folder = makeFolder()
    const path = join(folder.path, 'weights.bin')
    const w = Float32Array.of(1, 2, 3, 4, 5, 6)
    const b = new Uint16Array(new Float16Array([0.5, -0.5, 0.25]).buffer)
    writeFileSync(path, Buffer.concat([Buffer.from('head'), new Uint8Array(w.buffer), new Uint8Array(b.buffer)]))
    const weights = placedWeights(
      new Map([
        ['w', { path, offset: 4, bytes: 24, stored: 'F32', dims: [2, 3] }],
        ['b', { path, offset: 28, bytes: 6, stored: 'F16', dims: [3] }],
      ]),
    )
    const session = await engine.open(makeLinear(), weights)
    expect([...((await session.run({ x }, ['y'])).y.data as Float32Array)]).toEqual([9.5, 11.5, 15.25])
    await session.close()
  })

  it('names a weight that cannot be read, and refuses to run with it', async () => {
    const session = await engine.open(makeLinear(), makeLinearWeights(1, 0))
    const w: TensorPlace = { path: '/nowhere/weights.bin', offset: 0, bytes: 24, stored: 'F32', dims: [2, 3] }
    const b: TensorPlace = { ...w, bytes: 12, dims: [3] }
    const lost = session.use(placedWeights(new Map(Object.entries({ w, b }))))
    const run = session.run({ x }, ['y'])
    await expect(lost).rejects.toMatchObject({ code: 'file/missing' })
    await expect(run).rejects.toMatchObject({ code: 'file/missing' })
    await session.use(makeLinearWeights(1, 0))
    expect((await session.run({ x }, ['y'])).y.data[0]).toBe(3)
    await session.close()
  })

  it('names what the runtime refuses, and lives on', async () => {
    const graph = makeLinear()
    const broken = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, op: 'NoSuchThing' })) }
    await expect(engine.open(broken, makeLinearWeights(1, 0))).rejects.toMatchObject({ code: 'engine/graph' })
    const session = await engine.open(graph, makeLinearWeights(1, 0))
    await expect(session.run({ x: filled([1, 3], 1) }, ['y'])).rejects.toMatchObject({ code: 'engine/run' })
    await expect(
      session.use(
        heldWeights(
          new Map([
            ['w', filled([3, 2], 1)],
            ['b', filled([3], 1)],
          ]),
        ),
      ),
    ).rejects.toMatchObject({ code: 'model/shape' })
    expect((await session.run({ x }, ['y'])).y.data[0]).toBe(3)
    await session.close()
  })

  it('keeps what a chain carries', async () => {
    const session = await engine.open(makeSum(), noWeights, { all: 'past' })
    const [a, b] = [session.chain(), session.chain()]
    const empty = filled([0], 0)
    const sums: number[] = []
    sums.push(Number((await a.run({ x: filled([2], 1), past: empty }, ['sum'])).sum.data[0]))
    sums.push(Number((await b.run({ x: filled([1], 10), past: empty }, ['sum'])).sum.data[0]))
    sums.push(Number((await a.run({ x: filled([1], 3) }, ['sum'])).sum.data[0]))
    sums.push(Number((await b.run({ x: filled([1], 5) }, ['sum'])).sum.data[0]))
    expect(sums).toEqual([2, 10, 5, 15])
    // also where it was asked for and is large
    const large = session.chain()
    const first = await large.run({ x: filled([100_000], 1), past: empty }, ['all'])
    expect(first.all.data.length).toBe(100_000)
    expect((await large.run({ x: filled([1], 5) }, ['sum'])).sum.data[0]).toBe(100_005)
    large.end()
    a.end()
    b.end()
    await session.close()
  })

  it.for(['cuda', 'dml', 'coreml'] as const)('refuses %s by name where it is not, and takes no other', async (provider) => {
    const started = startEngine({ provider, threads: 1 })
    await expect(started).rejects.toMatchObject({ code: 'engine/unavailable' })
    await expect(started).rejects.toThrow(provider)
  })

  it('refuses all that follows its end', async () => {
    const own = await startEngine(cpu)
    const session = await own.open(makeLinear(), makeLinearWeights(1, 0))
    const pid = own.pid()!
    const late = session.run({ x }, ['y'])
    const closed = own.close()
    await expect(late).rejects.toMatchObject({ code: 'engine/stopped' })
    await closed
    await expect(session.run({ x }, ['y'])).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(isRunning(pid)).toBe(false)
  })
})
