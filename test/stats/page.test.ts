import { describe, expect, it } from 'vitest'
import { createRng } from '../../main/base/rng.ts'
import { pageTest, ranksOf } from '../../main/stats/page.ts'
import { golden } from './verdict-golden.ts'

const inOrder = (k: number) => Array.from({ length: k }, (_, j) => j)

describe('Page’s trend test', () => {
  it('has SciPy’s L and normal p, ties and all, and the p of all orders of whole conditions tried one by one', () => {
    for (const { blocks, L, pNormal, labels } of golden.page) {
      const found = pageTest(blocks, inOrder(blocks[0]!.length), createRng(1))!
      if (L !== undefined) expect(found.statistic).toBeCloseTo(L, 10)
      if (pNormal !== undefined) expect(found.pNormal).toBeCloseTo(pNormal, 10)
      expect(found.p).toBeCloseTo(labels, 12)
    }
  })
  it('takes the order from the numbers given, whatever their unit', () => {
    const { blocks } = golden.page[4]!
    const found = pageTest(blocks, [-8, -1, 0], createRng(1))
    expect(found).toEqual(pageTest(blocks, [0, 1, 2], createRng(1)))
  })
  it('samples orders of many conditions', () => {
    const rng = createRng('many')
    const blocks = [0, 1, 2].map(() => Array.from({ length: 12 }, (_, j) => j + 3 * rng.float()))
    const found = pageTest(blocks, inOrder(12), createRng(1))!
    expect([found.orders, found.p]).toEqual([2000, 1 / 2001])
  })
  it('ranks a block with gaps among what is there', () => {
    const found = pageTest([[1, null, 3], [null, null, 2]], [0, 1, 2], createRng(1))! // prettier-ignore
    // one block of two conditions in order: L = 1·1 + 2·2 with mean 4.5 and variance 2²·3²·1/144 = 1/4
    expect([found.statistic, found.z]).toEqual([5, 1])
  })
  it('says nothing where no block has two values or nothing is predicted', () => {
    expect(pageTest([[1, null]], [0, 1], createRng(1))).toBeNull()
    expect(pageTest([[1, 2]], [3, 3], createRng(1))).toBeNull()
  })
  it('shares ranks between equals', () => {
    expect(ranksOf([3, 1, 3, 0])).toEqual([3.5, 2, 3.5, 1])
  })
})
