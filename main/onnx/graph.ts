import type { ElementType, FloatTensor, Tensor } from '../base/tensor.ts'

/** A named value with its type; a dimension is a number or the name of a free one ('batch'). */
export interface ValueInfo {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly (number | string)[]
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }

/** One operation, of the default ONNX domain where none is named. An absent optional input is ''. */
export interface OpNode {
  readonly op: string
  /** The runtime's own operations; only exported files have any, never a graph that we run or differentiate. */
  readonly domain?: 'com.microsoft'
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** Structure without weights: plain data, copied on change. Nodes are in topological order, each value is written once. */
export interface Graph {
  readonly name: string
  readonly opset: number
  /** Fed at every run. */
  readonly inputs: readonly ValueInfo[]
  /** Named weights: graph inputs too, so that one session serves every compression level. */
  readonly weights: readonly ValueInfo[]
  /** Small values that belong to the structure (shapes, rotary frequencies): embedded when written. */
  readonly constants: ReadonlyMap<string, Tensor>
  readonly nodes: readonly OpNode[]
  readonly outputs: readonly ValueInfo[]
}

/** Where the bytes of a weight lie, for a reader in another process: little-endian, row-major. */
export interface TensorPlace {
  readonly path: string
  readonly offset: number
  readonly bytes: number
  readonly stored: 'F32' | 'F16' | 'BF16'
  readonly dims: readonly number[]
}

/** Where the bytes of an initializer lie: a file beside the graph's own, little-endian, row-major. */
export interface ExternalPlace {
  readonly location: string
  readonly offset: number
  readonly bytes: number
}

/** A named set of weights. Reading is lazy; changing gives a new set that shares what did not change. */
export interface Weights {
  names(): readonly string[]
  dims(name: string): readonly number[]
  /** The tensor, read from disk when asked for and not kept by the set. Throws LabError('model/not-finite') on NaN or infinity. */
  get(name: string): FloatTensor
  /** Where an unchanged weight lies on disk; undefined for one that lives in memory. */
  place(name: string): TensorPlace | undefined
  with(changes: ReadonlyMap<string, FloatTensor>): Weights
  /** Content hash of one tensor: equal for equal numbers, whatever they were stored as. */
  tensorHash(name: string): string
  /** Content hash of the whole set: names, shapes and numbers. */
  hash(): string
}

/** A compressible matrix: the name of its weight and its size; the weight is [out, in], row-major. */
export interface MatrixShape {
  readonly name: string
  readonly out: number
  readonly in: number
}
