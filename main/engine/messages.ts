import type { Fault } from '../base/errors.ts'
import type { FloatTensor, Tensor } from '../base/tensor.ts'
import type { TensorPlace } from '../onnx/graph.ts'
import type { Carry, Device, EngineSettings, Feeds } from './session.ts'

/** Where a weight comes from: the model's own file, or this message, large ones as a parcel after it. */
export type Source = { readonly place: TensorPlace } | { readonly tensor: FloatTensor }

/** What the engine process can be asked. Sessions and chains are numbered by the asker, weights are named by key. */
export interface Asks {
  start: [{ settings: EngineSettings }, Device]
  open: [{ session: number; name: string; graph: Uint8Array | string; carry: Carry }, null]
  /** Takes in a weight; what goes wrong is said by the `use` that needs it. */
  bring: [{ key: string; name: string; source: Source }, null]
  drop: [{ keys: readonly string[] }, null]
  /** Makes weights current: name of the graph input → key. */
  use: [{ session: number; weights: Readonly<Record<string, string>> }, null]
  run: [{ session: number; chain: number | null; feeds: Feeds; want: readonly string[] }, Record<string, Tensor>]
  end: [{ chain: number }, null]
  /** Runs `work` of a module of ours, by its address, with an argument; an object or array of plain data and numbers. */
  beside: [{ module: string; argument: unknown }, unknown]
  close: [{ session: number }, null]
}
export type AskName = keyof Asks

export type Ask = { [N in AskName]: { readonly ask: N; readonly id: number } & Asks[N][0] }[AskName]

/** Answers come in the order of the asks. `insideMs` is the time the runtime itself took, `memoryBytes` what the process holds. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown; readonly insideMs: number; readonly memoryBytes: number }
  | { readonly id: number; readonly ok: false; readonly fault: Fault }

/** File descriptor of the pipe for parcels in the engine process, both ways: raw numbers, in the order of the messages that say how many. */
export const PARCEL_PIPE = 3
