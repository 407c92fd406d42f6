import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { openAnswers } from '../../main/api/answers.ts'
import { readArguments, type Ask } from '../../main/host/command.ts'
import { run, runAll } from '../../main/host/commands/run.ts'
import { createConsole } from '../../main/host/console.ts'
import { fromFault, type Fault } from '../../main/base/errors.ts'
import { makeStudy, type MadeStudy } from '../make/study.ts'
import { callCli } from '../make/terminal.ts'

let study: MadeStudy
let said = ''
const lab = (...args: string[]) => callCli(args, study.folder, study.home)

/** As "lab run" does with each experiment of the paper, which takes minutes. */
async function runFiles(files: readonly string[], ...args: string[]): Promise<string> {
  let out = ''
  const answers = openAnswers(study.home)
  const ask: Ask = async (name, argument) => {
    const reply = await answers.answer(name, argument)
    if (!reply.ok) throw fromFault(reply.error as Fault)
    return reply.value as never
  }
  const console = createConsole({ columns: 100, write: (text) => (out += text) }, { write: () => {} }, { isJson: false, hasColour: false }) // prettier-ignore
  const { words, flags } = readArguments(run, args)
  const call = { words, flags, console, ask, signal: new AbortController().signal, folder: study.folder, home: study.home }
  const { json } = await runAll(call, files, { command: 'npm run lab' })
  answers.close()
  expect(json).toHaveLength(files.length)
  return out
}

beforeAll(async () => {
  study = makeStudy({ tasks: 2, items: 20, compress: ['{ method: random, sparsity: 0.5 }'] })
  const other = join(study.folder, 'other.yaml')
  writeFileSync(other, readFileSync(study.file, 'utf8').replace('name: made', 'name: other\ntitle: The other'))
  said = await runFiles([study.file, other])
})
afterAll(() => study[Symbol.dispose]())

describe('several studies', () => {
  it('end with one page over all, beside their own, which leads to each', () => {
    const path = /All of them on one page:\n {2}(\/.*\.html)\n/.exec(said)![1]!
    expect(dirname(path)).toBe(join(study.home, 'results'))
    const page = readFileSync(path, 'utf8')
    const links = [...page.matchAll(/<a href="([^#"]*)">report of this study alone/g)].map(([, link]) =>
      resolve(dirname(path), link!),
    )
    expect(links.map((link) => existsSync(link))).toEqual([true, true])
    expect(page).toContain('2. The other')
  })
  it('say nothing of hypotheses, not even with an empty line, where only controls were run', () => {
    expect(said).not.toContain('hypotheses over these studies')
    expect(said).not.toMatch(/\n\n\n/)
  })
  it('are written into a folder each where a folder is asked for, the page beside them', async () => {
    await runFiles([study.file, join(study.folder, 'other.yaml')], '--out', 'mine')
    const folders = readdirSync(join(study.folder, 'mine')).sort()
    expect(folders).toEqual([expect.stringMatching(/^made-[0-9a-f]{8}$/), expect.stringMatching(/^other-/), 'report.html'])
    expect(existsSync(join(study.folder, 'mine', folders[0]!, 'results.csv'))).toBe(true)
    expect(readFileSync(join(study.folder, 'mine', 'report.html'), 'utf8')).toContain(`href="${folders[0]!}/report.html"`)
  })
  it('make one page by command, in the order in which they are named', async () => {
    const { code, out } = await lab('report', 'other', 'made', '--out', 'both.html')
    expect([code, out.trim()]).toEqual([0, join(study.folder, 'both.html')])
    const page = readFileSync(join(study.folder, 'both.html'), 'utf8')
    expect(page.indexOf('1. The other')).toBeGreaterThan(0)
    expect(page).toContain('2. made')
    const usual = await lab('report', 'made', 'other')
    expect(dirname(usual.out.trim())).toBe(join(study.home, 'results'))
  })
  it('are exported into a folder each, with the table of hypotheses beside', async () => {
    const { code, out } = await lab('export', 'made', 'other', '--format', 'figures', '--out', 'figures')
    expect(code).toBe(0)
    const files = out.trim().split('\n').map((path) => path.slice(join(study.folder, 'figures').length + 1)) // prettier-ignore
    for (const name of ['made', 'other']) {
      for (const kind of ['svg', 'tex', 'csv']) {
        expect(files.filter((file) => new RegExp(`^${name}-[0-9a-f]{8}/v1-performance\\.${kind}$`).test(file))).toHaveLength(1)
      }
    }
    expect(files.slice(-2)).toEqual(['hypotheses.csv', 'hypotheses.tex'])
    expect(files.every((file) => existsSync(join(study.folder, 'figures', file)))).toBe(true)
  })
  it('are refused with what was expected: one twice, one unknown, none of the paper, no folder, published curves', async () => {
    const refused = async (code: number, words: RegExp, ...args: string[]) => {
      const ended = await lab(...args)
      expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(words)])
    }
    await refused(2, /Expected different studies, got made \([0-9a-f]{8}\) twice/, 'report', 'made', 'made')
    await refused(2, /got "none"/, 'report', 'made', 'none')
    await refused(2, /paper's experiments in this store/, 'report', 'paper/all')
    await refused(2, /Expected --out <folder> for several studies/, 'export', 'made', 'other')
    await refused(2, /Expected one study beside --reference/, 'report', 'made', 'other', '--reference', 'fig-a')
  })
})
