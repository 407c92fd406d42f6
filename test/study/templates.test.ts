import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadEntry, resolveTraining } from '../../main/jobs/study/prepare.ts'
import { openBench, runStudy } from '../../main/bench.ts'
import { templateFiles } from '../../main/api/templates.ts'
import { RESOURCES } from '../../main/study/places.ts'
import { parseStudy } from '../../main/study/spec.ts'
import { findTemplate, listTemplates } from '../../main/study/templates.ts'
import { describeShared, shared } from '../make/shared.ts'
import { makeFolder } from '../make/store.ts'
import { worldText } from '../make/world-text.ts'
import { itemsOf } from '../make/pack.ts'

const templates = listTemplates()

describe.each(templates)('template $id', ({ id, file, about, needs, minutes, text }) => {
  it('is a study that says what the paper did, what is inferred and what differs here', () => {
    const study = parseStudy(text, file)
    expect(study.name).toBe(`paper-${id.replace('/', '-')}`)
    expect(study.title.length).toBeGreaterThan(5)
    expect(study.description.length).toBeGreaterThan(40)
    const said = about
      .split('\n')
      .slice(1)
      .map((line) => /^[\w ]+(?=:)/.exec(line)?.[0])
    expect(said).toEqual(['The paper', 'Inferred', 'Here'])
    // what needs nothing has been timed; what needs a model takes as long as that does
    expect(needs === '').toBe(minutes !== null)
  })

  it('holds wherever its text is kept', () => {
    const elsewhere = parseStudy(text, '/somewhere/else/study.yaml')
    if (needs === '') expect(elsewhere.models).toEqual(parseStudy(text, file).models)
  })
})

describe('templates that need nothing', () => {
  it.each(templates.filter(({ needs }) => needs === ''))('have their tasks at hand: $id', async ({ text, file }) => {
    const study = parseStudy(text, file)
    const tasks = study.tasks.flatMap((entry) => loadEntry(entry, undefined))
    expect(tasks.length).toBeGreaterThan(0)
    for (const task of tasks) expect(await itemsOf(task, 1)).toHaveLength(1)
    expect((await resolveTraining(study, tasks)).size).toBe(new Set(study.transfer?.map(({ task }) => task)).size)
  })

  it('run from the first cell to the report', async () => {
    using folder = makeFolder()
    const bench = openBench({ home: folder.path, readOnly: false })
    const { file } = findTemplate('w2-language-resource')
    const outcome = await runStudy(bench, file, { limit: 2, threads: 1, signal: new AbortController().signal, onProgress() {} })
    expect(outcome).toMatchObject({ cells: 52, done: 52, failed: [] })
    bench.close()
  })

  it('are all behind "all", and those with a model of one’s own behind "all" with one', () => {
    const ids = (isOwn: boolean) => templates.filter(({ id }) => id.startsWith('real/') === isOwn).map(({ file }) => file)
    expect([templateFiles('all', false), templateFiles('all', true)]).toEqual([ids(false), ids(true)])
    expect(templateFiles('w3-option-count', true)).toEqual([findTemplate('real/w3-option-count').file])
    expect(templateFiles('controls', true)).toEqual([findTemplate('controls').file])
    expect(() => templateFiles('w3-options-count', false)).toThrow('did you mean "w3-option-count"')
  })
})

describeShared('templates that need packs', () => {
  it.each(templates.filter(({ needs }) => needs !== ''))(
    'find their tasks, training items and tables: $id',
    async ({ text, file }) => {
      const study = { ...parseStudy(text, file), data: shared('data') }
      const tasks = study.tasks.flatMap((entry) => loadEntry(entry, study.data))
      for (const task of tasks) expect((await itemsOf(task, 1)).map(({ question }) => question.ask)).toEqual([task.ask])
      const training = await resolveTraining(study, tasks)
      for (const { items, own } of training.values()) {
        expect(items).toBeGreaterThan(1000)
        expect(own.size).toBe(1)
      }
    },
  )
})

describe('the text that templates calibrate with', () => {
  it('is of the built-in world as it is', () => {
    // made anew with: node test/make/world-text.ts > resources/demo/calibration.txt
    expect(readFileSync(join(RESOURCES, 'demo', 'calibration.txt'), 'utf8')).toBe(worldText())
  })
})
