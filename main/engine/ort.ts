import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { env, InferenceSession, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node'
import { LabError } from '../base/errors.ts'
import type { ElementType, FloatTensor, Tensor } from '../base/tensor.ts'
import { writeGraph } from '../onnx/write.ts'
import { absence } from './providers.ts'
import type { Carry, Device, EngineSettings, Feeds, Provider } from './session.ts'

/** A tensor where the runtime wants it: beside it on its device where it can stay there, else in this process. */
export type Held = OrtTensor

/** A loaded graph. Carried outputs come back held, the others as plain tensors. */
export interface Loaded {
  run(feeds: Feeds, held: ReadonlyMap<string, Held>, want: readonly string[]): Promise<Ran>
  close(): Promise<void>
}
export interface Ran {
  readonly outputs: Record<string, Tensor>
  readonly carried: Map<string, Held>
}

/** The runtime in this process. It blocks its thread while it loads or runs, so it belongs into a process of its own. */
export interface Runtime {
  readonly device: Device
  load(name: string, graph: Uint8Array | string, carry: Carry): Promise<Loaded>
  hold(tensor: FloatTensor): Promise<Held>
}

/** Opens a provider by running a graph of one node on it. Throws LabError('engine/unavailable') where it cannot, and takes no other. */
export async function createRuntime({ provider, threads }: EngineSettings): Promise<Runtime> {
  if (!listSupportedBackends().some(({ name }) => name === provider)) throw unavailable(provider, 'it has no such provider')
  const wanted = threads === 0 ? physicalCores() : threads
  const options: InferenceSession.SessionOptions = {
    executionProviders: [provider],
    intraOpNumThreads: wanted,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    // laid out ahead in one block, what lies between the nodes takes up to 1.6 times the memory, and no less time
    enableMemPattern: false,
    // idle threads sleep: while they spin, they take the cores from whoever lays out the next batch
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }
  const passages = new Map<string, InferenceSession>()

  // An identity whose output lies elsewhere than its input: the one way onto the device, and from it, that onnxruntime-node has.
  async function pass(tensor: OrtTensor, to: 'gpu-buffer' | 'cpu'): Promise<OrtTensor> {
    const key = `${to}/${tensor.dims.length}`
    const passage =
      passages.get(key) ??
      (await InferenceSession.create(identity(tensor.dims.length), { ...options, preferredOutputLocation: to }))
    passages.set(key, passage)
    return (await passage.run({ x: tensor })).y!
  }
  const fetch = async (tensor: OrtTensor) => plain(tensor.location === 'gpu-buffer' ? await pass(tensor, 'cpu') : tensor)
  const isResident = provider === 'webgpu'
  try {
    if (isResident) await pass(new OrtTensor('float32', new Float32Array(1), [1]), 'gpu-buffer')
    else await (await InferenceSession.create(identity(1), options)).release()
  } catch (error) {
    throw unavailable(provider, error)
  }

  return {
    device: { provider, name: deviceName(provider), threads: wanted, runtime: `onnxruntime-node ${env.versions.node ?? '?'}` },
    load: (name, graph, carry) => load(name, graph, carry, { options, isResident, fetch }),
    async hold({ dims, data }) {
      const tensor = new OrtTensor('float32', data, dims)
      return isResident ? pass(tensor, 'gpu-buffer') : tensor
    },
  }
}

/**
 * What a module exports as `work` that `Engine.beside` is to run: it gets the argument, as plain data of its own, and a runtime on the
 * processor that lies in its very process.
 */
export type BesideWork = (argument: unknown, runtime: Runtime) => Promise<unknown>

interface Place {
  readonly options: InferenceSession.SessionOptions
  readonly isResident: boolean
  readonly fetch: (tensor: OrtTensor) => Promise<Tensor>
}

async function load(name: string, graph: Uint8Array | string, carry: Carry, place: Place): Promise<Loaded> {
  const { options, isResident, fetch } = place
  const carriedNames = Object.keys(carry)
  const staysOnDevice = isResident && carriedNames.length > 0
  const location = Object.fromEntries(carriedNames.map((output) => [output, 'gpu-buffer' as const]))
  let session: InferenceSession
  try {
    const all = {
      ...options,
      ...(staysOnDevice && { preferredOutputLocation: location }),
    }
    // by path, for given as bytes a graph would look for data beside it in the working directory of this process
    session = await (typeof graph === 'string' ? InferenceSession.create(graph, all) : InferenceSession.create(graph, all))
  } catch (error) {
    throw new LabError('engine/graph', `Expected graph "${name}" to load, but the runtime says: ${firstLine(error)}`)
  }
  return {
    async run(feeds, held, want) {
      const all: Record<string, OrtTensor> = {}
      for (const [input, tensor] of held) all[input] = tensor
      for (const [input, tensor] of Object.entries(feeds)) all[input] = new OrtTensor(tensor.type, tensor.data, tensor.dims)
      let made: InferenceSession.ReturnType
      try {
        // with outputs bound to the device the binding refuses to leave one out
        made = await session.run(all, staysOnDevice ? session.outputNames : [...new Set([...want, ...carriedNames])])
      } catch (error) {
        throw new LabError('engine/run', `Expected graph "${name}" to run, but the runtime says: ${firstLine(error)}`)
      }
      const carried = new Map(carriedNames.map((output) => [carry[output]!, made[output]!]))
      const outputs: Record<string, Tensor> = {}
      for (const output of want) outputs[output] = await fetch(made[output]!)
      return { outputs, carried }
    },
    close: () => session.release(),
  }
}

function plain({ type, dims, data }: OrtTensor): Tensor {
  return { type: type as ElementType, dims, data } as Tensor
}

function identity(rank: number): Uint8Array {
  const dims = Array.from({ length: rank }, (_, i) => `d${i}`)
  return writeGraph({
    name: 'identity',
    opset: 18,
    inputs: [{ name: 'x', type: 'float32', dims }],
    weights: [],
    constants: new Map(),
    nodes: [{ op: 'Identity', name: 'identity', inputs: ['x'], outputs: ['y'], attributes: {} }],
    outputs: [{ name: 'y', type: 'float32', dims }],
  })
}

function unavailable(provider: Provider, error: unknown): LabError {
  const { missing } = absence(provider, firstLine(error))
  return new LabError('engine/unavailable', `Expected the provider "${provider}" to run here, but ${missing}.`)
}

/** The runtime's own words, without the places in its source that they come from. */
function firstLine(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!
  return text.replace(/\/\S+\.(?:cc|h):\d+ .*?(?:\[ONNXRuntimeError\] : \d+ : \w+ : | was false\. )/g, '')
}

/** Cores that are not two threads of one, of those this process may use; where the system does not tell, all of these. */
function physicalCores(): number {
  const usable = availableParallelism()
  if (process.platform !== 'linux') return usable
  const field = (name: string) => [...readFileSync('/proc/cpuinfo', 'utf8').matchAll(new RegExp(`^${name}\\s*: (\\d+)`, 'gm'))]
  const packages = field('physical id')
  const cores = new Set(field('core id').map(([, core], i) => `${packages[i]?.[1] ?? 0}/${core}`)).size
  return cores === 0 ? usable : Math.min(cores, usable)
}

function deviceName(provider: Provider): string {
  const processor = cpus()[0]?.model.trim() ?? process.arch
  if (provider !== 'webgpu' || process.platform !== 'linux') return provider === 'cpu' ? processor : `${provider} device 0`
  // onnxruntime-node does not say which adapter it took, but the Vulkan driver of that adapter is mapped into this process
  const drivers = readFileSync('/proc/self/maps', 'utf8').match(/lib(vk_swiftshader|vulkan_\w+|GLX_nvidia)\.so/g) ?? []
  return drivers.length === 0 ? 'webgpu device 0' : `Vulkan, ${[...new Set(drivers)].join(', ')}`
}
