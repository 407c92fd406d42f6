import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Launch, RunHearing } from '../../../main/jobs/queue/child.ts'
import { openQueue, type Queue, type QueueWish } from '../../../main/jobs/queue/queue.ts'
import type { RunRow } from '../../../preload/contract.ts'
import { makeFolder } from '../../make/store.ts'

/** What stands in for a process of "lab run --json" at the door that starts it. */
interface FakeChild {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly hearing: RunHearing
  isStopped: boolean
  isKilled: boolean
}

const wish = (name: string, more: Partial<QueueWish> = {}): QueueWish => ({
  ...{ text: `name: ${name}\n`, name, title: `The ${name}`, study: null, threads: null, provider: null, data: null },
  ...more,
})
const progress = (done: number, total = 10, more = {}) =>
  JSON.stringify({
    progress: {
      ...{ study: 'a'.repeat(32), done, total, label: 'tiny · dense · easy', part: { done: 5, total: 50 }, loss: null },
      ...{ memoryBytes: 1000, etaMs: 5000, tokensPerSecond: 123.4, ...more },
    },
  })
const stopped = JSON.stringify({ error: { code: 'engine/stopped', message: 'Stopped.', hint: '' } })
const turn = () => new Promise((done) => setTimeout(done, 5))

describe('the queue', () => {
  let home: ReturnType<typeof makeFolder>
  let children: FakeChild[]
  let queue: Queue
  let ms = 1_700_000_000_000

  const launch: Launch = (args, env, hearing) => {
    const child: FakeChild = { args, env, hearing, isStopped: false, isKilled: false }
    children.push(child)
    const stop = () => {
      child.isStopped = true
      hearing.onLine(stopped)
      hearing.onEnd(130, null, '')
    }
    return { pid: 100 + children.length, stop, kill: () => (child.isKilled = true) }
  }
  const open = () => openQueue({ home: home.path, launch, nowMs: () => ms, unlock: () => {} })
  const last = () => children.at(-1)!
  const states = () => queue.rows().map(({ name, state }) => `${name} ${state}`)
  const row = (name: string): RunRow => queue.rows().find((one) => one.name === name)!

  beforeEach(() => {
    home = makeFolder()
    children = []
    queue = open()
  })
  afterEach(async () => {
    await queue.close()
    home[Symbol.dispose]()
  })

  it('runs one study at a time, in order, each in a process of its own', async () => {
    queue.start(wish('first', { threads: 2, provider: 'cpu', data: '/packs' }))
    queue.start(wish('second'))
    expect(states()).toEqual(['first running', 'second queued'])
    expect(last().args.slice(0, 2)).toEqual(['run', join(home.path, 'queue', '1.yaml')])
    expect(last().args.slice(2)).toEqual(['--home', home.path, '--json', '--threads', '2', '--provider', 'cpu'])
    expect(last().env).toEqual({ LAB_DATA: '/packs' })
    last().hearing.onEnd(0, null, '{}')
    await turn()
    expect(states()).toEqual(['second running', 'first finished'])
    expect(last().args).not.toContain('--threads')
  })
  it('tells how far the one is that runs, how fast, and how its training goes', () => {
    queue.start(wish('first'))
    ms += 4000
    last().hearing.onLine(progress(3, 10, { loss: { step: 1, loss: 2.5 } }))
    last().hearing.onLine(progress(3, 10, { loss: { step: 2, loss: 2.25 } }))
    expect(row('first')).toMatchObject({
      ...{ study: null, done: 3, total: 10, cell: { label: 'tiny · dense · easy', done: 5, total: 50 } },
      ...{ elapsedMs: 4000, etaMs: 5000, tokensPerSecond: 123.4, memoryBytes: 1000 },
      losses: [{ step: 1, loss: 2.5 }, { step: 2, loss: 2.25 }],
    }) // prettier-ignore
    last().hearing.onLine(progress(4, 10, { loss: { step: 1, loss: 3 } }))
    expect(row('first').losses).toEqual([{ step: 1, loss: 3 }]) // another training has begun
  })
  it('pauses, resumes and cancels, and counts the time at work alone', async () => {
    const { id } = queue.start(wish('first'))
    ms += 1000
    expect(await queue.pause(id)).toMatchObject({ state: 'paused', elapsedMs: 1000 })
    expect(last().isStopped).toBe(true)
    ms += 60_000
    expect(queue.resume(id)).toMatchObject({ state: 'running', elapsedMs: 1000 })
    ms += 500
    expect(await queue.cancel(id)).toMatchObject({ state: 'stopped', elapsedMs: 1500, fault: null })
    expect(queue.resume(id)).toMatchObject({ state: 'running' })
  })
  it('moves what waits, and refuses what cannot be', async () => {
    for (const name of ['first', 'second', 'third', 'fourth']) queue.start(wish(name))
    expect(queue.move('4', 0).map(({ name }) => name)).toEqual(['first', 'fourth', 'second', 'third'])
    expect(queue.move('4', 99).map(({ name }) => name)).toEqual(['first', 'second', 'third', 'fourth'])
    await queue.pause('2')
    expect(states()).toEqual(['first running', 'second paused', 'third queued', 'fourth queued'])
    last().hearing.onEnd(0, null, '{}')
    await turn()
    expect(states()[0]).toBe('third running') // what is paused lets others pass
    expect(() => queue.move('3', 0)).toThrow(/"third", which is running/)
    expect(() => queue.resume('3')).toThrow(expect.objectContaining({ code: 'run/state' }))
    expect(() => queue.remove('3')).toThrow(expect.objectContaining({ code: 'run/state' }))
    await expect(queue.pause('99')).rejects.toMatchObject({ code: 'run/unknown' })
    expect(queue.remove('1').map(({ name }) => name)).toEqual(['third', 'second', 'fourth'])
    expect(() => queue.log('1', 0)).toThrow(expect.objectContaining({ code: 'run/unknown' }))
  })
  it('says why a run failed, and which of its cells did', async () => {
    queue.start(wish('wrong'))
    last().hearing.onLine(JSON.stringify({ error: { code: 'study/field', message: 'Expected x.', hint: 'Do y.' } }))
    last().hearing.onEnd(2, null, '')
    await turn()
    expect(row('wrong')).toMatchObject({ state: 'failed', fault: { code: 'study/field', message: 'Expected x.' } })
    queue.start(wish('half'))
    last().hearing.onLine(JSON.stringify({ cell: { label: 'a', fault: { code: 'task/gold', message: 'No gold.', hint: '' }, isTriedAgain: false } })) // prettier-ignore
    last().hearing.onEnd(1, null, JSON.stringify({ failed: [{ label: 'a' }] }))
    await turn()
    expect(row('half')).toMatchObject({ state: 'failed', fault: null })
    expect(row('half').said.at(-1)!.text).toMatch(/1 of its cells failed/)
    expect(queue.log('2', 0).lines.map(({ level, text }) => `${level} ${text}`)).toContain('error Failed: a: No gold.')
  })
  it('starts a run again whose process died, says so, and gives up when no cell comes of it', async () => {
    queue.start(wish('frail'))
    last().hearing.onLine(progress(2))
    last().hearing.onEnd(null, 'SIGKILL', '')
    await turn()
    expect(row('frail').state).toBe('running')
    expect(row('frail').said.map(({ text }) => text)).toEqual(['Its process ended with SIGKILL; it was started again and goes on where it was.']) // prettier-ignore
    for (const code of [5, 6]) {
      last().hearing.onEnd(code, null, '')
      await turn()
    }
    expect(children).toHaveLength(3)
    expect(row('frail')).toMatchObject({ state: 'failed', fault: { code: 'run/died' } })
    expect(row('frail').fault!.message).toMatch(/3 times .* exit code 6/)
  })
  it('says what became of an engine that died inside a run', () => {
    queue.start(wish('first'))
    last().hearing.onLine(JSON.stringify({ cell: { label: 'b', fault: { code: 'engine/died', message: 'It ended.', hint: '' }, isTriedAgain: true } })) // prettier-ignore
    expect(row('first').said.at(-1)!.text).toBe('The engine died at b and was started again; that cell is tried once more at the end.') // prettier-ignore
  })
  it('waits while another lab holds the store', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      queue.start(wish('first'))
      last().hearing.onLine(JSON.stringify({ error: { code: 'store/busy', message: 'Busy.', hint: '' } }))
      last().hearing.onEnd(1, null, '')
      await vi.advanceTimersByTimeAsync(10)
      expect(row('first')).toMatchObject({ state: 'queued', fault: null })
      expect(row('first').said.at(-1)!.text).toMatch(/Another lab is using the store/)
      await vi.advanceTimersByTimeAsync(6000)
      expect(children).toHaveLength(2)
      expect(row('first').state).toBe('running')
    } finally {
      vi.useRealTimers()
    }
  })
  it('goes on after the lab was closed, or killed, and says so', async () => {
    queue.start(wish('first'))
    last().hearing.onLine(progress(2))
    await queue.close()
    queue = open()
    expect(states()).toEqual(['first queued'])
    expect(row('first')).toMatchObject({
      done: 2,
      said: [{ text: 'The lab was closed while this ran; it goes on where it was.' }],
    })
    await turn()
    expect(states()).toEqual(['first running'])
    // killed: nobody closes anything. The third time in a row without a cell it waits for a person.
    queue = open()
    await turn()
    queue = open()
    expect(row('first')).toMatchObject({ state: 'interrupted' })
    expect(row('first').said.at(-1)!.text).toMatch(/3 times/)
  })
  it('keeps the log of each run, with times and levels, for whoever asks later', async () => {
    queue.start(wish('first'))
    last().hearing.onLine(JSON.stringify({ note: 'Careful.' }))
    last().hearing.onLine('a runtime complains in plain words')
    last().hearing.onEnd(0, null, '{}')
    await turn()
    const { lines, isEnd } = queue.log('1', 2)
    expect(lines.map(({ n, level, text }) => [n, level, text])).toEqual([
      [3, 'info', 'Careful.'],
      [4, 'warn', 'a runtime complains in plain words'],
      [5, 'info', 'Finished.'],
    ])
    expect([isEnd, lines[0]!.at]).toEqual([true, new Date(ms).toISOString()])
    queue = open()
    expect(queue.log('1', 4).lines.map(({ text }) => text)).toEqual(['Finished.'])
  })
  it('refuses a file that is no queue, and leaves it as it is', () => {
    for (const text of ['{', '{"next":1,"entries":[{"id":"../x"}]}', '[]']) {
      writeFileSync(join(home.path, 'queue.json'), text)
      expect(open).toThrow(expect.objectContaining({ code: 'run/queue' }))
    }
  })
  it('tells those who listen that something has moved', async () => {
    const heard = vi.fn()
    const stop = queue.watch(heard)
    queue.start(wish('first'))
    expect(heard).toHaveBeenCalled()
    heard.mockClear()
    for (let i = 0; i < 50; i++) last().hearing.onLine(progress(i, 100))
    await new Promise((done) => setTimeout(done, 400))
    expect(heard.mock.calls.length).toBeLessThan(3) // a few times a second, however fast it moves
    expect(heard).toHaveBeenCalled()
    stop()
  })
})
