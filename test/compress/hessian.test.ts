import { describe, expect, it } from 'vitest'
import { prepareHessian } from '../../main/compress/hessian.ts'
import { gptq } from '../../main/compress/methods/gptq.ts'
import { sparsegpt } from '../../main/compress/methods/sparsegpt.ts'
import { statsOf } from '../make/authors.ts'

const l = { name: 'block.0.q', in: 3 }
const hessian = (...h: number[]) => Float64Array.from(h)

describe('a Hessian that cannot be used', () => {
  it.each([
    [
      'with NaN on its diagonal',
      hessian(1, 0, 0, 0, NaN, 0, 0, 0, 1),
      'a finite diagonal from 0 for block.0.q, got NaN for input 1',
    ],
    ['with infinity on its diagonal', hessian(Infinity, 0, 0, 0, 1, 0, 0, 0, 1), 'got Infinity for input 0'],
    ['with NaN beside its diagonal', hessian(1, NaN, 0, NaN, 1, 0, 0, 0, 1), 'got a pivot of NaN'],
    ['that is not positive definite', hessian(1, 2, 0, 2, 1, 0, 0, 0, 1), 'a positive definite Hessian after damping of 0.01'],
    ['of another width', hessian(1, 0, 0, 1), '3 × 3 numbers for block.0.q, got 4'],
  ])('is named: %s', (_, h, words) => {
    expect(() => prepareHessian(l, h, 0.01)).toThrow(expect.objectContaining({ code: 'compress/hessian', message: expect.stringContaining(words) as string }) as Error) // prettier-ignore
  })
  it('that is singular needs damping, and says so', () => {
    const { hessian: singular } = statsOf([1, 1, 1, 2, 2, 2], 3, 1)
    expect(() => prepareHessian(l, singular, 0)).toThrow(/after damping of 0 of its mean diagonal/)
    expect(prepareHessian(l, singular, 0.01).upper.every(Number.isFinite)).toBe(true)
  })
})

describe('an input that is always 0', () => {
  const x = [1, 0, 2, -1, 0, 1, 0.5, 0, -2]
  const { hessian: dead } = statsOf(x, 3, 1)
  const linear = { ...l, out: 2, w: Float32Array.of(1, 5, -2, 0.5, -7, 3) }
  it('loses its column, and nothing else is spoiled by it', () => {
    const solved = sparsegpt.solve(linear, { hessian: dead }, { group: 'layer', pattern: 'free', sparsity: 0 }, {})
    expect([...solved.w]).toEqual([1, 0, -2, 0.5, 0, 3])
    const { codes, zero } = gptq.code(linear, { hessian: dead }, { bits: 8 })
    expect([codes[1]! - zero[0]!, codes[4]! - zero[1]!]).toEqual([0, 0])
  })
})
