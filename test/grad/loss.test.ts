import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { exact, interpret } from '../../main/engine/reference.ts'
import { backward } from '../../main/grad/backward.ts'
import { languageGradients, LOSS } from '../../main/grad/loss.ts'
import { GraphBuilder } from '../../main/onnx/build.ts'
import type { Graph } from '../../main/onnx/graph.ts'
import { drawFloats, relativeError } from '../make/exact.ts'

const rows = (...values: number[]) => exact('int32', [values.length], Float64Array.from(values))

/** Logits of the rows of a table: the smallest model with a vocabulary of 5. */
function tiny(): Graph {
  const g = new GraphBuilder('tiny')
  g.output('logits', g.gather(g.weight('table', [4, 5]), g.input('rows', 'int32', ['rows'])), 'float32', ['rows', 5])
  return g.finish()
}
/** The same loss written with LogSoftmax, its gradient by the rules alone. */
function plain(): Graph {
  const g = new GraphBuilder('plain', { ...tiny(), outputs: [] })
  const targets = g.unsqueeze(g.input('targets', 'int32', ['rows']), [1])
  const share = g.input('share', 'float32', ['rows'])
  const logprob = g.squeeze(g.gatherElements(g.logSoftmax('logits'), targets, 1), [1])
  g.output('loss', g.neg(g.reduceSum(g.mul(logprob, share), [0], false)), 'float32', [])
  return backward(g.finish(), 'loss', ['table'])
}

const feeds = {
  table: drawFloats(createRng('loss'), [4, 5]),
  rows: rows(3, 0, 1),
  targets: rows(2, 4, 0),
  share: exact('float32', [3], Float64Array.of(0.5, 0.25, 0)),
}

describe('languageGradients', () => {
  const graph = languageGradients(tiny(), ['table'])

  it('has the loss and the gradient of cross-entropy, each row by its share', () => {
    const found = interpret(graph, feeds, [LOSS, 'grad/table'])
    const expected = interpret(plain(), feeds, ['loss', 'grad/table'])
    expect(found.loss.data[0]).toBeCloseTo(expected.loss.data[0]!, 12)
    expect(relativeError(found['grad/table'].data, expected['grad/table'].data)).toBeLessThan(1e-12)
    expect([...found['grad/table'].data.subarray(5, 15)]).toEqual(Array(10).fill(0)) // row 1 has no share, row 2 was not asked for
  })
  it('stays finite where the target is as good as impossible', () => {
    const table = exact('float32', [4, 5], new Float64Array(20).map((_, i) => (i === 15 ? 5000 : 0))) // prettier-ignore
    const { loss } = interpret(graph, { ...feeds, table }, [LOSS])
    expect(loss.data[0]).toBeCloseTo(0.5 * 5000 + 0.25 * Math.log(5), 6)
  })
  it('asks for nothing that WebGPU has no kernel for', () => {
    const missing = ['LogSoftmax', 'ConstantOfShape', 'OneHot']
    expect(graph.nodes.map(({ op }) => op).filter((op) => missing.includes(op))).toEqual([])
  })
})
