import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault, LogLine, RunRow } from '../../../preload/contract.ts'
import { FAULTS, LabError } from '../../base/errors.ts'
import { writeWhole } from '../../base/files.ts'
import type { Launch } from './child.ts'
import { queueFolder, readQueue, writeQueue, type QueueEntry, type QueueFile } from './entry.ts'
import { openRunLog, type RunLog } from './log.ts'
import { inOrder, isWaiting, rowOf } from './row.ts'
import { startShift, type Shift } from './shift.ts'

/** A study to be run. */
export interface QueueWish {
  /** Text of a study file whose paths hold anywhere. */
  readonly text: string
  readonly name: string
  readonly title: string
  /** Id in the store, for one that is gone on with. */
  readonly study: string | null
  readonly threads: number | null
  readonly provider: string | null
  /** Data packs where the study names none. */
  readonly data: string | null
}

/** Studies that run one after the other, each in a process of its own; kept in the home, so that the next lab goes on with them. */
export interface Queue {
  rows(): RunRow[]
  start(wish: QueueWish): RunRow
  /** Resolves when it no longer runs. */
  pause(run: string): Promise<RunRow>
  resume(run: string): RunRow
  cancel(run: string): Promise<RunRow>
  move(run: string, to: number): RunRow[]
  remove(run: string): RunRow[]
  log(run: string, after: number): { readonly lines: readonly LogLine[]; readonly isEnd: boolean }
  /** Calls back when something has moved, a few times a second at most. Gives back how to stop. */
  watch(hear: () => void): () => void
  /** Stops what runs; the next lab on this home goes on with it. */
  close(): Promise<void>
}

export interface QueuePlace {
  readonly home: string
  readonly launch: Launch
  readonly nowMs: () => number
  /** Lets go of the queue; called when it is closed. */
  readonly unlock: () => void
}

/** Deaths of one run in a row, without a cell in between, after which it is not started again. */
const MOST_DEATHS = 3
/** Another lab holds the store: look again after so long. */
const BUSY_MS = 5000
/** Progress is told and kept at most so often. */
const [TELL_MS, KEEP_MS] = [300, 5000]
/** Lines of a log in one answer. */
const MOST_LINES = 2000

