import { expect, it } from 'vitest'
import { pack, unpack } from '../../main/engine/parcels.ts'

it('large numbers travel apart, and come back where they stood', () => {
  const large = Float64Array.from({ length: 10_000 }, (_, i) => i / 3)
  const value = {
    name: 'task',
    nothing: undefined,
    small: Float32Array.of(1, 2),
    deep: [{ w: new Float32Array(20_000).fill(2), dims: [2, 10_000] }, { h: large.subarray(1) }],
    bytes: new Uint8Array(100_000),
  }
  const { value: message, parcels } = pack(value)
  expect(parcels.map(({ length }) => length)).toEqual([20_000, 9_999])
  expect(JSON.stringify(message).length).toBeLessThan(2_000_000)
  const pipe = parcels.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))
  expect(unpack(message, (bytes) => bytes.set(pipe.shift()!))).toEqual(value)
  expect(pipe).toEqual([])
})
