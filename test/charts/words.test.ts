import { describe, expect, it } from 'vitest'
import { fixed, list, lossName, multiple, percent, plural, pValue, sentence, signed, whole } from '../../main/charts/words.ts'

describe('numbers in words', () => {
  it('have a real minus, fixed digits, and a dash where there is none', () => {
    expect([fixed(-1.234, 2), fixed(0.5, 1), fixed(null, 2)]).toEqual(['−1.23', '0.5', '–'])
  })
  it('never say minus zero', () => {
    expect([fixed(-0.001, 2), signed(-0.0004, 2), percent(-0.0001), fixed(-0, 0)]).toEqual(['0.00', '0.00', '0.0', '0'])
  })
  it('have a sign on both sides of zero where that matters', () => {
    expect([signed(0.214, 2), signed(-0.214, 2), signed(0, 2), signed(null, 2)]).toEqual(['+0.21', '−0.21', '0.00', '–'])
  })
  it('stay readable when they are huge', () => {
    expect([fixed(1234567, 1), multiple(1.2), multiple(0.987), multiple(1340.4), multiple(3.21e7)]).toEqual(['1.2e+6', '1.20', '0.987', '1,340', '3.2e+7']) // prettier-ignore
  })
  it('set thousands apart the same way on every machine', () => {
    expect([whole(0), whole(999), whole(1742), whole(260032), whole(-1234567)]).toEqual(['0', '999', '1,742', '260,032', '−1,234,567']) // prettier-ignore
  })
  it('say p-values as papers do', () => {
    expect([pValue(0.0004), pValue(0.041), pValue(1), pValue(null)]).toEqual(['p < 0.001', 'p = 0.041', 'p = 1.000', 'p –'])
  })
})

describe('sentences', () => {
  it('count and list things', () => {
    expect([plural(1, 'task'), plural(1742, 'cell'), plural(2, 'matrix', 'matrices')]).toEqual(['1 task', '1,742 cells', '2 matrices']) // prettier-ignore
    expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
  })
  it('name what less of is better', () => {
    expect(['word_perplexity', 'mse', 'brier_score', 'bits_per_byte'].map(lossName)).toEqual(['perplexity', 'squared error', 'Brier score', 'bits per byte']) // prettier-ignore
  })
  it('begin with a capital', () => expect([sentence('magnitude keeps'), sentence('')]).toEqual(['Magnitude keeps', '']))
})
