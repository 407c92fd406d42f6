import { hostname, userInfo } from 'node:os'
import { once } from 'node:events'
import { openReader } from '../../api/reader.ts'
import { buildIfStale, PAGE_FOLDER } from '../build.ts'
import type { Call, Command, Result } from '../command.ts'
import { readPage } from '../page.ts'
import { web } from '../web.ts'

export const serve: Command = {
  id: 'serve',
  words: '',
  about:
    'The window as a page, for a browser here or behind a tunnel.\n' +
    'It listens on loopback only: from another machine, open the tunnel that is printed, then the address.\n' +
    'Ctrl-C ends it; a run at work is stopped, and the next lab on this store goes on with it.',
  flags: [],
  async run({ home, console, signal }: Call): Promise<Result> {
    buildIfStale()
    const reader = openReader(home, web.launch)
    void reader.prepare()
    const running = await web.start(reader, readPage(PAGE_FOLDER))
    const tunnel = tunnelTo(running.port)
    console.record({ address: running.address, tunnel })
    console.print(`Junk DNA Lab is at\n  ${running.address}\n`)
    console.print(`From another machine, first open a tunnel there:\n  ${tunnel}\n`)
    console.print('The address holds the key to it: whoever has it can read the store and run studies. Ctrl-C ends it.')
    if (!signal.aborted) await once(signal, 'abort')
    await running.close()
    await reader.close()
    return { json: { address: running.address, tunnel } }
  },
}

/** What to type on the other machine. The port is the same at both ends, for the page answers to no other name. */
export function tunnelTo(port: number, user = userInfo().username, host = hostname()): string {
  return `ssh -N -L ${port}:127.0.0.1:${port} ${user}@${host}`
}
