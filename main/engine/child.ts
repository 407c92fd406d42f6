// The engine process: answers one ask after the other, in order. Started by life.ts and by nothing else.
import { readSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { LabError, toFault } from '../base/errors.ts'
import { freeBuffer } from '../base/tensor.ts'
import { PARCEL_PIPE, type Answer, type Ask, type AskName, type Asks } from './messages.ts'
import type * as Door from './ort.ts'
import type { BesideWork, Held, Loaded, Runtime } from './ort.ts'
import { pack, unpack } from './parcels.ts'
import { readPlace } from '../onnx/places.ts'
import { absence } from './providers.ts'
import type { EngineSettings } from './session.ts'

interface OpenSession {
  readonly name: string
  readonly loaded: Loaded
  weights: Readonly<Record<string, string>>
}

let runtime: Runtime
/** A runtime on the processor for work beside this one: this one, or another where this one is on a device. */
let plainRuntime: Promise<Runtime> | undefined
let openPlain: () => Promise<Runtime>
let insideMs = 0
const sessions = new Map<number, OpenSession>()
/** A weight by key, or why it could not be taken in. */
const weights = new Map<string, Held | Error>()
const chains = new Map<number, Map<string, Held>>()

const answers: { [N in AskName]: (ask: Asks[N][0]) => Promise<Asks[N][1]> } = {
  async start({ settings }) {
    const { createRuntime } = await openDoor(settings)
    runtime = await createRuntime(settings)
    openPlain = async () => (settings.provider === 'cpu' ? runtime : createRuntime({ ...settings, provider: 'cpu' }))
    return runtime.device
  },
  async open({ session, name, graph, carry }) {
    sessions.set(session, { name, loaded: await runtime.load(name, graph, carry), weights: {} })
    return null
  },
  async bring({ key, name, source }) {
    try {
      const tensor = 'place' in source ? readPlace(name, source.place) : source.tensor
      weights.set(key, await runtime.hold(tensor))
    } catch (error) {
      weights.set(key, error instanceof Error ? error : new Error(String(error)))
    }
    return null
  },
  async drop({ keys }) {
    for (const key of keys) {
      const weight = weights.get(key)
      weights.delete(key)
      if (!weight || weight instanceof Error) continue
      const buffer = bufferOf(weight)
      weight.dispose()
      if (buffer) freeBuffer(buffer)
    }
    return null
  },
  async use({ session, weights: names }) {
    sessionOf(session).weights = names
    heldWeights(sessionOf(session))
    return null
  },
  async run({ session, chain, feeds, want }) {
    const open = sessionOf(session)
    const held = heldWeights(open)
    const carried = chain === null ? undefined : chains.get(chain)
    for (const [input, tensor] of carried ?? []) held.set(input, tensor)
    const began = performance.now()
    const ran = await open.loaded.run(feeds, held, want)
    insideMs = performance.now() - began
    for (const tensor of carried?.values() ?? []) tensor.dispose()
    if (chain === null) for (const tensor of ran.carried.values()) tensor.dispose()
    else chains.set(chain, ran.carried)
    return ran.outputs
  },
  async end({ chain }) {
    for (const tensor of chains.get(chain)?.values() ?? []) tensor.dispose()
    chains.delete(chain)
    return null
  },
  async beside({ module, argument }) {
    const { work } = (await import(module)) as { readonly work: BesideWork }
    return work(argument, await (plainRuntime ??= openPlain()))
  },
  async close({ session }) {
    await sessionOf(session).loaded.close()
    sessions.delete(session)
    return null
  },
}

/** Loads the runtime's library, which may not exist for this system. */
async function openDoor({ provider }: EngineSettings): Promise<typeof Door> {
  try {
    return await import('./ort.ts')
  } catch (error) {
    const { missing } = absence('cpu', error instanceof Error ? error.message : String(error))
    throw new LabError('engine/unavailable', `Expected the provider "${provider}" to run here, but ${missing}.`)
  }
}

function sessionOf(session: number): OpenSession {
  const open = sessions.get(session)
  if (!open) throw new LabError('engine/graph', `Expected an open session, got ${session}, which is closed or never opened.`)
  return open
}

function heldWeights({ name, weights: names }: OpenSession): Map<string, Held> {
  const held = new Map<string, Held>()
  for (const [input, key] of Object.entries(names)) {
    const weight = weights.get(key)
    if (weight instanceof Error) throw weight
    if (!weight) throw new LabError('engine/run', `Expected weight "${input}" of graph "${name}" to be here, got none.`)
    held.set(input, weight)
  }
  return held
}

/** Where numbers lie that are in this process; undefined for those on a device. */
function bufferOf(held: Held): ArrayBufferLike | undefined {
  return held.location === 'cpu' ? (held.data as Float32Array).buffer : undefined
}

/** Blocks until so many bytes have come through the pipe: straight into their place, without a second copy. */
function fill(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const n = readSync(PARCEL_PIPE, bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE), null)
    if (n === 0) process.exit(1) // whoever asked is gone
    done += n
  }
}

/** Blocks until so many bytes have gone into the pipe, from where they lie. */
function pour(bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(PARCEL_PIPE, bytes, done, Math.min(bytes.length - done, MOST_AT_ONCE))
  }
}

/** Sends an answer, then its parcels: whoever reads them knows by then where they belong. */
async function send(answer: Answer): Promise<void> {
  const { value, parcels } = pack(answer)
  const sent = new Promise<void>((done) => void process.send!(value, undefined, undefined, () => done()))
  if (parcels.length > 0) await sent
  for (const { buffer, byteOffset, byteLength } of parcels) pour(new Uint8Array(buffer, byteOffset, byteLength))
  // what a chain carries on can be asked for too
  const carried = new Set([...chains.values()].flatMap((held) => [...held.values()].map(bufferOf)))
  for (const { buffer } of parcels) if (!carried.has(buffer)) freeBuffer(buffer)
}

/** Bytes that one read or write may ask for. */
const MOST_AT_ONCE = 1 << 30

async function answer(ask: Ask): Promise<Answer> {
  insideMs = 0
  try {
    const value = await answers[ask.ask](ask as never)
    return { id: ask.id, ok: true, value, insideMs, memoryBytes: process.memoryUsage.rss() }
  } catch (error) {
    return { id: ask.id, ok: false, fault: toFault(error) }
  }
}

// This thread is deaf while the runtime works; one of its own sees the parent go, however it goes.
new Worker(new URL(import.meta.url.endsWith('.ts') ? './lifeline.ts' : './lifeline.js', import.meta.url)).unref()

let last = Promise.resolve()
process.on('message', (ask: Ask) => {
  last = last.then(async () => {
    // whatever comes of it, its parcels are taken from the pipe
    await send(await answer(unpack(ask, fill) as Ask))
  })
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches every process of a terminal; what it means for this one is for the parent to say
process.on('SIGINT', () => {})
