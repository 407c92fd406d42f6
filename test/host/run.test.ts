import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeStudy, type MadeStudy } from '../make/study.ts'
import { callCli, type Ended } from '../make/terminal.ts'

const cli = join(import.meta.dirname, '..', '..', 'main', 'host', 'cli.ts')

/** Runs the command line in this process. */
const lab = (study: MadeStudy, ...args: string[]) => callCli(args, study.folder, study.home)

/** Runs the command line in a process of its own; `onLine` hears each line of stderr as it comes. */
function spawnLab(
  study: MadeStudy,
  args: readonly string[],
  onLine: (line: string, interrupt: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: study.folder, env: { ...process.env, LAB_HOME: study.home } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part
    for (const line of part.split('\n').filter(Boolean)) onLine(line, () => child.kill('SIGINT'))
  })
  return new Promise((done) => child.once('close', (code) => done({ code, out, err })))
}
const json = ({ out }: Ended) => JSON.parse(out) as Record<string, unknown>

describe('lab run', () => {
  it('runs a study, prints its table and where its files are; again, it only prints', async () => {
    using study = makeStudy()
    const first = await lab(study, 'run', 'study.yaml')
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/magnitude[\s\S]*10 of 10 cells run in \d+ s\./)])
    const files = first.out.match(/^ {2}(\/.*)$/gm)!.map((line) => line.trim())
    expect(files.map((path) => path.replace(/^.*\//, ''))).toEqual(['report.html', 'results.csv', 'results.json'])
    expect(files.every((path) => existsSync(path) && dirname(dirname(path)) === join(study.home, 'results'))).toBe(true)
    expect(readFileSync(files[0]!, 'utf8')).toMatch(/^<!doctype html>/i)

    const second = await lab(study, 'run', 'study.yaml', '--json', '--out', 'mine')
    expect(second.code).toBe(0)
    expect(json(second)).toMatchObject({ cells: 10, skipped: 10, done: 0, failed: [], files: [join(study.folder, 'mine', 'report.html'), expect.anything(), expect.anything()] }) // prettier-ignore
    expect(readFileSync(join(study.folder, 'mine', 'results.csv'), 'utf8')).toBe(readFileSync(files[1]!, 'utf8'))

    const rows = JSON.parse((await lab(study, 'results', '--json')).out) as unknown[]
    expect(rows).toHaveLength(10)
    const csv = await lab(study, 'export', 'made', '--format', 'csv')
    expect(csv.out).toBe(readFileSync(files[1]!, 'utf8'))
  })
  it('runs several models in one study, each by its name, and refuses one that is given twice', async () => {
    using study = makeStudy({ tasks: 1, items: 6, compress: ['{ method: magnitude, sparsity: 0.5 }'] })
    const copy = join(study.folder, 'elsewhere', basename(study.model))
    cpSync(study.model, copy, { recursive: true })
    const weights = readFileSync(join(copy, 'model.safetensors'))
    weights[weights.length - 4]! ^= 1 // the lowest bit of the last number: another model, which answers alike
    writeFileSync(join(copy, 'model.safetensors'), weights)
    const { code, out } = await lab(study, 'run', 'study.yaml', '--model', study.model, '--model', copy, '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { cells: 4, done: 4 }])
    const rows = JSON.parse((await lab(study, 'results', '--json')).out) as { model: string; value: number }[]
    const names = [study.model, copy].map((folder) => `${basename(dirname(folder))}/${basename(folder)}`)
    expect(rows.map(({ model }) => model)).toEqual([names[0], names[0], names[1], names[1]])
    expect(rows.slice(0, 2).map(({ value }) => value)).toEqual(rows.slice(2).map(({ value }) => value))
    const twice = await lab(study, 'run', 'study.yaml', '--model', study.model, '--model', study.model)
    expect([twice.code, twice.err]).toEqual([2, expect.stringMatching(/Expected each model once, got .* twice\./)])
  })
  it('stops at Ctrl-C within a second, says how far it came, and goes on from there', async () => {
    const levels = Array.from({ length: 19 }, (_, i) => (i + 1) / 20)
    using study = makeStudy({ items: 1000, compress: [`{ method: magnitude, sparsity: [${levels.join(', ')}] }`] })
    let askedAt = 0
    const stopped = await spawnLab(study, ['run', 'study.yaml'], (line, interrupt) => {
      if (askedAt > 0 || !line.startsWith('{"progress":')) return
      askedAt = performance.now()
      interrupt()
    })
    const tookMs = performance.now() - askedAt
    const words = /^Stopped with (\d+) of 40 cells done\.\nRun the same command again to go on/m
    expect([stopped.code, stopped.err]).toEqual([130, expect.stringMatching(words)])
    expect(tookMs).toBeLessThan(1500) // a second, and the end of a process on a machine that does other things as well
    const status = JSON.parse((await lab(study, 'status', '--json')).out) as { state: string; done: number }[]
    expect(status).toMatchObject([{ state: 'interrupted', done: Number(words.exec(stopped.err)![1]) }])
    const resumed = await lab(study, 'run', 'study.yaml', '--json')
    expect(resumed.code).toBe(0)
    expect(json(resumed)).toMatchObject({ cells: 40, skipped: status[0]!.done, done: 40 - status[0]!.done })
  })
  it('with cells that failed still shows the others, says why, and ends with 1', async () => {
    using study = makeStudy({
      compress: ['{ method: magnitude, sparsity: 0.5 }', '{ method: magnitude, pattern: { keep: 1, of: 64 } }'],
    })
    const { code, out, err } = await lab(study, 'run', 'study.yaml')
    expect([code, out]).toEqual([1, expect.stringContaining('4 of 6 cells run')])
    expect(err).toMatch(/2 of 6 cells failed; "npm run lab -- status \w{8}" lists them all\.\n.*magnitude 1:64/)
    const status = await lab(study, 'status', 'made')
    expect(status.out).toMatch(/failed[\s\S]*magnitude 1:64/)
  })
  it('refuses a wrong study before anything is written, with the place of the mistake', async () => {
    using study = makeStudy()
    writeFileSync(study.file, readFileSync(study.file, 'utf8').replace('sparsity:', 'sparsty:'))
    const { code, out, err } = await lab(study, 'run', 'study.yaml')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/study\.yaml:\d+:\d+/)
    expect(err).toContain('sparsity')
    const status = await lab(study, 'status', '--json')
    expect(status.out).toBe('[]\n')
  })
})
