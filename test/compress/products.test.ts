import { describe, expect, it } from 'vitest'
import type { LabError } from '../../main/base/errors.ts'
import { createRng } from '../../main/base/rng.ts'
import { breathing } from '../../main/compress/apply.ts'
import { prepareHessian, preparing } from '../../main/compress/hessian.ts'
import { drive, multiplyPlain, runPlain, whole, type Part, type Product } from '../../main/compress/products.ts'
import { columnsOf, sweep } from '../../main/compress/sweep.ts'
import { everyProduct } from '../make/products.ts'

const rng = createRng('products')
const draw = (length: number) => Float64Array.from({ length }, () => rng.float() - 0.5)
const calm = async () => {}

/** Entry by entry, as the definition has it. */
function naive({ a, b, c, m, k, n, isATransposed, isBTransposed, isSubtracted }: Product): Float64Array {
  const at = ({ data, at, stride }: Part, i: number, j: number) => data[at + i * stride + j]!
  const made = Float64Array.from(c.data)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let l = 0; l < k; l++) sum += (isATransposed ? at(a, l, i) : at(a, i, l)) * (isBTransposed ? at(b, j, l) : at(b, l, j))
      made[c.at + i * c.stride + j] = isSubtracted ? at(c, i, j) - sum : sum
    }
  }
  return made
}

const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0)

/** A positive definite matrix, as Hessians of real inputs are: few strong directions, many weak ones. */
function hessian(n: number): Float64Array {
  const x = draw(n * 40)
  const h = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let t = 0; t < 40; t++) h[i * n + j]! += 2 * x[i * 40 + t]! * x[j * 40 + t]!
  return h
}

describe('a product', () => {
  // sums of up to 300 terms below 1: float64 rounding stays far below 1e-12
  it.each([
    [5, 7, 3],
    [33, 300, 270],
    [1, 2, 1],
  ])('of %i × %i and %i columns is what the definition says', (m, k, n) => {
    for (const product of everyProduct(m, k, n, draw)) {
      const wanted = naive(product)
      multiplyPlain(product)
      const isDouble = product.c.data instanceof Float64Array
      expect(apart(product.c.data, wanted)).toBeLessThan(isDouble ? 1e-12 : 1e-5) // rounded to float32 once
    }
  })
})

describe('the factor of an inverse', () => {
  it('is upper triangular and U·H·Uᵀ = 1, whatever the size is halved into', () => {
    for (const n of [1, 127, 128, 129, 300, 520]) {
      const h = hessian(n)
      const { upper } = prepareHessian({ name: 'layer', in: n }, h, 0.01)
      const damp = (0.01 * h.filter((_, k) => k % (n + 1) === 0).reduce((sum, x) => sum + x, 0)) / n
      const damped = h.map((x, k) => (k % (n + 1) === 0 ? x + damp : x))
      const [size, left, one] = [{ m: n, k: n, n }, new Float64Array(n * n), new Float64Array(n * n)]
      multiplyPlain({ a: whole(upper, n), b: whole(damped, n), c: whole(left, n), ...size })
      multiplyPlain({ a: whole(left, n), b: whole(upper, n), c: whole(one, n), ...size, isBTransposed: true })
      const identity = one.map((_, k) => (k % (n + 1) === 0 ? 1 : 0))
      // the condition number is at most that of trace over damping, 100 · n
      expect(apart(one, identity), `${n}`).toBeLessThan(1e-9)
      expect(upper.some((x, k) => k % n < Math.floor(k / n) && x !== 0)).toBe(false)
    }
  })

  it('is the same in the place of a spare Hessian, and of inputs by falling diagonal that of a Hessian in that order', () => {
    const n = 150
    const h = hessian(n)
    const l = { name: 'layer', in: n }
    const { upper, order } = prepareHessian(l, h, 0.01, { byDiagonal: true })
    const falls = [...order].every((j, i) => i === 0 || h[order[i - 1]! * (n + 1)]! >= h[j * (n + 1)]!)
    expect([falls, new Set(order).size]).toEqual([true, n])
    const inOrder = Float64Array.from({ length: n * n }, (_, k) => h[order[Math.floor(k / n)]! * n + order[k % n]!]!)
    expect(prepareHessian(l, inOrder, 0.01).upper).toEqual(upper)
    const spare = h.slice()
    const inPlace = prepareHessian(l, spare, 0.01, { byDiagonal: true, isSpare: true }).upper
    expect(inPlace).toBe(spare)
    expect(inPlace).toEqual(upper)
  })

  it('is not made where there is none, and the pivot is named', () => {
    const n = 300
    const h = hessian(n)
    h[140 * n + 139] = 1e6
    h[139 * n + 140] = 1e6
    const fault = (() => {
      try {
        prepareHessian({ name: 'layer', in: n }, h, 0.01)
        return undefined
      } catch (error) {
        return error as LabError
      }
    })()
    expect(fault).toMatchObject({ code: 'compress/hessian' })
    expect(fault!.message).toMatch(/positive definite Hessian after damping of 0\.01 .* for layer, got a pivot of -\d.* at 139/)
  })
})

