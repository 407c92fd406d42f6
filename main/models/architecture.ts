import type { MatrixShape } from '../onnx/graph.ts'
import type { LanguageGraphs } from '../onnx/language-graphs.ts'
import type { RawConfig } from './config.ts'
import type { ModelConfig } from './model.ts'

/** A family of models: what its config.json means. */
export interface Architecture {
  readonly id: string
  readonly label: string
  /** What `architectures` in config.json calls it. */
  readonly names: readonly string[]
  /** `stored` are the names of the tensors in the files: some say more than the config does. */
  read(raw: RawConfig, stored: ReadonlySet<string>): Blueprint
}

/** What a config.json describes, before any weight is read. */
export interface Blueprint {
  readonly config: ModelConfig
  /** Every weight in the order of the forward pass, its name in the graphs, with its shape and the name it is stored under. */
  readonly weights: ReadonlyMap<string, { readonly dims: readonly number[]; readonly storedAs: string }>
  readonly linears: readonly MatrixShape[]
  readonly graphs: LanguageGraphs
  /** Tensors that files may hold besides, though they decide nothing. */
  readonly isIdle: (name: string) => boolean
}
