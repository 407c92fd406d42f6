import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { createRuntime } from '../../main/engine/ort.ts'
import { backward } from '../../main/grad/backward.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import { writeGraph } from '../../main/onnx/write.ts'
import { drawInts, narrow, relativeError } from '../make/exact.ts'

describe('the gradient of an embedding', () => {
  it('loses nothing and is the same bit for bit where two threads meet few ids in many rows', async () => {
    const [rows, vocabulary, width] = [4000, 16, 64]
    const g = new GraphBuilder('embedding')
    const picked = g.gather(g.weight('table', [vocabulary, width]), g.input('ids', 'int32', ['rows']))
    g.output('loss', g.reduceSum(g.mul(picked, g.input('slope', 'float32', ['rows', width])), [0, 1], false), 'float32', [])
    const graph = backward(g.finish(), 'loss', ['table'])

    const ids = drawInts(createRng('embedding'), 'int32', [rows], 0, vocabulary)
    const slope = new Float32Array(rows * width).map((_, i) => Math.sin(i))
    const expected = new Float64Array(vocabulary * width)
    ids.data.forEach((id, row) => {
      for (let j = 0; j < width; j++) expected[id * width + j]! += slope[row * width + j]!
    })
    const runtime = await createRuntime({ provider: 'cpu', threads: 2 })
    const loaded = await runtime.load('embedding', writeGraph(graph), {})
    const feeds = {
      ...{ ids: narrow(ids), slope: { type: 'float32', dims: [rows, width], data: slope } as const },
      table: { type: 'float32', dims: [vocabulary, width], data: new Float32Array(vocabulary * width) } as const,
    }
    const found = []
    for (let run = 0; run < 10; run++)
      found.push((await loaded.run(feeds, new Map(), ['grad/table'])).outputs['grad/table']!.data)
    expect(relativeError(Array.from(found[0]!, Number), expected)).toBeLessThan(1e-3)
    for (const again of found) expect(again).toEqual(found[0])
    await loaded.close()
  })
})
