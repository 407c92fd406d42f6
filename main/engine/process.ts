import { basename } from 'node:path'
import { LabError } from '../base/errors.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Graph, Weights } from '../onnx/graph.ts'
import { writeGraph } from '../onnx/write.ts'
import { createHome, type Home, type Opened } from './home.ts'
import { startLife, type Life } from './life.ts'
import type { Asks } from './messages.ts'
import type { Carry, Chain, Device, Engine, EngineMeter, EngineSettings, Session } from './session.ts'
import { pick } from './shelf.ts'

/** How long a run may go on after it was stopped before its process is ended. With the answer to the caller at once, idle within a second. */
const GRACE_MS = 400

/** An engine together with what only its tests and its doctor ask for. */
export interface ProcessEngine extends Engine {
  /** Process id of the runtime; undefined between a death and the next run. */
  pid(): number | undefined
}

/**
 * Starts the runtime in a process of its own. Its death rejects what is in flight with LabError('engine/died'); the next call finds a new
 * process with the same sessions and weights. `env` is added to its environment.
 */
export async function startEngine(settings: EngineSettings, env: Readonly<Record<string, string>> = {}): Promise<ProcessEngine> {
  const sessions = new Map<number, Opened>()
  const meter = { runs: 0, insideMs: 0, memoryBytes: 0, loads: 0, weightBytes: 0 }
  let home: Home | undefined
  let device: Device | undefined
  let isClosed = false
  let nextId = 0
  let queue: Promise<unknown> = Promise.resolve()

  /** Sends in the order of the calls, whatever a call has to wait for first; gives what the call was told. */
  async function inOrder<T>(send: (home: Home) => Promise<T>): Promise<T> {
    const sent = queue.then(async () => ({ told: send(await findHome()) }))
    queue = sent.catch(() => {})
    return (await sent).told
  }

  async function findHome(): Promise<Home> {
    if (isClosed) throw new LabError('engine/stopped', 'Expected an open engine, but it was closed.')
    if (home?.life.isAlive()) return home
    const made = createHome(startLife(settings, env), meter)
    home = made
    try {
      device = (await made.life.ask('start', { settings })).value
    } catch (error) {
      await made.life.end(error as LabError)
      throw error
    }
    // a session that cannot be brought back says so at its next run
    for (const session of sessions.values()) {
      made.load(session).catch(() => {})
      made.supply(session, sessions.values()).catch(() => {})
    }
    return made
  }

  async function open(graph: Graph, weights: Weights, carry: Carry = {}): Promise<Session> {
    const opened = { id: nextId++, name: graph.name, graph: writeGraph(graph), carry, weights: pick(graph, weights) }
    return enter(opened, (next) => pick(graph, next))
  }

  async function enter(session: Opened, pickFrom: (weights: Weights) => Opened['weights']): Promise<Session> {
    try {
      await inOrder(async (at) => {
        sessions.set(session.id, session)
        await Promise.all([at.load(session), at.supply(session, sessions.values())])
      })
    } catch (error) {
      sessions.delete(session.id)
      throw error
    }
    return {
      async use(next) {
        const picked = pickFrom(next)
        await inOrder((at) => {
          session.weights = picked
          return at.supply(session, sessions.values())
        })
      },
      run: (feeds, want, signal) => run({ session: session.id, chain: null, feeds, want }, signal),
      chain: () => chainOf(session),
      async close() {
        if (!sessions.delete(session.id) || !home?.life.isAlive()) return
        await inOrder(async (at) => {
          at.tidy(sessions.values())
          await at.life.ask('close', { session: session.id }).catch((error: unknown) => {
            if (at.life.isAlive()) throw error
          })
        })
      },
    }
  }

  function chainOf({ id: session }: Opened): Chain {
    const chain = nextId++
    let at: Home | undefined
    return {
      run: (feeds, want, signal) =>
        run({ session, chain, feeds, want }, signal, (now) => {
          at ??= now
          if (at !== now) throw new LabError('engine/died', 'Expected what the run before had kept, but its process has ended.')
        }),
      end() {
        if (at?.life.isAlive()) at.life.ask('end', { chain }).catch(() => {})
      },
    }
  }

  async function run<O extends string>(
    message: Asks['run'][0],
    signal: AbortSignal | undefined,
    check: (home: Home) => void = () => {},
  ): Promise<Record<O, Tensor>> {
    throwIfStopped(signal)
    const { value, insideMs, memoryBytes } = await inOrder((at) => {
      throwIfStopped(signal)
      check(at)
      const told = at.life.ask('run', message)
      return signal ? stoppable(told, at.life, signal) : told
    })
    meter.runs++
    meter.insideMs += insideMs
    meter.memoryBytes = memoryBytes
    return value as Record<O, Tensor>
  }

  async function beside(module: string, argument: unknown, signal?: AbortSignal): Promise<unknown> {
    throwIfStopped(signal)
    const { value } = await inOrder((at) => {
      throwIfStopped(signal)
      const told = at.life.ask('beside', { module, argument })
      return signal ? stoppable(told, at.life, signal) : told
    })
    return value
  }

  await inOrder(async () => {})
  return {
    id: `${device!.provider}-${device!.threads}`,
    get device() {
      return device!
    },
    open,
    openFile: (path) =>
      enter({ id: nextId++, name: basename(path), graph: path, carry: {}, weights: new Map() }, () => new Map()),
    beside,
    meter: (): EngineMeter => ({ ...meter }),
    pid: () => (home?.life.isAlive() ? home.life.pid : undefined),
    async close() {
      isClosed = true
      await home?.life.end(new LabError('engine/stopped', 'Stopped before the end: the engine was closed.'))
    },
  }
}

/** Rejects as soon as the signal is aborted. The runtime cannot be interrupted, so a run that goes on after that costs the process. */
function stoppable<T>(told: Promise<T>, life: Life, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    const stop = () => {
      reject(new LabError('engine/stopped', 'Stopped during a run, as asked.'))
      setTimeout(() => {
        const why = 'Expected the engine process to live, but it was ended to stop a long run.'
        if (!isAnswered) void life.end(new LabError('engine/died', why))
      }, GRACE_MS)
    }
    const answered = () => {
      isAnswered = true
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop, { once: true })
    told.finally(answered).then(resolve, reject)
  })
}

function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('engine/stopped', 'Stopped before a run, as asked.')
}