describe('a driven algorithm', () => {
  const n = 400
  const h = hessian(n)
  const l = { name: 'layer', out: 48, in: n, w: Float32Array.from(draw(48 * n)) }

  it('gives bit for bit what it gives when run at once', async () => {
    const asked: Product[] = []
    const multiply = async (product: Product) => {
      asked.push(product)
      multiplyPlain(product)
    }
    const driven = await drive(preparing(l, h, 0.01), calm, multiply)
    expect(driven.upper).toEqual(runPlain(preparing(l, h, 0.01)).upper)
    expect(driven.upper).toEqual((await drive(preparing(l, h, 0.01), calm)).upper)
    // small ones are not worth the way
    expect(asked.length).toBeGreaterThan(0)
    expect(Math.min(...asked.map(({ m, k, n }) => m * k * n))).toBeGreaterThanOrEqual(1 << 19)
  })

  it('takes breath, and ends when that says so', async () => {
    const stop = new AbortController()
    const steps = preparing(l, h, 0.01)
    const driven = drive(steps, breathing('gptq', stop.signal))
    stop.abort()
    await expect(driven).rejects.toMatchObject({ code: 'engine/stopped' })
  })
})

describe('a sweep', () => {
  it('makes up for each column in all after it, as column by column without blocks', () => {
    const n = 200
    const l = { name: 'layer', out: 5, in: n, w: Float32Array.from(draw(5 * n)) }
    const prepared = prepareHessian(l, hessian(n), 0.01)
    const swept = (blockSize: number) => {
      const columns = columnsOf(l, prepared)
      // every third column goes: what stays depends on all updates before it
      sweep(columns, blockSize, {
        column: (i, { from, rows, w }, becomes) => {
          for (let row = 0; row < rows; row++) becomes[row] = i % 3 === 0 ? 0 : w[(i - from) * rows + row]!
        },
      })
      return columns.w
    }
    const plain = columnByColumn(Float64Array.from(columnsOf(l, prepared).w), prepared.upper, n, l.out)
    // weights near 1 are rounded to float32 between blocks, at most 200 times
    for (const blockSize of [1, 16, 48, 128, 256]) expect(apart(swept(blockSize), plain), `${blockSize}`).toBeLessThan(1e-5)
  })
})

/** The formula of paper.md 4.6, one column after the other, for the same decision. */
function columnByColumn(w: Float64Array, upper: Float64Array, n: number, out: number): Float64Array {
  for (let i = 0; i < n; i += 3) {
    for (let row = 0; row < out; row++) {
      const error = w[i * out + row]! / upper[i * n + i]!
      for (let j = i + 1; j < n; j++) w[j * out + row]! -= error * upper[i * n + j]!
      w[i * out + row] = 0
    }
  }
  return w
}
