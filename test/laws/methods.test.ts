import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Json } from '../../main/base/json.ts'
import { createRng } from '../../main/base/rng.ts'
import { float32 } from '../../main/base/tensor.ts'
import { methods } from '../../main/compress/index.ts'
import { distortionByHessian } from '../../main/compress/distortion.ts'
import { GROUPS, type Method, type ScoreMethod, type Stats } from '../../main/compress/method.ts'
import { magnitude } from '../../main/compress/methods/magnitude.ts'
import { compressBy, type Compressed, type Recipe, type StatsSource } from '../../main/compress/recipe.ts'
import { heldWeights } from '../../main/models/weights.ts'
import { statsOf } from '../make/authors.ts'
import { keptIn, makeMatrices, rowsOf, type Matrices } from '../make/matrices.ts'

/** Parameters of the methods that cannot do without. */
const needed: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  band: { from: 0.1 },
  sparsegpt: { blockSize: 24 },
  noise: { like: 'magnitude' },
  matched: { like: 'wanda' },
  rtn: { bits: 3 },
  gptq: { bits: 3 },
}

const two = makeMatrices({ a: [24, 32], b: [16, 20] })
const names = two.matrices.map(({ name }) => name)
/** Matrices of one layer, which are worked on together. */
const layer = makeMatrices({ 'layer.0.a': [24, 32], 'layer.0.b': [16, 20] })
type Run = (change: Partial<Recipe>, on?: Matrices) => Promise<Compressed>

/** Statistics of random inputs of a matrix, the same whenever they are asked for. */
const statistics = new Map<string, Stats>()
function statisticsOf(name: string, width: number, times: number): Stats {
  const key = `${name} ${width} ${times}`
  const rng = createRng(name)
  const x = () => Float32Array.from({ length: 64 * width }, () => times * (rng.float() - 0.5))
  const made = statistics.get(key) ?? statsOf(x(), width, 4)
  statistics.set(key, made)
  return made
}
function statsFor(matrices: Matrices['matrices'], times = 1): StatsSource {
  const made = new Map(matrices.map(({ name, in: width }) => [name, statisticsOf(name, width, times)]))
  return { order: 'one-pass', stages: [matrices.map(({ name }) => name)], of: () => Promise.resolve(made) }
}

/** What a law may do with a method: compress by it. */
function runOf(method: Method): Run {
  const plain = { group: 'layer', pattern: 'free', sparsity: 0.5, seed: 0, include: [], exclude: [] } as const
  return (change, { matrices, weights } = two) =>
    compressBy(method, matrices, weights, { ...plain, params: needed[method.id] ?? {}, ...change }, { stats: statsFor(matrices) })
}

const levels = [0.1, 0.25, 0.5, 0.75, 0.9]
const patterns = [{ keep: 7, of: 8 }, { keep: 4, of: 8 }, { keep: 1, of: 8 }, { keep: 2, of: 4 }, { keep: 2, of: 3 }] // prettier-ignore
const patterned = (pattern: { keep: number; of: number }) => ({ pattern, sparsity: 1 - pattern.keep / pattern.of })
const keptOf = (made: Compressed) => names.map((name) => keptIn(made, name))
const zerosIn = (bits: readonly number[]) => bits.filter((bit) => bit === 0).length
const piecesOf = (row: readonly number[], of: number) =>
  Array.from({ length: Math.ceil(row.length / of) }, (_, i) => row.slice(i * of, (i + 1) * of))
/** Content hash of the matrices alone. */
const matricesHash = ({ weights }: Pick<Compressed, 'weights'>) =>
  heldWeights(new Map(names.map((name) => [name, weights.get(name)]))).hash()

