import { describe, expect, it } from 'vitest'
import { amountOf, bitsOf, levelCount, levelLabel, levelName, levelNumber, withoutBits } from '../../main/charts/amount.ts'

const zeros = (sparsity: number) => ({ method: 'magnitude', sparsity, pattern: 'free' })
const kept = { method: 'wanda', sparsity: 0.375, pattern: '5:8' }
const coded = { method: 'noise bits=4 groupSize=32 like=rtn', sparsity: 0, pattern: 'free' }

describe('how much of a compression there is', () => {
  it('is labelled without a tail of digits', () => {
    expect([0.1 + 0.2, 0.995].map((s) => levelLabel(zeros(s)))).toEqual(['30 %', '99.5 %'])
    expect([levelLabel(kept), levelLabel(coded)]).toEqual(['5 of 8', '4 bits'])
  })
  it('is named and numbered in its own unit', () => {
    expect([zeros(0.5), kept, coded].map(levelName)).toEqual(['50 % zeros', '5 of 8 kept', '4 bits'])
    expect([zeros(0.5625), kept, coded].map((one) => levelNumber(one))).toEqual(['56.25', '5', '4'])
    expect([levelCount(1, { isCoded: true }), levelCount(3, { isCoded: true }), levelCount(3, { isCoded: false })]).toEqual(['1 bit width', '3 bit widths', '3 sparsities']) // prettier-ignore
  })
  it('grows along its axis: with zeros, and with every halving of bits alike', () => {
    expect([amountOf(zeros(0.25)), ...[32, 16, 8, 2].map((b) => amountOf({ method: `rtn bits=${b}`, sparsity: 0 }))]).toEqual([0.25, -5, -4, -3, -1]) // prettier-ignore
  })
  it('is taken from the name of the method, which stays whole without it', () => {
    expect([bitsOf(coded.method), withoutBits(coded.method)]).toEqual([4, 'noise groupSize=32 like=rtn'])
    expect([bitsOf('magnitude'), withoutBits('magnitude')]).toEqual([null, 'magnitude'])
  })
})
