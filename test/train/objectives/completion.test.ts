import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../main/models/tokenizer.ts'
import type { Question, Task } from '../../../main/tasks/task.ts'
import { completion, completionsOf, type Completion } from '../../../main/train/objectives/completion.ts'
import { makeModelFolder } from '../../make/model.ts'

const task = (questions: readonly Question[]): Task => ({
  ...{ id: 'made', version: 1, label: 'Made', group: undefined, ask: 'choice', scorers: ['acc'], shots: 0, hash: '' },
  async *items(limit) {
    for (const [id, question] of questions.slice(0, limit).entries()) yield { id, doc: {}, question }
  },
})
const choice: Question = {
  ask: 'choice',
  prompts: ['red', 'green'].map((word) => ({ context: 'the sea is', continuation: ` ${word}` })),
  choices: ['red', 'green'],
  gold: 1,
}
const numbers = (data: ArrayLike<number | bigint> | undefined) => Array.from(data!, Number)
const texts = Array.from({ length: 40 }, (_, i): Completion => {
  const length = 3 + ((i * 7) % 11)
  return { ids: Int32Array.from({ length }, (_, at) => 100 * i + at), answer: 1 + (i % 2) }
})

describe('answers to be learned', () => {
  it('are the right ones, cut from their question where they are cut when asked', async () => {
    using folder = makeModelFolder()
    const tokenizer = openTokenizer(folder.path, 128)
    const [found] = await completionsOf(task([choice]), tokenizer, 64)
    expect(tokenizer.decode(numbers(found!.ids))).toBe('the sea is green')
    expect(tokenizer.decode(numbers(found!.ids.slice(-found!.answer)))).toBe('green')
    const text: Question = { ask: 'text', context: 'the sea is', until: [], maxTokens: 4, answers: ['green', 'blue'] }
    expect(await completionsOf(task([text]), tokenizer, 64)).toEqual([found])
    const [short] = await completionsOf(task([choice]), tokenizer, found!.answer + 1)
    expect(numbers(short!.ids)).toEqual(numbers(found!.ids).slice(-found!.answer - 2))
    expect(await completionsOf(task([choice, text, choice]), tokenizer, 64, 2)).toHaveLength(2)
  })
  it('are refused by name where there are none, or none that fits', async () => {
    using folder = makeModelFolder()
    const tokenizer = openTokenizer(folder.path, 128)
    await expect(completionsOf(task([]), tokenizer, 64)).rejects.toThrow('Expected items of "made" to learn from, got none.')
    const page: Question = { ask: 'rolling', text: 'a page', words: 2, bytes: 6 }
    await expect(completionsOf(task([page]), tokenizer, 64)).rejects.toThrow('got "rolling"')
    await expect(completionsOf(task([choice]), tokenizer, 1)).rejects.toMatchObject({ code: 'task/too-long' })
    expect(() => completion(texts.slice(0, 3), { batch: 4, seed: 1 })).toThrow('Expected at least 4 texts for one step, got 3.')
  })
})

describe('batches of answers', () => {
  const lessons = completion(texts, { batch: 3, accumulate: 2, seed: 1 })
  it('ask for the answers and nothing else, each id the same', () => {
    for (const step of [1, 2, 3]) {
      const batches = lessons.at(step)
      const shares = batches.flatMap(({ feeds }) => numbers(feeds.share!.data))
      expect(new Set(shares).size).toBe(1)
      expect(shares[0]! * shares.length).toBeCloseTo(1, 6)
      for (const { feeds } of batches) {
        const [ids, rows] = [numbers(feeds.ids!.data), numbers(feeds.rows!.data)]
        expect(numbers(feeds.targets!.data)).toEqual(rows.map((row) => ids[row]! + 1))
      }
    }
  })
  it('meet each text once per epoch, in an order of chance', () => {
    const seen = (epoch: number) =>
      Array.from({ length: lessons.stepsPerEpoch }, (_, i) => lessons.at(epoch * lessons.stepsPerEpoch + i + 1)).flatMap(
        (batches) =>
          batches.flatMap(({ feeds: { ids } }) =>
            Array.from({ length: ids!.dims[0]! }, (_, i) => Math.floor(Number(ids!.data[i * ids!.dims[1]!]) / 100)),
          ),
      )
    expect(lessons.stepsPerEpoch).toBe(6)
    const [first, second] = [seen(0), seen(1)]
    for (const epoch of [first, second]) expect(new Set(epoch).size).toBe(36)
    expect(second).not.toEqual(first)
    expect(seen(0)).toEqual(first)
  })
  it('put texts of like length together: less padding than in the order of the items', () => {
    const paddedOf = (batches: readonly { feeds: { ids?: { data: { length: number } } } }[]) =>
      batches.reduce((sum, { feeds }) => sum + feeds.ids!.data.length, 0)
    const steps = Array.from({ length: lessons.stepsPerEpoch }, (_, i) => lessons.at(i + 1))
    const padded = paddedOf(steps.flat())
    const tokens = steps.flat().reduce((sum, batch) => sum + batch.tokens, 0)
    const plain = paddedOf(completion(texts, { batch: 3, seed: 1, validation: texts.slice(0, 36) }).validation)
    expect(padded).toBeLessThan(plain)
    expect(padded).toBeLessThan(1.35 * tokens)
  })
  it('never exceed the sizes that they say', () => {
    for (let step = 1; step <= 12; step++) {
      for (const { feeds } of lessons.at(step)) {
        expect(feeds.ids!.dims[0]).toBeLessThanOrEqual(lessons.sizes.batch)
        expect(feeds.ids!.dims[1]).toBeLessThanOrEqual(lessons.sizes.length)
        expect(feeds.rows!.dims[0]).toBeLessThanOrEqual(lessons.sizes.rows)
      }
    }
  })
})
