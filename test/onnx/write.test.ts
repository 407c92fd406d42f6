import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { float32, int32, int64, type Tensor } from '../../main/base/tensor.ts'
import { createRng } from '../../main/base/rng.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { readGraph } from '../../main/onnx/read.ts'
import { hashGraph, writeGraph } from '../../main/onnx/write.ts'
import { MessageWriter } from '../../main/onnx/wire.ts'
import { faultOf } from '../make/fault.ts'

/** One of everything that a Graph can hold. */
function everything(): Graph {
  const tensors: Tensor[] = [
    float32([2, 2], Float32Array.of(1.5, -0, 3e-40, -7)),
    int32([3], Int32Array.of(-1, 0, 2 ** 31 - 1)),
    int64([], BigInt64Array.of(-(2n ** 63n))),
    { type: 'uint8', dims: [0], data: new Uint8Array() },
    { type: 'bool', dims: [1, 2], data: Uint8Array.of(0, 1) },
  ]
  return {
    name: 'everything, ünicode',
    opset: 18,
    inputs: [
      { name: 'x', type: 'float32', dims: ['batch', 3] },
      { name: 'ids', type: 'int32', dims: [] },
    ],
    weights: [{ name: 'w', type: 'float32', dims: [4, 3] }],
    constants: new Map(tensors.map((tensor, i) => [`constant ${i}`, tensor])),
    nodes: [
      {
        op: 'Invented',
        name: 'node',
        inputs: ['x', '', 'w'],
        outputs: ['y', ''],
        attributes: {
          int: { kind: 'int', value: -(2 ** 53 - 1) },
          float: { kind: 'float', value: Math.fround(0.1) },
          string: { kind: 'string', value: 'ß' },
          ints: { kind: 'ints', value: [-1, 0, 128, 300] },
          floats: { kind: 'floats', value: [0.5, -2] },
          none: { kind: 'ints', value: [] },
          tensor: { kind: 'tensor', value: tensors[0]! },
        },
      },
    ],
    outputs: [{ name: 'y', type: 'float32', dims: ['batch', 4] }],
  }
}

/** y = x·wᵀ + 1, in the words of a model. */
function affine(name = 'affine'): Graph {
  const g = new GraphBuilder(name)
  const x = g.input('x', 'float32', ['rows', 3])
  const w = g.weight('w', [2, 3])
  g.output('y', g.add(g.gemm(x, w, { transB: true }), g.number(1)), 'float32', ['rows', 2])
  return g.finish()
}

describe('a written graph', () => {
  it('reads back as the same graph, whatever a graph can hold', () => {
    expect(readGraph(writeGraph(everything()))).toEqual(everything())
  })

  it('is run by ONNX Runtime, with weights fed beside the inputs', async () => {
    const session = await ort.InferenceSession.create(writeGraph(affine()))
    expect(session.inputNames).toEqual(['x', 'w'])
    const x = new ort.Tensor('float32', Float32Array.of(1, 2, 3), [1, 3])
    const w = new ort.Tensor('float32', Float32Array.of(1, 0, 0, 0, 10, 100), [2, 3])
    const { y } = await session.run({ x, w })
    expect([...(y!.data as Float32Array)]).toEqual([2, 321])
    await session.release()
  })

  it('has one hash per structure', () => {
    expect(hashGraph(affine())).toBe(hashGraph(affine()))
    expect(hashGraph(affine())).not.toBe(hashGraph(affine('another')))
    const [node, ...rest] = affine().nodes
    expect(hashGraph({ ...affine(), nodes: [{ ...node!, attributes: {} }, ...rest] })).not.toBe(hashGraph(affine()))
  })

  it('is refused in an opset whose file format is not known', () => {
    expect(() => writeGraph({ ...affine(), opset: 99 })).toThrow('opset from 13 to 21 in graph "affine", got 99')
  })
})

