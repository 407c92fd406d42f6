import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { packColumns, unpackColumns } from '../../main/store/packed.ts'

const rng = createRng('packed')

describe('packed columns', () => {
  it.each([
    ['nothing', new Float64Array(0), 60],
    ['a constant', new Float64Array(1000).fill(0.1), 60],
    ['a ramp', Int32Array.from({ length: 1000 }, (_, i) => i + 7), 60],
    ['right and wrong', Float64Array.from({ length: 1000 }, () => rng.int(2)), 60 + 125],
    ['bytes', Float64Array.from({ length: 1000 }, () => rng.int(200)), 60 + 1000],
    ['counts', Uint16Array.from({ length: 1000 }, () => rng.int(65536)), 60 + 2000],
    ['rows out of order', Int32Array.from({ length: 1000 }, () => rng.uint32() | 0), 60 + 4000],
    ['float32 numbers held as float64', Float64Array.from({ length: 1000 }, () => Math.fround(rng.float())), 60 + 4000],
    ['float64 numbers', Float64Array.from({ length: 1000 }, () => rng.float()), 60 + 8000],
  ])('gives back %s to the bit, in few bytes', (_, column, bytes) => {
    const packed = packColumns({ x: column })
    expect(Array.from(unpackColumns(packed).get('x')!)).toEqual(Array.from(column))
    expect(packed.length).toBeLessThanOrEqual(bytes)
  })

  it.each([
    [[0, -0, 1]],
    [[-0, -0]],
    [[NaN, 1]],
    [[NaN, NaN]],
    [[-Infinity, -1.5]],
    [[Infinity, Infinity]],
    [[2147483647, -2147483648]],
    [[1e300, 5e-324]],
  ])('keeps %s', (numbers) => {
    const found = Array.from(unpackColumns(packColumns({ x: Float64Array.from(numbers) })).get('x')!)
    expect(found.length).toBe(numbers.length)
    numbers.forEach((x, i) => expect(Object.is(found[i], x)).toBe(true))
  })

  it('keeps columns apart wherever the blob begins in memory', () => {
    const columns = {
      a: Float32Array.of(-1.5, 2.25),
      b: Uint8Array.of(1, 0, 1),
      c: Float64Array.of(0.1, 0.2),
      d: Int32Array.of(5, -9),
    }
    const packed = packColumns(columns)
    const shifted = new Uint8Array(packed.length + 3)
    shifted.set(packed, 3)
    const found = unpackColumns(shifted.subarray(3))
    for (const [name, column] of Object.entries(columns)) expect(Array.from(found.get(name)!)).toEqual(Array.from(column))
  })

  it('refuses a form it does not know', () => {
    const packed = packColumns({ x: Float64Array.of(1) })
    packed.write('[9', 4)
    expect(() => unpackColumns(packed)).toThrow('version 1, got 9')
  })
})
