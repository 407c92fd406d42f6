import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../main/host/commands/index.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'
import { makeStudy } from '../make/study.ts'
import { callCli } from '../make/terminal.ts'

const home = makeFolder()
const empty = makeFolder()
beforeAll(() => void addStudy(home.path))
afterAll(() => {
  home[Symbol.dispose]()
  empty[Symbol.dispose]()
})

/** Runs the command line as typed, on the store of `home`. */
const type = (line: string, { folder = home.path } = {}) => callCli(line.split(' ').filter(Boolean), folder, folder)
const lines = (text: string) => text.split('\n')

describe('help', () => {
  it('says its version, as package.json has it', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
      version: string
    }
    expect(await type('--version')).toMatchObject({ code: 0, out: `${version}\n` })
    expect(JSON.parse((await type('--version --json')).out)).toEqual({ version })
  })
  it('names every command with what it does, and fits a terminal', async () => {
    const { code, out } = await type('--help')
    expect(code).toBe(0)
    for (const { id, about } of commands)
      expect(lines(out).some((line) => line.startsWith(`  ${id} `) && line.endsWith(about.split('\n')[0]!))).toBe(true)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
    for (const same of ['', 'help', '-h']) expect((await type(same)).out).toBe(out)
  })
  it('says of each command what it takes, wherever it is asked', async () => {
    for (const { id, flags } of commands) {
      const { code, out } = await type(`${id} --help`)
      expect([id, code]).toEqual([id, 0])
      for (const { name, about } of flags)
        expect(lines(out).some((line) => line.startsWith(`  --${name}`) && line.endsWith(about))).toBe(true)
      expect((await type(`help ${id}`)).out).toBe(out)
    }
  })
})

describe('wrong usage ends with 2, one sentence and the next step', () => {
  it.each([
    ['a command that is not there', 'rum', /Expected a command .* got "rum"; did you mean "run"\?/],
    ['a flag that is not there', 'status --jsn', /"lab status" takes no --jsn; did you mean --json\?/],
    ['a flag in place of a command', '--hom x', /"lab <command>" takes no --hom; did you mean --home\?/],
    ['a flag without its value', 'export --format', /format/],
    ['no study file', 'run', /Expected the path of a study file, or paper\/<name>, got nothing\./],
    ['two study files', 'run a.yaml b.yaml', /Expected the path of a study file, or paper\/<name>, got "a\.yaml b\.yaml"\./],
    ['a number that is none', 'run a.yaml --limit ten', /Expected a whole number of at least 1 after --limit, got "ten"\./],
    [
      'a verb that is not there',
      'tasks chekc x',
      /Expected "tasks list", "tasks axes" or "tasks check .*", got "tasks chekc x"\./,
    ],
    ['a study that is not there', 'results other', /Expected the name or id of a study in this store \(small\), got "other"\./],
    ['a format that is not there', 'export small --format cvs', /Expected a format \(.*csv.*\), got "cvs"/],
  ])('%s', async (_, line, message) => {
    const { code, out, err } = await type(line)
    expect(err).toMatch(message)
    expect(err.trim().split('\n')).toHaveLength(2)
    expect([code, out]).toEqual([2, ''])
  })
  it('a store without studies', async () => {
    const { code, err } = await type('report', { folder: empty.path })
    expect([code, err]).toEqual([2, expect.stringContaining('Expected a study in this store, but it holds none yet.')])
  })
  it('is JSON for programs', async () => {
    const { code, out, err } = await type('results other --json')
    expect([code, out]).toEqual([2, ''])
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'study/unknown', hint: expect.any(String) as string } })
  })
})

describe('what went wrong although it was asked rightly ends with 1', () => {
  it('a model folder that is not there', async () => {
    const { code, err } = await type('models show nowhere')
    expect([code, err]).toEqual([1, expect.stringContaining(join(home.path, 'nowhere'))])
  })
})

