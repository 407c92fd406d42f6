import { LabError } from '../base/errors.ts'
import { sizeOf, type ElementType, type Tensor } from '../base/tensor.ts'
import { checkGraph } from './check.ts'
import type { Attribute, ExternalPlace, Graph, OpNode, ValueInfo } from './graph.ts'
import * as schema from './schema.ts'
import { damaged, readFields, readPacked, type Field } from './wire.ts'

/**
 * An ONNX file as a graph. Notes and derived shapes are left behind; whatever else has no place in a Graph
 * (other domains, subgraphs, functions, external data, other number types) is refused by name, never dropped.
 */
export function readGraph(bytes: Uint8Array): Graph {
  return readModel(bytes).graph
}

/** A graph as other programs get it: with operations of the runtime's own, and weights that lie in files beside it. */
export interface Exchanged {
  readonly graph: Graph
  /** Of each weight, in the order of `graph.weights`. */
  readonly places: ReadonlyMap<string, ExternalPlace>
}

/** As `readGraph`, of a file that was written with places. */
export function readExchanged(bytes: Uint8Array): Exchanged {
  const places = new Map<string, ExternalPlace>()
  return { graph: readModel(bytes, places).graph, places }
}

function readModel(bytes: Uint8Array, places?: Map<string, ExternalPlace>): { readonly graph: Graph } {
  const model = { body: undefined as Uint8Array | undefined, opset: 0, fed: undefined as number | undefined }
  visit(bytes, 'the ONNX model', [schema.MODEL.irVersion, schema.MODEL.producerName, 3, 4, 5, 6], {
    [schema.MODEL.graph]: (value) => (model.body = asBytes(value, 'graph')),
    [schema.MODEL.opsetImport]: (value) => {
      const { key, number } = readPair(value, schema.OPSET.domain, schema.OPSET.version)
      if (key === '' || key === 'ai.onnx') model.opset = number
    },
    [schema.MODEL.metadata]: (value) => {
      const { key, text } = readPair(value, schema.ENTRY.key, schema.ENTRY.value)
      if (key === schema.FED_INPUTS) model.fed = Number(text)
    },
  })
  if (!model.body || !model.opset) throw damaged('the ONNX model', 'a graph and its opset', model.body ? 'no opset' : 'no graph')
  const graph = readBody(model.body, model.opset, model.fed, places)
  checkGraph(graph)
  return { graph }
}

function readBody(
  bytes: Uint8Array,
  opset: number,
  fed: number | undefined,
  places: Map<string, ExternalPlace> | undefined,
): Graph {
  const found = { name: '', nodes: [] as OpNode[], inputs: [] as ValueInfo[], outputs: [] as ValueInfo[] }
  const constants = new Map<string, Tensor>()
  const outside: ValueInfo[] = []
  visit(bytes, 'the ONNX graph', [10, 13, 16], {
    [schema.GRAPH.name]: (value) => (found.name = asText(value, 'graph name')),
    [schema.GRAPH.node]: (value) => found.nodes.push(readNode(asBytes(value, 'node'), places !== undefined)),
    [schema.GRAPH.input]: (value) => found.inputs.push(readValue(asBytes(value, 'input'))),
    [schema.GRAPH.output]: (value) => found.outputs.push(readValue(asBytes(value, 'output'))),
    [schema.GRAPH.initializer]: (value) => {
      const { name, tensor, place } = readTensor(asBytes(value, 'initializer'), places !== undefined)
      if (place) {
        outside.push({ name, type: tensor.type, dims: tensor.dims })
        places!.set(name, place)
      } else constants.set(name, tensor)
    },
  })
  // before IR version 4 initializers were listed among the inputs as well
  const inputs = found.inputs.filter(({ name }) => !constants.has(name))
  const count = fed ?? inputs.length
  if (!Number.isInteger(count) || count < 0 || count > inputs.length) {
    throw damaged('the ONNX model', `at most ${inputs.length} fed inputs`, `${count}`)
  }
  const { name, nodes, outputs } = found
  return { name, opset, inputs: inputs.slice(0, count), weights: [...inputs.slice(count), ...outside], constants, nodes, outputs }
}

