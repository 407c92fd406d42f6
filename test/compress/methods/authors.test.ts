import { expect, it } from 'vitest'
import { decode } from '../../../main/compress/apply.ts'
import { isKept } from '../../../main/compress/bits.ts'
import { gptq } from '../../../main/compress/methods/gptq.ts'
import { rtn } from '../../../main/compress/methods/rtn.ts'
import { sparsegpt } from '../../../main/compress/methods/sparsegpt.ts'
import { wanda } from '../../../main/compress/methods/wanda.ts'
import type { Mask, Quota } from '../../../main/compress/method.ts'
import { select } from '../../../main/compress/mask.ts'
import { createRng } from '../../../main/base/rng.ts'
import { authorsBytes, authorsCases, authorsFloats, authorsLayer, type AuthorsCase } from '../../make/authors.ts'
import { describeShared } from '../../make/shared.ts'

const bitsOf = (mask: Mask) => Array.from({ length: mask.length }, (_, i) => Number(isKept(mask, i)))
const furthest = (a: ArrayLike<number>, b: Float32Array) => b.reduce((most, x, i) => Math.max(most, Math.abs(x - a[i]!)), 0)
const differing = (a: ArrayLike<number>, b: Uint8Array) => b.reduce((n, x, i) => n + Number(x !== a[i]!), 0)
const isStable = ({ stability }: AuthorsCase) => Object.values(stability).every((s) => s.different_decisions === 0)

function quotaOf({ settings: { sparsity, zeroed_per_group: zeroed, group: of } }: AuthorsCase, group: Quota['group']): Quota {
  return of === null || zeroed === null
    ? { group, pattern: 'free', sparsity }
    : { group, pattern: { keep: of - zeroed, of }, sparsity: zeroed / of }
}

/** Codes of weights that stand on a grid. */
function codesOf(w: Float32Array, { name, layer }: AuthorsCase, groupOf: Int32Array): Uint8Array {
  const { out } = authorsLayer(layer).linear
  const [scale, zero] = [authorsFloats(`${name}/scale`), authorsFloats(`${name}/zero`)]
  const groups = scale.length / out
  return Uint8Array.from(w, (x, i) => {
    const at = Math.floor(i / groupOf.length) * groups + groupOf[i % groupOf.length]!
    return Math.round(x / scale[at]! + zero[at]!)
  })
}

describeShared("the authors' own code, run on three layers (PyTorch, float32)", () => {
  it('is met by wanda in all its masks', async () => {
    const cases = authorsCases('wanda')
    expect(cases).toHaveLength(12)
    for (const one of cases) {
      const { linear, stats } = authorsLayer(one.layer)
      const scores = new Float32Array(linear.w.length)
      wanda.score(linear, stats, {}, createRng(0), scores)
      const [mask] = await select([{ ...linear, scores: () => scores }], quotaOf(one, 'row'), 'exact', async () => {})
      expect([one.name, isStable(one), differing(bitsOf(mask!), authorsBytes(`${one.name}/mask`))]).toEqual([one.name, true, 0])
    }
  })
  it('is met by magnitude in all its masks, with the threshold and its ties going too (paper.md 4.2 b)', async () => {
    const cases = authorsCases('magnitude')
    expect(cases).toHaveLength(6)
    for (const one of cases) {
      const { linear } = authorsLayer(one.layer)
      const scores = linear.w.map(Math.abs)
      const [mask] = await select([{ ...linear, scores: () => scores }], quotaOf(one, 'layer'), 'inclusive', async () => {})
      expect([one.name, isStable(one), differing(bitsOf(mask!), authorsBytes(`${one.name}/mask`))]).toEqual([one.name, true, 0])
    }
  })
  it('is met by sparsegpt in all its masks, and in weights within 1e-5', () => {
    const cases = authorsCases('sparsegpt')
    expect(cases.length).toBeGreaterThan(14)
    for (const one of cases) {
      const { linear, stats } = authorsLayer(one.layer)
      const { blocksize: blockSize, percdamp: damping } = one.settings
      const made = sparsegpt.solve(linear, stats, quotaOf(one, 'layer'), { blockSize, damping, threshold: 'published' })
      expect([one.name, isStable(one), differing(bitsOf(made.mask), authorsBytes(`${one.name}/mask`))]).toEqual([
        one.name,
        true,
        0,
      ])
      expect(furthest(made.w, authorsFloats(`${one.name}/W`)), one.name).toBeLessThan(1e-5)
    }
  })
  it('is met by rtn in all its codes, knife edges too, and in weights within 1e-5', () => {
    const cases = authorsCases('rtn')
    expect(cases.length).toBeGreaterThan(25)
    for (const one of cases) {
      const { linear } = authorsLayer(one.layer)
      const { bits, symmetric, mse: shrink, groupsize } = one.settings
      const made = rtn.code(linear, {}, { bits, symmetric, shrink, ...(groupsize > 0 && { groupSize: groupsize }) })
      const theirs = authorsFloats(`${one.name}/W`)
      expect([one.name, differing(made.codes, codesOf(theirs, one, made.groupOf))]).toEqual([one.name, 0])
      expect(furthest(decode(made), theirs), one.name).toBeLessThan(1e-5)
    }
  })
  it('is met by gptq in all its codes, and in weights within 1e-5', () => {
    const cases = authorsCases('gptq')
    expect(cases.length).toBeGreaterThan(30)
    for (const one of cases) {
      const { linear, stats } = authorsLayer(one.layer)
      const {
        bits,
        symmetric,
        groupsize,
        actorder: actOrder,
        static_groups: staticGroups,
        percdamp: damping,
        blocksize,
      } = one.settings
      const made = gptq.code(linear, stats, {
        ...{ bits, symmetric, actOrder, staticGroups, damping, blockSize: blocksize },
        ...(groupsize > 0 && { groupSize: groupsize }),
      })
      const theirs = authorsFloats(`${one.name}/W`)
      expect([one.name, isStable(one), differing(made.codes, codesOf(theirs, one, made.groupOf))]).toEqual([one.name, true, 0])
      expect(furthest(decode(made), theirs), one.name).toBeLessThan(1e-5)
    }
  })
})
