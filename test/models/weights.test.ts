import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { float32, fromBfloat16, fromFloat16, toBfloat16, toFloat16, type FloatTensor } from '../../main/base/tensor.ts'
import { openSafetensors, writeSafetensors } from '../../main/models/safetensors.ts'
import { heldWeights, placedWeights } from '../../main/models/weights.ts'
import type { TensorPlace, Weights } from '../../main/onnx/graph.ts'
import { readPieces } from '../../main/onnx/places.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-weights-'))
afterAll(() => rmSync(folder, { recursive: true }))

// exact in float16 and bfloat16, and longer than one piece of reading
const numbers = Float32Array.from({ length: 3 << 20 }, (_, i) => ((i % 255) - 127) / 64)
const a = float32([3, 1 << 20], numbers)
const b = float32([4], Float32Array.of(1, 2, -0, 0.5))

function stored(tensors: Record<string, FloatTensor>, kind: TensorPlace['stored']): Weights {
  const path = join(folder, `${kind}-${Object.keys(tensors).join()}.safetensors`)
  rmSync(path, { force: true })
  writeSafetensors(path, Object.entries(tensors).map(([name, tensor]) => ({ name, dims: tensor.dims, stored: kind, read: () => tensor }))) // prettier-ignore
  return placedWeights(new Map([...openSafetensors(path)].map(([name, place]) => [name, { ...place, stored: kind }])))
}

describe('weights', () => {
  it('are the same numbers under the same hash, whatever they are stored as and in whatever order', () => {
    const held = heldWeights(new Map(Object.entries({ a, b })))
    const sets = [stored({ a, b }, 'F32'), stored({ a, b }, 'F16'), stored({ b, a }, 'BF16'), held]
    for (const set of sets) {
      expect(set.get('b')).toEqual(b)
      expect(Buffer.from(set.get('a').data.buffer).equals(Buffer.from(numbers.buffer))).toBe(true)
      expect(set.tensorHash('a')).toBe(held.tensorHash('a'))
      expect(set.hash()).toBe(held.hash())
    }
    expect(held.hash()).not.toBe(heldWeights(new Map(Object.entries({ b, a: b }))).hash())
    expect(heldWeights(new Map([['a', b]])).hash()).not.toBe(heldWeights(new Map([['a', float32([2, 2], b.data)]])).hash())
  })

  it('change one by one, sharing what did not change', () => {
    const before = stored({ a, b }, 'F32')
    const after = before.with(new Map([['b', float32([4], Float32Array.of(1, 2, 3, 4))]]))
    expect([before.get('b').data[3], after.get('b').data[3]]).toEqual([0.5, 4])
    expect(before.place('b')).toMatchObject({ bytes: 16, dims: [4], stored: 'F32' })
    expect(after.place('b')).toBeUndefined()
    expect(after.place('a')).toEqual(before.place('a'))
    expect(after.names()).toEqual(before.names())
    expect(after.hash()).not.toBe(before.hash())
    expect(after.tensorHash('a')).toBe(before.tensorHash('a'))
    expect(after.with(new Map([['b', b]])).hash()).toBe(before.hash())
  })

  it('refuse a change of shape or of nothing', () => {
    const set = heldWeights(new Map([['b', b]]))
    expect(() => set.with(new Map([['b', float32([2, 2], b.data)]]))).toThrow('Expected [4] for "b", got [2, 2].')
    expect(() => set.with(new Map([['c', b]]))).toThrow('Expected one of 1 weights, got "c".')
    expect(() => set.get('toString')).toThrow('got "toString"')
  })

  it.each([NaN, Infinity, -Infinity])('with %s in them are refused, read, changed or hashed', (bad) => {
    const broken = float32([2], Float32Array.of(1, bad))
    const expected = expect.objectContaining({ code: 'model/not-finite', message: `Expected finite numbers in "w", got ${bad} at index 1.` }) // prettier-ignore
    for (const kind of ['F32', 'F16', 'BF16'] as const) {
      const set = stored({ w: broken }, kind)
      expect(() => set.get('w')).toThrow(expected)
      expect(() => set.hash()).toThrow(expected)
    }
    expect(() => heldWeights(new Map([['w', broken]]))).toThrow(expected)
    expect(() => heldWeights(new Map([['w', b]])).with(new Map([['w', float32([4], Float32Array.of(0, bad, 0, 0))]]))).toThrow(
      expected,
    )
  })

  it('are refused when their file was cut short after it was opened', () => {
    const set = stored({ b }, 'F32')
    writeFileSync(set.place('b')!.path, 'gone')
    expect(() => set.get('b')).toThrow(expect.objectContaining({ code: 'model/truncated' }))
  })

  it('are read in pieces that add up', () => {
    const pieces: number[][] = []
    readPieces('b', stored({ b }, 'BF16').place('b')!, (piece) => pieces.push([...piece]), 6)
    expect(pieces).toEqual([[1, 2, -0], [0.5]])
  })
})

describe('numbers stored shorter', () => {
  it('are widened to what they are, every one of them', () => {
    const bits = Uint16Array.from({ length: 1 << 16 }, (_, i) => i)
    const halves = fromFloat16(bits.subarray(1)) // a view that begins within its buffer
    const value = (h: number) => (h >> 10 ? (1 + (h & 1023) / 1024) * 2 ** ((h >> 10) - 15) : (h & 1023) * 2 ** -24)
    for (let h = 1; h < 0x7c00; h++) {
      expect(halves[h - 1]).toBe(value(h))
      expect(halves[h - 1 + 0x8000]).toBe(-value(h))
    }
    expect([...halves.subarray(0x7bff, 0x7c01)]).toEqual([Infinity, NaN])
    const brains = fromBfloat16(bits)
    expect(toBfloat16(brains.subarray(0, 0x7f81))).toEqual(bits.subarray(0, 0x7f81))
    expect([brains[0x3f80], brains[0xc000], brains[1]]).toEqual([1, -2, 2 ** -133])
  })

  it('are rounded to the nearest, ties to even', () => {
    const halves = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65520, -(2 ** -25), 2 ** -24 * 1.5)
    expect([...toFloat16(halves)]).toEqual([0x3c00, 0x3c02, 0x7c00, 0x8000, 0x0002])
    const brains = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -1e-40, NaN)
    expect([...toBfloat16(brains)]).toEqual([0x3f80, 0x3f82, 0x7f80, 0x8001, 0x7fc0])
  })
})
