import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LabError } from '../../main/base/errors.ts'
import type { Json } from '../../main/base/json.ts'
import { loadTasks } from '../../main/tasks/index.ts'
import type { LoadOptions } from '../../main/tasks/index.ts'
import type { Question } from '../../main/tasks/task.ts'
import { itemsOf, makeTasks, quizFile, quizRows } from '../make/pack.ts'
import { describeShared, shared } from '../make/shared.ts'

/** The quiz task with some lines of its own, and rows in place of its own. */
const makeQuiz = (lines: readonly string[] = [], rows: Readonly<Record<string, readonly Json[]>> = {}) =>
  makeTasks(
    { 'quiz.yaml': quizFile(...lines) },
    { 'quiz/default/test': quizRows(6), 'quiz/default/train': quizRows(20), ...rows },
  )

async function questions(made: ReturnType<typeof makeQuiz>, options: Partial<LoadOptions> = {}): Promise<Question[]> {
  const [task] = loadTasks('quiz', { data: made.data, folders: made.folders, ...options })
  return (await itemsOf(task!)).map(({ question }) => question)
}

describe('a multiple-choice task', () => {
  it('asks each choice after the same context, behind the delimiter', async () => {
    using made = makeQuiz()
    const [, second] = await questions(made)
    const context = 'Q: Which is 1?\nA:'
    expect(second).toEqual({
      ask: 'choice',
      prompts: [1, 2, 3].map((n) => ({ context, continuation: ` ${n}` })),
      choices: ['1', '2', '3'],
      gold: 1,
    })
  })

  it('whose text is an index asks each choice as a context, before one continuation', async () => {
    using made = makeQuiz(['doc_to_text: answer', 'doc_to_target: "{{question}}"', 'target_delimiter: "_"'])
    const [, , third] = await questions(made)
    expect(third).toMatchObject({
      gold: 2,
      prompts: ['2', '3', '4'].map((context) => ({ context, continuation: '_Which is 2?' })),
    })
  })

  it('takes its answer as an index, as digits of a template or as one of the choices', async () => {
    for (const target of ['answer', '"{{answer}}"', `"{{'abc'[answer]}}"`]) {
      using made = makeQuiz(['doc_to_choice: [a, b, c]', `doc_to_target: ${target}`])
      expect((await questions(made)).map((question) => question.ask === 'choice' && question.gold)).toEqual([0, 1, 2, 0, 1, 2])
    }
  })

  it('puts its description before everything, with nothing after it', async () => {
    using made = makeQuiz(['description: "About {{question}} "'])
    const [first] = await questions(made, { shots: 1 })
    const context = expect.stringMatching(/^About Which is 0\? Q: Which is \d+\?\nA: \d+\n\nQ: Which is 0\?\nA:$/) as string
    expect(first).toMatchObject({ prompts: [{ context }, { context }, { context }] })
  })
})

describe('other questions', () => {
  it('go on: the target follows as it is', async () => {
    using made = makeQuiz(['output_type: loglikelihood', 'doc_to_target: "{{\' \' + options[0]}}"'])
    expect((await questions(made))[3]).toEqual({
      ask: 'continuation',
      prompt: { context: 'Q: Which is 3?\nA:', continuation: ' 3' },
    })
  })

  it('roll: words and bytes are counted on the text', async () => {
    using made = makeQuiz(['output_type: loglikelihood_rolling', 'doc_to_target: "{{question}} é\\n"'])
    expect((await questions(made, { shots: 3 }))[0]).toEqual({ ask: 'rolling', text: 'Which is 0? é\n', words: 5, bytes: 15 })
  })

  it('are written: stops, room and answers as the file says, or as the harness has them', async () => {
    using bare = makeQuiz(['output_type: generate_until', 'doc_to_choice: null', 'doc_to_target: "{{options}}"'])
    const context = 'Q: Which is 0?\nA:'
    expect((await questions(bare))[0]).toEqual({
      ask: 'text',
      context,
      until: ['\n\n'],
      maxTokens: 256,
      answers: ['0', '1', '2'],
      delimiter: ' ',
    })
    using full = makeQuiz(['output_type: generate_until', 'generation_kwargs: {until: ["\\n", "."], max_gen_toks: 7}'])
    expect((await questions(full))[1]).toMatchObject({ until: ['\n', '.'], maxTokens: 7, answers: ['2'] })
  })

  it('are one text cut into windows', async () => {
    using made = makeQuiz(['output_type: token_windows', 'window_length: 64', 'doc_to_text: question', 'separator: "|"'])
    const [task] = loadTasks('quiz', { data: made.data, folders: made.folders })
    expect(task).toMatchObject({ ask: 'windows', scorers: ['token_perplexity'] })
    const text = quizRows(6).map(({ question }) => question)
    expect(await itemsOf(task!, 2)).toEqual([
      { id: 0, doc: { rows: 6 }, question: { ask: 'windows', text: text.join('|'), length: 64 } },
    ])
  })
})

