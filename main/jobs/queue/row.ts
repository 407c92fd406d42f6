import type { RunRow } from '../../../preload/contract.ts'
import type { SaidProgress } from './child.ts'
import type { QueueEntry } from './entry.ts'

/** What is known of the entry that runs, beside what is kept. */
export interface LiveFacts {
  readonly progress: SaidProgress | undefined
  readonly losses: RunRow['losses']
  /** Time at work since it was started last. */
  readonly workedMs: number
}

/** An entry as a window sees it. */
export function rowOf({ data: _, deaths: __, ...entry }: QueueEntry, live: LiveFacts | undefined): RunRow {
  const { progress } = live ?? {}
  return {
    ...entry,
    done: progress?.done ?? entry.done,
    total: progress?.total ?? entry.total,
    cell: progress ? { label: progress.label, done: progress.part?.done ?? null, total: progress.part?.total ?? null } : null,
    elapsedMs: entry.elapsedMs + (live?.workedMs ?? 0),
    etaMs: progress?.etaMs ?? null,
    tokensPerSecond: progress?.tokensPerSecond ?? null,
    memoryBytes: progress?.memoryBytes ?? null,
    losses: live?.losses ?? [],
  }
}

const RANK: Readonly<Record<QueueEntry['state'], number>> = {
  ...{ running: 0, queued: 1, paused: 1, interrupted: 1, finished: 2, failed: 2, stopped: 2 },
}

/** What runs, then what waits in its order, then what has ended, newest first. */
export function inOrder(entries: readonly QueueEntry[]): QueueEntry[] {
  const ended = (entry: QueueEntry) => (RANK[entry.state] === 2 ? (entry.endedAt ?? '') : '')
  return entries.toSorted((a, b) => RANK[a.state] - RANK[b.state] || (ended(a) < ended(b) ? 1 : ended(a) > ended(b) ? -1 : 0))
}

/** Whether an entry still has its turn to come, so that it has a place. */
export const isWaiting = ({ state }: QueueEntry): boolean => RANK[state] === 1
