import { describe, expect, it } from 'vitest'
import type { Json } from '../../main/base/json.ts'
import { checkTask } from '../../main/tasks/check.ts'
import type { CheckOptions } from '../../main/tasks/check.ts'
import { makeTasks, quizFile, quizRows } from '../make/pack.ts'
import { makeTokenizer } from '../make/tokenizer.ts'

const PIECES = ['Q:', '\nA:', ' Which', ' is', '?', ' ', ...'0123456789'.split('')]
const tokenizer = makeTokenizer(PIECES)

function check(lines: readonly string[], rows: readonly Json[], options: Partial<CheckOptions> = {}) {
  using made = makeTasks({ 'quiz.yaml': quizFile(...lines) }, { 'quiz/default/test': rows, 'quiz/default/train': quizRows(9) })
  const [found] = checkTask('quiz', { data: made.data, folders: made.folders, ...options })
  return { ...found!, place: made.file('quiz.yaml') }
}

describe('a close look at a task', () => {
  it('shows the first documents whole, with the tokens before and after the boundary', () => {
    const { shown, documents, lengths } = check([], quizRows(5), { tokenizer, show: 2 })
    expect([documents, shown.map(({ id }) => id), lengths]).toEqual([
      5,
      [0, 1],
      { unit: 'tokens', texts: 15, min: 10, median: 10, p95: 10, max: 10 },
    ])
    const [first] = shown[0]!.tokens!
    expect(first!.context.map((id) => tokenizer.piece(id))).toEqual(['<s>', 'Q:', ' Which', ' is', ' ', '0', '?', '\nA:'])
    expect(first).toMatchObject({ isFallback: false, isTruncated: false, isTooLong: false })
    expect(first!.continuation.map((id) => tokenizer.piece(id))).toEqual([' ', '0'])
  })

  it('measures in characters without a tokenizer', () => {
    const { shown, lengths } = check([], quizRows(2))
    expect(shown[0]!.tokens).toBeNull()
    expect(lengths).toEqual({ unit: 'characters', texts: 6, min: 19, median: 19, p95: 19, max: 19 })
  })

  it('is JSON', () => {
    const found = check([], quizRows(2), { tokenizer })
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
  })

  it('looks at no more documents than asked for', () => {
    expect(check([], quizRows(5), { limit: 4 }).documents).toBe(4)
  })

  it('counts what is longer than the model can read, and what alone is', () => {
    const rows = [...quizRows(3), { question: 'Which is 0 0 0 0?', options: ['1', '2', '333'], answer: 0 }]
    expect(check([], rows, { tokenizer, contextLength: 9 })).toMatchObject({ truncated: 1, tooLong: 0 })
    const tight = check([], rows, { tokenizer, contextLength: 3 })
    expect(tight).toMatchObject({ truncated: 4, tooLong: 1 })
    expect(tight.warnings.join()).toContain('lose their beginning: 4.')
  })

  it('counts documents whose halves are encoded apart', () => {
    const merging = makeTokenizer([...PIECES, 'x1', 'x'])
    const row = { question: 'x', options: ['1', '2'], answer: 0 }
    const found = check(['doc_to_text: question', 'target_delimiter: ""'], [row, ...quizRows(1)], { tokenizer: merging })
    expect(found).toMatchObject({ fallbacks: 1 })
    expect(found.shown[0]!.tokens!.map(({ isFallback }) => isFallback)).toEqual([true, false])
    expect(found.warnings).toContainEqual(expect.stringContaining('a token may span the boundary: 5 of 5 texts'))
  })

  it('weighs labels, numbers of choices and doubles', () => {
    const rows = [
      { question: 'a', options: ['x', 'y'], answer: 0 },
      { question: 'b', options: ['x', 'x', 'y'], answer: 1 },
      { question: 'c', options: ['x', 'y', 'y'], answer: 0 },
      { question: 'd', options: ['x', 'y', 'z'], answer: 0 },
    ]
    expect(check([], rows)).toMatchObject({ labels: [3, 1], choices: { 2: 1, 3: 3 }, doubles: [1, 2], rightDoubles: [1] })
    expect(check([], rows).warnings).toContain('Documents with the same choice twice: 2, the right one among them in 1.')
    const always = rows.map((row) => ({ ...row, answer: 0 }))
    expect(check([], always).warnings[0]).toBe('The right answer is always choice 0: where choices tie, the first one counts.')
  })

  it('names every row that cannot be asked, and draws the same examples for the others', () => {
    const rows = quizRows(6)
    const bad = rows.map((row, i) => (i === 2 ? { ...row, answer: 7 } : i === 4 ? { ...row, options: ['', 'b'] } : row))
    const options = { shots: 2, show: 6 }
    const [sound, found] = [check([], rows, options), check([], bad, options)]
    expect(found.faults.map(({ code, message }) => [code, /test\.jsonl:\d/.exec(message)![0]])).toEqual([
      ['task/gold', 'test.jsonl:3'],
      ['task/empty-choice', 'test.jsonl:5'],
    ])
    expect(found.documents).toBe(4)
    expect(found.shown).toEqual(sound.shown.filter(({ id }) => id !== 2 && id !== 4))
  })

  it('of windows and of written answers counts what the model has no room for', () => {
    const windows = ['output_type: token_windows', 'doc_to_text: question', 'window_length: 8', 'separator: ""']
    expect(check(windows, quizRows(9), { tokenizer, contextLength: 8 })).toMatchObject({ documents: 1, tooLong: 0, truncated: 0 })
    expect(check(windows, quizRows(9), { tokenizer, contextLength: 7 })).toMatchObject({ tooLong: 1 })
    const written = ['output_type: generate_until', 'generation_kwargs: {max_gen_toks: 5}']
    expect(check(written, quizRows(9), { tokenizer, contextLength: 13 })).toMatchObject({
      documents: 9,
      tooLong: 0,
      truncated: 0,
    })
    expect(check(written, quizRows(9), { tokenizer, contextLength: 12 })).toMatchObject({ tooLong: 0, truncated: 9 })
    expect(check(written, quizRows(9), { tokenizer, contextLength: 5 })).toMatchObject({ tooLong: 9 })
  })

  it('passes on what the file itself should be warned of', () => {
    expect(check(['num_fewshot: 0', 'num_fewshot: 0'], quizRows(3)).warnings).toContainEqual(
      expect.stringContaining('is given again'),
    )
  })
})

