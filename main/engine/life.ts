import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Duplex } from 'node:stream'
import { fromFault, LabError } from '../base/errors.ts'
import { unpacked } from '../base/files.ts'
import { nodeProgram } from './node.ts'
import { PARCEL_PIPE, type Answer, type AskName, type Asks } from './messages.ts'
import { createInbox, pack } from './parcels.ts'
import type { EngineSettings } from './session.ts'

/** One engine process, from its start to its end. */
export interface Life {
  readonly pid: number
  /**
   * Rejects with the fault of the engine process, or with LabError('engine/died') when it ends first. Large numbers come as parcels; those of
   * some asks go as parcels too, and must not change before the answer.
   */
  ask<N extends AskName>(name: N, message: Asks[N][0]): Promise<Told<Asks[N][1]>>
  isAlive(): boolean
  /** Ends the process now and resolves when it has; what is open rejects with this error. */
  end(why: LabError): Promise<void>
}
export interface Told<T> {
  readonly value: T
  /** Milliseconds the runtime itself took for it. */
  readonly insideMs: number
  /** Bytes that the process held then. */
  readonly memoryBytes: number
}

interface Open {
  resolve(told: Told<never>): void
  reject(error: Error): void
}

/** Whose numbers nobody writes to meanwhile. */
const BY_PARCEL: readonly AskName[] = ['bring', 'beside']

/** Lines of the process's complaints that are worth repeating when it dies. */
const LAST_WORDS = 600

/** Starts an engine process: this Node, our entry, and nothing else. `env` is added to the environment it inherits. */
export function startLife(settings: EngineSettings, env: Readonly<Record<string, string>>): Life {
  const child = spawnEngine(settings, env)
  const pipe = child.stdio[PARCEL_PIPE] as Duplex
  const open = new Map<number, Open>()
  let words = ''
  let why: LabError | undefined
  let next = 0

  const isAlive = () => why === undefined && child.connected && child.exitCode === null && child.signalCode === null

  // Waiting for an answer or for the end keeps the program alive, an idle engine does not.
  function hold(): void {
    for (const handle of [child, child.channel]) {
      if (open.size > 0 || why) handle?.ref()
      else handle?.unref()
    }
  }

  function settle(answer: Answer): void {
    const waiting = open.get(answer.id)
    open.delete(answer.id)
    hold()
    const { insideMs, memoryBytes } = answer.ok ? answer : { insideMs: 0, memoryBytes: 0 }
    if (answer.ok) waiting?.resolve({ value: answer.value as never, insideMs, memoryBytes })
    else waiting?.reject(fromFault(answer.fault))
  }

  const ended = new Promise<void>((resolve) => {
    const finish = (how: string) => {
      const error =
        why ?? new LabError('engine/died', `Expected the engine process to live, but it ended with ${how}.${lastWords(words)}`)
      for (const waiting of open.values()) waiting.reject(error)
      open.clear()
      resolve()
    }
    child.once('exit', (code, signal) => finish(signal ?? `exit code ${code}`))
    child.once('error', (error) => child.pid === undefined && finish(error.message))
  })
  const inbox = createInbox<Answer>(settle)
  child.on('message', (packed) => inbox.message(packed))
  pipe.on('data', (chunk: Uint8Array) => inbox.bytes(chunk))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-LAST_WORDS)))
  // a dead process is told by its exit; what could not be written to it any more is of no interest
  for (const stream of [pipe, child.stdin!]) stream.on('error', () => {})
  for (const stream of [pipe, child.stdin!, child.stderr!]) (stream as unknown as { unref(): void }).unref()
  hold()

  return {
    pid: child.pid ?? 0,
    ask(name, message) {
      return new Promise((resolve, reject) => {
        if (!isAlive()) {
          return reject(new LabError('engine/died', `Expected the engine process to live, but it has ended.${lastWords(words)}`))
        }
        const id = next++
        const { value, parcels } = BY_PARCEL.includes(name) ? pack(message) : { value: message, parcels: [] }
        child.send({ ...(value as typeof message), ask: name, id }, (error) => error && child.kill('SIGKILL'))
        open.set(id, { resolve: resolve as Open['resolve'], reject })
        hold()
        for (const { buffer, byteOffset, byteLength } of parcels) pipe.write(new Uint8Array(buffer, byteOffset, byteLength))
      })
    },
    isAlive,
    end(error) {
      why ??= error
      hold()
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Our entry, as source or as it was bundled beside us. */
const CHILD = unpacked(fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url)))

/** The one place where the process is made. */
function spawnEngine({ provider }: EngineSettings, env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(nodeProgram(), [CHILD], {
    // stdin says by its end that we are gone; what the runtime prints is kept for the day it dies
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: {
      ...process.env,
      // float32 shall be float32: NVIDIA cards otherwise round the factors of a product to 10 bits
      ...(provider === 'cuda' ? { NVIDIA_TF32_OVERRIDE: '0' } : {}),
      ...env,
    },
  })
}

function lastWords(words: string): string {
  const text = words.replace(/\u001b\[[0-9;]*m/g, '').trim()
  return text === '' ? '' : ` Its last words: ${text}`
}
