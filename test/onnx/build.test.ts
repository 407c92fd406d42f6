import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { int32 } from '../../main/base/tensor.ts'
import { GraphBuilder, type Value } from '../../main/onnx/build.ts'
import { writeGraph } from '../../main/onnx/write.ts'

type Reply = Record<string, { readonly dims: readonly number[]; readonly data: ArrayLike<number | bigint> }>

/** Runs a graph of one float32 input x [2, 3] = 0 … 5. */
async function run(fill: (g: GraphBuilder, x: Value) => void): Promise<Reply> {
  const g = new GraphBuilder('test')
  fill(g, g.input('x', 'float32', [2, 3]))
  const session = await ort.InferenceSession.create(writeGraph(g.finish()), { logSeverityLevel: 3 }) // it warns of the dims left out
  const reply = await session.run({ x: new ort.Tensor('float32', Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]) })
  await session.release()
  return reply as unknown as Reply
}
/** Each named value as an output, all of them float32, their dims and data side by side. */
async function values(fill: (g: GraphBuilder, x: Value) => Record<string, Value>): Promise<Record<string, unknown>> {
  const reply = await run((g, x) => {
    for (const [name, value] of Object.entries(fill(g, x))) g.output(name, value, 'float32', [])
  })
  const rounded = (n: number | bigint) => Math.round(Number(n) * 1e6) / 1e6 + 0
  return Object.fromEntries(Object.entries(reply).map(([name, { dims, data }]) => [name, [dims, Array.from(data, rounded)]]))
}

