import { describe, expect, it } from 'vitest'
import { trainingColumns } from '../../main/bundle/training.ts'
import { planStudy, type Resolved } from '../../main/study/plan.ts'
import { parseStudy } from '../../main/study/spec.ts'
import type { TransferRecord } from '../../main/store/records.ts'
import type { Task } from '../../main/tasks/task.ts'

const task = (id: string): Task => ({
  ...{ id, version: 1, label: id, group: undefined, ask: 'choice', scorers: ['acc'], shots: 0, hash: id },
  async *items() {},
})
const resolved: Resolved = {
  models: [{ name: 'm', weights: 'w', tokenizer: 't', graph: 'g' }],
  tasks: ['a', 'b'].map((id) => ({ task: task(id), limit: null, group: '' })),
  ...{ scorerVersion: () => 1, askVersion: 1, compressVersion: 1, trainVersion: 1 },
  training: new Map(['a', 'b'].map((id) => [id, { hash: id, items: 1000, own: new Set([id]) }])),
}
const study = (transfer: string) =>
  parseStudy(
    `name: s\nmodels: [{ folder: m }]\ntasks: [a, b]\ncompress: [{ method: magnitude, sparsity: 0.5 }]\ntransfer: [${transfer}]`,
    '/s.yaml',
  )
const trainings = (transfer: string) => {
  const cells = planStudy(study(transfer), resolved)
  return {
    cells,
    sparse: cells.flatMap(({ key }) => (key.transfer !== 'none' && key.transfer.kind === 'sparse' ? [key.transfer] : [])),
  }
}

