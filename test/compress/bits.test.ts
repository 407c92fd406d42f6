import { describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import { applyMask, conformity, countKept, isKept, keepAll, maskHash } from '../../main/compress/bits.ts'

/** 1 = keep, given as text. */
const maskOf = (text: string) => {
  const mask = keepAll(text.length)
  ;[...text].forEach((bit, i) => bit === '0' && (mask.bits[i >> 3]! &= ~(128 >> (i & 7))))
  return mask
}

describe('a mask', () => {
  it('keeps everything at first, with bits beyond its length 0', () => {
    expect([...keepAll(16).bits]).toEqual([0xff, 0xff])
    expect([...keepAll(11).bits]).toEqual([0xff, 0b11100000])
    expect(keepAll(11)).toMatchObject({ length: 11 })
    expect(countKept(keepAll(11))).toBe(11)
  })

  it('has its first weight in the highest bit', () => {
    const mask = maskOf('1000000001')
    expect([...mask.bits]).toEqual([0b10000000, 0b01000000])
    expect([0, 1, 8, 9].map((i) => isKept(mask, i))).toEqual([true, false, false, true])
    expect(countKept(mask)).toBe(2)
  })

  it('is hashed by its bits alone', () => {
    expect(maskHash(maskOf('1000000001'))).toBe(sha256(new Uint8Array([0b10000000, 0b01000000])))
  })

  it('leaves exact zeros without a sign and all else as it was, in a copy', () => {
    const w = Float32Array.of(-1, -2, 3, 4, 5, 6, 7, 8, -9)
    const masked = applyMask(w, maskOf('101111110'))
    expect([...masked]).toEqual([-1, 0, 3, 4, 5, 6, 7, 8, 0])
    expect(Object.is(masked[1], 0) && Object.is(masked[8], 0)).toBe(true)
    expect(w[1]).toBe(-2)
  })

  it('conforms to a pattern by the share of full groups that keep as many as they should', () => {
    // two rows of five inputs: two full pairs in each, the fifth belongs to none
    const mask = maskOf('10010' + '11011')
    expect(conformity(mask, { out: 2, in: 5 }, { keep: 1, of: 2 })).toBe(3 / 4)
  })
})
