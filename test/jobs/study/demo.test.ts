import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { studyReport } from '../../../main/bundle/table.ts'
import { openModel } from '../../../main/models/folder.ts'
import { worldTokenizer } from '../../../main/tasks/world/vocabulary.ts'
import { makeFolder } from '../../make/store.ts'

const demo = join(import.meta.dirname, '..', '..', '..', 'resources', 'demo')
/** Dense accuracy of each level over all its items, as the demo study measured it. */
const dense = JSON.parse(readFileSync(join(demo, 'accuracy.json'), 'utf8')) as readonly {
  readonly task: string
  readonly level: number
  readonly accuracy: number
  readonly chance: number
}[]

describe('the built-in model', () => {
  it('reads with the tokenizer of the world, in at most 8 MB', () => {
    const model = openModel(join(demo, 'model'))
    expect(JSON.parse(readFileSync(join(demo, 'model', 'tokenizer.json'), 'utf8'))).toEqual(worldTokenizer())
    expect(model.parameters * 2).toBeLessThan(8e6)
  })

  it('has the accuracies that are kept beside it, and a range of them', async () => {
    using folder = makeFolder()
    const bench = openBench({ home: folder.path, readOnly: false })
    const limit = 60
    const file = join(folder.path, 'dense.yaml')
    const lines = [
      `models: [{ folder: '${join(demo, 'model')}' }]`,
      'tasks: [world]',
      'compress: [{ method: magnitude, sparsity: 0 }]',
    ]
    writeFileSync(file, ['name: dense', ...lines].join('\n'))
    const { study } = await runStudy(bench, file, { limit, signal: new AbortController().signal, onProgress: () => {} })
    const rows = studyReport(bench.store, study, { version: bench.version }).rows
    bench.close()
    expect(rows.map(({ task, level }) => [task, level])).toEqual(dense.map(({ task, level }) => [task, level]))
    rows.forEach(({ value }, i) => {
      // the first items of a level are a sample of all of them: four standard errors, and a half item for levels without any spread
      const { accuracy } = dense[i]!
      expect(Math.abs(value - accuracy)).toBeLessThan(4 * Math.sqrt((accuracy * (1 - accuracy)) / limit) + 0.5 / limit)
    })
  })

  it('is far from chance at every level of every axis, easy ones near perfect and hard ones not', () => {
    // what kind of words a list holds is what the transfers teach
    const known = dense.filter(({ task }) => task !== 'world_kinds')
    for (const { accuracy, chance } of known) expect(accuracy - chance).toBeGreaterThan(0.3)
    expect(known.filter(({ accuracy }) => accuracy >= 0.95).length).toBeGreaterThan(10)
    expect(known.filter(({ accuracy }) => accuracy > 0.5 && accuracy < 0.9).length).toBeGreaterThan(4)
  })
})
