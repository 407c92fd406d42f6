import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { keepAll } from '../../main/compress/bits.ts'
import { nonZeros, overlapOf, totalOverlap } from '../../main/compress/overlap.ts'

describe('two masks', () => {
  it('overlap as counting one by one says', () => {
    const rng = createRng(3)
    const draw = () => Float32Array.from({ length: 61 }, () => rng.int(3))
    const [a, b] = [draw(), draw()]
    const count = (isOne: (x: boolean, y: boolean) => boolean) => a.filter((x, i) => isOne(x !== 0, b[i] !== 0)).length
    const [both, onlyA, onlyB] = [count((x, y) => x && y), count((x, y) => x && !y), count((x, y) => !x && y)]
    const found = overlapOf(nonZeros(a), nonZeros(b))
    expect(found).toEqual({ both, onlyA, onlyB, neither: 61 - both - onlyA - onlyB, jaccard: both / (both + onlyA + onlyB) })
    const mirrored = overlapOf(nonZeros(b), nonZeros(a))
    expect(mirrored).toEqual({ ...found, onlyA: onlyB, onlyB: onlyA })
    expect(totalOverlap([found, mirrored])).toMatchObject({ both: 2 * both, onlyA: onlyA + onlyB, onlyB: onlyA + onlyB })
  })
  it('are the same at 1, and have nothing in common at 0', () => {
    const none = nonZeros(new Float32Array(13))
    expect(overlapOf(keepAll(13), keepAll(13))).toEqual({ both: 13, onlyA: 0, onlyB: 0, neither: 0, jaccard: 1 })
    expect(overlapOf(keepAll(13), none)).toEqual({ both: 0, onlyA: 13, onlyB: 0, neither: 0, jaccard: 0 })
    expect(overlapOf(none, none).jaccard).toBe(1)
    expect(() => overlapOf(none, keepAll(14))).toThrow(RangeError)
  })
  it('count −0 as 0', () => {
    expect(nonZeros(Float32Array.of(1, -0, 0, -2)).bits).toEqual(Uint8Array.of(0b10010000))
  })
})
