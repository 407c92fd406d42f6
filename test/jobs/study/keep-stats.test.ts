import { describe, expect, it } from 'vitest'
import { float32 } from '../../../main/base/tensor.ts'
import { createKeeper } from '../../../main/jobs/study/keep-stats.ts'
import { heldWeights } from '../../../main/models/weights.ts'
import type { Graph } from '../../../main/onnx/graph.ts'

/** A graph that leads over one weight. */
const graph = { weights: [{ name: 'w', type: 'float32', dims: [2] }] } as unknown as Graph
const weightsOf = (...w: number[]) => heldWeights(new Map([['w', float32([2], Float32Array.from(w))]]))
const norms = (width: number) => new Map([['a', { inputNorm: new Float32Array(width) }]])
/** Asks for the norms of one matrix; says how often they had to be measured. */
function asking(mostBytes: number, width = 4) {
  const keeper = createKeeper(mostBytes)
  let measured = 0
  return async (name: string, weights = weightsOf(1, 2)) => {
    await keeper.of({ names: [name], needs: ['inputNorm'], graph, weights }, async () => {
      measured++
      return norms(width)
    })
    return measured
  }
}

describe('statistics that are kept', () => {
  it('are measured once for equal weights, whoever holds them', async () => {
    const ask = asking(1000)
    expect([await ask('a'), await ask('a'), await ask('a', weightsOf(1, 2))]).toEqual([1, 1, 1])
    expect([await ask('a', weightsOf(1, 3)), await ask('b'), await ask('a')]).toEqual([2, 3, 3])
  })
  it('give way to newer ones where the room is full, those used longest ago first', async () => {
    const ask = asking(40)
    for (const name of ['a', 'b', 'a', 'c']) await ask(name)
    expect([await ask('a'), await ask('c'), await ask('b')]).toEqual([3, 3, 4])
  })
  it('are not kept where they alone are larger than the room', async () => {
    const ask = asking(15)
    expect([await ask('a'), await ask('a')]).toEqual([1, 2])
  })
})