describe('examples', () => {
  const count = (question: Question) => (question.ask === 'choice' ? question.prompts[0]!.context.split('\n\n').length - 1 : NaN)

  it('are as many as asked for, else as the file says; a file that says none is asked without', async () => {
    using two = makeQuiz(['num_fewshot: 2'])
    expect((await questions(two)).map(count)).toEqual([2, 2, 2, 2, 2, 2])
    expect((await questions(two, { shots: 4 })).map(count)).toEqual([4, 4, 4, 4, 4, 4])
    using none = makeQuiz(['num_fewshot: 0'])
    expect((await questions(none, { shots: 4 })).map(count)).toEqual([0, 0, 0, 0, 0, 0])
    expect(loadTasks('quiz', { data: none.data, folders: none.folders, shots: 4 })[0]!.shots).toBe(0)
  })

  it('keep to their rows under a limit', async () => {
    using made = makeQuiz(['num_fewshot: 2'])
    const [task] = loadTasks('quiz', { data: made.data, folders: made.folders })
    expect(await itemsOf(task!, 3)).toEqual((await itemsOf(task!)).slice(0, 3))
  })

  it('come from the validation split where the pack has no training split, and never are the item asked', async () => {
    using made = makeQuiz(['test_split: null', 'validation_split: test'])
    rmSync(made.rows('quiz/default/train'))
    for (const question of await questions(made, { shots: 3 })) {
      if (question.ask !== 'choice') throw new Error('Expected a choice.')
      const asked = question.prompts[0]!.context.split('\n\n').map((turn) => /is (\d)/.exec(turn)![1])
      expect(new Set(asked).size).toBe(4)
    }
  })

  it('are told in other words where the file has other words for them', async () => {
    using made = makeQuiz([
      'fewshot_config: {sampler: first_n, doc_to_text: "E {{question}}", target_delimiter: "=", fewshot_delimiter: ";"}',
    ])
    const [first] = await questions(made, { shots: 2 })
    expect(first).toMatchObject({ prompts: [{ context: 'E Which is 0?=0;E Which is 1?=2;Q: Which is 0?\nA:' }, {}, {}] })
  })

  it('may be a list of their own', async () => {
    const samples = '  samples:\n    - {question: own, options: [x, y], answer: 1}'
    using made = makeQuiz(['fewshot_config:', samples])
    expect((await questions(made, { shots: 1 }))[0]).toMatchObject({
      prompts: [{ context: 'Q: own\nA: y\n\nQ: Which is 0?\nA:' }, {}, {}],
    })
  })

  it('that cannot be had are refused by name', async () => {
    using made = makeQuiz()
    await expect(questions(made, { shots: 21 })).rejects.toMatchObject({ code: 'task/few-shot' })
    using python = makeQuiz(['fewshot_config: {samples: !function utils.list}'])
    await expect(questions(python, { shots: 1 })).rejects.toMatchObject({ code: 'task/transform' })
    expect(await questions(python)).toHaveLength(6)
    using indices = makeQuiz(['fewshot_config: {fewshot_indices: [1]}'])
    await expect(questions(indices, { shots: 1 })).rejects.toMatchObject({ code: 'task/yaml' })
  })
})

