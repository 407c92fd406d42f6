import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../../main/base/json.ts'
import { readCatalog } from '../../main/tasks/catalog.ts'
import { loadTasks, TASK_FOLDER } from '../../main/tasks/index.ts'
import type { Item, Task } from '../../main/tasks/task.ts'
import { golden } from '../make/golden.ts'
import { itemsOf, makeTasks, writeRows } from '../make/pack.ts'

interface Pack {
  readonly path: string
  readonly name: string
  readonly splits: Readonly<Record<string, readonly Json[]>>
}
const { packs } = golden<{ packs: readonly Pack[] }>('tasks-invented.json')
const TEXT = ' = A title = \n\n Some words of a page . \n'

/** Every task file that comes with the lab; a pack of many parts has the same invented rows in each. */
const files = [...readCatalog([TASK_FOLDER]).files.values()].filter(({ config }) => typeof config.task === 'string')
const made = makeTasks({})
for (const { config } of files) {
  const [path, name] = [String(config.dataset_path), String(config.dataset_name ?? 'default')]
  const pack = packs.find(
    (each) => each.path === path && (each.name === name || path === 'nyu-mll/blimp' || path === 'cais/mmlu'),
  )
  for (const [split, rows] of Object.entries(pack?.splits ?? {})) writeRows(join(made.data, path, name, `${split}.jsonl`), rows)
}
mkdirSync(join(made.data, 'text/wikitext-2'), { recursive: true })
writeFileSync(join(made.data, 'text/wikitext-2/test.txt'), TEXT)
// packs of tasks that lm-evaluation-harness does not have
const problem = (n: number) => ({ Body: `There are ${n} birds and 3 more come.`, Question: 'How many are there?', Answer: n + 3 })
const trivia = (n: number) => ({ question: `Which bird is number ${n}?`, answers: [`bird ${n}`, `the ${n}th`] })
for (const pack of ['svamp', 'mawps']) writeRows(join(made.data, pack, 'default/test.jsonl'), [1, 2, 3, 4].map(problem))
writeRows(join(made.data, 'mawps/default/train.jsonl'), [5, 6, 7, 8].map(problem))
writeRows(join(made.data, 'freebaseqa/default/test.jsonl'), [1, 2, 3, 4].map(trivia))
const pair = (n: number) => ({ sentence1: `${n} birds sing.`, sentence2: 'A bird sings.', label: 5 - n / 4, idx: n })
for (const split of ['train', 'validation'])
  writeRows(join(made.data, `nyu-mll/glue/stsb/${split}.jsonl`), [1, 2, 3, 4].map(pair))
afterAll(() => made[Symbol.dispose]())

/** Every law that the items of a task break, in words. */
function breaches(task: Task, items: readonly Item[], again: readonly Item[]): string[] {
  const broken = items.flatMap(({ question }) => {
    const found: string[] = []
    if (question.ask !== task.ask) found.push('a question is of the kind its task says')
    if (question.ask === 'choice') {
      const { prompts, choices, gold } = question
      if (prompts.length !== choices.length || choices.length < 2)
        found.push('there are two choices or more, each with its prompt')
      if (!Number.isInteger(gold) || gold < 0 || gold >= choices.length) found.push('the right answer is one of the choices')
      if (prompts.some(({ continuation }) => continuation.trim() === '')) found.push('what is scored has text')
    }
    if (question.ask === 'continuation' && question.prompt.continuation.trim() === '') found.push('what is scored has text')
    if (question.ask === 'number' && !Number.isFinite(question.gold)) found.push('the right answer is a number')
    if (question.ask === 'text' && question.answers.length === 0) found.push('something is right')
    return found
  })
  if (items.some(({ id }, i) => id !== i)) broken.push('items are numbered by their rows')
  if (JSON.stringify(items) !== JSON.stringify(again)) broken.push('the same seed gives the same items')
  if (task.scorers.length === 0) broken.push('it is scored')
  return [...new Set(broken)]
}