describe('a file that is read', () => {
  const bytes = writeGraph(everything())
  const model = (fill: (graph: MessageWriter) => void): Uint8Array =>
    new MessageWriter()
      .int(1, 8)
      .message(7, fill)
      .message(8, (opset) => opset.int(2, 18))
      .finish()

  it('is refused by name wherever it is cut short, never half read', () => {
    const codes = Array.from(
      { length: bytes.length },
      (_, length) => faultOf(() => readGraph(bytes.subarray(0, length))).split(':')[0],
    )
    // only the metadata at the very end may be missing, when the weights count as inputs
    expect(codes.filter((code) => code === 'no fault')).toHaveLength(1)
    expect(codes).toContain('onnx/file')
  })

  it('is read or refused by name, whatever bits are changed', () => {
    const rng = createRng('onnx')
    const seen = new Set<string>()
    for (let n = 0; n < 3000; n++) {
      const spoilt = bytes.slice()
      for (let flips = 1 + rng.int(3); flips > 0; flips--) spoilt[rng.int(spoilt.length)]! ^= 1 << rng.int(8)
      seen.add(faultOf(() => readGraph(spoilt)).split(':')[0]!)
    }
    expect([...seen].sort()).toEqual(['no fault', 'onnx/file', 'onnx/graph', 'onnx/unsupported'])
  })

  it('is refused by name when it uses what a Graph has no place for', () => {
    const node = (fill: (node: MessageWriter) => void) => model((graph) => graph.message(1, fill))
    expect(() => readGraph(node((n) => n.string(4, 'MatMulNBits').string(7, 'com.microsoft')))).toThrow(
      /com\.microsoft\.MatMulNBits/,
    )
    expect(() => readGraph(node((n) => n.message(5, (a) => a.string(1, 'then_branch').int(20, 5))))).toThrow(
      /"then_branch" of type 5/,
    )
    expect(() => readGraph(model((g) => g.message(5, (t) => t.string(8, 'w').int(2, 10))))).toThrow(/element type 10 of "w"/)
    expect(() => readGraph(model((g) => g.message(5, (t) => t.string(8, 'w').int(14, 1))))).toThrow(/external data of tensor "w"/)
    expect(() => readGraph(model((g) => g.message(15, () => {})))).toThrow(/field 15 in the ONNX graph/)
    expect(() => readGraph(new MessageWriter().message(25, () => {}).finish())).toThrow(/field 25 in the ONNX model/)
  })

  it('may hold its numbers as lists, packed or not, and its initializers among the inputs', () => {
    const packed = Uint8Array.of(1, 0x80, 0x01) // 1 and 128 as varints
    const file = model((graph) =>
      graph
        .message(5, (t) =>
          t
            .int(1, 2)
            .int(2, 1)
            .bytes(4, new Uint8Array(Float32Array.of(0.5, 2).buffer))
            .string(8, 'a'),
        )
        .message(5, (t) => t.int(1, 2).int(2, 7).bytes(7, packed).string(8, 'b'))
        .message(5, (t) => t.int(1, 1).int(2, 6).int(5, -3).string(8, 'c'))
        .message(11, (v) => v.string(1, 'a').message(2, (type) => type.message(1, (t) => t.int(1, 1)))),
    )
    const { constants, inputs } = readGraph(file)
    expect(constants.get('a')).toEqual(float32([2], Float32Array.of(0.5, 2)))
    expect(constants.get('b')).toEqual(int64([2], BigInt64Array.of(1n, 128n)))
    expect(constants.get('c')).toEqual(int32([1], Int32Array.of(-3)))
    expect(inputs).toEqual([])
  })

  it('is refused when its dims and its numbers disagree', () => {
    const tensor = (dim: number, raw: number) =>
      model((graph) => graph.message(5, (t) => t.int(1, dim).int(2, 1).bytes(9, new Uint8Array(raw)).string(8, 'a')))
    expect(() => readGraph(tensor(3, 8))).toThrow('Expected 3 numbers for [3] in tensor "a", got 2')
    expect(() => readGraph(tensor(2, 7))).toThrow('Expected a multiple of 4 bytes in tensor "a", got 7')
  })
})