function readNode(bytes: Uint8Array, isExchanged: boolean): OpNode {
  const node = { op: '', name: '', domain: '', inputs: [] as string[], outputs: [] as string[] }
  const attributes = new Map<string, Attribute>()
  visit(bytes, 'an ONNX node', [6, 9], {
    [schema.NODE.input]: (value) => node.inputs.push(asText(value, 'node input')),
    [schema.NODE.output]: (value) => node.outputs.push(asText(value, 'node output')),
    [schema.NODE.name]: (value) => (node.name = asText(value, 'node name')),
    [schema.NODE.opType]: (value) => (node.op = asText(value, 'operator')),
    [schema.NODE.domain]: (value) => (node.domain = asText(value, 'domain')),
    [schema.NODE.attribute]: (value) => {
      const { name, attribute } = readAttribute(asBytes(value, 'attribute'))
      attributes.set(name, attribute)
    },
  })
  const { op, name, domain, inputs, outputs } = node
  const read = { op, name, inputs, outputs, attributes: Object.fromEntries(attributes) }
  if (domain === '' || domain === 'ai.onnx') return read
  if (isExchanged && domain === schema.CONTRIB.domain) return { ...read, domain }
  throw unsupported(`operator ${domain}.${op} of node "${name}"`, 'the default domain')
}

function readAttribute(bytes: Uint8Array): { name: string; attribute: Attribute } {
  const found = { name: '', type: 0, int: 0, float: 0, string: '', ints: [] as number[], floats: [] as number[] }
  let tensor: Tensor | undefined
  visit(bytes, 'an ONNX attribute', [13], {
    [schema.ATTRIBUTE.name]: (value) => (found.name = asText(value, 'attribute name')),
    [schema.ATTRIBUTE.type]: (value) => (found.type = asNumber(value, 'attribute type')),
    [schema.ATTRIBUTE.int]: (value) => (found.int = asNumber(value, 'attribute')),
    [schema.ATTRIBUTE.float]: (value) => (found.float = asFloats(value, 'attribute')[0]!),
    [schema.ATTRIBUTE.string]: (value) => (found.string = asText(value, 'attribute')),
    [schema.ATTRIBUTE.tensor]: (value) => (tensor = readTensor(asBytes(value, 'attribute')).tensor),
    [schema.ATTRIBUTE.ints]: (value) => found.ints.push(...asNumbers(value, 'attribute')),
    [schema.ATTRIBUTE.floats]: (value) => found.floats.push(...asFloats(value, 'attribute')),
  })
  const kinds = Object.entries(schema.ATTRIBUTE_TYPE) as [Attribute['kind'], number][]
  const kind = kinds.find(([, type]) => type === found.type)?.[0]
  if (!kind) throw unsupported(`attribute "${found.name}" of type ${found.type}`, kinds.map(([name]) => name).join(', '))
  if (kind === 'tensor') {
    if (!tensor) throw damaged('an ONNX attribute', `a tensor in "${found.name}"`, 'none')
    return { name: found.name, attribute: { kind, value: tensor } }
  }
  return { name: found.name, attribute: { kind, value: found[kind] } as Attribute }
}

