import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const CLI = [join(import.meta.dirname, '..', '..', 'main', 'host', 'cli.ts')]

/** "lab serve" in a process of its own, as a person starts it. */
export interface Served {
  readonly address: string
  readonly child: ChildProcess
  /** Ends it by a signal and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/** `program`: what to run in place of the command line's source. */
export async function serve(home: string, program: readonly string[] = CLI): Promise<Served> {
  const child = spawn(process.execPath, [...program, 'serve', '--home', home, '--json'])
  const address = await new Promise<string>((done, fail) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const found = /"address":"([^"]+)"/.exec((said += text))
      if (found) done(found[1]!)
    })
    child.once('exit', (code) => fail(new Error(`"lab serve" ended with ${code}: ${said}`)))
  })
  return {
    ...{ address, child },
    async end(signal) {
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      child.kill(signal)
      await gone
    },
  }
}

/** Processes that a process has started and that are still there. Linux only. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}
