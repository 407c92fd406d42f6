import { runCli } from '../../main/host/cli.ts'

/** What a call of the command line left behind. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process, in a folder, on a store. */
export async function callCli(args: readonly string[], folder: string, home: string): Promise<Ended> {
  let out = ''
  let err = ''
  const code = await runCli(args, {
    out: { columns: 100, write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    env: { LAB_HOME: home },
    folder,
    signal: new AbortController().signal,
  })
  return { code, out, err }
}
