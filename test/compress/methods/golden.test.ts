import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decode } from '../../../main/compress/apply.ts'
import { applyMask } from '../../../main/compress/bits.ts'
import { prepareHessian } from '../../../main/compress/hessian.ts'
import { select } from '../../../main/compress/mask.ts'
import type { Quota } from '../../../main/compress/method.ts'
import { gptq } from '../../../main/compress/methods/gptq.ts'
import { rtn } from '../../../main/compress/methods/rtn.ts'
import { sparsegpt } from '../../../main/compress/methods/sparsegpt.ts'
import { wanda } from '../../../main/compress/methods/wanda.ts'
import { createRng } from '../../../main/base/rng.ts'

type Matrix = readonly (readonly number[])[]
/** One 3 × 8 matrix under every algorithm, computed apart in float64 (paper.md 4.10). */
const golden: unknown = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'golden', 'golden_vectors.json'), 'utf8'))
const matrix = (name: string) => (golden as Readonly<Record<string, Matrix>>)[name]!
const weights = (name: string) => (golden as Readonly<Record<string, { readonly W: Matrix }>>)[name]!.W

const linear = { name: 'w', out: 3, in: 8, w: Float32Array.from(matrix('W').flat()) }
const x = matrix('X_channels_by_tokens')
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, t) => sum + value * b[t]!, 0)
const hessian = Float64Array.from(x.flatMap((row) => x.map((other) => 2 * dot(row, other))))
const inputNorm = Float32Array.from(x, (row) => Math.sqrt(dot(row, row)))
const free: Quota = { group: 'layer', pattern: 'free', sparsity: 0.5 }
const twoOfFour: Quota = { group: 'row', pattern: { keep: 2, of: 4 }, sparsity: 0.5 }

/** Numbers of single precision and a few dozen operations: paper.md 4.10 asks for 1e-5. */
function near(found: ArrayLike<number>, wanted: Matrix): void {
  const numbers = wanted.flat()
  expect(found.length).toBe(numbers.length)
  numbers.forEach((value, i) => expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5))
}

describe('the golden vectors', () => {
  it('hold the factor of the damped Hessian', () => {
    near(prepareHessian(linear, hessian, 0.01).upper, matrix('upper_cholesky_of_inverse'))
  })
  it.each([
    ['sparsegpt_s0.5_block4', free, { blockSize: 4, threshold: 'published' }],
    ['sparsegpt_s0.5_block8', free, { blockSize: 8, threshold: 'published' }],
    ['sparsegpt_nm_zero2_of4_block8', twoOfFour, { blockSize: 8 }],
  ] as const)('hold %s', (name, quota, params) => {
    near(sparsegpt.solve(linear, { hessian }, quota, params).w, weights(name))
  })
  it.each([
    ['gptq3_asym_per_row', { bits: 3, blockSize: 8 }],
    ['gptq3_asym_group4_block4', { bits: 3, groupSize: 4, blockSize: 4 }],
    ['gptq3_asym_group4_block8', { bits: 3, groupSize: 4, blockSize: 8 }],
  ] as const)('hold %s', (name, params) => {
    near(decode(gptq.code(linear, { hessian }, params)), weights(name))
  })
  it.each([
    ['rtn3_per_row_asym', { bits: 3 }],
    ['rtn3_per_row_sym', { bits: 3, symmetric: true }],
  ] as const)('hold %s', (name, params) => {
    near(decode(rtn.code(linear, {}, params)), weights(name))
  })
  it.each([
    ['wanda_s0.5', { ...free, group: 'row' }],
    ['wanda_nm_zero2_of4', twoOfFour],
  ] as const)('hold %s', async (name, quota) => {
    const scores = new Float32Array(24)
    wanda.score(linear, { inputNorm }, {}, createRng(0), scores)
    const [mask] = await select([{ ...linear, scores: () => scores }], quota, 'exact', async () => {})
    near(applyMask(linear.w, mask!), matrix(name))
  })
})