/** One that lies outside comes without its numbers. */
function readTensor(bytes: Uint8Array, mayBeOutside = false): { name: string; tensor: Tensor; place?: ExternalPlace } {
  const found = { name: '', type: 0, dims: [] as number[], raw: undefined as Uint8Array | undefined }
  const listed: Lists = { floats: [], doubles: [], int32s: [], int64s: [] }
  const entries = new Map<string, string>()
  let isOutside = false
  visit(bytes, 'an ONNX tensor', [12], {
    [schema.TENSOR.name]: (value) => (found.name = asText(value, 'tensor name')),
    [schema.TENSOR.dims]: (value) => found.dims.push(...asNumbers(value, 'tensor dims')),
    [schema.TENSOR.type]: (value) => (found.type = asNumber(value, 'tensor type')),
    [schema.TENSOR.raw]: (value) => (found.raw = asBytes(value, 'tensor')),
    [schema.TENSOR.floats]: (value) => listed.floats.push(...asFloats(value, 'tensor')),
    [schema.TENSOR.doubles]: (value) => listed.doubles.push(...asDoubles(value, 'tensor')),
    [schema.TENSOR.int32s]: (value) => listed.int32s.push(...asNumbers(value, 'tensor')),
    [schema.TENSOR.int64s]: (value) => listed.int64s.push(...asBigints(value, 'tensor')),
    [schema.TENSOR.external]: (value) => {
      const { key, text } = readPair(value, schema.ENTRY.key, schema.ENTRY.value)
      entries.set(key, text)
    },
    [schema.TENSOR.location]: (value) => {
      isOutside = asNumber(value, 'tensor') === schema.EXTERNAL
      if (isOutside && !mayBeOutside) throw unsupported(`external data of tensor "${found.name}"`, 'data inside the file')
    },
  })
  const { name, dims } = found
  const type = elementType(found.type, name)
  if (isOutside) return { name, tensor: { type, dims, data: fromLists(type, listed) } as Tensor, place: placeOf(name, entries) }
  const tensor = { type, dims, data: found.raw ? fromRaw(type, found.raw, name) : fromLists(type, listed) } as Tensor
  if (tensor.data.length !== sizeOf(dims)) {
    throw damaged(`tensor "${name}"`, `${sizeOf(dims)} numbers for [${dims.join(', ')}]`, `${tensor.data.length}`)
  }
  return { name, tensor }
}

function placeOf(name: string, entries: ReadonlyMap<string, string>): ExternalPlace {
  const [location, offset, bytes] = [entries.get('location'), Number(entries.get('offset') ?? 0), Number(entries.get('length'))]
  if (!location || !Number.isSafeInteger(offset) || !Number.isSafeInteger(bytes)) {
    throw damaged(`tensor "${name}"`, 'a file, an offset and a length', JSON.stringify(Object.fromEntries(entries)))
  }
  return { location, offset, bytes }
}

function fromRaw(type: ElementType, raw: Uint8Array, name: string): Tensor['data'] {
  const width = { float32: 4, float64: 8, int32: 4, int64: 8, uint8: 1, bool: 1 }[type]
  if (raw.length % width) throw damaged(`tensor "${name}"`, `a multiple of ${width} bytes`, `${raw.length}`)
  const { buffer } = new Uint8Array(raw) // a copy (of a Buffer too), so that the view is aligned and the file can be let go
  switch (type) {
    case 'float32':
      return new Float32Array(buffer)
    case 'float64':
      return new Float64Array(buffer)
    case 'int32':
      return new Int32Array(buffer)
    case 'int64':
      return new BigInt64Array(buffer)
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer)
  }
}

interface Lists {
  readonly floats: number[]
  readonly doubles: number[]
  readonly int32s: number[]
  readonly int64s: bigint[]
}

function fromLists(type: ElementType, { floats, doubles, int32s, int64s }: Lists): Tensor['data'] {
  switch (type) {
    case 'float32':
      return Float32Array.from(floats)
    case 'float64':
      return Float64Array.from(doubles)
    case 'int32':
      return Int32Array.from(int32s)
    case 'int64':
      return BigInt64Array.from(int64s)
    case 'uint8':
    case 'bool':
      return Uint8Array.from(int32s)
  }
}

