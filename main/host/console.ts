import { styleText } from 'node:util'
import type { Json } from '../base/json.ts'
import { duration } from '../base/text.ts'

/** What a long command says while it works. `etaMs` null: not known yet. */
export interface Step {
  readonly done: number
  readonly total: number
  readonly label: string
  readonly etaMs: number | null
  readonly tokensPerSecond: number | null
}

/** Where a command prints: tables for people on stdout, progress and notes on stderr, JSON where asked. */
export interface Console {
  readonly isJson: boolean
  readonly hasColour: boolean
  readonly width: number
  /** A line or table for people; silent under --json. */
  print(text: string): void
  /** A remark beside the result, on stderr. */
  note(text: string): void
  /** What a program may want to know meanwhile: a JSON line on stderr; nothing for people. */
  record(value: unknown): void
  /** Progress: one moving line on a terminal, JSON lines otherwise. */
  step(step: Step): void
  /** Ends the moving line. */
  settle(): void
  bold(text: string): string
  dim(text: string): string
}

/** A stream to print to, as far as the console needs one. */
export interface Out {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** A console on two streams. `now` gives milliseconds, to keep progress to ten lines a second on a terminal, two for a program and one in two seconds elsewhere. */
export function createConsole(
  out: Out,
  err: Out,
  options: { isJson: boolean; hasColour: boolean },
  now: () => number = () => performance.now(),
): Console {
  const isMoving = err.isTTY === true && !options.isJson
  // a program that listens shows it to someone; a log is read later
  const cadence = isMoving ? 100 : options.isJson ? 500 : 2000
  const width = out.columns ?? 100
  let last = -Infinity
  let shown = false
  const paint = (format: 'bold' | 'dim', text: string) =>
    options.hasColour ? styleText(format, text, { validateStream: false }) : text

  function settle(): void {
    if (shown) err.write('\r\u001b[2K')
    shown = false
  }
  return {
    isJson: options.isJson,
    hasColour: options.hasColour,
    width,
    print(text) {
      if (options.isJson) return
      settle()
      out.write(`${text}\n`)
    },
    note(text) {
      settle()
      err.write(options.isJson ? `${JSON.stringify({ note: text })}\n` : `${text}\n`)
    },
    record(value) {
      if (options.isJson) err.write(`${JSON.stringify(value)}\n`)
    },
    step(step) {
      const isEnd = step.done === step.total
      if (now() - last < cadence && !isEnd) return
      last = now()
      if (!isMoving) {
        err.write(`${JSON.stringify({ progress: step as unknown as Json })}\n`)
        return
      }
      err.write(`\r\u001b[2K${progressLine(step, Math.max(40, (err.columns ?? 100) - 1))}`)
      shown = true
    },
    settle,
    bold: (text) => paint('bold', text),
    dim: (text) => paint('dim', text),
  }
}

/** "▕████      ▏ 412 of 1,809  23 %  magnitude 0.3 · wh_island  98,000 tokens/s  2 min left", cut to `width`. */
export function progressLine(step: Step, width: number): string {
  const share = step.total === 0 ? 1 : step.done / step.total
  const filled = Math.round(share * 20)
  const bar = `▕${'█'.repeat(filled)}${' '.repeat(20 - filled)}▏`
  const parts = [
    `${bar} ${count(step.done)} of ${count(step.total)}`,
    `${Math.floor(share * 100)} %`,
    ...(step.etaMs === null ? [] : [`${duration(step.etaMs)} left`]),
    ...(step.tokensPerSecond === null ? [] : [`${count(Math.round(step.tokensPerSecond))} tokens/s`]),
    step.label,
  ]
  const line = parts.join('  ')
  return line.length > width ? `${line.slice(0, width - 1)}…` : line
}

/** Whole numbers with thousands apart: 1,809. */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** Rows as aligned columns; numbers to the right. The first row is the head. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, j) => Math.max(...rows.map((row) => (row[j] ?? '').length)))
  const isNumber = widths.map((_, j) => rows.slice(1).every((row) => /^[-−+]?[\d.,]*( ?%)?$/.test(row[j] ?? '')))
  return rows
    .map((row) =>
      row
        .map((cell, j) => (isNumber[j] ? cell.padStart(widths[j]!) : cell.padEnd(widths[j]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
