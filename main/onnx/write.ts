import { sha256 } from '../base/files.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Attribute, ExternalPlace, Graph, OpNode, ValueInfo } from './graph.ts'
import * as schema from './schema.ts'
import { MessageWriter } from './wire.ts'

/**
 * A graph as an ONNX file. What is fed comes first among the graph inputs, then the weights, whose numbers stay outside;
 * constants are initializers. Equal graphs give equal bytes. Weights whose `places` are given are initializers too, their numbers in a file
 * beside this one: what other programs expect of a model.
 */
export function writeGraph(graph: Graph, places: ReadonlyMap<string, ExternalPlace> = new Map()): Uint8Array<ArrayBuffer> {
  const irVersion = schema.IR_VERSION[graph.opset]
  if (irVersion === undefined)
    throw new RangeError(`Expected an opset from 13 to 21 in graph "${graph.name}", got ${graph.opset}.`)
  const isContrib = graph.nodes.some(({ domain }) => domain !== undefined)
  const { domain, version } = schema.CONTRIB
  const model = new MessageWriter()
    .int(schema.MODEL.irVersion, irVersion)
    .string(schema.MODEL.producerName, 'junk-dna-lab')
    .message(schema.MODEL.graph, (m) => writeBody(m, graph, places))
    .message(schema.MODEL.opsetImport, (m) => m.string(schema.OPSET.domain, '').int(schema.OPSET.version, graph.opset))
  if (isContrib)
    model.message(schema.MODEL.opsetImport, (m) => m.string(schema.OPSET.domain, domain).int(schema.OPSET.version, version))
  return model
    .message(schema.MODEL.metadata, (m) =>
      m.string(schema.ENTRY.key, schema.FED_INPUTS).string(schema.ENTRY.value, `${graph.inputs.length}`),
    )
    .finish()
}

/** Content hash of a graph: structure, names and constants. */
export function hashGraph(graph: Graph): string {
  return sha256(writeGraph(graph))
}

function writeBody(m: MessageWriter, graph: Graph, places: ReadonlyMap<string, ExternalPlace>): void {
  for (const node of graph.nodes) m.message(schema.GRAPH.node, (inner) => writeNode(inner, node))
  m.string(schema.GRAPH.name, graph.name)
  for (const [name, tensor] of graph.constants) {
    m.message(schema.GRAPH.initializer, (inner) => writeTensor(inner.string(schema.TENSOR.name, name), tensor))
  }
  const fed = graph.weights.filter((weight) => {
    const place = places.get(weight.name)
    if (place) m.message(schema.GRAPH.initializer, (inner) => writeExternal(inner, weight, place))
    return !place
  })
  for (const input of [...graph.inputs, ...fed]) m.message(schema.GRAPH.input, (inner) => writeValue(inner, input))
  for (const output of graph.outputs) m.message(schema.GRAPH.output, (inner) => writeValue(inner, output))
}

function writeNode(m: MessageWriter, node: OpNode): void {
  for (const input of node.inputs) m.string(schema.NODE.input, input)
  for (const output of node.outputs) m.string(schema.NODE.output, output)
  m.string(schema.NODE.name, node.name).string(schema.NODE.opType, node.op)
  if (node.domain !== undefined) m.string(schema.NODE.domain, node.domain)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    m.message(schema.NODE.attribute, (inner) => writeAttribute(inner.string(schema.ATTRIBUTE.name, name), attribute))
  }
}

function writeAttribute(m: MessageWriter, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'int':
      m.int(schema.ATTRIBUTE.int, attribute.value)
      break
    case 'float':
      m.float(schema.ATTRIBUTE.float, attribute.value)
      break
    case 'string':
      m.string(schema.ATTRIBUTE.string, attribute.value)
      break
    case 'ints':
      for (const value of attribute.value) m.int(schema.ATTRIBUTE.ints, value)
      break
    case 'floats':
      for (const value of attribute.value) m.float(schema.ATTRIBUTE.floats, value)
      break
    case 'tensor':
      m.message(schema.ATTRIBUTE.tensor, (inner) => writeTensor(inner, attribute.value))
  }
  m.int(schema.ATTRIBUTE.type, schema.ATTRIBUTE_TYPE[attribute.kind])
}

function writeTensor(m: MessageWriter, { dims, type, data }: Tensor): void {
  for (const dim of dims) m.int(schema.TENSOR.dims, dim)
  m.int(schema.TENSOR.type, schema.DATA_TYPE[type])
  m.bytes(schema.TENSOR.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeExternal(m: MessageWriter, { name, type, dims }: ValueInfo, { location, offset, bytes }: ExternalPlace): void {
  for (const dim of dims) m.int(schema.TENSOR.dims, Number(dim))
  m.int(schema.TENSOR.type, schema.DATA_TYPE[type]).string(schema.TENSOR.name, name)
  for (const [key, value] of Object.entries({ location, offset, length: bytes })) {
    m.message(schema.TENSOR.external, (inner) => inner.string(schema.ENTRY.key, key).string(schema.ENTRY.value, `${value}`))
  }
  m.int(schema.TENSOR.location, schema.EXTERNAL)
}

function writeValue(m: MessageWriter, { name, type, dims }: ValueInfo): void {
  const writeDim = (dim: number | string) => (inner: MessageWriter) =>
    typeof dim === 'number' ? inner.int(schema.DIM.value, dim) : inner.string(schema.DIM.param, dim)
  m.string(schema.VALUE.name, name).message(schema.VALUE.type, (t) =>
    t.message(schema.TYPE.tensor, (tensor) =>
      tensor.int(schema.TENSOR_TYPE.element, schema.DATA_TYPE[type]).message(schema.TENSOR_TYPE.shape, (shape) => {
        for (const dim of dims) shape.message(schema.SHAPE.dim, writeDim(dim))
      }),
    ),
  )
}
