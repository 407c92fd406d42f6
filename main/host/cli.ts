// The command line: `npm run lab -- <command> …`. Exit codes: 0 done, 1 failed, 2 usage, 130 interrupted and resumable.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openAnswers } from '../api/answers.ts'
import { fromFault, LabError, toFault, type Fault } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import { readVersion } from '../bench.ts'
import { callerFolder } from './caller.ts'
import { COMMON_FLAGS, readArguments, type Ask, type Command, type Flag } from './command.ts'
import { commands } from './commands/index.ts'
import { createConsole, type Out } from './console.ts'
import { onEndOfParent } from './lifeline.ts'

const LEAD = `Junk DNA Lab: which tasks does compression break first?

  npm run lab -- run study.yaml     run a study; the same command goes on where it stopped
  npm run lab -- results            the table of the newest study
  npm run lab -- report             the same as one HTML page, with figures
`

/** Where the command line reads and writes; that of this process where left out. */
export interface Terminal {
  readonly out: Out
  readonly err: Out
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly signal: AbortSignal
}

/** Runs one call of the command line and gives its exit code. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const { out, err, env } = terminal
  const isJson = args.includes('--json')
  const hasColour = !isJson && out.isTTY === true && !args.includes('--no-colour') && !env.NO_COLOR
  const console = createConsole(out, err, { isJson, hasColour })
  try {
    const [name, ...rest] = args
    if (name === '--version') {
      out.write(isJson ? `${JSON.stringify({ version: readVersion() })}\n` : `${readVersion()}\n`)
      return 0
    }
    if (name === undefined || name === 'help' || name.startsWith('-')) {
      if (name?.startsWith('-') && name !== '--help' && name !== '-h') readArguments({ id: '<command>', flags: [] }, args)
      out.write(helpOf(name === 'help' ? rest[0] : undefined))
      return 0
    }
    const command = findCommand(name)
    if (rest.includes('--help') || rest.includes('-h')) {
      out.write(helpOf(command.id))
      return 0
    }
    const { words, flags } = readArguments(command, rest)
    const asked = flags.text('home')
    const home = asked === undefined ? env.LAB_HOME : resolve(terminal.folder, asked)
    const answers = openAnswers(home)
    const ask: Ask = async (call, argument) => {
      const reply = await answers.answer(call, argument)
      if (!reply.ok) throw fromFault(reply.error as Fault)
      return reply.value as never
    }
    try {
      const { signal, folder } = terminal
      const { json, isFailed } = await command.run({ words, flags, console, ask, signal, folder, home })
      console.settle()
      if (isJson) out.write(`${JSON.stringify(json)}\n`)
      return isFailed ? 1 : 0
    } finally {
      answers.close()
    }
  } catch (error) {
    console.settle()
    const fault = toFault(error)
    err.write(isJson ? `${JSON.stringify({ error: fault })}\n` : `${fault.message}\n${fault.hint}\n`)
    return exitCodeOf(fault)
  }
}

/** What was asked wrongly is 2; what went wrong although it was asked rightly is 1. */
function exitCodeOf({ code }: Fault): number {
  if (code === 'engine/stopped') return 130
  return code === 'cli/usage' || code === 'api/argument' || code.startsWith('study/') ? 2 : 1
}

function findCommand(name: string): Command {
  const command = commands.find(({ id }) => id === name)
  if (command) return command
  const known = commands.map(({ id }) => id)
  const meant = nearest(name, known)
  throw new LabError(
    'cli/usage',
    `Expected a command (${known.join(', ')}), got "${name}"${meant ? `; did you mean "${meant}"?` : '.'}`,
  )
}

function helpOf(name: string | undefined): string {
  if (name !== undefined) {
    const { id, words, about, flags } = findCommand(name)
    return `lab ${id} ${words}`.trimEnd() + `\n\n${about}\n\n${flagLines([...flags, ...COMMON_FLAGS])}\n`
  }
  const wide = Math.max(...commands.map(({ id }) => id.length))
  const lines = commands.map(({ id, about }) => `  ${id.padEnd(wide)}  ${about.split('\n')[0]}`)
  return `${LEAD}
Commands
${lines.join('\n')}

Everywhere
${flagLines(COMMON_FLAGS)}

A study is named by its name, its id, or the first four digits of it; where left out, the newest is meant.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (the same command goes on where it stopped).
What one of them takes: npm run lab -- <command> --help
`
}

function flagLines(flags: readonly Flag[]): string {
  const heads = flags.map(({ name, value }) => `--${name}${value ? ` ${value}` : ''}`)
  const wide = Math.max(...heads.map((head) => head.length))
  return flags.map(({ about }, i) => `  ${heads[i]!.padEnd(wide)}  ${about}`).join('\n')
}

/** The terminal of this process. The first Ctrl-C stops cleanly; a second does not wait: what was reported done is on disk either way. */
function ownTerminal(): Terminal {
  const stop = new AbortController()
  let presses = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (++presses > 1) process.exit(130)
      stop.abort()
    })
  }
  onEndOfParent(() => stop.abort())
  // a reader such as "head" may close the pipe early; that is its right
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return { out: process.stdout, err: process.stderr, env: process.env, folder: callerFolder(), signal: stop.signal }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await runCli(process.argv.slice(2), ownTerminal())
