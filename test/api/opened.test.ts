import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenedBundle, ResultRow, StudyComparison, StudyRow } from '../../preload/contract.ts'
import { answer } from '../../main/api/index.ts'
import { closeOpened } from '../../main/api/opened.ts'
import { openBench, type Bench } from '../../main/bench.ts'
import { openStore } from '../../main/store/open.ts'
import { addResults, STUDY } from '../make/results.ts'
import { makeFolder } from '../make/store.ts'

const folder = makeFolder()
process.env.TMPDIR = folder.path
const at = (...names: string[]) => join(folder.path, ...names)
const file = at('made.zip')
let bench: Bench
const ask = async <T>(name: string, argument: unknown): Promise<T> => {
  const reply = await answer(bench, name, argument)
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`)
  return reply.value as T
}

beforeAll(async () => {
  const store = openStore(at('own'))
  addResults(store)
  store.close()
  bench = openBench({ home: at('own'), readOnly: true })
  await ask('bundles.export', { study: STUDY, file, withItems: true, withMasks: false })
})
afterAll(() => {
  closeOpened(bench, true)
  bench.close()
  folder[Symbol.dispose]()
})

describe('a bundle that stands open', () => {
  it('is read like a study, stands beside the lab’s own, changes nothing, and closing leaves nothing behind', async () => {
    const before = readdirSync(at('own')).sort()
    const { id, opened } = await ask<{ id: string; opened: OpenedBundle[] }>('bundles.look', { file })
    expect(opened).toEqual([expect.objectContaining({ id, file, isRecomputed: true })])
    expect(await ask('bundles.look', { file })).toEqual({ id, opened })
    expect(await ask('bundles.opened', null)).toEqual(opened)
    for (const name of ['studies.results', 'studies.summary', 'studies.charts', 'studies.levels', 'studies.trends']) {
      expect(JSON.stringify(await ask(name, { study: id.slice(0, 8) }))).toBe(JSON.stringify(await ask(name, { study: STUDY })))
    }
    const sides = await ask<StudyComparison>('studies.compare', { studies: [STUDY, id] })
    expect(sides.studies.map((row) => row.id)).toEqual([STUDY, id])
    const rows = await ask<ResultRow[]>('studies.results', { study: STUDY })
    expect(sides.rows.filter(({ study }) => study === id)).toHaveLength(rows.length)
    // on a page of its own, with no command for a study that this lab does not have
    const several = (studies: string[]) => ask<{ page: string }>('studies.digest', { studies, links: studies.map(() => null), width: 90 }) // prettier-ignore
    expect((await several([STUDY])).page).toContain('lab -- export')
    expect((await several([id])).page).not.toContain('lab -- export')
    expect((await ask<StudyRow[]>('studies.several', { studies: [id] })).map((row) => row.id)).toEqual([id])
    await expect(several([STUDY, id])).rejects.toThrow(/^cli\/usage/)
    const { files } = await ask<{ files: string[] }>('exports.several', { studies: [id], format: 'csv', folder: at('out') })
    expect(files.map((path) => existsSync(path))).toEqual([true, true, true])
    await expect(ask('studies.remove', { study: id })).rejects.toThrow(/^bundle\/read-only/)
    expect(await ask('studies.list', null)).toHaveLength(1)
    expect(await ask('bundles.close', { id })).toEqual([])
    expect(readdirSync(at('own')).sort()).toEqual(before)
    await expect(ask('studies.results', { study: id })).rejects.toThrow(/^study\/unknown/)
    await expect(ask('bundles.close', { id })).rejects.toThrow(/^bundle\/not-open/)
  })
  it('is refused where it is damaged or no bundle, and a database is never opened as one', async () => {
    const bytes = readFileSync(file)
    const damaged = Buffer.from(bytes)
    damaged[Math.floor(bytes.length / 3)]! ^= 255
    writeFileSync(at('damaged.zip'), damaged)
    copyFileSync(at('own', 'lab.db'), at('database.zip'))
    for (const name of ['damaged.zip', 'database.zip', 'none.zip']) {
      await expect(ask('bundles.look', { file: at(name) })).rejects.toThrow(/^(bundle|file)\//)
    }
    expect(existsSync(at('own', 'opened'))).toBe(false)
  })
})