describe('the builder', () => {
  it('writes operations that mean what their names say', async () => {
    const found = await values((g, x) => {
      const rows = g.constant(int32([1], Int32Array.of(1)))
      const best = g.cast(g.argMax(g.neg(g.relu(g.sub(x, g.number(1))))), 'float32')
      return {
        add: g.add(x, x),
        pow: g.sqrt(g.pow(x, g.number(4))),
        div: g.div(x, g.number(2)),
        log: g.log(g.exp(x)),
        where: g.where(g.less(x, g.number(2)), g.number(-1), x),
        equal: g.cast(g.equal(x, g.number(4)), 'float32'),
        greater: g.cast(g.greater(x, g.number(4)), 'float32'),
        matmul: g.matmul(x, g.transpose(x, [1, 0])),
        gemm: g.gemm(x, x, { transA: true }),
        softmax: g.softmax(g.mul(x, g.number(0))),
        logSoftmax: g.exp(g.logSoftmax(g.mul(x, g.number(0)), 0)),
        sum: g.reduceSum(x, [0]),
        mean: g.reduceMean(x, [1], false),
        max: g.reduceMax(x, [0, 1]),
        best,
        reshape: g.reshape(x, [-1, 2]),
        same: g.reshape(g.reshape(x, [-1]), g.shape(x)),
        width: g.cast(g.shape(x, 1, 2), 'float32'),
        expand: g.expand(g.number(3), [1, 2]),
        squeeze: g.squeeze(g.unsqueeze(x, [0, 3]), [3]),
        concat: g.concat([x, x], 1),
        second: g.split(x, 0, 2)[1]!,
        slice: g.slice(x, 1, 1, g.shape(x, 1)),
        gather: g.gather(x, rows),
        picked: g.gatherElements(x, g.cast(g.unsqueeze(rows, [0]), 'int64'), 1),
        range: g.range(g.number(1), g.number(4), g.number(2)),
        gate: g.add(g.mul(g.sigmoid(x), g.number(0)), g.mul(g.tanh(x), g.erf(g.number(0)))),
      }
    })
    expect(found).toEqual({
      add: [
        [2, 3],
        [0, 2, 4, 6, 8, 10],
      ],
      pow: [
        [2, 3],
        [0, 1, 4, 9, 16, 25],
      ],
      div: [
        [2, 3],
        [0, 0.5, 1, 1.5, 2, 2.5],
      ],
      log: [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
      where: [
        [2, 3],
        [-1, -1, 2, 3, 4, 5],
      ],
      equal: [
        [2, 3],
        [0, 0, 0, 0, 1, 0],
      ],
      greater: [
        [2, 3],
        [0, 0, 0, 0, 0, 1],
      ],
      matmul: [
        [2, 2],
        [5, 14, 14, 50],
      ],
      gemm: [
        [3, 3],
        [9, 12, 15, 12, 17, 22, 15, 22, 29],
      ],
      softmax: [[2, 3], Array<number>(6).fill(0.333333)],
      logSoftmax: [[2, 3], Array<number>(6).fill(0.5)],
      sum: [
        [1, 3],
        [3, 5, 7],
      ],
      mean: [[2], [1, 4]],
      max: [[1, 1], [5]],
      best: [[2], [0, 0]],
      reshape: [
        [3, 2],
        [0, 1, 2, 3, 4, 5],
      ],
      same: [
        [2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
      width: [[1], [3]],
      expand: [
        [1, 2],
        [3, 3],
      ],
      squeeze: [
        [1, 2, 3],
        [0, 1, 2, 3, 4, 5],
      ],
      concat: [
        [2, 6],
        [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5],
      ],
      second: [
        [1, 3],
        [3, 4, 5],
      ],
      slice: [
        [2, 2],
        [1, 2, 4, 5],
      ],
      gather: [
        [1, 3],
        [3, 4, 5],
      ],
      picked: [[1, 1], [1]],
      range: [[2], [1, 3]],
      gate: [
        [2, 3],
        [0, 0, 0, 0, 0, 0],
      ],
    })
  })

  it('keeps equal constants once, 0 and −0 apart', () => {
    const g = new GraphBuilder('test')
    expect(g.number(2)).toBe(g.number(2))
    expect(g.number(0)).not.toBe(g.number(-0))
    expect(g.list([2])).not.toBe(g.number(2))
  })

  it('gives one value two output names, and leaves it usable after the first', async () => {
    const reply = await run((g, x) => {
      const y = g.add(x, g.number(1))
      g.output('once', y, 'float32', [2, 3])
      g.output('twice', y, 'float32', [2, 3])
      g.output('more', g.add(y, g.number(1)), 'float32', [2, 3])
      g.output('fed', x, 'float32', [2, 3])
    })
    expect(Object.fromEntries(Object.entries(reply).map(([name, { data }]) => [name, data[0]]))).toEqual({
      once: 1,
      twice: 1,
      more: 2,
      fed: 0,
    })
  })

  it('goes on from a finished graph without touching it or meeting its names', async () => {
    const first = new GraphBuilder('first')
    const x = first.input('x', 'float32', [2, 3])
    const hidden = first.mul(x, first.number(3))
    first.output('y', first.add(hidden, first.number(1)), 'float32', [2, 3])
    const start = first.finish()

    const second = new GraphBuilder('second', start)
    second.output('z', second.add('y', second.mul(hidden, second.number(3))), 'float32', [2, 3])
    const graph = second.finish()
    expect(start.nodes).toHaveLength(2)
    expect(graph.outputs.map(({ name }) => name)).toEqual(['y', 'z'])

    const session = await ort.InferenceSession.create(writeGraph(graph))
    const { y, z } = await session.run({ x: new ort.Tensor('float32', new Float32Array(6).fill(1), [2, 3]) })
    expect([y!.data[0], z!.data[0]]).toEqual([4, 13])
    await session.release()
  })

  it('refuses a graph that contradicts itself', () => {
    const unknown = new GraphBuilder('test')
    unknown.output('y', unknown.neg('nothing'), 'float32', [])
    expect(() => unknown.finish()).toThrow('Neg "Neg_0" reads "nothing" before it is written')

    const missing = new GraphBuilder('test')
    missing.output('y', 'nothing', 'float32', [])
    expect(() => missing.finish()).toThrow('reads "nothing"')

    const twice = new GraphBuilder('test')
    twice.input('x', 'float32', [])
    twice.weight('x', [])
    expect(() => twice.finish()).toThrow('"x" is written twice, the second time by the weights')
  })
})
