import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { queueFolder } from './entry.ts'

export interface LogLine {
  /** From 1. */
  readonly n: number
  /** ISO 8601. */
  readonly at: string
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** What happened to one run, line by line, in a file of its own. */
export interface RunLog {
  add(at: string, level: LogLine['level'], text: string): void
  /** Lines after the one of this number, at most so many. */
  read(after: number, most: number): { readonly lines: readonly LogLine[]; readonly isEnd: boolean }
  remove(): void
}

/** Letters of one line at most. */
const LONGEST = 4000

export function openRunLog(home: string, run: string): RunLog {
  const path = join(queueFolder(home), `${run}.log`)
  // a line that was being written when the lab was killed is none
  let lines: LogLine[] | undefined
  const all = () => (lines ??= readLines(path))
  return {
    add(at, level, text) {
      const line = { n: all().length + 1, at, level, text: text.slice(0, LONGEST) }
      all().push(line)
      mkdirSync(queueFolder(home), { recursive: true })
      appendFileSync(path, `${JSON.stringify(line)}\n`)
    },
    read(after, most) {
      const found = all().slice(after, after + most)
      return { lines: found, isEnd: after + found.length >= all().length }
    },
    remove() {
      lines = []
      rmSync(path, { force: true })
    },
  }
}

function readLines(path: string): LogLine[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line): LogLine[] => {
    if (line === '') return []
    try {
      return [JSON.parse(line) as LogLine]
    } catch {
      return [] // half a line: the lab was killed while it wrote
    }
  }).map((line, i) => ({ ...line, n: i + 1 })) // prettier-ignore
}
