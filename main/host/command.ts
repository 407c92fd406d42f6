import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Api, ApiName } from '../../preload/contract.ts'
import { LabError } from '../base/errors.ts'
import { nearest } from '../base/text.ts'
import type { Console } from './console.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** One option of a command: how it is written and what help says of it. */
export interface Flag {
  readonly name: string
  /** What follows it in help, such as <folder>; without, the flag stands alone. */
  readonly value?: string
  readonly about: string
  /** It may be given several times. */
  readonly isMany?: boolean
  /** Other spellings, as other tools have them. */
  readonly also?: readonly string[]
}

/** A call of the contract on the store at --home; what went wrong is thrown as a LabError. */
export type Ask = <N extends ApiName>(name: N, argument: Api[N][0]) => Promise<Api[N][1]>

/** What a command is given: words after its name, flags, where to print, whom to ask. */
export interface Call {
  readonly words: readonly string[]
  readonly flags: Flags
  readonly console: Console
  readonly signal: AbortSignal
  readonly ask: Ask
  /** Folder that relative paths start at. */
  readonly folder: string
  /** The store asked for; undefined for the usual one. */
  readonly home: string | undefined
}

/** What a command leaves behind; printing for people is its own work. */
export interface Result {
  /** Plain data: what `--json` prints. */
  readonly json: unknown
  readonly isFailed?: boolean
}

/** One command of the lab. */
export interface Command {
  readonly id: string
  /** Words after the name, for help, such as "<study.yaml>". */
  readonly words: string
  /** The first line stands in the list of commands. */
  readonly about: string
  readonly flags: readonly Flag[]
  run(call: Call): Promise<Result>
}

/** Flags as they were given, read by type. */
export interface Flags {
  has(name: string): boolean
  text(name: string): string | undefined
  /** Everything that was given for a flag that may be given several times. */
  all(name: string): readonly string[]
  /** A whole number at least `least`, or a named usage error. */
  count(name: string, least: number): number | undefined
}

/** Flags that every command understands. */
export const COMMON_FLAGS: readonly Flag[] = [
  { name: 'home', value: '<folder>', about: 'where the store is kept (default: LAB_HOME, else your data folder)' },
  { name: 'json', about: 'JSON for programs instead of tables; progress as JSON lines on stderr' },
  { name: 'no-colour', about: 'plain text (also: NO_COLOR)' },
  { name: 'help', about: 'what a command does and takes' },
]

/** Reads the arguments after a command's name. Unknown flags are refused with the nearest known one. */
export function readArguments(
  command: Pick<Command, 'id' | 'flags'>,
  args: readonly string[],
): { words: string[]; flags: Flags } {
  const known = [...command.flags, ...COMMON_FLAGS]
  const options: Options = {}
  for (const { name, also = [], value, isMany = false } of known) {
    for (const spelling of [name, ...also]) options[spelling] = { type: value ? 'string' : 'boolean', multiple: isMany }
  }
  for (const arg of args) {
    const name = /^--([^=]+)/.exec(arg)?.[1]
    if (name === undefined || Object.hasOwn(options, name)) continue
    const meant = nearest(
      name,
      known.map((flag) => flag.name),
    )
    throw new LabError('cli/usage', `"lab ${command.id}" takes no --${name}${meant ? `; did you mean --${meant}?` : '.'}`)
  }
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    return { words: positionals, flags: flagsOf(underOwnNames(command, known, values)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new LabError('cli/usage', `"lab ${command.id}": ${message}`, { cause: error })
  }
}

type Values = Readonly<Record<string, unknown>>

/** What was given under another spelling stands under the flag's own; twice is refused. */
function underOwnNames({ id }: Pick<Command, 'id'>, known: readonly Flag[], values: Values): Values {
  const own: Record<string, unknown> = { ...values }
  for (const { name, also = [], isMany } of known) {
    const given = [name, ...also].filter((spelling) => values[spelling] !== undefined)
    if (given.length > 1 && !isMany) {
      const spellings = given.map((spelling) => `--${spelling}`).join(' and ')
      throw new LabError('cli/usage', `"lab ${id}" takes one of ${spellings}, got both.`)
    }
    const all = given.flatMap((spelling) => values[spelling])
    if (given.length > 0) own[name] = isMany ? all : all[0]
  }
  return own
}

function flagsOf(values: Values): Flags {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  return {
    has: (name) => values[name] !== undefined && values[name] !== false,
    text,
    all: (name) => [values[name] ?? []].flat().map(String),
    count(name, least) {
      const raw = text(name)
      if (raw === undefined) return undefined
      const n = Number(raw)
      if (!Number.isInteger(n) || n < least) {
        throw new LabError('cli/usage', `Expected a whole number of at least ${least} after --${name}, got "${raw}".`)
      }
      return n
    },
  }
}

/** The single word a command takes, or a usage error that says what it should be. */
export function oneWord({ words }: Call, what: string): string {
  const [word] = words
  if (word !== undefined && words.length === 1) return word
  throw new LabError('cli/usage', `Expected ${what}, got ${words.length === 0 ? 'nothing' : `"${words.join(' ')}"`}.`)
}

/** The study that a command is about: the one named, else the newest of the store. */
export async function studyOf({ words, ask }: Call): Promise<string> {
  const [word, ...more] = words
  if (more.length > 0) throw new LabError('cli/usage', `Expected at most one study, got "${words.join(' ')}".`)
  if (word !== undefined) return word
  const [newest] = await ask('studies.list', null)
  if (newest) return newest.id
  throw new LabError('study/unknown', 'Expected a study in this store, but it holds none yet.')
}

/** Whether a command is about several studies together: more than one word, or the word for all experiments of the paper. */
export const isSeveral = ({ words }: Call): boolean => words.length > 1 || words[0] === 'paper/all'
