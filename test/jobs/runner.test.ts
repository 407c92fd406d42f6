import { describe, expect, it } from 'vitest'
import { LabError, type Fault } from '../../main/base/errors.ts'
import type { JobKind } from '../../main/jobs/kind.ts'
import { runJob } from '../../main/jobs/runner.ts'

/** A record in memory, and what happened in which order. */
interface Desk {
  readonly kept: Map<string, number>
  readonly faults: Map<string, Fault>
  readonly events: string[]
  fails?: (step: number, nth: number) => Error | undefined
  refuses?: (step: number) => Error | undefined
}
const makeDesk = (rest: Partial<Desk> = {}): Desk => ({ kept: new Map(), faults: new Map(), events: [], ...rest })
const tick = () => new Promise((resolve) => setImmediate(resolve))

/** Squares numbers, a tick each. */
const squares: JobKind<Desk, number, number, number> = {
  id: 'squares',
  prepare: async (raw) => Number(raw),
  plan: (n) => Array.from({ length: n }, (_, i) => i),
  key: (i) => `square of ${i}`,
  log: (_, desk) => ({
    isDone: (key) => desk.kept.has(key),
    finish(i, value) {
      const error = desk.refuses?.(i)
      if (error) throw error
      if (desk.kept.has(squares.key(i))) throw new Error(`${i} twice`)
      desk.kept.set(squares.key(i), value)
      desk.events.push(`keep ${i}`)
    },
    fail: (i, fault) => void desk.faults.set(squares.key(i), fault),
  }),
  async open(_, left, c, desk) {
    desk.events.push(`open ${left.length}`)
    const tries = new Map<number, number>()
    return {
      async run(i) {
        desk.events.push(`run ${i}`)
        await tick()
        c.signal.throwIfAborted()
        const nth = (tries.get(i) ?? 0) + 1
        tries.set(i, nth)
        const error = desk.fails?.(i, nth)
        if (error) throw error
        return i * i
      },
      close: async () => void desk.events.push('close'),
    }
  },
}
const context = (signal = new AbortController().signal, onMove = () => {}) => ({ signal, onMove })
const died = () => new LabError('engine/died', 'Expected an answer, but the engine ended.')

describe('the runner', () => {
  it('begins the next step before the one before is put on record, and no more than that', async () => {
    const desk = makeDesk()
    expect(await runJob(squares, 3, desk, context())).toEqual({ steps: 3, skipped: 0, done: 3, failed: [] })
    expect(desk.events).toEqual(['open 3', 'run 0', 'run 1', 'keep 0', 'run 2', 'keep 1', 'keep 2', 'close'])
  })

  it('does nothing, and opens nothing, when all is on record', async () => {
    const desk = makeDesk()
    await runJob(squares, 3, desk, context())
    desk.events.length = 0
    expect(await runJob(squares, 3, desk, context())).toEqual({ steps: 3, skipped: 3, done: 0, failed: [] })
    expect(desk.events).toEqual([])
  })

  it('tries a step again at the end when its engine died, and keeps why where that fails too', async () => {
    const desk = makeDesk({ fails: (i, nth) => (i === 1 || (i === 2 && nth === 1) ? died() : undefined) })
    const outcome = await runJob(squares, 4, desk, context())
    expect(outcome).toMatchObject({ done: 3, failed: [{ step: 1, fault: { code: 'engine/died' } }] })
    expect(desk.events.filter((event) => event.startsWith('run'))).toEqual(['run 0', 'run 1', 'run 2', 'run 3', 'run 1', 'run 2'])
    expect([...desk.kept.keys()]).toEqual([0, 3, 2].map(squares.key))
    expect(desk.faults.get(squares.key(1))?.code).toBe('engine/died')
  })

  it('goes on after a mistake in one step, and does not try that again', async () => {
    const desk = makeDesk({ fails: (i) => (i === 0 ? new LabError('task/too-long', 'Too long.') : undefined) })
    expect(await runJob(squares, 3, desk, context())).toMatchObject({
      done: 2,
      failed: [{ step: 0, fault: { code: 'task/too-long' } }],
    })
    expect(desk.events.filter((event) => event === 'run 0')).toHaveLength(1)
  })

  it('ends by name when a result cannot be kept', async () => {
    const desk = makeDesk({ refuses: (i) => (i === 1 ? new LabError('file/disk-full', 'Full.') : undefined) })
    await expect(runJob(squares, 4, desk, context())).rejects.toMatchObject({ code: 'file/disk-full' })
    expect([...desk.kept.keys()]).toEqual([squares.key(0)])
    expect(desk.events.at(-1)).toBe('close')
  })

  it('stops when asked, closes what was open, and goes on from there', async () => {
    const desk = makeDesk()
    const stop = new AbortController()
    const onMove = () => desk.kept.size === 2 && stop.abort()
    await expect(runJob(squares, 5, desk, context(stop.signal, onMove))).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(desk.kept.size).toBe(2)
    expect(desk.events.at(-1)).toBe('close')
    expect(await runJob(squares, 5, desk, context())).toMatchObject({ skipped: 2, done: 3 })
  })

  it('does not even open when it was stopped before', async () => {
    const desk = makeDesk()
    await expect(runJob(squares, 5, desk, context(AbortSignal.abort()))).rejects.toMatchObject({ code: 'engine/stopped' })
    expect(desk.events).toEqual([])
  })
})