describe('status', () => {
  it('lists the studies of the store', async () => {
    const { code, out } = await type('status')
    expect(code).toBe(0)
    expect(out).toMatch(/study +id +state +cells +done +failed +created +title/)
    expect(out).toMatch(/small +\w{8} +failed +9 +8 +1 +2026-11-24 12:00 +A small study/)
  })
  it('says of one study which cells failed and why', async () => {
    const { out } = await type('status small')
    expect(out).toContain('tiny · magnitude 0.8 model · hard')
    expect(out).toContain('The engine process ended (SIGKILL).')
    const { out: json } = await type('status small --json')
    expect(JSON.parse(json)).toMatchObject({ name: 'small', faults: [{ fault: { code: 'engine/died' } }] })
  })
  it('says how to begin where there is none', async () => {
    expect((await type('status', { folder: empty.path })).out).toContain('No study yet. Begin with: npm run lab -- run')
    expect((await type('status --json', { folder: empty.path })).out).toBe('[]\n')
  })
  it('reads the store that --home names, relative to where it was called', async () => {
    const { out } = await type(`status --home ${join('..', home.path.split('/').at(-1)!)}`, { folder: empty.path })
    expect(out).toContain('small')
  })
})

describe('lists', () => {
  it('of methods, architectures and tasks', async () => {
    expect((await type('methods')).out).toMatch(/magnitude +.*model/)
    const card = (await type('methods gptq')).out
    expect(card).toMatch(/formula +Q as in rtn/)
    expect(card).toMatch(/blockSize +1 to 4096, whole \(columns\) +128/)
    expect(await type('methods gptqq')).toMatchObject({ code: 1, err: expect.stringContaining('perhaps "gptq"') as string })
    expect((await type('models')).out).toContain('llama')
    const { out } = await type('tasks list --json')
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ name: 'blimp', kind: 'group' }))
  })
  it('of formats', async () => {
    const { out } = await type('export --format ? --json')
    expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(expect.arrayContaining(['csv', 'json']))
  })
})

describe('tasks check', () => {
  it('shows what a task file asks, where its tokens part, and what may surprise', async () => {
    using study = makeStudy({ tasks: 1, items: 4 })
    const args = ['tasks', 'check', 'made_0.yaml', '--data', 'data', '--model', study.model]
    const { code, out, err } = await callCli(args, study.folder, study.home)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^made_0 {2}.*made_0\.yaml\n {2}asks +choice, 0 shots, scored by /)
    expect(out).toMatch(/documents {2}4 with 8 texts of \d+ to \d+ tokens/)
    expect(out.match(/^ {2}✓ │ .*▸/gm)).toHaveLength(3) // of three documents, the right choice
    expect(out).toMatch(/^ {6}tokens .* ▸ .+/m)
    const { out: json } = await callCli([...args, '--json', '--limit', '2'], study.folder, study.home)
    expect(JSON.parse(json)).toMatchObject([{ name: 'made_0', documents: 2, lengths: { unit: 'tokens' } }])
  })
  it('names what is not there', async () => {
    expect(await type('tasks check blimp_wh_islnd --data .')).toMatchObject({
      code: 1,
      err: expect.stringContaining('blimp_wh_island') as string,
    })
    expect(await type('tasks check none.yaml --data .')).toMatchObject({
      code: 1,
      err: expect.stringContaining(join(home.path, 'none.yaml')) as string,
    })
  })
})

describe('export schema', () => {
  it('writes the JSON Schema of study files, as it lies in resources', async () => {
    const shipped = readFileSync(join(import.meta.dirname, '../../resources/schema/study.json'), 'utf8')
    expect((await type('export schema')).out).toBe(shipped)
    const { out } = await type('export schema --out schema.json')
    expect(out.trim()).toBe(join(home.path, 'schema.json'))
    expect(readFileSync(out.trim(), 'utf8')).toBe(shipped)
  })
})
