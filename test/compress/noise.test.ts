import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { byNorm, noiseLike } from '../../main/compress/noise.ts'
import { runPlain } from '../../main/compress/products.ts'

const length = 40_001
const before = Float32Array.from({ length }, (_, i) => Math.sin(i))
const like = before.map((w, i) => (i % 3 === 0 ? 0 : w))
const noise = (seed: number, from = before, to = like) => runPlain(noiseLike(from, to, byNorm, createRng(seed)))
const changes = [...noise(1)].map((w, i) => w - before[i]!)
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length

describe('noise', () => {
  it('has the norm that it is like, within float32', () => {
    const size = Math.sqrt(runPlain(byNorm(before, noise(1))) / runPlain(byNorm(before, like)))
    expect(Math.abs(size - 1)).toBeLessThan(1e-7)
  })
  it('is normal: no skew, the tails of a normal distribution, apart from the weights', () => {
    const sigma = Math.sqrt(mean(changes.map((d) => d * d)))
    const z = changes.map((d) => d / sigma)
    // five standard errors each: z, z³ and z⁴ have variances of 1, 15 and 96; 4.55 % lie beyond two sigma
    expect(Math.abs(mean(z))).toBeLessThan(5 * Math.sqrt(1 / length))
    expect(Math.abs(mean(z.map((x) => x ** 3)))).toBeLessThan(5 * Math.sqrt(15 / length))
    expect(Math.abs(mean(z.map((x) => x ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / length))
    expect(Math.abs(mean(z.map((x) => Number(Math.abs(x) > 2))) - 0.0455)).toBeLessThan(5 * Math.sqrt(0.0435 / length))
    expect(Math.abs(mean(z.map((x, i) => x * before[i]!)))).toBeLessThan(5 * Math.sqrt(0.5 / length))
  })
  it('is none where nothing changed, and other noise with another seed', () => {
    expect(noise(1, before, before)).toEqual(before)
    expect(noise(2)).not.toEqual(noise(1))
    expect(noise(1)).toEqual(noise(1))
  })
  it('keeps its norm where the change is as small as rounding allows', () => {
    const close = before.map((w) => Math.fround(w * (1 + 2 ** -20)))
    const size = Math.sqrt(runPlain(byNorm(before, noise(3, before, close))) / runPlain(byNorm(before, close)))
    expect(Math.abs(size - 1)).toBeLessThan(1e-4)
  })
})
