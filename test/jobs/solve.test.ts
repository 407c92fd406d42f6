import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import type { Codes, Quota, Solved } from '../../main/compress/method.ts'
import { gptq } from '../../main/compress/methods/gptq.ts'
import { sparsegpt } from '../../main/compress/methods/sparsegpt.ts'
import { runPlain } from '../../main/compress/products.ts'
import { stepsOf, type MatrixTask } from '../../main/compress/task.ts'
import { startEngine, type ProcessEngine } from '../../main/engine/process.ts'
import { solverOf } from '../../main/jobs/solve.ts'
import { statsOf } from '../make/authors.ts'

let engine: ProcessEngine
beforeAll(async () => {
  engine = await startEngine({ provider: 'cpu', threads: 1 })
})
afterAll(() => engine.close())

const [out, width] = [96, 600]
const rng = createRng('solve')
const draw = (length: number) => Float32Array.from({ length }, () => rng.float() - 0.5)
const linear = { name: 'layer', out, in: width, w: draw(out * width) }
const { hessian } = statsOf([...draw(700 * width)], width, 700)
const quota: Quota = { sparsity: 0.5, group: 'layer', pattern: 'free' }

// one of a hundred thousand decisions may fall the other way where sums of float32 are made in another order
const fewDiffer = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  expect(Array.from(a).filter((x, i) => x !== b[i]).length).toBeLessThanOrEqual((out * width) / 10_000)

it('a matrix is solved beside the runtime as it is in this thread', async () => {
  const params = { blockSize: 64 }
  const task: MatrixTask = { kind: 'method', method: 'sparsegpt', linear, stats: { hessian }, quota, params }
  const before = hessian.slice()
  const there = (await solverOf(engine)(task)) as Solved
  const here = sparsegpt.solve(linear, { hessian }, quota, params)
  fewDiffer(there.mask.bits, here.mask.bits)
  expect(hessian).toEqual(before)
})

it('codes are found beside the runtime as they are in this thread', async () => {
  const params = { bits: 4, actOrder: true }
  const task: MatrixTask = { kind: 'method', method: 'gptq', linear, stats: { hessian }, quota, params }
  const there = (await solverOf(engine)(task)) as Codes
  const here = gptq.code(linear, { hessian }, params)
  fewDiffer(there.codes, here.codes)
  expect([there.scale, there.zero, there.groupOf]).toEqual([here.scale, here.zero, here.groupOf])
})

it('noise is drawn beside the runtime as it is in this thread', async () => {
  const after = linear.w.map((w, i) => (i % 3 === 0 ? 0 : w))
  const task: MatrixTask = {
    kind: 'noise',
    shape: linear,
    before: linear.w,
    after,
    hessian,
    seed: 5,
    labels: ['matched', 'layer'],
  }
  const [there, here] = [await solverOf(engine)(task), runPlain(stepsOf(task))] as [Float32Array, Float32Array]
  // its size is that of a sum over all weights, in another order
  expect(there.reduce((most, w, i) => Math.max(most, Math.abs(w - here[i]!)), 0)).toBeLessThan(1e-6)
})

it('what cannot be solved is told by the name it has here', async () => {
  const bad = hessian.slice()
  bad[0] = NaN
  const task: MatrixTask = { kind: 'method', method: 'sparsegpt', linear, stats: { hessian: bad }, quota, params: {} }
  await expect(solverOf(engine)(task)).rejects.toMatchObject({ code: 'compress/hessian', message: expect.stringContaining('NaN for input 0') as string }) // prettier-ignore
})

it('is stopped within a second, and the engine goes on after it', async () => {
  const [tall, wide] = [2048, 1024]
  const large = { name: 'large', out: tall, in: wide, w: draw(tall * wide) }
  const h = new Float64Array(wide * wide)
  for (let i = 0; i < wide; i++) h[i * (wide + 1)] = 1
  const stop = new AbortController()
  const task: MatrixTask = {
    kind: 'method',
    method: 'sparsegpt',
    linear: large,
    stats: { hessian: h },
    quota,
    params: { blockSize: 1 },
  }
  const solving = solverOf(engine)(task, stop.signal)
  void setTimeout(100).then(() => stop.abort())
  await expect(solving).rejects.toMatchObject({ code: 'engine/stopped' })
  await setTimeout(600) // until a process that did not end by itself has been ended
  const again = await solverOf(engine)({ kind: 'method', method: 'gptq', linear, stats: { hessian }, quota, params: { bits: 4 } })
  expect((again as Codes).codes.length).toBe(out * width)
})
