import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer } from '../../main/api/index.ts'
import { openBench } from '../../main/bench.ts'
import { openStore } from '../../main/store/open.ts'
import { addResults, STUDY } from '../make/results.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'
import { callCli } from '../make/terminal.ts'

const folder = makeFolder()
process.env.TMPDIR = folder.path
const type = (line: string, home = 'own') => callCli(line.split(' '), folder.path, join(folder.path, home))
const at = (...names: string[]) => join(folder.path, ...names)

beforeAll(() => {
  const store = openStore(at('own'))
  addResults(store)
  store.close()
})
afterAll(() => folder[Symbol.dispose]())

describe('a study goes from one store to another as one file', () => {
  it('export, verify, import, open: each says what it did', async () => {
    const written = await type('export results --bundle made.zip --items')
    expect([written.code, written.err]).toEqual([0, ''])
    expect(written.out).toMatch(/^\/.*\/made\.zip\n[\d,]+ files, [\d,]+ bytes, with items\n$/)
    const again = await type('export results --bundle made.zip')
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('Expected nothing at')])

    const verified = await type('verify made.zip', 'nowhere')
    expect([verified.code, verified.err]).toEqual([0, ''])
    expect(verified.out).toMatch(/cells +30 of 30 done, 0 failed/)
    expect(verified.out).toMatch(/table +follows from the items, computed anew/)
    expect(existsSync(at('nowhere'))).toBe(false)

    expect((await type('import made.zip', 'other')).out).toBe(`results (${STUDY.slice(0, 8)}): 67 new rows, 0 new masks.\n`)
    expect((await type('import made.zip', 'other')).out).toBe(`results (${STUDY.slice(0, 8)}): all of it was here.\n`)
    expect((await type('results', 'other')).out).toBe((await type('results')).out)

    const opened = await type('open made.zip', 'nowhere')
    const home = /--home (\S+)/.exec(opened.out)![1]!
    try {
      expect(opened.out.startsWith((await type('results')).out.trimEnd())).toBe(true)
      expect((await callCli(['status', '--home', home], folder.path, home)).out).toContain('results')
      expect(existsSync(at('nowhere'))).toBe(false)
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }, 240_000)
  it('one that was cut short is refused, with the next thing to do', async () => {
    const { code, err } = await type('verify own/lab.db')
    expect([code, err]).toEqual([1, expect.stringMatching(/^Expected a bundle at .*\nFetch the bundle again/)])
  })
  it('items and masks belong into a bundle, and a bundle into a file', async () => {
    for (const line of [
      'export results --items',
      'export results --masks --format csv',
      'verify',
      'import a.zip b.zip',
      'open',
    ]) {
      expect([line, (await type(line)).code]).toEqual([line, 2])
    }
  })
})

describe('exports of several files', () => {
  it('go into a folder, below the store unless told otherwise', async () => {
    const { code, out } = await type('export results --format lm-eval --out made')
    expect(code).toBe(0)
    expect(out.trim().split('\n').every((file) => existsSync(file) && file.startsWith(at('made')))).toBe(true) // prettier-ignore
    expect(readdirSync(at('made')).length).toBe(5)
  })
  it('bytes are not for a terminal, and come whole into a file', async () => {
    expect(await type('export results --format parquet')).toMatchObject({ code: 2, out: '' })
    expect((await type('export results --format parquet --out table.parquet')).code).toBe(0)
    expect(readFileSync(at('table.parquet')).subarray(0, 4).toString()).toBe('PAR1')
  })
})

describe('published curves', () => {
  it('are listed, and one that is not there names the nearest', async () => {
    expect((await type('report results --reference ?')).out).toMatch(/data-adequacy\/qnli +QNLI by share of its training data/)
    const { code, err } = await type('report results --reference human-gap/qnli')
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/Expected a reference, got "human-gap\/qnli".*\nSee "lab report --reference \?"/),
    ])
  })
})

describe('a study of a setting of the paper', () => {
  it('is told which published curves there are for it, until they are laid under', async () => {
    addStudy(at('paper'), {
      name: 'paper-w1-data-adequacy',
      tasks: ['one', 'two'],
      levels: [0.5],
      items: 20,
      done: 4,
      failed: 0,
      state: 'finished',
    })
    const [plain, laid] = [
      await type('report --out plain.html', 'paper'),
      await type('report --out laid.html --reference data-adequacy/sst2', 'paper'),
    ]
    expect(plain.err).toContain('--reference data-adequacy/qnli, data-adequacy/sst2, data-adequacy/mnli')
    expect([laid.code, laid.err]).toEqual([0, ''])
    const words = ['plain.html', 'laid.html'].map((name) =>
      readFileSync(at(name), 'utf8').includes('SST-2 by share of its training data'),
    )
    expect(words).toEqual([false, true])
  })
})

describe('a page', () => {
  it('is handed a bundle in one reply, and bytes of an export as base64', async () => {
    const bench = openBench({ home: at('own'), readOnly: true })
    const ask = async (name: string, argument: unknown) => ((await answer(bench, name, argument)) as { value: Record<string, unknown> }).value // prettier-ignore
    try {
      const table = await ask('studies.export', { study: 'results', format: 'parquet' })
      expect(
        Buffer.from(table.text as string, 'base64')
          .subarray(0, 4)
          .toString(),
      ).toBe('PAR1')
      expect(table).toMatchObject({ file: 'results.parquet', encoding: 'base64' })
      expect(await ask('studies.export', { study: 'results', format: 'csv' })).toMatchObject({
        file: 'results.csv',
        encoding: 'utf-8',
      })
      const several = await ask('studies.export', { study: 'results', format: 'lm-eval' })
      expect(
        Buffer.from(several.text as string, 'base64')
          .subarray(0, 2)
          .toString(),
      ).toBe('PK')
      const bundle = await ask('bundles.download', { study: 'results', withItems: false, withMasks: false })
      expect(Buffer.from(bundle.base64 as string, 'base64')).toHaveLength(bundle.bytes as number)
      expect(bundle.file).toBe(`results-${STUDY.slice(0, 8)}.zip`)
    } finally {
      bench.close()
    }
  }, 120_000)
})
