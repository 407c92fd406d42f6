import type { Tensor } from '../base/tensor.ts'
import type { Graph, Weights } from '../onnx/graph.ts'

/** Providers by name. What was asked for is what runs, or opening fails by name: never another in its place. */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const
export type Provider = (typeof PROVIDERS)[number]

export interface EngineSettings {
  readonly provider: Provider
  /** Threads of one operation; 0 lets the runtime choose (physical cores). */
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

/** One loaded graph with a current set of weights. */
export interface Session {
  /** Makes a set of weights current for the runs that follow; only tensors that differ from the set before travel. */
  use(weights: Weights): Promise<void>
  /** Runs are answered in the order they were asked; a second may be asked before the first is answered, so that the runtime never waits. */
  run<O extends string>(feeds: Feeds, want: readonly O[]): Promise<Record<O, Tensor>>
  close(): Promise<void>
}

/** Milliseconds the runtime itself was busy, for the share of time spent outside it. */
export interface EngineMeter {
  readonly runs: number
  readonly insideMs: number
}

/** The only face of a runtime. */
export interface Engine {
  readonly id: string
  readonly device: Device
  open(graph: Graph, weights: Weights): Promise<Session>
  meter(): EngineMeter
  close(): Promise<void>
}
