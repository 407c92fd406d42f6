import type { Tensor } from '../base/tensor.ts'
import type { Graph, Weights } from '../onnx/graph.ts'

/** Providers by name. What was asked for is what runs, or opening fails by name: never another in its place. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
export type Provider = (typeof PROVIDERS)[number]

export interface EngineSettings {
  readonly provider: Provider
  /** Threads of one operation; 0 takes one per physical core. */
  readonly threads: number
}

/** What a result must say about where it was made. */
export interface Device {
  readonly provider: Provider
  readonly name: string
  readonly threads: number
  /** Version of the runtime, such as "onnxruntime-node 1.30.0". */
  readonly runtime: string
}

export type Feeds = Readonly<Record<string, Tensor>>

/** Outputs that stay beside the runtime and become inputs of the next run of a chain: name of the output → name of the input. */
export type Carry = Readonly<Record<string, string>>

/** One loaded graph with a current set of weights. */
export interface Session {
  /** Makes a set of weights current for the runs that follow; only tensors that differ from the set before travel. */
  use(weights: Weights): Promise<void>
  /**
   * Runs are answered in the order they were asked; a second may be asked before the first is answered, so that the runtime never waits.
   * Once `signal` is aborted it rejects with LabError('engine/stopped'); a run that does not end by itself soon after ends the process.
   */
  run<O extends string>(feeds: Feeds, want: readonly O[], signal?: AbortSignal): Promise<Record<O, Tensor>>
  /** Runs of which each goes on from the one before it, by the `carry` of the session. */
  chain(): Chain
  close(): Promise<void>
}

/** The first run feeds the carried inputs, the following ones leave them out. Lost with LabError('engine/died') if the engine dies. */
export interface Chain {
  run<O extends string>(feeds: Feeds, want: readonly O[], signal?: AbortSignal): Promise<Record<O, Tensor>>
  /** Gives back what is carried; there is nothing to wait for. */
  end(): void
}

/** What the runtime has done so far, for the share of time spent outside it and the cost of a change of weights. */
export interface EngineMeter {
  readonly runs: number
  /** Milliseconds the runtime itself was busy with runs. */
  readonly insideMs: number
  /** Bytes that the process of the runtime held after its last run. */
  readonly memoryBytes: number
  /** Graphs loaded; those loaded anew after a death count again. */
  readonly loads: number
  /** Bytes of weights that came to the engine, read from disk or sent. */
  readonly weightBytes: number
}

/** The only face of a runtime. */
export interface Engine {
  readonly id: string
  readonly device: Device
  open(graph: Graph, weights: Weights, carry?: Carry): Promise<Session>
  /** Opens an ONNX file that brings its own weights, from inside or beside it. */
  openFile(path: string): Promise<Session>
  /**
   * Runs `work` (`BesideWork`) of a module of ours in the process of the runtime, by its address: for work that asks for so many products
   * that their way here and back would cost more than they do. Argument and answer are plain data; large arrays of floats in the argument
   * must not change before the answer. Once `signal` is aborted it rejects, and the process is ended if need be, as for a run.
   */
  beside(module: string, argument: unknown, signal?: AbortSignal): Promise<unknown>
  meter(): EngineMeter
  close(): Promise<void>
}