describe('bad input is named with file and line, before anything is asked of it', () => {
  const fault = async (lines: readonly string[], row?: Json, options: Partial<LoadOptions> = {}) => {
    using made = makeQuiz(lines, row === undefined ? {} : { 'quiz/default/test': [...quizRows(1), row] })
    try {
      await questions(made, options)
    } catch (error) {
      if (error instanceof LabError) return error
      throw error
    }
    throw new Error('Expected an error.')
  }
  const row = quizRows(1)[0]!
  const { question: _, ...bare } = row

  it.each([
    ['a missing column', bare, 'task/column', 'Expected a column "question", found only options, answer'],
    [
      'a gold index out of range',
      { ...row, answer: 3 },
      'task/gold',
      'an index from 0 to 2 or as one of the choices, got 3 (number)',
    ],
    ['a negative gold index', { ...row, answer: -1 }, 'task/gold', 'got -1 (number)'],
    ['a gold index that is none', { ...row, answer: 0.5 }, 'task/gold', 'got 0.5 (float)'],
    ['no gold index', { ...row, answer: null }, 'task/gold', 'got null (null)'],
    ['an answer that is no choice', { ...row, answer: 'zebra' }, 'task/gold', 'got "zebra" (string)'],
    ['an empty choice', { ...row, options: ['a', '', 'c'] }, 'task/empty-choice', 'Expected choice 1 to have text, got ""'],
    ['a choice of nothing but white space', { ...row, options: ['a', 'b', ' \n'] }, 'task/empty-choice', 'choice 2'],
    ['no choices', { ...row, options: [] }, 'task/template', 'Expected a list of choices, got [] (list)'],
    ['choices that are no list', { ...row, options: 'abc' }, 'task/template', 'Expected a list of choices, got "abc" (string)'],
    [
      'a choice that is no text',
      { ...row, options: ['a', 2] },
      'task/template',
      'Expected doc_to_choice to be a text, got 2 (number)',
    ],
  ])('%s', async (_, bad, code, message) => {
    const error = await fault([], bad)
    expect(error).toMatchObject({ code })
    expect(error.message).toMatch(/test\.jsonl:2: /)
    expect(error.message).toContain(message)
  })

  it('in the first row when the task is loaded', () => {
    using made = makeQuiz([], { 'quiz/default/test': [{ ...row, answer: 9 }] })
    expect(() => loadTasks('quiz', { data: made.data, folders: made.folders })).toThrow(
      /test\.jsonl:1: Expected the right answer/,
    )
  })

  it.each([
    ['a template that cannot be parsed', ['doc_to_text: "{{question"'], 'task/template', /quiz\.yaml:9 \(doc_to_text\)/],
    [
      'a split that is not there',
      ['test_split: dev'],
      'task/pack',
      /Expected the split "dev" in .*default, found only test, train/,
    ],
    ['no split', ['test_split: null'], 'task/yaml', /quiz\.yaml:1: Expected a key "test_split" or "validation_split"/],
    ['choices left out', ['doc_to_choice: null'], 'task/yaml', /Expected a key "doc_to_choice" in a multiple-choice task/],
    ['an answer left out', ['doc_to_target: null'], 'task/yaml', /Expected a key "doc_to_target"/],
    [
      'a metric with options',
      ['metric_list: [{metric: exact_match, ignore_case: true}]'],
      'task/yaml',
      /without options, got "ignore_case"/,
    ],
    [
      'a metric in Python',
      ['metric_list: [{metric: !function utils.f}]'],
      'task/transform',
      /quiz\.yaml:9: .* got the Python function "utils\.f"/,
    ],
    [
      'results made in Python',
      ['process_results: !function utils.f'],
      'task/transform',
      /quiz\.yaml:9: Expected a built-in transform/,
    ],
    ['a pack that is not there', ['dataset_path: quizz'], 'task/pack', /did you mean "quiz"\?/],
  ])('%s', async (_, lines, code, message) => {
    const error = await fault(lines)
    expect(error).toMatchObject({ code })
    expect(error.message).toMatch(message)
  })

  it('a data folder that was not named', async () => {
    expect(await fault([], undefined, { data: undefined })).toMatchObject({
      code: 'task/pack',
      message: 'Expected a folder of data packs (--data, or LAB_DATA) for the task "quiz", got none.',
    })
  })

  it.each(['test', 'train'])('rows that changed after the task was loaded: %s', async (split) => {
    using made = makeQuiz()
    const [task] = loadTasks('quiz', { data: made.data, folders: made.folders, shots: 1 })
    appendFileSync(made.rows(`quiz/default/${split}`), `${JSON.stringify(row)}\n`)
    const changed = expect.stringContaining(`${split}.jsonl as it was when the task was loaded, found it changed`) as string
    await expect(itemsOf(task!)).rejects.toMatchObject({ code: 'task/pack', message: changed })
  })
})

describe('what a task says of itself', () => {
  it('comes from the file: scorers in its order, label, version, group', () => {
    using made = makeTasks(
      {
        'quiz.yaml': quizFile(
          'task_alias: A quiz',
          'metric_list: [{metric: acc_norm}, {metric: acc}]',
          'metadata: {version: 2.5}',
        ),
        'all.yaml': 'group: all\ntask: [quiz]\n',
      },
      { 'quiz/default/test': quizRows(1) },
    )
    const options = { data: made.data, folders: made.folders }
    expect(loadTasks('all', options)).toMatchObject([
      { id: 'quiz', label: 'A quiz', version: 2.5, group: 'all', ask: 'choice', scorers: ['acc_norm', 'acc'], shots: 0 },
    ])
    expect(loadTasks('quiz', options)[0]!.group).toBeUndefined()
  })

  it('does not depend on where its files lie', () => {
    using here = makeQuiz(['doc_to_text: !function preprocess_winogrande.doc_to_text'])
    using there = makeQuiz(['doc_to_text: !function preprocess_winogrande.doc_to_text'])
    const hash = (made: ReturnType<typeof makeQuiz>) => loadTasks('quiz', { data: made.data, folders: made.folders })[0]!.hash
    writeFileSync(there.file('quiz.yaml'), quizFile())
    writeFileSync(here.file('quiz.yaml'), quizFile())
    expect(hash(here)).toBe(hash(there))
  })
})

describeShared('the real packs', () => {
  it('load in under 3 s, all of BLiMP with its 67 000 rows, each paradigm in its field', async () => {
    const began = performance.now()
    const tasks = loadTasks('blimp', { data: shared('data') })
    const loaded = performance.now()
    let rows = 0
    for (const task of tasks) for await (const _ of task.items(undefined)) rows++
    expect([tasks.length, rows]).toEqual([67, 67_000])
    expect(loaded - began).toBeLessThan(3000)
    expect(new Set(tasks.map(({ group }) => group))).toEqual(
      new Set(['morphology', 'semantics', 'syntax', 'syntax_semantics', 'syntax/semantics']),
    )
  })
})
