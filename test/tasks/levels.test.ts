import { afterAll, describe, expect, it } from 'vitest'
import { axisTasks, declaredTasks } from '../../main/tasks/levels.ts'
import { randomSubset } from '../../main/tasks/subset.ts'
import { loadTasks } from '../../main/tasks/index.ts'
import { answerOf, makeAxisTasks } from '../make/axes.ts'
import { itemsOf } from '../make/pack.ts'
import { describeShared, shared } from '../make/shared.ts'

const made = makeAxisTasks()
const { options } = made
afterAll(() => made[Symbol.dispose]())

describe('a task along an axis', () => {
  it('is a family of tasks, easiest first, each with its rung', () => {
    const tasks = axisTasks({ task: 'plain', axis: 'options', levels: [4, 2, 3] }, options)
    expect(tasks.map(({ id, rung }) => [id, rung])).toEqual(
      [2, 3, 4].map((level) => [`plain_options_${level}`, { family: 'plain', axis: 'options', level, difficulty: level }]),
    )
    expect(
      axisTasks({ task: 'reading', axis: 'context', levels: [10, 20] }, options).map(({ rung }) => rung!.difficulty),
    ).toEqual([-20, -10])
  })

  it('is a family for each seed, in which the same is asked of other options', async () => {
    const [first, second] = axisTasks({ task: 'plain', axis: 'options', levels: [2], seeds: [0, 1] }, options)
    expect([first!.id, second!.id]).toEqual(['plain_options_2', 'plain_seed1_options_2'])
    const [a, b] = [await itemsOf(first!), await itemsOf(second!)]
    expect(a).not.toEqual(b)
    expect(a.map(({ doc }) => doc)).toEqual(b.map(({ doc }) => doc))
  })

  it('rewrites options that the prompt lists under labels, and nothing else of it', async () => {
    const [task] = axisTasks({ task: 'lettered', axis: 'options', levels: [3] }, options)
    const [item] = await itemsOf(task!, 1)
    const { question } = item!
    if (question.ask !== 'choice') throw new Error('expected a choice')
    expect(question.choices).toEqual(['A', 'B', 'C'])
    expect(question.prompts.map(({ continuation }) => continuation)).toEqual([' A', ' B', ' C'])
    expect(question.prompts[0]!.context).toMatch(/^Which is 0\?\nA\. \w+\nB\. \w+\nC\. \w+\nAnswer:$/)
    expect(question.prompts[0]!.context).toContain(`${question.choices[question.gold]}. ${answerOf('lettered', 0)}\n`)
  })

  it('borrows options where an item has too few, and names them', async () => {
    const [task] = axisTasks({ task: 'plain', axis: 'options', levels: [6] }, options)
    const items = await itemsOf(task!)
    for (const { question, doc } of items) {
      expect(question.ask === 'choice' && new Set(question.choices).size).toBe(6)
      expect(doc.borrowed).toHaveLength(2)
    }
    expect(await task!.facts!(undefined)).toEqual({ 'items with borrowed options': 1 })
  })

  it('takes the options out of a prompt that asks for free recall', async () => {
    const [, recall] = axisTasks({ task: 'lettered', axis: 'form' }, options)
    expect((await itemsOf(recall!, 1))[0]!.question).toEqual({
      ask: 'continuation',
      prompt: { context: 'Which is 0?\nAnswer:', continuation: ` ${answerOf('lettered', 0)}` },
    })
  })

  it('says how often the answer still stands in the passage', async () => {
    const tasks = axisTasks({ task: 'reading', axis: 'context', levels: [1000, 40, 0] }, options)
    const rates = await Promise.all(tasks.map((task) => task.facts!(undefined)))
    expect(rates.map((facts) => facts['answer in the passage'])).toEqual([1, 0, 0])
    const closed = axisTasks(
      { task: 'reading', axis: 'context', levels: [0], params: { closed: 'Q: {{question}}\nA:' } },
      options,
    )
    expect((await itemsOf(closed[0]!, 1))[0]!.question).toMatchObject({ context: 'Q: Who came at 0?\nA:' })
  })

  it.each<[string, Parameters<typeof axisTasks>[0], string]>([
    ['an axis that is none', { task: 'plain', axis: 'optoins' }, 'got "optoins"'],
    ['a level that is none', { task: 'plain', axis: 'options', levels: [1] }, 'got 1 (number)'],
    ['a parameter that is none', { task: 'reading', axis: 'context', params: { unit: 'tokens' } }, '"tokens"'],
    ['options of a task without any', { task: 'reading', axis: 'options' }, 'Expected a multiple-choice task'],
    ['examples of the built-in world', { task: 'world_options_4', axis: 'shots' }, 'whose axes are its own'],
  ])('is refused with a reason: %s', (_, wish, reason) => {
    expect(() => axisTasks(wish, options)).toThrow(reason)
  })

  it('is refused where there is no passage, or not enough to borrow', async () => {
    const [lost] = axisTasks({ task: 'reading', axis: 'context', levels: [5], params: { column: 'story' } }, options)
    await expect(itemsOf(lost!)).rejects.toMatchObject({ code: 'task/axis' })
    const [many] = axisTasks({ task: 'plain', axis: 'options', levels: [26] }, options)
    await expect(itemsOf(many!)).rejects.toThrow('Expected 26 different options')
  })
})