describe('trainings of a study', () => {
  it('say that they are by a head, draw it by their own seed, and are asked only what it learned', () => {
    const labels = ['no', 'yes']
    const training = new Map([...resolved.training].map(([id, facts]) => [id, { ...facts, labels }]))
    const cells = planStudy(study('{ task: b, objective: head, steps: 2, seeds: [41, 42] }'), { ...resolved, training })
    expect(new Set(cells.map(({ key }) => key.task.id))).toEqual(new Set(['b']))
    const records = cells.map(({ key }) => key.transfer as TransferRecord)
    expect(new Set(records.map(({ seed, head }) => JSON.stringify([seed, head])))).toEqual(
      new Set([41, 42].map((seed) => JSON.stringify([seed, { labels, seed }]))),
    )
    expect(cells[2]!.label).toBe('m · magnitude 0.5 model · sparse, head, 2 steps, rate 0.00002, 1000 items, seed 41 · b')
    expect(trainingColumns(cells[0]!.key.transfer).training).toContain('items of b, fresh head, 2 steps')
    // what answers as text are learned by has the key that it had before there were heads
    expect(Object.keys(trainings('{ task: b, steps: 2 }').sparse[0]!)).not.toContain('head')
  })

  it('refuse to ask a head what it has not learned', () => {
    expect(() => study('{ task: a, objective: head, asks: all, steps: 2 }')).toThrow(
      'Expected "asks: own" beside "objective: head", for a head answers nothing but what it learned, got "all" (string)',
    )
    expect(() => study('{ task: a, objective: heads, steps: 2 }')).toThrow('one of completion, head (perhaps "head")')
  })

  it('take shares of the items, the first ones, for as many steps as their epochs come to', () => {
    const { sparse } = trainings('{ task: a, asks: own, kinds: sparse, shares: [0.1, 0.25, 1], epochs: 3, batch: 32 }')
    // paper.md 3.3: three passes, the last batch of each short: 3 · ⌈items / 32⌉
    expect(sparse.map(({ task: { items, draw }, steps }) => [items, draw, steps])).toEqual([[100, undefined, 12], [250, undefined, 24], [1000, undefined, 96]]) // prettier-ignore
    const rest = sparse.map((one) => trainingColumns(one).training.replace(/^\d+ items of /, ''))
    expect(new Set(rest).size).toBe(1)
    expect(rest[0]).toContain('3 epochs')
  })

  it('take random draws by seed, which results tell apart, and equal steps where those are said', () => {
    const { sparse } = trainings(
      '{ task: a, asks: own, kinds: sparse, items: 400, shares: [0.5], draw: random, draws: [0, 1], steps: 7 }',
    )
    expect(sparse.map(({ task: { items, draw }, steps }) => [items, draw, steps])).toEqual([[200, 0, 7], [200, 1, 7]]) // prettier-ignore
    expect(new Set(sparse.map((one: TransferRecord & { version: number }) => trainingColumns(one).training)).size).toBe(2)
  })

  it('are asked of all tasks, or of the one that was learned', () => {
    const asked = (transfer: string) => trainings(transfer).cells.map(({ key }) => key.task.id)
    expect(asked('{ task: a, steps: 1, kinds: sparse }')).toEqual(['a', 'b', 'a', 'b'])
    const own = '{ task: a, steps: 1, kinds: sparse, asks: own }, { task: b, steps: 1, kinds: sparse, asks: own }'
    expect(
      trainings(own).cells.map(({ key }) => [key.compression.method, key.task.id, (key.transfer as TransferRecord).task.id]),
    ).toEqual([
      ...[['dense', 'a', 'a'], ['dense', 'b', 'b']], // prettier-ignore
      ...[['magnitude', 'a', 'a'], ['magnitude', 'b', 'b']], // prettier-ignore
    ])
  })

  it('keep the fingerprint they had before there were shares, draws and epochs', () => {
    const [first] = trainings('{ task: a, items: 100, steps: 5, kinds: sparse }').sparse
    expect(Object.keys(first!).sort()).toEqual(['batch', 'kind', 'learningRate', 'schedule', 'seed', 'steps', 'task', 'version', 'warmUp', 'weightDecay']) // prettier-ignore
    expect(Object.keys(first!.task)).toEqual(['id', 'hash', 'items'])
  })

  it.each([
    ['{ task: a }', 'Expected steps or epochs of a transfer, got neither'],
    ['{ task: a, steps: 1, epochs: 1 }', 'Expected steps or epochs of a transfer, got both'],
    ['{ task: a, steps: 1, items: [1, 2], shares: 0.5 }', 'Expected one number of items to take shares of, got a list'],
    ['{ task: a, steps: 1, draws: [1] }', 'Expected draws of a random draw only'],
  ])('are refused where they say too little or too much: %s', (transfer, reason) => {
    expect(() => study(transfer)).toThrow(reason)
  })
})

describe('tasks of a study', () => {
  const parse = (tasks: string) =>
    parseStudy(
      `name: s\nmodels: [{ folder: m }]\ntasks: ${tasks}\nlimit: 9\ncompress: [{ method: random, sparsity: 0.5 }]`,
      '/x/s.yaml',
    ).tasks

  it('are names, tasks along an axis, or tasks declared from easy to hard', () => {
    expect(
      parse(
        '[a, { task: t.yaml, axis: options, levels: [2, 3], seeds: [1], limit: 5 }, { family: f, axis: x, order: [a, [b, c]] }]',
      ),
    ).toEqual([
      { task: 'a', limit: 9, shots: undefined },
      {
        along: { task: '/x/t.yaml', axis: 'options', levels: [2, 3], params: undefined, seeds: [1], name: undefined },
        ...{ limit: 5, shots: undefined },
      },
      { family: 'f', axis: 'x', order: [['a'], ['b', 'c']], limit: 9, shots: undefined },
    ])
  })

  it.each([
    ['[{ task: a, levels: [2] }]', 'Expected "levels" of a task only beside an axis'],
    ['[{ task: a, axis: optoins }]', 'perhaps "options"'],
  ])('are refused where they say what makes no sense: %s', (tasks, reason) => {
    expect(() => parse(tasks)).toThrow(reason)
  })
})
