import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float32 } from '../../main/base/tensor.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import type { Session } from '../../main/engine/session.ts'
import { filled, makeLinear, makeLinearWeights, makeSlow, makeSum, noWeights } from '../make/graphs.ts'
import { isRunning, waitFor } from '../make/processes.ts'

const x = float32([1, 2], Float32Array.of(1, 2))
const slowX = filled([1024, 1024], 0.001)

/** A run that has been asked is in the hands of the runtime by then: asking takes a millisecond. */
const underWay = () => new Promise((resolve) => setTimeout(resolve, 300))

describe('the death of the engine process', () => {
  let engine: ProcessEngine
  let linear: Session
  let slow: Session
  beforeAll(async () => {
    engine = await startEngine({ provider: 'cpu', threads: 1 })
    linear = await engine.open(makeLinear(), makeLinearWeights(1, 0))
    slow = await engine.open(makeSlow(400), noWeights)
  })
  afterAll(() => engine.close())

  it.for(['SIGKILL', 'SIGSEGV'] as const)('by %s is named, and the next run is back within 3 s', async (signal) => {
    await linear.use(makeLinearWeights(4, 0.5))
    const pid = engine.pid()!
    const inFlight = [slow.run({ x: slowX }, ['y']), linear.run({ x }, ['y'])].map((run) =>
      run.then(() => 'answered', (error: unknown) => error),
    ) // prettier-ignore
    await underWay()
    process.kill(pid, signal)
    for (const error of await Promise.all(inFlight)) {
      expect(error).toMatchObject({ code: 'engine/died' })
      expect((error as Error).message).toContain(signal)
    }
    const began = performance.now()
    const { y } = await linear.run({ x }, ['y'])
    expect(performance.now() - began).toBeLessThan(3000)
    expect([...(y.data as Float32Array)]).toEqual([12.5, 12.5, 12.5]) // the weights that were current, not those it was opened with
    expect(engine.pid()).not.toBe(pid)
    expect(isRunning(pid)).toBe(false)
  })

  it('while nothing runs goes unseen', async () => {
    const pid = engine.pid()!
    process.kill(pid, 'SIGKILL')
    await waitFor(() => engine.pid() === undefined, 2000)
    expect((await linear.run({ x }, ['y'])).y.dims).toEqual([1, 3])
  })

  it('does not come by an interrupt that is meant for the parent', async () => {
    const pid = engine.pid()!
    const run = linear.run({ x }, ['y'])
    process.kill(pid, 'SIGINT')
    await run
    expect((await linear.run({ x }, ['y'])).y.dims).toEqual([1, 3])
    expect(engine.pid()).toBe(pid)
  })

  it('loses what a chain carries, and says so', async () => {
    const session = await engine.open(makeSum(), noWeights, { all: 'past' })
    const chain = session.chain()
    await chain.run({ x: filled([2], 1), past: filled([0], 0) }, ['sum'])
    process.kill(engine.pid()!, 'SIGKILL')
    await waitFor(() => engine.pid() === undefined, 2000)
    await expect(chain.run({ x: filled([1], 1) }, ['sum'])).rejects.toMatchObject({ code: 'engine/died' })
    chain.end()
    await session.close()
  })

  it('comes within a second when a long run is stopped, and the caller need not wait for it', async () => {
    const pid = engine.pid()!
    const stop = new AbortController()
    const run = slow.run({ x: slowX }, ['y'], stop.signal).catch((error: unknown) => error)
    await underWay()
    const began = performance.now()
    stop.abort()
    expect(await run).toMatchObject({ code: 'engine/stopped' })
    expect(performance.now() - began).toBeLessThan(100)
    await waitFor(() => !isRunning(pid), 2000)
    expect(performance.now() - began).toBeLessThan(1000)
    expect((await linear.run({ x }, ['y'])).y.dims).toEqual([1, 3])
  })

  it('does not come when a stopped run ends by itself soon', async () => {
    const pid = engine.pid()
    const stop = new AbortController()
    const run = linear.run({ x }, ['y'], stop.signal).catch((error: unknown) => error)
    await Promise.resolve()
    stop.abort()
    expect(await run).toMatchObject({ code: 'engine/stopped' })
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(engine.pid()).toBe(pid)
  })
})

describe('a parent that is killed', () => {
  it.for(['in the middle of a run', 'while idle'])('leaves no orphan %s', async (when) => {
    const program = join(import.meta.dirname, '..', 'make', 'engine-parent.ts')
    const parent = spawn(process.execPath, [program, when === 'while idle' ? '0' : '4000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [pid] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
    expect(isRunning(Number(pid))).toBe(true)
    await underWay()
    parent.kill('SIGKILL')
    await waitFor(() => !isRunning(Number(pid)), 3000)
    expect(isRunning(Number(pid))).toBe(false)
  })

  it('is not kept alive by an idle engine, and takes it along', async () => {
    const program = join(import.meta.dirname, '..', 'make', 'engine-parent.ts')
    const parent = spawn(process.execPath, [program, 'leave'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [pid] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string]
    const [code] = (await once(parent, 'exit')) as [number]
    expect(code).toBe(0)
    await waitFor(() => !isRunning(Number(pid)), 3000)
    expect(isRunning(Number(pid))).toBe(false)
  })
})
