import { describe, expect, it } from 'vitest'
import { makeModelFolder } from '../../make/model.ts'
import { openTokenizer } from '../../../main/models/tokenizer.ts'
import { packed, packText } from '../../../main/train/objectives/packed.ts'

const ids = Int32Array.from({ length: 61 }, (_, i) => i)
const numbers = (data: ArrayLike<number | bigint> | undefined) => Array.from(data!, Number)

describe('packed text', () => {
  it('puts the token that begins a text before each document, and cuts the last one where there are enough', async () => {
    using folder = makeModelFolder()
    const tokenizer = openTokenizer(folder.path, 128)
    const [one, two] = ['in the end', 'a red one'].map((text) => tokenizer.encode(text, false))
    const whole = [1, ...one!, 1, ...two!]
    expect(numbers(await packText(['in the end', 'a red one'], tokenizer, whole.length - 2))).toEqual(whole.slice(0, -2))
    await expect(packText(['in the end'], tokenizer, 100)).rejects.toThrow(
      `Expected text of 100 tokens to learn from, got ${one!.length + 1}.`,
    )
  })
  it('stops when asked to', async () => {
    using folder = makeModelFolder()
    const stopped = packText(Array<string>(2000).fill('a'), openTokenizer(folder.path, 128), 2000, AbortSignal.abort())
    await expect(stopped).rejects.toMatchObject({ code: 'engine/stopped' })
  })
  it('predicts each id but the first once per epoch, and draws another order for the next', () => {
    const { at, stepsPerEpoch } = packed(ids, { length: 5, batch: 2, accumulate: 2, seed: 1 })
    expect(stepsPerEpoch).toBe(3)
    const targetsOf = (epoch: number) =>
      [1, 2, 3].flatMap((step) => at(epoch * 3 + step).flatMap(({ feeds }) => numbers(feeds.targets!.data)))
    const [first, second] = [targetsOf(0), targetsOf(1)]
    for (const targets of [first, second]) expect(targets.toSorted((a, b) => a - b)).toEqual(numbers(ids).slice(1))
    expect(second).not.toEqual(first)
    // the same for the same step, whatever was asked before
    expect(targetsOf(0)).toEqual(first)
    expect(packed(ids, { length: 5, batch: 2, accumulate: 2, seed: 2 }).at(1)).not.toEqual(at(1))
  })
  it('predicts the id that follows', () => {
    const [batch] = packed(ids, { length: 5, batch: 3, seed: 1 }).at(1)
    expect(batch!.feeds.ids!.dims).toEqual([3, 5])
    expect(numbers(batch!.feeds.targets!.data)).toEqual(numbers(batch!.feeds.ids!.data).map((id) => id + 1))
  })
  it('gives shares that sum to 1 over the runs of a step, and over all there is to validate with', () => {
    const { at, validation } = packed(ids, { length: 5, batch: 2, accumulate: 3, seed: 1, validation: ids.subarray(0, 27) })
    const sum = (batches: typeof validation) => batches.flatMap(({ feeds }) => numbers(feeds.share!.data)).reduce((a, b) => a + b)
    expect(sum(at(1))).toBeCloseTo(1, 6)
    expect(validation.map(({ tokens }) => tokens)).toEqual([10, 10, 5])
    expect(sum(validation)).toBeCloseTo(1, 6)
  })
  it('refuses a text too short for one step', () => {
    expect(() => packed(ids, { length: 30, batch: 3, seed: 1 })).toThrow(
      'Expected 91 tokens for one step (3 windows of 30), got 61.',
    )
  })
})
