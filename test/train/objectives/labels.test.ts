import { describe, expect, it } from 'vitest'
import type { Question, Task } from '../../../main/tasks/task.ts'
import { labelledOf, readQuestion } from '../../../main/train/objectives/labels.ts'
import { makeTokenizer } from '../../make/tokenizer.ts'

const PIECES = [...'abcdefghijklmnopqrstuvwxyz ?']
const LABELS = ['no', 'yes']
function choice(context: string, gold: number, choices: readonly string[] = LABELS): Question {
  return { ask: 'choice', prompts: choices.map((word) => ({ context, continuation: ` ${word}` })), choices, gold }
}
const taskOf = (questions: readonly Question[]): Task => ({
  ...{ id: 'made', version: 1, label: 'made', group: undefined, ask: 'choice', scorers: ['acc'], shots: 0, hash: 'made' },
  async *items() {
    for (const [id, question] of questions.entries()) yield { id, doc: {}, question }
  },
})

describe('labels of a task', () => {
  it('are the indices of the right choices, of texts without their answers', () => {
    expect(readQuestion(choice('Is it so?', 1), LABELS, 'made')).toEqual({ text: 'Is it so?', label: 1 })
  })
  it('are learned from ids that end with the question, of which too many lose the first', async () => {
    const tokenizer = makeTokenizer(PIECES)
    const [whole, cut] = await Promise.all(
      [64, 3].map((room) => labelledOf(taskOf([choice('ab cd ', 1)]), LABELS, tokenizer, room)),
    )
    const ids = tokenizer.encode('ab cd', true)
    expect([...whole![0]!.ids]).toEqual(ids)
    expect([...cut![0]!.ids]).toEqual(ids.slice(-3))
    expect(whole![0]!.label).toBe(1)
  })
  it('refuse what one head cannot learn, by name', async () => {
    const learn = (questions: readonly Question[]) => labelledOf(taskOf(questions), LABELS, makeTokenizer(PIECES), 64)
    await expect(learn([choice('a', 0), choice('b', 0, ['no', 'perhaps'])])).rejects.toMatchObject({
      code: 'train/head',
      message: 'Expected the choices "no", "yes" in every item of "made", as its head has them, got "no", "perhaps".',
    })
    const two: Question = { ask: 'choice', prompts: [{ context: 'a', continuation: 'c' }, { context: 'b', continuation: 'c' }], choices: LABELS, gold: 0 } // prettier-ignore
    await expect(learn([two])).rejects.toThrow('one text before all choices of "made"')
    await expect(learn([{ ask: 'continuation', prompt: { context: 'a', continuation: 'b' } }])).rejects.toThrow(
      'Expected questions with choices or numbers, to learn "made" with a head, got one that asks for continuation.',
    )
    await expect(learn([])).rejects.toMatchObject({ code: 'train/items' })
  })
})