describe('tasks declared from easy to hard', () => {
  it('are one family, and those of one level are asked in turn', async () => {
    const [easy, hard] = declaredTasks('pair', 'exam', [['plain'], ['lettered', 'plain']], options)
    expect([easy!.rung, hard!.rung]).toEqual([0, 1].map((level) => ({ family: 'pair', axis: 'exam', level, difficulty: level })))
    const items = await itemsOf(hard!, 5)
    expect(items.map(({ id, doc }) => [id, Array.isArray(doc.options)])).toEqual([0, 1, 2, 3, 4].map((id) => [id, id % 2 === 1]))
    expect(await itemsOf(hard!)).toHaveLength(24)
  })

  it('must be asked and scored alike within a level', () => {
    expect(() => declaredTasks('pair', 'exam', [['plain'], ['plain', 'reading']], options)).toThrow('asked alike')
  })
})

describe('what is learned from', () => {
  it('is the training split of a task file, without examples; none where that is what is asked', async () => {
    const [task] = loadTasks('plain', { ...options, shots: 2 })
    const items = await itemsOf(task!.training!)
    expect(items).toHaveLength(8)
    expect(task!.training!.size!()).toBe(8)
    expect(items[0]!.question).toMatchObject({
      ask: 'choice',
      gold: 0,
      prompts: [{ context: 'Q: Which is 100?\nA:' }, {}, {}, {}],
    })
    expect(loadTasks('world_sums_2', options)[0]!.training).toBeUndefined()
  })

  it('can be drawn at random, fewer always a part of more', async () => {
    const { training } = loadTasks('plain', options)[0]!
    const draw = async (count: number, seed: number) =>
      (await itemsOf(randomSubset(training!, count, 8, seed))).map(({ id }) => id)
    const [few, more, other] = [await draw(3, 0), await draw(6, 0), await draw(3, 1)]
    expect([few.length, more.length]).toEqual([3, 6])
    expect(few.every((id) => more.includes(id))).toBe(true)
    expect(other).not.toEqual(few)
    expect(more).toEqual([...more].sort((a, b) => a - b))
  })
})

describeShared('axes on real tasks', () => {
  const data = { data: shared('data') }

  it('keep the right answer of CommonsenseQA, MMLU and ARC among two options, doubles removed', async () => {
    for (const name of ['commonsense_qa', 'mmlu_anatomy', 'arc_easy']) {
      const [whole, two] = [loadTasks(name, data)[0]!, axisTasks({ task: name, axis: 'options', levels: [2] }, data)[0]!]
      const [before, after] = [await itemsOf(whole, 60), await itemsOf(two, 60)]
      after.forEach(({ question }, i) => {
        const asked = before[i]!.question
        if (question.ask !== 'choice' || asked.ask !== 'choice') throw new Error('expected choices')
        const words = (q: typeof asked) => {
          const [label, text] = [q.choices[q.gold]!, q.prompts[0]!.context]
          return label.length > 1 ? label : text.slice(text.lastIndexOf(`\n${label}. `) + 4).split('\n')[0]
        }
        expect(question.choices).toHaveLength(2)
        expect(words(question)).toBe(words(asked))
      })
    }
  })

  it('find the answers of XQuAD in whole passages, ever fewer in shorter ones, and none without', async () => {
    const tasks = axisTasks({ task: 'xquad_en', axis: 'context', levels: [100_000, 512, 128, 0] }, data)
    const rates = await Promise.all(tasks.map(async (task) => (await task.facts!(100))['answer in the passage']!))
    expect(rates[0]).toBeGreaterThan(0.95)
    expect(rates.toSorted((a, b) => b - a)).toEqual(rates)
    expect(rates.at(-1)).toBe(0)
  })

  it('ask FreebaseQA as a choice among answers of other questions', async () => {
    const [choice] = axisTasks({ task: 'freebaseqa', axis: 'form' }, data)
    const [item] = await itemsOf(choice!, 1)
    expect(item!.question).toMatchObject({ ask: 'choice' })
    expect(item!.doc.borrowed).toHaveLength(3)
  })

  it('have all of GLUE’s training items to learn from', () => {
    const counts = ['sst2', 'rte', 'cola', 'qnli', 'mrpc'].map((name) => loadTasks(name, data)[0]!.training!.size!())
    expect(counts).toEqual([67349, 2490, 8551, 10475, 3576]) // rows by the README of the packs
  })
})