function readValue(bytes: Uint8Array): ValueInfo {
  const value = { name: '', type: 0, dims: [] as (number | string)[] }
  const readDim = (dim: Field['value']) => {
    let found: number | string = '' // a dimension that is neither number nor name
    visit(asBytes(dim, 'dimension'), 'an ONNX shape', [3], {
      [schema.DIM.value]: (number) => (found = asNumber(number, 'dimension')),
      [schema.DIM.param]: (text) => (found = asText(text, 'dimension')),
    })
    value.dims.push(found)
  }
  const readTensorType = (type: Field['value']) =>
    visit(asBytes(type, 'type'), 'an ONNX tensor type', [], {
      [schema.TENSOR_TYPE.element]: (number) => (value.type = asNumber(number, 'element type')),
      [schema.TENSOR_TYPE.shape]: (shape) => visit(asBytes(shape, 'shape'), 'an ONNX shape', [], { [schema.SHAPE.dim]: readDim }),
    })
  visit(bytes, 'an ONNX value', [3], {
    [schema.VALUE.name]: (text) => (value.name = asText(text, 'value name')),
    [schema.VALUE.type]: (type) => visit(asBytes(type, 'type'), 'an ONNX type', [6], { [schema.TYPE.tensor]: readTensorType }),
  })
  return { name: value.name, type: elementType(value.type, value.name), dims: value.dims }
}

/** A message of two fields, the first a text: what opset imports and metadata are. */
function readPair(value: Field['value'], first: number, second: number): { key: string; text: string; number: number } {
  const pair = { key: '', text: '', number: 0 }
  visit(asBytes(value, 'entry'), 'an ONNX entry', [], {
    [first]: (key) => (pair.key = asText(key, 'key')),
    [second]: (rest) => (typeof rest === 'bigint' ? (pair.number = Number(rest)) : (pair.text = asText(rest, 'value'))),
  })
  return pair
}

function visit(
  bytes: Uint8Array,
  what: string,
  ignored: readonly number[],
  readers: Readonly<Record<number, (value: Field['value']) => unknown>>,
): void {
  for (const { field, value } of readFields(bytes, what)) {
    if (readers[field]) readers[field](value)
    else if (!ignored.includes(field)) throw unsupported(`field ${field} in ${what}`, `fields ${Object.keys(readers).join(', ')}`)
  }
}

function elementType(type: number, name: string): ElementType {
  const types = Object.entries(schema.DATA_TYPE) as [ElementType, number][]
  const found = types.find(([, number]) => number === type)
  if (!found) throw unsupported(`element type ${type} of "${name}"`, types.map(([known]) => known).join(', '))
  return found[0]
}

function asBytes(value: Field['value'], what: string): Uint8Array {
  if (typeof value === 'bigint') throw damaged('the ONNX file', `bytes as ${what}`, `the number ${value}`)
  return value
}
function asText(value: Field['value'], what: string): string {
  return new TextDecoder().decode(asBytes(value, what))
}
function asNumber(value: Field['value'], what: string): number {
  if (typeof value !== 'bigint') throw damaged('the ONNX file', `a number as ${what}`, `${value.length} bytes`)
  if (!Number.isSafeInteger(Number(value))) throw unsupported(`the number ${value} as ${what}`, 'a magnitude up to 2^53')
  return Number(value)
}
function asNumbers(value: Field['value'], what: string): number[] {
  return asBigints(value, what).map((number) => asNumber(number, what))
}
/** Repeated numbers come one by one or packed into one field. */
function asBigints(value: Field['value'], what: string): bigint[] {
  return typeof value === 'bigint' ? [value] : readPacked(value, what)
}
function asFloats(value: Field['value'], what: string): number[] {
  const bytes = asBytes(value, what)
  if (bytes.length % 4) throw damaged('the ONNX file', `float32 numbers as ${what}`, `${bytes.length} bytes`)
  return [...new Float32Array(new Uint8Array(bytes).buffer)]
}
function asDoubles(value: Field['value'], what: string): number[] {
  const bytes = asBytes(value, what)
  if (bytes.length % 8) throw damaged('the ONNX file', `float64 numbers as ${what}`, `${bytes.length} bytes`)
  return [...new Float64Array(new Uint8Array(bytes).buffer)]
}

function unsupported(found: string, expected: string): LabError {
  return new LabError('onnx/unsupported', `Expected ${expected}, got ${found}.`)
}
