import { beforeAll, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { multiplyPlain, whole } from '../../main/compress/products.ts'
import { createRuntime, type Runtime } from '../../main/engine/ort.ts'
import { productsIn, TILE } from '../../main/jobs/products.ts'
import { everyProduct } from '../make/products.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await createRuntime({ provider: 'cpu', threads: 1 })
})

const rng = createRng('tiles')
const draw = (length: number) => Float64Array.from({ length }, () => rng.float() - 0.5)

it.each([
  [TILE + 5, 3, 4],
  [3, 2 * TILE + 1, 2],
  [4, 3, TILE + 1],
  [70, 60, 50],
])('the runtime multiplies %i × %i by %i columns in tiles as this thread does', async (m, k, n) => {
  const multiply = productsIn(runtime)
  for (const product of everyProduct(m, k, n, draw)) {
    const plain = { ...product, c: { ...product.c, data: product.c.data.slice() } }
    multiplyPlain(plain)
    await multiply(product, async () => {})
    const apart = Array.from(product.c.data).reduce((most, x, i) => Math.max(most, Math.abs(x - plain.c.data[i]!)), 0)
    // sums of up to 3,073 terms below 1/4, in another order
    expect(apart).toBeLessThan(product.c.data instanceof Float32Array ? 1e-4 : 1e-11)
  }
})

it('a stop is heeded between tiles', async () => {
  let breaths = 0
  const breathe = async () => {
    if (++breaths > 1) throw new Error('stopped')
  }
  const [m, a, b] = [2 * TILE + 1, whole(draw(2 * TILE + 1), 1), whole(draw(1), 1)]
  const product = { a, b, c: whole(new Float64Array(m), 1), m, k: 1, n: 1 }
  await expect(productsIn(runtime)(product, breathe)).rejects.toThrow('stopped')
  expect(breaths).toBe(2)
})
