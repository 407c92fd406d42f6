import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '../../main/onnx/build.ts'
import { needOf } from '../../main/train/memory.ts'

const sizes = { batch: 4, length: 10, rows: 40 }
const KB = 4 * 40 * 100

describe('memory of a run', () => {
  it('counts a value until it is read for the last time, and a reshaped one once', () => {
    const g = new GraphBuilder('chain')
    const x = g.input('x', 'float32', ['rows', 100])
    const a = g.exp(x)
    const b = g.exp(g.squeeze(g.unsqueeze(a, [1]), [1]))
    const c = g.exp(b)
    g.output('y', g.op('ReduceSum', [c], { keepdims: { kind: 'int', value: 0 } }), 'float32', [])
    // never more than two at a time
    expect(needOf(g.finish(), sizes).betweenBytes).toBeCloseTo(1.6 * 2 * KB)
  })
  it('counts what is still to be read', () => {
    const g = new GraphBuilder('fan')
    const x = g.input('x', 'float32', ['rows', 100])
    const parts = [g.exp(x), g.exp(x), g.exp(x)]
    const sum = parts.reduce(g.add)
    g.output('y', g.op('ReduceSum', [sum], { keepdims: { kind: 'int', value: 0 } }), 'float32', [])
    expect(needOf(g.finish(), sizes).betweenBytes).toBeCloseTo(1.6 * 4 * KB)
  })
  it('grows with the batch and counts weights apart from it', () => {
    const g = new GraphBuilder('matrix')
    const y = g.matmul(g.input('x', 'float32', ['rows', 50]), g.weight('w', [50, 100]))
    g.output('y', g.op('ReduceSum', [g.exp(y)], { keepdims: { kind: 'int', value: 0 } }), 'float32', [])
    const [small, large] = [sizes, { ...sizes, rows: 80 }].map((size) => needOf(g.finish(), size))
    expect(large!.betweenBytes).toBeCloseTo(2 * small!.betweenBytes)
    expect(large!.heldBytes).toBe(small!.heldBytes)
    expect(small!.heldBytes).toBeGreaterThanOrEqual(4 * 50 * 100)
  })
})
