import { describe, expect, it } from 'vitest'
import { prepare } from '../../main/score/ask.ts'
import { checkTask } from '../../main/tasks/check.ts'
import { loadTasks } from '../../main/tasks/index.ts'
import { labelsOf, readQuestion } from '../../main/train/objectives/labels.ts'
import { itemsOf, makeTasks, quizFile, quizRows } from '../make/pack.ts'
import { describeShared, shared } from '../make/shared.ts'
import { makeTokenizer } from '../make/tokenizer.ts'

const NUMBER = ['output_type: number', 'doc_to_choice: null', 'doc_to_target: answer', 'doc_to_text: "Q: {{question}}"']

function makeNumbers(answers: readonly unknown[], lines: readonly string[] = []) {
  const rows = answers.map((answer, i) => ({ ...(quizRows(1)[0] as object), question: `q${i}`, answer })) as never[]
  return makeTasks({ 'quiz.yaml': quizFile(...NUMBER, ...lines) }, { 'quiz/default/test': rows, 'quiz/default/train': rows })
}
const load = ({ data, folders }: ReturnType<typeof makeTasks>) => loadTasks('quiz', { data, folders })[0]!

describe('a task of numbers', () => {
  it('asks for the number of a column, whole or not, of either sign, as a number or as text', async () => {
    using made = makeNumbers([4.75, 5, -2, 0, '1.5e1', ' 7 '])
    const task = load(made)
    expect([task.ask, task.scorers]).toEqual(['number', ['pearson', 'spearmanr']])
    const questions = (await itemsOf(task)).map(({ question }) => question)
    expect(questions.map((q) => (q.ask === 'number' ? q.gold : null))).toEqual([4.75, 5, -2, 0, 15, 7])
    expect(questions[0]).toEqual({ ask: 'number', text: 'Q: q0', gold: 4.75 })
  })
  it('writes the numbers of examples out', async () => {
    using made = makeNumbers([4.75, 5])
    const [task] = loadTasks('quiz', { data: made.data, folders: made.folders, shots: 1 })
    expect((await itemsOf(task!, 1))[0]!.question).toMatchObject({ text: expect.stringMatching(/^Q: q[01] (4\.75|5)\n\nQ: q0$/) }) // prettier-ignore
  })
  it('can be learned from its training split', async () => {
    using made = makeNumbers([1, 2.5])
    const { training } = load(made)
    expect((await itemsOf(training!)).map(({ question }) => question)).toEqual([
      { ask: 'number', text: 'Q: q0', gold: 1 },
      { ask: 'number', text: 'Q: q1', gold: 2.5 },
    ])
  })
  it.each([
    ['a word', 'much', '"much" (string)'],
    ['nothing', '', '"" (string)'],
    ['null', null, 'null (null)'],
    ['a list', [1], '[1] (list)'],
    ['a truth value', true, 'true (boolean)'],
    ['infinity as text', 'Infinity', '"Infinity" (string)'],
  ])('refuses %s as the right answer, with its row', async (_, answer, came) => {
    using made = makeNumbers([1, answer])
    const wanted = { code: 'task/gold', message: expect.stringContaining(`Expected the right answer as a finite number, got ${came}.`) } // prettier-ignore
    await expect(itemsOf(load(made))).rejects.toMatchObject(wanted)
    await expect(itemsOf(load(made))).rejects.toThrow(/test\.jsonl:2/)
  })
  it('says so where there is nothing to correlate with', () => {
    using made = makeNumbers([3, 3, 3])
    const [check] = checkTask('quiz', { data: made.data, folders: made.folders })
    expect(check!.warnings).toContain('The right number is always 3: there is nothing to correlate with.')
    expect(check!.lengths.max).toBe('Q: q0'.length)
  })
  it('cannot be asked of a language model', async () => {
    using made = makeNumbers([1])
    const questions = (await itemsOf(load(made))).map(({ question }) => question)
    expect(() => prepare(questions, makeTokenizer(['a', 'b']), 64)).toThrow(/a head that has learned to say numbers for item 0, got a language model/) // prettier-ignore
  })
  it('is no task of a head of classes, nor the other way round', () => {
    const number = { ask: 'number', text: 'How much?', gold: 2 } as const
    const choice = { ask: 'choice', prompts: [{ context: 'a', continuation: ' b' }], choices: ['b'], gold: 0 } as const
    expect([labelsOf(number, 'made'), readQuestion(number, 'number', 'made')]).toEqual(['number', { text: 'How much?', label: 2 }]) // prettier-ignore
    expect(() => readQuestion(number, ['b'], 'made')).toThrow('Expected the choices "b" in every item of "made", as its head has them, got a number.') // prettier-ignore
    expect(() => readQuestion(choice, 'number', 'made')).toThrow('Expected a number in every item of "made", as its head has them, got "b".') // prettier-ignore
  })
})

describeShared('STS-B', () => {
  it('has 1,500 pairs to ask and 5,749 to learn from, each from 0 to 5', async () => {
    const [task] = loadTasks('stsb', { data: shared('data') })
    const [asked, learned] = [await itemsOf(task!), await itemsOf(task!.training!)]
    expect([asked.length, learned.length, task!.scorers]).toEqual([1500, 5749, ['pearson', 'spearmanr', 'mse']])
    const golds = [...asked, ...learned].map(({ question }) => (question.ask === 'number' ? question.gold : NaN))
    expect([Math.min(...golds), Math.max(...golds)]).toEqual([0, 5])
    expect(asked[1]!.question).toEqual({
      ...{ ask: 'number', gold: 4.75 },
      text: 'Sentence 1: A young child is riding a horse.\nSentence 2: A child is riding a horse.\nHow alike are the two, from 0 to 5?',
    })
  })
})
