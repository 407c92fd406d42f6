import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { viewItem } from '../../../main/bundle/item-view.ts'
import { itemCells } from '../../../main/bundle/items.ts'
import { studyReport } from '../../../main/bundle/table.ts'
import type { StudyFacts } from '../../../main/jobs/study/prepare.ts'
import { openSafetensors } from '../../../main/models/safetensors.ts'
import { readPlace } from '../../../main/onnx/places.ts'
import { pearsonOf } from '../../../main/score/correlation.ts'
import { HEAD } from '../../../main/train/head.ts'
import { makeModelFolder } from '../../make/model.ts'
import { writeRows } from '../../make/pack.ts'
import { makeFolder } from '../../make/store.ts'

/** A pack of words that say by one letter whether they are of one class or the other, and a study that learns it with a head. */
function writeStudy(folder: string, model: string, transfer: string, tasks = './letters.yaml', metric = 'acc'): string {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      word: `${'xz'[(from + i) % 2]}${'abcdefg'[(from + i) % 7]}`,
      label: (from + i) % 2,
    }))
  writeRows(join(folder, 'data', 'letters', 'default', 'train.jsonl'), rows(0, 200))
  writeRows(join(folder, 'data', 'letters', 'default', 'test.jsonl'), rows(3, 40))
  const file = join(folder, 'study.yaml')
  writeFileSync(
    join(folder, 'letters.yaml'),
    [
      ...['task: letters', 'dataset_path: letters', 'training_split: train', 'test_split: test', 'output_type: multiple_choice'],
      ...['doc_to_text: "{{word}}"', 'doc_to_choice: ["first", "second"]', 'doc_to_target: label'],
      ...[`metric_list: [{ metric: ${metric} }]`, 'metadata: { version: 1 }'],
    ].join('\n'),
  )
  writeFileSync(
    file,
    [
      ...['name: headed', `models: [{ folder: '${model}' }]`, 'data: data', `tasks: [${tasks}]`],
      ...['compress: [{ method: magnitude, sparsity: 0.5 }]', `transfer: [${transfer}]`, 'engine: { threads: 1 }'],
    ].join('\n'),
  )
  return file
}

async function run(home: string, file: string) {
  const bench = openBench({ home, readOnly: false })
  try {
    const outcome = await runStudy(bench, file, { onProgress: () => {}, signal: new AbortController().signal })
    const cells = bench.store.cells.ofStudy(outcome.study)
    const items = cells.map(({ record }) => record && bench.store.items.read(record.fingerprint))
    return { outcome, cells, items, answers: bench.store.answers.read(cells[0]!.fingerprint) }
  } finally {
    bench.close()
  }
}

const trainedIn = (home: string) => {
  const folder = join(home, 'trained')
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'))
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

/** The same pack as a task of numbers: the letter says 4.5 or 0.5, the second one a little more or less. */
function writeNumbers(folder: string, model: string, transfer: string, metrics = 'pearson, spearmanr, mse'): string {
  const file = writeStudy(folder, model, transfer, './numbers.yaml')
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      word: `${'xz'[(from + i) % 2]}${'abcdefg'[(from + i) % 7]}`,
      score: 4.5 - 4 * ((from + i) % 2) + 0.05 * ((from + i) % 7),
    }))
  writeRows(join(folder, 'data', 'letters', 'default', 'train.jsonl'), rows(0, 200))
  writeRows(join(folder, 'data', 'letters', 'default', 'test.jsonl'), rows(3, 40))
  writeFileSync(
    join(folder, 'numbers.yaml'),
    [
      ...['task: numbers', 'dataset_path: letters', 'training_split: train', 'test_split: test', 'output_type: number'],
      ...['doc_to_text: "{{word}}"', 'doc_to_target: score', 'metadata: { version: 1 }'],
      `metric_list: [${metrics.split(', ').map((metric) => `{ metric: ${metric} }`).join(', ')}]`, // prettier-ignore
    ].join('\n'),
  )
  return file
}

