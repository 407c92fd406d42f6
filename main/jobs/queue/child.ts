import type { Fault } from '../../../preload/contract.ts'

/** A process that runs one study with "lab run --json". */
export interface RunChild {
  readonly pid: number | undefined
  /** Asks it to stop as after Ctrl-C. */
  stop(): void
  /** Ends it now. */
  kill(): void
}

/** What is heard of a child. */
export interface RunHearing {
  /** A line of its standard error: JSON, or what a runtime printed there. */
  onLine(line: string): void
  /** All of its standard output. */
  onEnd(code: number | null, signal: string | null, out: string): void
}

/** Starts "lab <args>" in a process of its own. Each host has its way. */
export type Launch = (args: readonly string[], env: Readonly<Record<string, string>>, hearing: RunHearing) => RunChild

/** What the lines of "lab run --json" say. */
export type Said =
  | { readonly progress: SaidProgress }
  | { readonly cell: { readonly label: string; readonly fault?: Fault; readonly isTriedAgain: boolean } }
  | { readonly note: string }
  | { readonly error: Fault }
  | { readonly text: string }

export interface SaidProgress {
  readonly study: string
  readonly done: number
  readonly total: number
  readonly label: string
  readonly part: { readonly done: number; readonly total: number } | null
  readonly loss: { readonly step: number; readonly loss: number } | null
  readonly memoryBytes: number
  readonly etaMs: number | null
  readonly tokensPerSecond: number | null
}

/** A line of a child as what it says; what is no JSON of ours is text. */
export function readLine(line: string): Said {
  try {
    const said: unknown = JSON.parse(line)
    const isOurs = typeof said === 'object' && said !== null && ['progress', 'cell', 'note', 'error'].some((key) => key in said)
    if (isOurs) return said as Said
  } catch {
    // a runtime that complains does so in plain words
  }
  return { text: line }
}
