import type { Fault, LogLine, RunRow } from '../../../preload/contract.ts'
import { readLine, type Launch, type RunChild, type SaidProgress } from './child.ts'
import type { QueueEntry } from './entry.ts'
import type { LiveFacts } from './row.ts'

/** Why a run is stopped. */
export type Asked = 'pause' | 'cancel' | 'close'

/** How a process ended: its work done, with a fault that it named, or by dying ("SIGKILL", "exit code 5"). */
export interface ShiftOutcome {
  readonly how: string
  readonly fault: Fault | undefined
  /** Cells that failed, where its work is done. */
  readonly failed: number
}

/** One run at work in a process of its own, from its start to its end. */
export interface Shift {
  readonly run: string
  readonly child: RunChild
  facts(): LiveFacts
  asked(): Asked | undefined
  outcome(): ShiftOutcome
  /** Asks it to stop, insists after a while, and resolves when it has ended. */
  stop(why: Asked): Promise<void>
  readonly ended: Promise<void>
}

export interface ShiftPlace {
  readonly entry: QueueEntry
  readonly file: string
  readonly home: string
  readonly launch: Launch
  readonly nowMs: () => number
}

export interface ShiftHearing {
  moved(): void
  log(level: LogLine['level'], text: string): void
  /** Something died and was brought back inside the run. */
  died(text: string): void
}

/** A process that does not stop within this time is ended. */
const GRACE_MS = 4000
/** Steps of a training whose losses are kept. */
const MOST_LOSSES = 200

export function startShift({ entry, file, home, launch, nowMs }: ShiftPlace, { moved, log, died }: ShiftHearing): Shift {
  const beganMs = nowMs()
  let progress: SaidProgress | undefined
  let losses: RunRow['losses'] = []
  let fault: Fault | undefined
  let asked: Asked | undefined
  let outcome: ShiftOutcome = { how: 'nothing', fault: undefined, failed: 0 }
  let end = () => {}
  const ended = new Promise<void>((done) => (end = done))

  function takeProgress(said: SaidProgress): void {
    progress = said
    const { loss } = said
    if (loss && loss.step !== losses.at(-1)?.step) {
      const before = loss.step > (losses.at(-1)?.step ?? 0) ? losses : []
      losses = [...before, loss].slice(-MOST_LOSSES)
    }
    moved()
  }

  function takeLine(line: string): void {
    const said = readLine(line)
    if ('progress' in said) takeProgress(said.progress)
    else if ('cell' in said) takeCell(said.cell)
    else if ('error' in said) fault = said.error
    else if ('note' in said) log('info', said.note)
    else if (line.trim() !== '') log('warn', line)
  }

  function takeCell({ label, fault, isTriedAgain }: { label: string; fault?: Fault; isTriedAgain: boolean }): void {
    if (!fault) return log('info', `Done: ${label}`)
    log(isTriedAgain ? 'warn' : 'error', `Failed: ${label}: ${fault.message}`)
    if (isTriedAgain && fault.code === 'engine/died') {
      died(`The engine died at ${label} and was started again; that cell is tried once more at the end.`)
    }
  }

  const flags = [
    ...(entry.threads === null ? [] : ['--threads', String(entry.threads)]),
    ...(entry.provider === null ? [] : ['--provider', entry.provider]),
  ]
  const child = launch(['run', file, '--home', home, '--json', ...flags], entry.data === null ? {} : { LAB_DATA: entry.data }, {
    onLine: takeLine,
    onEnd(code, signal, out) {
      const failed = failedCells(out)
      const isDone = code === 0 || (code === 1 && !fault && failed > 0)
      outcome = { how: isDone ? 'done' : (signal ?? `exit code ${code}`), fault: isDone ? undefined : fault, failed }
      end()
    },
  }) // prettier-ignore

  return {
    ...{ run: entry.id, child, ended },
    facts: () => ({ progress, losses, workedMs: Math.max(0, nowMs() - beganMs) }),
    asked: () => asked,
    outcome: () => outcome,
    async stop(why) {
      asked = why
      child.stop()
      const insist = setTimeout(() => child.kill(), GRACE_MS)
      await ended
      clearTimeout(insist)
    },
  }
}

/** Cells that failed, from what "lab run --json" prints at its end; 0 where it printed nothing. */
function failedCells(out: string): number {
  try {
    const { failed } = JSON.parse(out) as { readonly failed?: readonly unknown[] }
    return failed?.length ?? 0
  } catch {
    return 0
  }
}
