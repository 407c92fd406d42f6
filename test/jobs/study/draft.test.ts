import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBench, runStudy } from '../../../main/bench.ts'
import { checkDraft } from '../../../main/jobs/study/draft.ts'
import { openStore } from '../../../main/store/open.ts'
import { makeFolder } from '../../make/store.ts'
import { makeStudy } from '../../make/study.ts'

const resources = join(import.meta.dirname, '..', '..', '..', 'resources')

describe('a draft', () => {
  using home = makeFolder()
  const store = openStore(home.path)
  const check = (text: string, file = '/drafts/draft.yaml') => checkDraft(text, { file, data: undefined, store })
  const lines = (...more: readonly string[]) =>
    [`name: x`, `models: [{ folder: 'lab:demo/model' }]`, `tasks: [world_form]`, `compress: [{ method: magnitude, sparsity: 0.5 }]`, ...more].join('\n') // prettier-ignore

  it('has the cells that it would run, by model, level and task', async () => {
    const { plan, problems, spec } = await check(lines('limit: 10'))
    expect([problems, (spec as { name: string }).name]).toEqual([[], 'x'])
    expect(plan).toMatchObject({ cells: 4, models: [{ name: 'model', cells: 4 }] })
    expect(plan!.levels).toEqual([{ name: 'dense', cells: 2 }, { name: 'magnitude 0.5 model', cells: 2 }]) // prettier-ignore
    expect(plan!.tasks.map(({ name, cells, items }) => `${name} ${cells} ${items}`)).toEqual(['world_form_0 2 10', 'world_form_1 2 10']) // prettier-ignore
    expect(plan!.estimate).toMatchObject({ basis: 'default' })
    const sum = plan!.estimate.parts.reduce((ms, part) => ms + part.ms, 0)
    expect(Math.abs(plan!.estimate.ms - sum)).toBeLessThan(1)
  })
  it('tells everything that is wrong with it at once, where it stands, with what to do', async () => {
    const text = [
      'name: x',
      `models: [{ folder: /nowhere }, { folder: 'lab:demo/model' }]`,
      'tasks:',
      '  - world_frm',
      '  - world_form',
      'compress: [{ method: magnitude, sparsity: 0.5 }]',
      'engine: { provider: gpu }',
    ].join('\n')
    const { problems, plan } = await check(text)
    expect(plan).toBeNull()
    expect(problems.map(({ path, line, column, code }) => [path.join('.'), line, column, code])).toEqual([
      ['engine.provider', 7, 11, 'engine/unknown'],
      ['models.0.folder', 2, 12, 'file/missing'],
      ['tasks.0', 4, 5, 'task/unknown'],
    ])
    for (const { message, hint } of problems) expect([/[^?.][.?]$/.test(message), hint.length > 10]).toEqual([true, true])
  })
  it('that does not fit the schema is told each place, and one that is no YAML the first', async () => {
    const { problems } = await check(lines('limit: 0', 'colour: red'))
    expect(problems.map(({ path }) => path.join('.')).sort()).toEqual(['colour', 'limit'])
    const broken = await check('name: [')
    expect([broken.spec, broken.problems[0]!.code]).toEqual([null, 'study/yaml'])
    expect((await check('a: *b')).problems[0]!.code).toBe('study/yaml')
  })
  it('costs nothing for the cells on record, and is timed by what these tasks took here', async () => {
    using made = makeStudy({ compress: ['{ method: magnitude, sparsity: [0.3, 0.6] }'] })
    const text = readFileSync(made.file, 'utf8')
    const bench = openBench({ home: made.home, readOnly: false })
    await new Promise((done) => setTimeout(done, 2100)) // weights younger than a tick of the clock are not known again
    await runStudy(bench, made.file, { signal: new AbortController().signal, onProgress: () => {} })
    const all = await checkDraft(text, { file: made.file, data: undefined, store: bench.store })
    expect(all.plan).toMatchObject({ cells: 6, onRecord: 6, estimate: { ms: 0, basis: 'measured' } })
    const more = await checkDraft(text.replace('0.6', '0.6, 0.7'), { file: made.file, data: undefined, store: bench.store })
    const [asking] = more.plan!.estimate.parts
    const paces = bench.store.paces.list()
    expect(more.plan).toMatchObject({ cells: 8, onRecord: 6 })
    expect(asking!.ms).toBeCloseTo(
      paces.reduce((ms, { msPerItem }) => ms + 30 * msPerItem, 0),
      6,
    )
    // another model, not hashed yet: whether it is on record nobody knows, but how fast this machine is one does
    using copy = makeFolder()
    cpSync(made.model, join(copy.path, 'copy'), { recursive: true })
    const other = text.replace(made.model, join(copy.path, 'copy'))
    const unknown = await checkDraft(other, { file: made.file, data: undefined, store: bench.store })
    expect(unknown.plan).toMatchObject({ cells: 6, onRecord: null, estimate: { basis: 'measured' } })
    expect(unknown.plan!.estimate.ms).toBeGreaterThan(0)
    bench.close()
  })
  it('is answered within 300 ms once its tasks are known: the demo, and 67 tasks at ten levels', async () => {
    const demo = readFileSync(join(resources, 'demo', 'study.yaml'), 'utf8')
    const again = () => check(demo, join(resources, 'demo', 'study.yaml'))
    await again()
    const before = process.cpuUsage()
    const { plan } = await again()
    const { user, system } = process.cpuUsage(before)
    expect(plan!.cells).toBeGreaterThan(400)
    expect((user + system) / 1000).toBeLessThan(300) // of a processor: other tests run beside it
  })
  it('writes nothing', async () => {
    using empty = makeFolder()
    const reading = openStore(join(empty.path, 'none'), { readOnly: true })
    await checkDraft(lines(), { file: join(empty.path, 'drafts', 'draft.yaml'), data: undefined, store: reading })
    reading.close()
    expect(() => readFileSync(join(empty.path, 'none', 'lab.db'))).toThrow()
  })
})
