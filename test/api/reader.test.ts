import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { openReader } from '../../main/api/reader.ts'
import { openStore } from '../../main/store/open.ts'
import type { StudyRow } from '../../preload/contract.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const names = (reply: unknown) => (reply as { value: StudyRow[] }).value.map(({ name }) => name)

describe('a reader', () => {
  it('sees a store that another lab makes after it was opened', async () => {
    using folder = makeFolder()
    const home = join(folder.path, 'not-yet')
    const reader = openReader(home)
    expect(names(await reader.answer('studies.list', null))).toEqual([])
    addStudy(home, { name: 'first' })
    expect(names(await reader.answer('studies.list', null))).toEqual(['first'])
    await reader.close()
  })
  it('reads while another lab writes', async () => {
    using home = makeFolder()
    addStudy(home.path, { name: 'first' })
    const reader = openReader(home.path)
    expect(names(await reader.answer('studies.list', null))).toEqual(['first'])
    const writer = openStore(home.path)
    writer.studies.save({ id: 'f'.repeat(32), name: 'second', title: 'Second', spec: {}, createdAt: '2026-11-25' }, [
      { fingerprint: 'a'.repeat(64), label: 'a', modelName: 'm', taskLabel: 't', taskGroup: '' },
    ], 'running') // prettier-ignore
    expect(names(await reader.answer('studies.list', null))).toEqual(['second', 'first'])
    writer.close()
    await reader.close()
  })
  it('answers with the fault of a store that cannot be opened, and with the next one once it can', async () => {
    using home = makeFolder()
    writeFileSync(join(home.path, 'lab.db'), 'this is no database, though it is long enough for the header of one: '.repeat(9))
    const reader = openReader(home.path)
    expect(await reader.answer('studies.list', null)).toMatchObject({ ok: false, error: { code: 'store/corrupt' } })
    rmSync(join(home.path, 'lab.db'))
    addStudy(home.path, { name: 'again' })
    expect(names(await reader.answer('studies.list', null))).toEqual(['again'])
    await reader.close()
  })
  it('tells the list when it begins to watch, then once for each change', async () => {
    using home = makeFolder()
    const reader = openReader(home.path)
    const tell = vi.fn()
    const stop = reader.watch((event, value) => event === 'studies.changed' && tell(event, value))
    await vi.waitFor(() => expect(tell).toHaveBeenCalledWith('studies.changed', []))
    addStudy(home.path, { name: 'first' })
    await vi.waitFor(() => expect(tell).toHaveBeenCalledTimes(2), { timeout: 5000 })
    await new Promise((done) => setTimeout(done, 1500))
    expect(tell).toHaveBeenCalledTimes(2)
    stop()
    await reader.close()
  })
  it('makes the numbers of the newest study ready, and minds no store without one', async () => {
    using home = makeFolder()
    const reader = openReader(home.path)
    await reader.prepare()
    const id = addStudy(home.path, { name: 'first' })
    await reader.prepare()
    expect(await reader.answer('studies.results', { study: id })).toMatchObject({ ok: true })
    await reader.close()
  })
  describe('asked for a study whose numbers take long', () => {
    const results = ['studies.results', { study: 'large' }] as const
    const large = (home: string) => {
      const tasks = Array.from({ length: 10 }, (_, i) => `task_${i}`)
      const levels = Array.from({ length: 11 }, (_, i) => (i + 1) / 12)
      addStudy(home, { name: 'large', tasks, levels, items: 1000, done: 120, failed: 0, state: 'finished' })
    }
    const timed = async (asked: Promise<unknown>) => {
      const began = performance.now()
      const reply = await asked
      return { reply, ms: performance.now() - began }
    }
    it('answers small calls meanwhile, and asked again at once', async () => {
      using home = makeFolder()
      large(home.path)
      const reader = openReader(home.path)
      let isDone = false
      const slow = timed(reader.answer(...results)).finally(() => (isDone = true))
      const waits: number[] = []
      while (!isDone) {
        waits.push((await timed(reader.answer('studies.list', null))).ms)
        await new Promise((done) => setTimeout(done, 20))
      }
      const { reply, ms } = await slow
      expect(reply).toMatchObject({ ok: true })
      expect(ms).toBeGreaterThan(600) // slow enough to have been in the way
      expect(Math.max(...waits)).toBeLessThan(200)
      expect((await timed(reader.answer(...results))).ms).toBeLessThan(ms / 5)
      await reader.close()
    })
    it('answers that it was closed when it ends meanwhile, and to whoever asks later', async () => {
      using home = makeFolder()
      large(home.path)
      const reader = openReader(home.path)
      const slow = reader.answer(...results)
      await new Promise((done) => setTimeout(done, 300))
      await reader.close()
      expect(await slow).toMatchObject({ ok: false, error: { code: 'engine/stopped' } })
      expect(await reader.answer(...results)).toMatchObject({ ok: false, error: { code: 'engine/stopped' } })
    })
  })
})
