import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Launch, RunHearing } from '../jobs/queue/child.ts'
import { LIFELINE } from './lifeline.ts'

/** The command line, as source or as it was bundled beside us. */
export const CLI = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './cli.ts' : './cli.js', import.meta.url))

/** Bytes of standard output that are kept: what "--json" prints at the end is far less. */
const MOST_OUT = 4 << 20

/** Starts the command line in a process of this Node. Its standard input is its lifeline. */
export const launchNode: Launch = (args, env, hearing) => {
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, [LIFELINE]: 'stdin' },
    windowsHide: true,
  })
  const { err, out, end } = hear(hearing)
  child.stderr.setEncoding('utf8').on('data', err)
  child.stdout.setEncoding('utf8').on('data', out)
  // "close": when all that it said has been read
  child.once('close', end)
  child.once('error', (error) => {
    err(`${error.message}\n`)
    if (child.pid === undefined) end(null, 'an error at its start')
  })
  child.stdin.on('error', () => {}) // it is gone, which its end tells
  return { pid: child.pid, stop: () => child.stdin.end(), kill: () => void child.kill('SIGKILL') }
}

/** What a child says, line by line, and once how it ended. */
export function hear({ onLine, onEnd }: RunHearing) {
  let [rest, said, hasEnded] = ['', '', false]
  return {
    err(text: string): void {
      const lines = (rest + text).split('\n')
      rest = lines.pop()!.slice(0, MOST_OUT)
      lines.forEach(onLine)
    },
    out(text: string): void {
      if (said.length < MOST_OUT) said += text
    },
    end(code: number | null, signal: string | null): void {
      if (hasEnded) return
      hasEnded = true
      if (rest !== '') onLine(rest)
      onEnd(code, signal, said)
    },
  }
}