/** Opens the queue of a home that this process holds, and goes on with what a lab before it was running. LabError 'run/queue'. */
export function openQueue({ home, launch, nowMs, unlock }: QueuePlace): Queue {
  const queue: QueueFile = readQueue(home)
  const logs = new Map<string, RunLog>()
  const hearers = new Set<() => void>()
  let shift: Shift | undefined
  let isClosed = false
  let busyTimer: NodeJS.Timeout | undefined
  let tellTimer: NodeJS.Timeout | undefined
  let keptMs = -Infinity

  const now = () => new Date(nowMs()).toISOString()
  const logOf = (run: string): RunLog => {
    const log = logs.get(run) ?? openRunLog(home, run)
    logs.set(run, log)
    return log
  }
  const fileOf = ({ id }: Pick<QueueEntry, 'id'>) => join(queueFolder(home), `${id}.yaml`)

  function find(run: string): QueueEntry {
    const found = queue.entries.find(({ id }) => id === run)
    if (found) return found
    throw new LabError('run/unknown', `Expected a run of the queue, got "${run.slice(0, 40)}".`)
  }

  function change(run: string, changes: Partial<QueueEntry>): QueueEntry {
    const next = { ...find(run), ...changes }
    queue.entries = queue.entries.map((entry) => (entry.id === run ? next : entry))
    return next
  }

  function keep(): void {
    keptMs = nowMs()
    writeQueue(home, queue)
    for (const hear of hearers) hear()
  }

  /** Something that a person should know of a run: in its row, and in its log. */
  function say(run: string, text: string, level: LogLine['level'] = 'info'): void {
    change(run, { said: [...find(run).said, { at: now(), text }].slice(-50) })
    logOf(run).add(now(), level, text)
  }

  /** Progress moves often: told a few times a second, kept now and then. */
  function moved(): void {
    tellTimer ??= setTimeout(() => {
      tellTimer = undefined
      const progress = shift?.facts().progress
      if (shift && progress && nowMs() - keptMs > KEEP_MS) {
        change(shift.run, { study: progress.study, done: progress.done, total: progress.total })
        keep()
      } else for (const hear of hearers) hear()
    }, TELL_MS)
    tellTimer.unref()
  }

  /** Starts the uppermost that is queued, if nothing runs. */
  function next(): void {
    const entry = queue.entries.find(({ state }) => state === 'queued')
    if (isClosed || shift || busyTimer || !entry) return
    const log = logOf(entry.id)
    change(entry.id, { state: 'running', startedAt: entry.startedAt ?? now(), endedAt: null, fault: null })
    shift = startShift({ entry, file: fileOf(entry), home, launch, nowMs }, {
      moved,
      log: (level, text) => log.add(now(), level, text),
      died: (text) => say(entry.id, text, 'warn'),
    }) // prettier-ignore
    log.add(now(), 'info', `Started in process ${shift.child.pid ?? 'of its own'}.`)
    void shift.ended.then(settle)
    keep()
  }

  /** What became of a run when its process has ended. */
  function settle(): void {
    const { run, asked, facts, outcome } = shift!
    const { progress, workedMs } = facts()
    const before = find(run)
    const [done, total] = [progress?.done ?? before.done, progress?.total ?? before.total]
    const known = { study: progress?.study ?? before.study, done, total, elapsedMs: before.elapsedMs + workedMs }
    shift = undefined
    const deaths = done > before.done ? 0 : before.deaths
    const { how, fault, failed } = outcome()
    const end = (state: QueueEntry['state'], why: Fault | null = null) =>
      change(run, { ...known, state, deaths: 0, endedAt: now(), fault: why })
    if (asked() === 'close' && how !== 'done')
      change(run, { ...known, deaths }) // it stays "running": the next lab goes on with it
    else if (how === 'done') {
      end(failed > 0 ? 'failed' : 'finished')
      if (failed > 0) say(run, `${failed} of its cells failed; the rest is in the store. Resumed, it tries them again.`, 'warn')
      else logOf(run).add(now(), 'info', 'Finished.')
    } else if (asked() === 'pause') {
      change(run, { ...known, state: 'paused', deaths: 0 })
      logOf(run).add(now(), 'info', 'Paused.')
    } else if (asked() === 'cancel') {
      end('stopped')
      logOf(run).add(now(), 'info', 'Cancelled.')
    } else if (fault?.code === 'store/busy') waitForStore(run, known, before)
    else if (fault?.code === 'engine/stopped') {
      change(run, { ...known, state: 'interrupted', deaths: 0 })
      say(run, 'Its process was asked to stop from outside; resumed, it goes on where it was.', 'warn')
    } else if (fault) {
      end('failed', fault)
      logOf(run).add(now(), 'error', `${fault.message} ${fault.hint}`)
    } else died(run, how, { ...known, deaths: deaths + 1 })
    keep()
    next()
  }

  function waitForStore(run: string, known: Partial<QueueEntry>, before: QueueEntry): void {
    change(run, { ...known, state: 'queued' })
    const text = 'Another lab is using the store; this waits until it has finished.'
    if (before.said.at(-1)?.text !== text) say(run, text, 'warn')
    busyTimer = setTimeout(() => {
      busyTimer = undefined
      next()
    }, BUSY_MS)
    busyTimer.unref()
  }

  function died(run: string, how: string, known: Partial<QueueEntry> & { readonly deaths: number }): void {
    if (known.deaths < MOST_DEATHS) {
      change(run, { ...known, state: 'queued' })
      return say(run, `Its process ended with ${how}; it was started again and goes on where it was.`, 'warn')
    }
    const message = `Expected the run to go on, but its process ended ${known.deaths} times without a cell done, last with ${how}.`
    change(run, {
      ...known,
      deaths: 0,
      state: 'failed',
      endedAt: now(),
      fault: { code: 'run/died', message, hint: FAULTS['run/died'] },
    })
    say(run, message, 'error')
  }

  /** Stops the one that runs, and waits until it has. */
  async function stop(run: string, why: 'pause' | 'cancel'): Promise<void> {
    if (shift?.run !== run) return
    await shift.stop(why)
  }

  function recover(): void {
    for (const { id, state, deaths } of queue.entries) {
      if (state !== 'running') continue
      const isTooOften = deaths + 1 >= MOST_DEATHS
      change(id, { state: isTooOften ? 'interrupted' : 'queued', deaths: isTooOften ? 0 : deaths + 1 })
      const text = isTooOften
        ? `The lab ended ${deaths + 1} times while this ran without a cell done; it waits to be resumed.`
        : 'The lab was closed while this ran; it goes on where it was.'
      say(id, text, isTooOften ? 'warn' : 'info')
    }
    if (queue.entries.some(({ state }) => state === 'queued')) keep()
  }

  const view = (run: string): RunRow => rowOf(find(run), shift?.run === run ? shift.facts() : undefined)
  const rows = () => inOrder(queue.entries).map(({ id }) => view(id))
  function refuse(run: string, wanted: string): never {
    throw new LabError('run/state', `Expected a run that is ${wanted}, got "${find(run).name}", which is ${find(run).state}.`)
  }

  recover()
  // after whoever opens it has had the time to listen
  setImmediate(next)
  return {
    rows,
    start({ text, ...wish }) {
      const id = String(queue.next++)
      writeWhole(fileOf({ id }), text)
      const fresh = { state: 'queued' as const, done: 0, total: null, elapsedMs: 0, fault: null, said: [], deaths: 0 }
      queue.entries.push({ id, ...wish, ...fresh, createdAt: now(), startedAt: null, endedAt: null })
      logOf(id).add(now(), 'info', `Queued: ${wish.name}.`)
      keep()
      next()
      return view(id)
    },
    async pause(run) {
      const { state } = find(run)
      if (state === 'running') await stop(run, 'pause')
      else if (state === 'queued') {
        change(run, { state: 'paused' })
        keep()
      } else refuse(run, 'queued or running')
      return view(run)
    },
    resume(run) {
      if (!['paused', 'interrupted', 'failed', 'stopped'].includes(find(run).state))
        refuse(run, 'paused, interrupted, failed or stopped')
      change(run, { state: 'queued', fault: null, endedAt: null, deaths: 0 })
      logOf(run).add(now(), 'info', 'Resumed.')
      keep()
      next()
      return view(run)
    },
    async cancel(run) {
      const entry = find(run)
      if (entry.state === 'running') await stop(run, 'cancel')
      else if (isWaiting(entry)) {
        change(run, { state: 'stopped', endedAt: now() })
        keep()
      } else refuse(run, 'queued, paused, interrupted or running')
      return view(run)
    },
    move(run, to) {
      const entry = find(run)
      if (!isWaiting(entry)) refuse(run, 'queued, paused or interrupted')
      const others = queue.entries.filter((other) => isWaiting(other) && other !== entry)
      const waiting = others.toSpliced(Math.min(to, others.length), 0, entry)
      queue.entries = [...queue.entries.filter((other) => !isWaiting(other)), ...waiting]
      keep()
      return rows()
    },
    remove(run) {
      if (find(run).state === 'running') refuse(run, 'not running')
      queue.entries = queue.entries.filter(({ id }) => id !== run)
      logOf(run).remove()
      logs.delete(run)
      rmSync(fileOf({ id: run }), { force: true })
      keep()
      return rows()
    },
    log: (run, after) => logOf(find(run).id).read(after, MOST_LINES),
    watch(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      clearTimeout(busyTimer)
      await shift?.stop('close')
      clearTimeout(tellTimer)
      hearers.clear()
      unlock()
    },
  }
}