/** Each law with a run that breaks it. */
const laws: Readonly<Record<string, { readonly check: (run: Run) => Promise<void>; readonly wrong: Method | Run }>> = {
  'a sparsity of 0 leaves the weights unchanged': {
    async check(run) {
      for (const group of GROUPS) expect((await run({ sparsity: 0, group })).weights.hash()).toBe(two.weights.hash())
    },
    wrong: wrongly({ cut: () => 'published' }),
  },
  'kept weights are the same to the bit, all others exact zeros': {
    async check(run) {
      for (const name of names) {
        const before = two.weights.get(name).data
        const after = (await run({})).weights.get(name).data
        expect([...after].every((w, i) => Object.is(w, before[i]) || Object.is(w, 0))).toBe(true)
      }
    },
    wrong: async (change, on = two) => {
      const made = await runOf(magnitude)(change, on)
      const negated = names.map(
        (name) =>
          [
            name,
            float32(
              made.weights.dims(name),
              made.weights.get(name).data.map((w) => -w),
            ),
          ] as const,
      )
      return { ...made, weights: made.weights.with(new Map(negated)) }
    },
  },
  'each group loses exactly ⌊n·s⌋ weights': {
    async check(run) {
      for (const sparsity of [0, ...levels, 0.33]) {
        expect((await run({ group: 'model', sparsity })).zeros).toBe(Math.floor((24 * 32 + 16 * 20) * sparsity))
        const { ledger } = await run({ group: 'layer', sparsity })
        expect(ledger.map(({ zeros }) => zeros)).toEqual([24 * 32, 16 * 20].map((n) => Math.floor(n * sparsity)))
        const rows = keptOf(await run({ group: 'row', sparsity })).flat()
        // one expectation for all rows: thousands of them take longer than all methods
        expect(rows.map(zerosIn)).toEqual(rows.map(({ length }) => Math.floor(length * sparsity)))
      }
    },
    wrong: wrongly({ cut: () => 'inclusive' }),
  },
  'what is kept at more sparsity is kept at less': {
    async check(run) {
      const series = [
        ...GROUPS.map((group) => levels.map((sparsity) => ({ group, sparsity }))),
        patterns.slice(0, 3).map(patterned),
      ]
      for (const changes of series) {
        let before: number[] | undefined
        for (const change of changes) {
          const kept = keptOf(await run(change)).flat(2)
          if (before) expect(kept.some((bit, i) => bit > before![i]!)).toBe(false)
          before = kept
        }
      }
    },
    // a ranking that changes from one time to the next
    wrong: wrongly({ score: ({ w }, _, __, ___, scores) => w.forEach((_x, i) => (scores[i] = Math.random())) }),
  },
  'each full group of a keep-of pattern keeps exactly as many as it says, and the columns beyond stay': {
    async check(run) {
      for (const pattern of patterns) {
        const made = await run(patterned(pattern))
        expect(made.ledger.map(({ conformity }) => conformity)).toEqual([1, 1])
        const pieces = keptOf(made).flat().flatMap((row) => piecesOf(row, pattern.of)) // prettier-ignore
        expect(pieces.filter((piece) => zerosIn(piece) !== (piece.length < pattern.of ? 0 : pattern.of - pattern.keep))).toEqual([]) // prettier-ignore
      }
    },
    // as many zeros in each row, but anywhere
    wrong: async (change, on) => {
      const made = await runOf(magnitude)({ ...change, pattern: 'free', group: 'row' }, on)
      return { ...made, ledger: made.ledger.map((row) => ({ ...row, conformity: 1 })) }
    },
  },
  'the same seed gives the same masks': {
    async check(run) {
      for (const group of GROUPS) {
        const [once, again] = [await run({ group, seed: 7 }), await run({ group, seed: 7 })]
        expect(again.ledger).toEqual(once.ledger)
      }
    },
    wrong: wrongly({ score: ({ w }, _, __, ___, scores) => w.forEach((_x, i) => (scores[i] = Math.random())) }),
  },
  'without chance, permuting output rows permutes the result': {
    async check(run) {
      const changes = [{ group: 'layer' }, { group: 'row' }, ...patterns.map(patterned)] as const
      const hasChance = (await run({ seed: 0 })).weights.hash() !== (await run({ seed: 1 })).weights.hash()
      if (hasChance) return
      const upside = upsideDown(two)
      for (const change of changes) {
        const straight = await run(change)
        const turned = await run(change, upside)
        expect(upsideDown({ ...two, weights: turned.weights }).weights.hash()).toBe(matricesHash(straight))
      }
    },
    // later rows count more
    wrong: wrongly({
      score: ({ w, in: width }, _, __, ___, scores) => w.forEach((x, i) => (scores[i] = Math.abs(x) * Math.floor(i / width))),
    }),
  },
  'every weight gets a finite score, alike when asked again': {
    check: async (run) => {
      // the room for scores is used for one matrix after the other: what is not written is what the one before left
      const alone = await run({ group: 'layer' }, { ...layer, matrices: layer.matrices.slice(1) })
      const after = await run({ group: 'layer' }, layer)
      expect(after.ledger[1]!.maskHash).toBe(alone.ledger[0]!.maskHash)
      expect((await run({ group: 'model', sparsity: 0.9 })).zeros).toBe(Math.floor((24 * 32 + 16 * 20) * 0.9))
    },
    // forgets the last row
    wrong: wrongly({
      score: ({ w, in: width }, _, __, ___, scores) => w.subarray(width).forEach((x, i) => (scores[i] = Math.abs(x))),
    }),
  },
}