const NUMBERS = '{ task: ./numbers.yaml, objective: head, items: 160, steps: 150, learningRate: 0.02, batch: 8, seeds: [41] }'
const LEARNS = '{ task: ./letters.yaml, objective: head, items: 160, steps: 60, learningRate: 0.01, batch: 8, seeds: [41] }'

describe('a study that learns a task with a fresh head', () => {
  it('trains all four ways, asks the head, and keeps each item and class', async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const file = writeStudy(folder.path, model.path, LEARNS, './letters.yaml, world_kinds_3')
    const { outcome, cells, items, answers } = await run(folder.path, file)
    expect(outcome).toMatchObject({ cells: 4, done: 4, failed: [] })
    expect(cells.map(({ label }) => label.split(' · ').slice(1).join(' · '))).toEqual([
      'dense · dense, head, 60 steps, rate 0.01, 160 items, seed 41 · letters',
      'magnitude 0.5 model · sparse, head, 60 steps, rate 0.01, 160 items, seed 41 · letters',
      'magnitude 0.5 model · freezing, head, 60 steps, rate 0.01, 160 items, seed 41 · letters',
      'magnitude 0.5 model · sparse-to-dense, head, 60 steps, rate 0.01, 160 items, seed 41 · letters',
    ])
    expect(cells.map(({ record }) => Math.round(100 * record!.actualSparsity))).toEqual([0, 50, 0, 0])
    expect(cells[0]!.record!.key.transfer).toMatchObject({ head: { labels: ['first', 'second'], seed: 41 } })
    expect([new Set(answers!.tokens), new Set(answers!.bytes)]).toEqual([new Set([1]), new Set([0])])
    for (const found of items) {
      const { scores, ll, counts } = found!
      // the letter tells it without fail, and the classes are all there is
      expect(scores.acc!.value.reduce((a, b) => a + b) / 40).toBeGreaterThan(0.9)
      expect(new Set(counts)).toEqual(new Set([2]))
      for (let i = 0; i < 40; i++) expect(Math.exp(ll[2 * i]!) + Math.exp(ll[2 * i + 1]!)).toBeCloseTo(1, 5)
    }
  })

  it('ends with the same bits when it is killed, and no mask is about the head', { timeout: 60_000 }, async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const file = writeStudy(folder.path, model.path, LEARNS)
    const [whole, killed] = [join(folder.path, 'whole'), join(folder.path, 'killed')]
    await run(whole, file)
    const child = spawn(process.execPath, ['test/make/study-runner.ts', killed, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => child.kill('SIGKILL')) // the next level is being trained by then
    await new Promise((resolve) => child.once('close', resolve))
    const { outcome } = await run(killed, file)
    expect(outcome.skipped).toBeGreaterThan(0)
    expect(outcome.skipped).toBeLessThan(4)
    expect([...trainedIn(killed)]).toEqual([...trainedIn(whole)])
    for (const name of trainedIn(whole).keys()) {
      const { dims, data } = readPlace(HEAD, { ...openSafetensors(join(whole, 'trained', name)).get(HEAD)!, stored: 'F32' })
      expect([dims, data.includes(0)]).toEqual([[2, 16], false])
    }
  })

  it('refuses by name what a head cannot be asked, before anything runs', async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const refuse = (...rest: [string, string?, string?]) => run(folder.path, writeStudy(folder.path, model.path, ...rest))
    await expect(refuse(LEARNS, 'world_kinds_3')).rejects.toMatchObject({
      code: 'study/field',
      message: expect.stringContaining('among the tasks of the study, for a head can be asked nothing else'),
    })
    await expect(refuse(LEARNS, './letters.yaml', 'acc_norm')).rejects.toMatchObject({
      code: 'train/head',
      message: expect.stringContaining('got acc_norm'),
    })
  })
})

