import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '../preload/contract.ts'
import { LabError, type Fault } from './base/errors.ts'
import { homeFolder } from './base/files.ts'
import type { Json } from './base/json.ts'
import { study as kind } from './jobs/kinds/study.ts'
import type { Launch } from './jobs/queue/child.ts'
import { queueFolder } from './jobs/queue/entry.ts'
import { openQueue, type Queue } from './jobs/queue/queue.ts'
import { runJob } from './jobs/runner.ts'
import { createEffort, createPace } from './jobs/study/effort.ts'
import { onRecord } from './jobs/study/on-record.ts'
import type { StudyParams } from './jobs/study/prepare.ts'
import type { ReadingPlace } from './jobs/study/samples.ts'
import { sensitivityOf, type Sensitivity } from './jobs/study/sensitivity.ts'
import { holdLock, openStore, type Store } from './store/open.ts'

/** Everything a host works with. The only place where things are constructed and handed to each other. */
export interface Bench {
  /** Folder of the store. */
  readonly home: string
  readonly version: string
  readonly store: Store
  /** The queue of runs, where this process has it. */
  readonly queue: Queue | undefined
  nowMs(): number
  close(): void
}

/** The lab at a home. One bench may write to it at a time; any number may read. The first use of `store` throws the LabErrors of `openStore`. */
export function openBench(options: {
  readonly home?: string | undefined
  readonly readOnly: boolean
  readonly queue?: (() => Queue | undefined) | undefined
}): Bench {
  const home = homeFolder(options.home)
  let opened: Store | undefined
  return {
    home,
    version: readVersion(),
    // opened when first asked for: a study file that is wrong leaves no store behind
    get store() {
      return (opened ??= openStore(home, { readOnly: options.readOnly, nowMs: Date.now }))
    },
    get queue() {
      return options.queue?.()
    },
    nowMs: Date.now,
    close: () => opened?.close(),
  }
}

/** Opens the queue of a home for this process; undefined where another one has it. LabError 'run/queue'. */
export function takeQueue(asked: string | undefined, launch: Launch): Queue | undefined {
  const home = homeFolder(asked)
  mkdirSync(queueFolder(home), { recursive: true })
  let unlock: () => void
  try {
    unlock = holdLock(queueFolder(home))
  } catch (error) {
    if (error instanceof LabError && error.code === 'store/busy') return undefined
    throw error
  }
  try {
    return openQueue({ home, launch, nowMs: Date.now, unlock })
  } catch (error) {
    unlock()
    throw error
  }
}

/** The lab's version, as package.json has it. */
export function readVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

export interface RunOptions extends Omit<StudyParams, 'file'> {
  readonly signal: AbortSignal
  /** Before the first cell, where what is read takes longer than a moment. */
  readonly onReading?: ReadingPlace['onReading']
  readonly onProgress: (progress: Progress) => void
  /** Before the first cell, where any is left to run: what drops so many items can show. */
  readonly onReady?: (sensitivity: readonly Sensitivity[]) => void
  /** A cell is on record or failed. */
  readonly onCell?: (cell: SettledCell) => void
}

/** What became of a cell. */
export interface SettledCell {
  readonly label: string
  readonly fault: Fault | undefined
  /** Whether a cell that failed will be tried once more at the end. */
  readonly isTriedAgain: boolean
}

/** What became of a study that ran to its end. */
export interface RunOutcome {
  /** Id of the study. */
  readonly study: string
  readonly cells: number
  /** Cells that were on record before. */
  readonly skipped: number
  readonly done: number
  readonly failed: readonly { readonly label: string; readonly fault: Fault }[]
}

/**
 * Runs a study file, or goes on with it: cells on record are not run again. Throws LabError for a wrong study before anything is written;
 * 'engine/stopped' when the signal says so, with every finished cell kept.
 */
export async function runStudy(
  bench: Bench,
  file: string,
  { signal, onReading = () => {}, onProgress, onReady, onCell, ...params }: RunOptions,
): Promise<RunOutcome> {
  const effort = createEffort()
  const place = {
    get store() {
      return bench.store
    },
    nowMs: () => performance.now(),
    ...{ effort, signal, onReading },
  }
  const p = await kind.prepare({ ...params, file } as Json, place)
  const { store } = bench
  const { id, study, cells, kept } = p
  const stored = {
    id,
    name: study.name,
    title: study.title,
    spec: kept as unknown as Json,
    createdAt: new Date(bench.nowMs()).toISOString(),
  }
  store.studies.save(stored, cells, 'running')
  const isDone = onRecord(p, store)
  const left = cells.filter(({ fingerprint }) => !isDone(fingerprint))
  if (onReady && left.length > 0) onReady(await sensitivityOf(p.tasks))
  const pace = createPace(left, effort, place.nowMs)
  const skipped = cells.length - left.length
  const onMove = () => {
    const { label, part, loss, engineBytes } = effort
    const memoryBytes = process.memoryUsage.rss() + engineBytes
    onProgress({ study: id, done: skipped + effort.cells, total: cells.length, label, part, loss, memoryBytes, ...pace() })
  }
  effort.label = 'starting the engine'
  if (left.length > 0) onMove()
  try {
    const outcome = await runJob(kind, p, place, {
      ...{ signal, onMove },
      onSettled: ({ label }, fault, isTriedAgain) => onCell?.({ label, fault, isTriedAgain }),
    })
    store.studies.setState(id, outcome.failed.length > 0 ? 'failed' : 'finished')
    store.checkpoint()
    const failed = outcome.failed.map(({ step, fault }) => ({ label: step.label, fault }))
    return { study: id, cells: outcome.steps, skipped: outcome.skipped, done: outcome.done, failed }
  } catch (error) {
    store.studies.setState(id, 'interrupted')
    throw error
  }
}