describe.each(files.map(({ config, file }) => ({ id: String(config.task), file })))('$id', ({ id, file }) => {
  const [shots, load] = [2, (path: string, options = {}) => loadTasks(path, { data: made.data, ...options })[0]!]

  it('keeps the laws of tasks', async () => {
    const [task, twin] = [load(id, { shots }), load(file, { shots })]
    expect(breaches(task, await itemsOf(task), await itemsOf(twin))).toEqual([])
    expect(await itemsOf(task, 1)).toEqual((await itemsOf(task)).slice(0, 1))
    expect([twin.id, twin.hash]).toEqual([task.id, task.hash])
  })
})

describe('the hash of a task', () => {
  it('changes with every byte of its rows and every line that is said of it, and with nothing else', () => {
    const load = (folder: string, shots: number, seed = 1) =>
      loadTasks(join(folder, 'arc_easy.yaml'), { data: made.data, shots, seed })[0]!.hash
    const source = readFileSync(join(TASK_FOLDER, 'arc', 'arc_easy.yaml'), 'utf8')
    const changed = [
      source.replace('Question:', 'question:'),
      source.replace('index(answerKey)', "index('A')"),
      source.replace('version: 1.0', 'version: 1.1'),
      `${source}target_delimiter: "  "\n`,
      `${source}description: "Hm. "\n`,
    ]
    const hashes = [source, ...changed].map((text) => {
      using folder = makeTasks({ 'arc_easy.yaml': text })
      return load(folder.tasks, 0)
    })
    expect(new Set(hashes).size).toBe(changed.length + 1)

    using folder = makeTasks({ 'arc_easy.yaml': `# a remark\n${source}` })
    expect(load(folder.tasks, 0)).toBe(hashes[0])
    expect(load(folder.tasks, 0, 2)).toBe(hashes[0])
    const shot = load(folder.tasks, 1)
    expect(new Set([hashes[0], shot, load(folder.tasks, 2), load(folder.tasks, 1, 2)]).size).toBe(4)

    const place = join(made.data, 'allenai/ai2_arc/ARC-Easy')
    for (const [split, changes] of [
      ['train', 'only with examples'],
      ['test', 'always'],
    ]) {
      const rows = readFileSync(join(place, `${split}.jsonl`))
      const bytes = Buffer.from(rows)
      bytes[bytes.indexOf('?')] = 0x21
      writeFileSync(join(place, `${split}.jsonl`), bytes)
      expect([load(folder.tasks, 0) === hashes[0], load(folder.tasks, 1) === shot]).toEqual([changes !== 'always', false])
      writeFileSync(join(place, `${split}.jsonl`), rows)
      expect(load(folder.tasks, 1)).toBe(shot)
    }
  })
})

describe('the laws notice', () => {
  const task: Task = {
    ...{ id: 'a', version: 1, label: 'A', group: undefined, ask: 'choice', scorers: ['acc'], shots: 0, hash: '' },
    async *items() {},
  }
  const prompts = ['x', 'y'].map((continuation) => ({ context: '', continuation }))
  const item: Item = { id: 0, doc: {}, question: { ask: 'choice', prompts, choices: ['x', 'y'], gold: 1 } }

  it('nothing in a sound task', () => expect(breaches(task, [item], [item])).toEqual([]))

  it.each<[string, Partial<Task>, Partial<Item>]>([
    ['the right answer is one of the choices', {}, { question: { ask: 'choice', prompts, choices: ['x', 'y'], gold: 2 } }],
    [
      'there are two choices or more, each with its prompt',
      {},
      { question: { ask: 'choice', prompts, choices: ['x'], gold: 0 } },
    ],
    ['items are numbered by their rows', {}, { id: 1 }],
    ['a question is of the kind its task says', { ask: 'text' }, {}],
    [
      'what is scored has text',
      {},
      { question: { ask: 'choice', prompts: [prompts[0]!, { context: '', continuation: ' ' }], choices: ['x', ' '], gold: 0 } },
    ],
    ['it is scored', { scorers: [] }, {}],
  ])('where it does not hold: %s', (law, wrongTask, wrongItem) => {
    const wrong = { ...item, ...wrongItem }
    expect(breaches({ ...task, ...wrongTask }, [wrong], [wrong])).toEqual([law])
  })

  it('where it does not hold: the same seed gives the same items', () => {
    expect(breaches(task, [item], [{ ...item, doc: { other: 1 } }])).toEqual(['the same seed gives the same items'])
  })
})
