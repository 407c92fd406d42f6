import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { multiplyPlain } from '../../main/compress/products.ts'
import { startEngine } from '../../main/engine/process.ts'
import type { Engine } from '../../main/engine/session.ts'
import { productsOf, TILE } from '../../main/jobs/products.ts'

let engine: Engine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.close())

const rng = createRng('tiles')
const draw = (length: number) => Float64Array.from({ length }, () => rng.float() - 0.5)

it.each([
  [TILE + 5, 3, 4],
  [3, 2 * TILE + 1, 2],
  [4, 3, TILE + 1],
  [70, 60, 50],
])('the engine multiplies %i × %i by %i columns in tiles as this thread does, in float64', async (m, k, n) => {
  const multiply = productsOf(engine)!
  for (const isTransposed of [false, true]) {
    const product = { a: draw(m * k), b: draw(k * n), m, k, n, isTransposed }
    const plain = multiplyPlain(product)
    const made = await multiply(product, async () => {})
    const apart = made.reduce((most, x, i) => Math.max(most, Math.abs(x - plain[i]!)), 0)
    // sums of up to 3,073 terms below 1/4, in another order
    expect(apart).toBeLessThan(1e-11)
  }
})

it('a stop is heeded between tiles', async () => {
  let breaths = 0
  const breathe = async () => {
    if (++breaths > 1) throw new Error('stopped')
  }
  const product = { a: draw(2 * TILE + 1), b: draw(1), m: 2 * TILE + 1, k: 1, n: 1, isTransposed: false }
  await expect(productsOf(engine)!(product, breathe)).rejects.toThrow('stopped')
  expect(breaths).toBe(2)
})

it('one engine has one set of products, and a provider without float64 has none', () => {
  expect(productsOf(engine)).toBe(productsOf(engine))
  const webgpu = { open: engine.open, device: { ...engine.device, provider: 'webgpu' as const } }
  expect(productsOf(webgpu)).toBeUndefined()
})
