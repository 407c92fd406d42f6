import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { makeModelFolder } from '../../make/model.ts'
import { makeFolder } from '../../make/store.ts'

async function run(home: string, file: string) {
  const bench = openBench({ home, readOnly: false })
  try {
    const outcome = await runStudy(bench, file, { onProgress: () => {}, signal: new AbortController().signal })
    return { outcome, cells: bench.store.cells.ofStudy(outcome.study) }
  } finally {
    bench.close()
  }
}

describe('a study with training after compression', () => {
  it('asks the trained models, zeros where they belong, and trains no level twice', async () => {
    using folder = makeFolder()
    using model = makeModelFolder({ contextLength: 128 })
    const file = join(folder.path, 'study.yaml')
    const write = (tasks: string) =>
      writeFileSync(
        file,
        [
          'name: trained',
          `models: [{ folder: '${model.path}' }]`,
          `tasks: [${tasks}]`,
          'limit: 10',
          'compress: [{ method: magnitude, sparsity: 0.5 }]',
          'transfer: [{ task: world_kinds, items: 32, steps: [3, 5], learningRate: 0.01, batch: 8 }]',
          'engine: { threads: 1 }',
        ].join('\n'),
      )
    write('world_kinds_3')
    const first = await run(folder.path, file)
    expect(first.outcome).toMatchObject({ cells: 8, done: 8, failed: [] })
    expect(first.cells.map(({ label }) => label.split(' · ').slice(1, -1).join(' · '))).toEqual([
      'dense · dense, 3 steps, rate 0.01, 32 items',
      'dense · dense, 5 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · sparse, 3 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · freezing, 3 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · sparse-to-dense, 3 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · sparse, 5 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · freezing, 5 steps, rate 0.01, 32 items',
      'magnitude 0.5 model · sparse-to-dense, 5 steps, rate 0.01, 32 items',
    ])
    const zeros = first.cells.map(({ record }) => record!.actualSparsity)
    expect(zeros.map((share) => Math.round(100 * share))).toEqual([0, 0, 50, 0, 0, 50, 0, 0])

    const kept = readdirSync(join(folder.path, 'trained')).filter((name) => name.endsWith('.safetensors'))
    expect(kept).toHaveLength(8)
    const bytes = () => kept.map((name) => readFileSync(join(folder.path, 'trained', name), 'latin1'))
    const before = bytes()
    write('world_kinds_3, world_kinds_5')
    expect((await run(folder.path, file)).outcome).toMatchObject({ cells: 16, skipped: 8, done: 8 })
    expect(bytes()).toEqual(before)
  })

  it('names a task that has nothing to learn from', async () => {
    using folder = makeFolder()
    using model = makeModelFolder()
    const file = join(folder.path, 'study.yaml')
    const lines = [
      `models: [{ folder: '${model.path}' }]`,
      'tasks: [world_sums]',
      'compress: [{ method: magnitude, sparsity: 0.5 }]',
    ]
    writeFileSync(file, ['name: none', ...lines, 'transfer: [{ task: world_sums, steps: 5 }]'].join('\n'))
    await expect(run(folder.path, file)).rejects.toMatchObject({
      code: 'train/items',
      message: expect.stringContaining('world_sums'),
    })
  })
})
