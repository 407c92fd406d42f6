import type { ElementType } from '../base/tensor.ts'

// Field numbers of onnx.proto (github.com/onnx/onnx, onnx/onnx.proto), as far as graphs of ours need them.

export const MODEL = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8, metadata: 14 } as const
export const OPSET = { domain: 1, version: 2 } as const
export const ENTRY = { key: 1, value: 2 } as const
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const
export const ATTRIBUTE = { name: 1, float: 2, int: 3, string: 4, tensor: 5, floats: 7, ints: 8, type: 20 } as const
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const
export const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  external: 13,
  location: 14,
} as const
/** TensorProto.DataLocation. */
export const EXTERNAL = 1
export const VALUE = { name: 1, type: 2 } as const
/** TypeProto, and inside it TypeProto.Tensor, TensorShapeProto and its Dimension. */
export const TYPE = { tensor: 1 } as const
export const TENSOR_TYPE = { element: 1, shape: 2 } as const
export const SHAPE = { dim: 1 } as const
export const DIM = { value: 1, param: 2 } as const

/** TensorProto.DataType of the element types that live in memory. */
export const DATA_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 }

/** Operators of one opset need a file format no older than this (onnx/docs/Versioning.md). */
export const IR_VERSION: Readonly<Record<number, number>> = { 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10 }

/** Operations of ONNX Runtime itself (onnxruntime/docs/ContribOperators.md), and the version of theirs that is meant. */
export const CONTRIB = { domain: 'com.microsoft', version: 1 } as const

/** Metadata key: how many of the graph inputs are fed at every run; those after them are weights. */
export const FED_INPUTS = 'junk-dna-lab.fed-inputs'