/** Magnitude with something about it changed for the worse. */
function wrongly(change: Partial<ScoreMethod>): Method {
  return { ...magnitude, id: 'wrong', params: z.strictObject({}), ...change }
}

function upsideDown({ matrices, weights }: Matrices): Matrices {
  const turned = matrices.map(({ name, out, in: width }) => {
    const rows = rowsOf(weights, name).reverse().flat()
    return [name, float32([out, width], Float32Array.from(rows))] as const
  })
  return { matrices, weights: heldWeights(new Map(turned)) }
}

const scoring = methods.filter(({ kind }) => kind === 'score')
describe.each(scoring)('$id', (method) => {
  it.each(Object.keys(laws))('%s', async (law) => {
    await laws[law]!.check(runOf(method))
  })
})

const without = ['sparsity of 0', 'full group', 'permuting'].map((words) => Object.keys(laws).find((law) => law.includes(words))!)
const solving = methods.flatMap((method) => (method.kind === 'solve' ? [method] : []))
describe.each(solving)('$id', (method) => {
  // where a law asks for a group that the method is not defined for, its own
  const run: Run = (change, on) =>
    runOf(method)({ ...change, ...(change.group && !method.groups.includes(change.group) && { group: method.group }) }, on)
  it.each(without)('%s', async (law) => {
    await laws[law]!.check(run)
  })
  it.each(method.groups)('loses exactly ⌊n·s⌋ weights in each %s', async (group) => {
    for (const sparsity of levels) {
      const made = await run({ group, sparsity })
      const counts = keptOf(made).flatMap((rows) => (group === 'row' ? rows : [rows.flat()]))
      expect(counts.map(zerosIn)).toEqual(counts.map(({ length }) => Math.floor(length * sparsity)))
    }
  })
  it('refuses matrices that compete, by name', async () => {
    await expect(runOf(method)({ group: 'model' })).rejects.toMatchObject({ code: 'compress/quota' })
  })
})

describe.each(methods.filter(({ kind }) => kind === 'code'))('$id', (method) => {
  it('permuting output rows permutes the result', async () => {
    const [straight, turned] = [await runOf(method)({}), await runOf(method)({}, upsideDown(two))]
    expect(straight.weights.hash()).not.toBe(two.weights.hash())
    expect(upsideDown({ ...two, weights: turned.weights }).weights.hash()).toBe(matricesHash(straight))
  })
  it('rounds to float16 where it is given 16 bits', async () => {
    const { weights } = await runOf(method)({ params: { bits: 16 } })
    for (const name of names) expect(weights.get(name).data).toEqual(Float32Array.from(two.weights.get(name).data, Math.f16round))
  })
  it('gives each row of a matrix 2^bits different weights at most, and more bits come nearer', async () => {
    let before = Infinity
    for (const bits of [2, 3, 4, 6, 8]) {
      const made = await runOf(method)({ params: { bits } })
      const different = names.flatMap((name) => rowsOf(made.weights, name)).map((row) => new Set(row).size)
      expect(Math.max(...different)).toBeLessThanOrEqual(2 ** bits)
      const far = names.flatMap((name) =>
        [...made.weights.get(name).data].map((w, i) => (w - two.weights.get(name).data[i]!) ** 2),
      )
      const error = far.reduce((sum, x) => sum + x, 0)
      expect(error).toBeLessThan(before)
      before = error
    }
  })
})

