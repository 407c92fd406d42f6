import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { paddedLength, planBatches } from '../../main/engine/batching.ts'
import type { TokenRequest } from '../../main/engine/language.ts'

const request = (ids: readonly number[], scored: number): TokenRequest => ({ ids: Int32Array.from(ids), scored })

/** Requests as a suite has them: some equal, some that differ in their last id, all lengths mixed. */
function makeRequests(seed: number, count: number): TokenRequest[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, () => {
    const length = 2 + rng.int(60)
    const ids = Array.from({ length }, () => 1 + rng.int(2))
    if (rng.int(3) === 0) ids.fill(1)
    return request(ids, 1 + rng.int(length - 1))
  })
}

describe('a plan of batches', () => {
  const requests = makeRequests(1, 700)
  const { batches, tokens } = planBatches(requests, 512, 64)

  it('answers every request from rows that hold just its scored ids, each after all before it', () => {
    const seen = new Set<number>()
    for (const { ids, length, rows, targets, readers } of batches) {
      for (const { requests: indices, scored, from, last } of readers) {
        const own = [...Array.from({ length: scored - 1 }, (_, i) => from + i), last]
        for (const index of indices) {
          expect(seen.has(index)).toBe(false)
          seen.add(index)
          const asked = requests[index]!
          expect(scored).toBe(asked.scored)
          expect(own.map((row) => targets[row])).toEqual([...asked.ids.subarray(-scored)])
          own.forEach((row, i) => {
            const start = Math.floor(rows[row]! / length) * length
            const before = asked.ids.subarray(0, asked.ids.length - scored + i)
            if (ids.subarray(start, rows[row]! + 1).join() !== before.join()) throw new Error(`row ${row} reads other ids`)
          })
        }
      }
    }
    expect(seen.size).toBe(requests.length)
  })

  it('stays within the budget of tokens, padding counted', () => {
    for (const { count, length } of batches) expect(count * length).toBeLessThanOrEqual(512)
  })

  it('comes longest first, in few shapes', () => {
    const lengths = batches.map(({ length }) => length)
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
    expect(new Set(lengths).size).toBeLessThan(20)
  })

  it('reads nothing twice and counts what it reads', () => {
    const inputs = new Set(requests.map(({ ids }) => ids.subarray(0, -1).join()))
    expect(batches.reduce((sum, { count }) => sum + count, 0)).toBe(inputs.size)
    expect(tokens).toBe([...inputs].reduce((sum, text) => sum + text.split(',').length, 0))
    expect(inputs.size).toBeLessThan(requests.length)
  })

  it('depends on the requests alone', () => {
    expect(planBatches(makeRequests(1, 700), 512, 64)).toEqual({ batches, tokens })
  })

  it('asks the same batches whatever the order of the requests', () => {
    const reversed = planBatches([...requests].reverse(), 512, 64)
    expect(reversed.batches.map(({ ids }) => ids)).toEqual(batches.map(({ ids }) => ids))
  })

  it('reads one-token choices with one forward pass and one row each', () => {
    const context = [1, 5, 6, 7]
    const plan = planBatches(
      [8, 9, 8, 10].map((choice) => request([...context, choice], 1)),
      512,
      64,
    )
    expect(plan.batches).toHaveLength(1)
    expect(plan.batches[0]!.count).toBe(1)
    expect([...plan.batches[0]!.rows]).toEqual([3, 3, 3])
    expect([...plan.batches[0]!.targets]).toEqual([8, 9, 10])
  })

  it('takes a request that is longer than the budget alone, and pads none beyond what the model can read', () => {
    const long = Array.from({ length: 62 }, (_, i) => i)
    const { batches } = planBatches([request(long, 3), request([...long, 5], 3)], 16, 62)
    expect(batches.map(({ count, length }) => [count, length])).toEqual([
      [1, 62],
      [1, 62],
    ])
  })

  it('has no batch where nothing is asked', () => {
    expect(planBatches([], 512, 64)).toEqual({ batches: [], tokens: 0 })
  })
})

describe('a padded length', () => {
  it('is at least the length, by at most 3 ids or an eighth', () => {
    for (let length = 1; length <= 5000; length++) {
      expect(paddedLength(length)).toBeGreaterThanOrEqual(length)
      expect(paddedLength(length) - length).toBeLessThanOrEqual(Math.max(3, length / 8))
    }
  })
})