describe('a study that learns numbers with a fresh head', () => {
  it('trains all four ways, correlates what is said, and keeps both sides of each item', async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const { outcome, cells, items, answers } = await run(folder.path, writeNumbers(folder.path, model.path, NUMBERS))
    expect(outcome).toMatchObject({ cells: 4, done: 4, failed: [] })
    expect(cells.map(({ record }) => (record!.key.transfer as { kind: string }).kind)).toEqual(['dense', 'sparse', 'freezing', 'sparse-to-dense']) // prettier-ignore
    expect(cells[0]!.record!.key.transfer).toMatchObject({ head: { labels: 'number', seed: 41 } })
    // a constant says nothing, and its best guess leaves the variance of what is right: ±2 and the little that letters add
    expect(cells[0]!.record!.chance).toMatchObject({ pearson: 0, spearmanr: 0, mse: expect.closeTo(4, 0) })
    expect([new Set(answers!.choice), new Set(answers!.tokens)]).toEqual([new Set([-1]), new Set([0])])
    for (const found of items) {
      const { scores, counts } = found!
      const { value, gold } = scores.pearson!
      expect(gold).toEqual(Float64Array.from({ length: 40 }, (_, i) => 4.5 - 4 * ((3 + i) % 2) + 0.05 * ((3 + i) % 7)))
      expect([new Set(counts), scores.spearmanr!.value]).toEqual([new Set([0]), value])
      scores.mse!.value.forEach((error, i) => expect(error).toBeCloseTo((value[i]! - gold![i]!) ** 2, 10))
      // the letter tells it without fail
      expect(pearsonOf(value, gold!, new Uint8Array(40).fill(1))).toBeGreaterThan(0.95)
    }
    const bench = openBench({ home: folder.path, readOnly: true })
    try {
      const { rows, recoveries } = studyReport(bench.store, outcome.study, { version: '0' })
      const drops = rows.filter(({ scorer }) => scorer === 'pearson').map(({ drop }) => Math.abs(drop!))
      expect([drops.length, Math.max(...drops) < 0.05]).toEqual([4, true])
      expect(rows.every(({ lost, mcnemar, low, value, high }) => lost === null && mcnemar === null && low <= value && value <= high)).toBe(true) // prettier-ignore
      expect(recoveries.map(({ scorer, transfer }) => `${scorer} ${transfer}`)).toContain('spearmanr sparse-to-dense')
      const mine = itemCells(bench.store.cells.ofStudy(outcome.study), bench.store.studies.read(outcome.study).spec as unknown as StudyFacts) // prettier-ignore
      const view = viewItem(bench.store, mine, 'numbers', 2)
      expect([view.number, view.gold]).toEqual([items[0]!.scores.pearson!.gold![2], null])
      for (const { number, error } of view.levels) expect(error).toBe(number! - view.number!)
    } finally {
      bench.close()
    }
  })

  it('refuses, before anything runs, to ask numbers of a model without a head', async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const refuse = (transfer: string, metrics?: string) => run(folder.path, writeNumbers(folder.path, model.path, transfer, metrics)) // prettier-ignore
    const untrained = writeNumbers(folder.path, model.path, NUMBERS)
    writeFileSync(untrained, readFileSync(untrained, 'utf8').replace(/^transfer:.*$/m, ''))
    await expect(run(folder.path, untrained)).rejects.toMatchObject({
      code: 'task/number',
      message:
        'Expected a transfer with "objective: head" that learns "numbers", whose answers are numbers, got no training of it.',
    })
    await expect(refuse(NUMBERS.replace('objective: head, ', ''))).rejects.toMatchObject({
      code: 'task/number',
      message: expect.stringContaining('got one that learns answers as text'),
    })
    await expect(refuse(NUMBERS, 'acc')).rejects.toMatchObject({
      code: 'train/head',
      message: expect.stringContaining('got acc'),
    })
  })
})