describe.each(methods.filter(({ needs }) => needs.length > 0))('$id', (method) => {
  const by = (times: number) => {
    const recipe = { group: 'row', pattern: 'free', sparsity: 0.5, seed: 0, include: [], exclude: [] } as const
    const params = needed[method.id] ?? {}
    return compressBy(method, two.matrices, two.weights, { ...recipe, params }, { stats: statsFor(two.matrices, times) })
  }
  it('does not mind the scale of the inputs', async () => {
    expect((await by(4)).weights.hash()).toBe((await by(1)).weights.hash())
  })
  it('fails by name without statistics', async () => {
    const recipe = { group: 'row', pattern: 'free', sparsity: 0.5, seed: 0, include: [], exclude: [] } as const
    const asked = compressBy(method, two.matrices, two.weights, { ...recipe, params: needed[method.id] ?? {} })
    await expect(asked).rejects.toMatchObject({ code: 'compress/stats' })
  })
})

/** How much a matrix was changed, in the measure that a noise keeps equal. */
function sizeOf(match: 'norm' | 'output', made: Compressed, { name, out, in: width }: Matrices['matrices'][number]): number {
  const [before, after] = [two.weights.get(name).data, made.weights.get(name).data]
  if (match === 'norm') return Math.sqrt(before.reduce((sum, w, i) => sum + (w - after[i]!) ** 2, 0))
  const { hessian } = statisticsOf(name, width, 1)
  return Math.sqrt(distortionByHessian({ name, out, in: width }, before, after, hessian).error)
}

const noises = methods.flatMap((method) => (method.kind === 'noise' ? [method] : []))
const others = methods.filter(({ kind }) => kind !== 'noise')
/** Changes every matrix as much as another method does, within rounding to float32; gives what is not so. */
async function unlike(noise: Method, match: 'norm' | 'output', like: Method): Promise<string[]> {
  const { bits, ...params } = needed[like.id] ?? {}
  const level = { group: like.kind === 'solve' ? 'layer' : 'row', ...(bits === undefined ? {} : { sparsity: 0 }) } as const
  const wanted = await runOf(like)(level)
  const made = await runOf(noise)({ ...level, params: { like: like.id, with: params, ...(bits !== undefined && { bits }) } })
  return two.matrices.flatMap((matrix) => {
    const [size, target] = [sizeOf(match, made, matrix), sizeOf(match, wanted, matrix)]
    return Math.abs(size / target - 1) < 1e-6 ? [] : [`${matrix.name}: ${size}, not ${target}`]
  })
}
describe.each(noises)('$id', (method) => {
  it.each(others)('changes each matrix as much as $id does, within float32', async (like) => {
    expect(await unlike(method, method.match, like)).toEqual([])
  })
  it('is found out where it keeps something else equal', async () => {
    const wrong = { ...method, match: method.match === 'norm' ? 'output' : 'norm' } as const
    expect(await unlike(wrong, method.match, others[1]!)).not.toEqual([])
  })
  it('removes nothing, moves all, and draws anew with another seed', async () => {
    const [made, again, other] = [await runOf(method)({}), await runOf(method)({}), await runOf(method)({ seed: 1 })]
    expect(made.zeros).toBe(0)
    expect([...made.ledger.map(({ effectiveBits }) => effectiveBits), made.masks.size]).toEqual([16, 16, 0])
    for (const name of names) {
      const before = two.weights.get(name).data
      expect(made.weights.get(name).data.some((w, i) => w === before[i])).toBe(false)
    }
    expect(again.weights.hash()).toBe(made.weights.hash())
    expect(other.weights.hash()).not.toBe(made.weights.hash())
  })
})

describe.each(methods)('$id', (method) => {
  it('takes no parameter it does not declare, and says what each is', () => {
    expect(method.params.safeParse({ ...needed[method.id], undeclared: 1 }).success).toBe(false)
    const { properties = {} } = z.toJSONSchema(method.params, { io: 'input' })
    for (const property of Object.values(properties)) {
      expect(property).toMatchObject({ label: expect.any(String) as string, description: expect.any(String) as string })
    }
  })
})

describe('the laws themselves', () => {
  it.each(Object.keys(laws))('find out the one who breaks this: %s', async (law) => {
    const { check, wrong } = laws[law]!
    await expect(check(typeof wrong === 'function' ? wrong : runOf(wrong))).rejects.toThrow(/expected/i)
  })
})