describe('Python that a task file calls', () => {
  it('is listed with file and line; where it is not built in, nothing else is said of the task', () => {
    const found = check(['process_docs: !function utils.clean', 'doc_to_text: !function utils.text'], quizRows(3))
    expect(found.transforms.map(({ id, place, isBuiltIn }) => [id, place, isBuiltIn])).toEqual([
      ['tasks/utils.text', `${found.place}:10`, false],
      ['tasks/utils.clean', `${found.place}:9`, false],
    ])
    expect(found).toMatchObject({ name: 'quiz', task: null, data: null, documents: 0, shown: [] })
  })

  it('is listed also where it is built in', () => {
    using made = makeTasks({}, { 'allenai/winogrande/winogrande_xl/validation': [WINO] })
    const [found] = checkTask('winogrande', { data: made.data })
    expect(found!.transforms.map(({ id, isBuiltIn }) => [id, isBuiltIn])).toEqual([
      ['winogrande/preprocess_winogrande.doc_to_text', true],
      ['winogrande/preprocess_winogrande.doc_to_target', true],
      ['winogrande/preprocess_winogrande.doc_to_choice', true],
    ])
    expect(found).toMatchObject({ documents: 1, task: { ask: 'choice', scorers: ['acc'] } })
  })
})

const WINO = { sentence: 'Ann thanked Eve, for _ had helped.', option1: 'Ann', option2: 'Eve', answer: '2' }
