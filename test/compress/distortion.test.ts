import { describe, expect, it } from 'vitest'
import { distortionByHessian, distortionByNorms, relativeError } from '../../main/compress/distortion.ts'
import { golden } from '../make/golden.ts'
import { statsOf } from '../make/authors.ts'

type Matrix = readonly (readonly number[])[]
const vectors = golden<Readonly<Record<string, unknown>>>('golden_vectors.json')
const flat = (name: string) => {
  const found = vectors[name] as Matrix | { readonly W: Matrix }
  return Float32Array.from(('W' in found ? found.W : found).flat())
}
const shape = { name: 'w', out: 3, in: 8 }
const w = flat('W')
/** [tokens, in] of one sequence. */
const x = Array.from({ length: 16 }, (_, t) => (vectors.X_channels_by_tokens as Matrix).map((row) => row[t]!)).flat()
const { hessian, inputNorm } = statsOf(x, 8, 1)

describe('the distortion of a matrix', () => {
  // H = 2·XXᵀ for one sequence: half of the trace is Σ((W − W′)X)², printed in paper.md 4.10 to two or three decimals
  it.each([
    ['layerwise_magnitude_s0.5', 14.24, 2],
    ['magnitude_nm_zero2_of4', 14.82, 2],
    ['magnitude_nm_zero3_of8', 7.36, 2],
    ['wanda_s0.5', 8.43, 2],
    ['wanda_nm_zero2_of4', 8.12, 2],
    ['sparsegpt_s0.5_block4', 7.06, 2],
    ['sparsegpt_s0.5_block8', 12.9, 2],
    ['rtn3_per_row_asym', 1.272, 3],
    ['rtn3_per_row_sym', 2.371, 3],
    ['gptq3_asym_per_row', 0.724, 3],
    ['gptq3_asym_group4_block8', 0.638, 3],
  ])('by its Hessian is the layer error of %s', (name, error, digits) => {
    expect(distortionByHessian(shape, w, flat(name), hessian).error / 2).toBeCloseTo(error, digits)
  })
  it('has the power of the outputs beside it', () => {
    const outputs = Array.from({ length: 16 }, (_, t) => [0, 1, 2].map((row) => dot(row, t))).flat()
    expect(distortionByHessian(shape, w, w, hessian).power / 2).toBeCloseTo(
      outputs.reduce((sum, y) => sum + y * y, 0),
      4,
    )
    expect(distortionByHessian(shape, w, w, hessian).error).toBe(0)
  })
  it('by norms is that by the Hessian where no two inputs go together', () => {
    const diagonal = hessian.map((h, i) => (i % 9 === 0 ? h : 0))
    const [full, norms] = [
      distortionByHessian(shape, w, flat('wanda_s0.5'), diagonal),
      distortionByNorms(shape, w, flat('wanda_s0.5'), inputNorm),
    ]
    expect(norms.error).toBeCloseTo(full.error / 2, 4)
    expect(relativeError(norms)).toBeCloseTo(relativeError(full)!, 6)
  })
  it('is nothing where nothing changed, and has no relative size where nothing came out before', () => {
    expect(relativeError({ error: 0, power: 0 })).toBe(0)
    expect(relativeError({ error: 1, power: 0 })).toBeNull()
  })
  it('names statistics of another width', () => {
    expect(() => distortionByHessian(shape, w, w, hessian.slice(1))).toThrow(/64 numbers in the Hessian for w, got 63/)
    expect(() => distortionByNorms(shape, w, w, inputNorm.slice(1))).toThrow(/8 input norms for w, got 7/)
  })
})

const dot = (row: number, t: number) =>
  Array.from({ length: 8 }, (_, j) => w[row * 8 + j]! * x[t * 8 + j]!).reduce((a, b) => a + b)
