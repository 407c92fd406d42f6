import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openReader } from '../../main/api/reader.ts'
import { launchNode } from '../../main/host/launch.ts'
import { openStore } from '../../main/store/open.ts'
import type { LogLine, RunRow } from '../../preload/contract.ts'
import { isRunning } from '../make/processes.ts'
import { makeStudy } from '../make/study.ts'

type Call = <T>(name: string, argument: unknown) => Promise<T>
const through =
  (reader: ReturnType<typeof openReader>): Call =>
  async <T>(name: string, argument: unknown) => {
    const reply = await reader.answer(name, argument)
    if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`)
    return reply.value as T
  }

async function until(call: Call, isSo: (row: RunRow) => boolean): Promise<RunRow> {
  for (;;) {
    const [row] = await call<RunRow[]>('runs.list', null)
    if (row && isSo(row)) return row
    await new Promise((done) => setTimeout(done, 25))
  }
}

describe('a run of the window', () => {
  it('is stopped, gone on with by the next lab and finished, cell by cell the same as run by hand', async () => {
    using made = makeStudy({ items: 40 })
    const text = readFileSync(made.file, 'utf8').replaceAll('./made', join(made.folder, 'made')).replace('data: data', `data: ${join(made.folder, 'data')}`) // prettier-ignore
    const first = openReader(made.home, launchNode)
    const call = through(first)
    const { id } = await call<RunRow>('runs.start', { text, study: null, threads: 1, provider: 'cpu' })
    const pid = async () => Number(/process (\d+)/.exec((await call<{ lines: LogLine[] }>('runs.log', { run: id, after: 0 })).lines.find(({ text }) => text.startsWith('Started'))!.text)![1]) // prettier-ignore
    await until(call, ({ state }) => state === 'running')
    const child = await pid()
    expect(isRunning(child)).toBe(true)
    // another window of this store sees the queue, and leaves it to this one
    const other = openReader(made.home, launchNode)
    expect(await through(other)<RunRow[]>('runs.list', null)).toMatchObject([{ id, state: 'running' }])
    expect(await other.answer('runs.pause', { run: id })).toMatchObject({ ok: false, error: { code: 'run/elsewhere' } })
    // when it closes, the other one takes over
    const stop = other.watch(() => {})
    await first.close()
    expect(isRunning(child)).toBe(false)
    const again = through(other)
    const row = await until(again, ({ state }) => state === 'finished')
    expect(row).toMatchObject({ done: row.total, fault: null, said: [{ text: 'The lab was closed while this ran; it goes on where it was.' }] }) // prettier-ignore
    expect(row.study).toMatch(/^[0-9a-f]{32}$/)
    expect(await again<{ state: string }>('studies.show', { study: row.study })).toMatchObject({ state: 'finished', failed: 0 })
    const log = await again<{ lines: LogLine[] }>('runs.log', { run: id, after: 0 })
    const doneLines = log.lines.filter(({ text }) => text.startsWith('Done: '))
    expect(new Set(doneLines.map(({ text }) => text)).size).toBe(row.total)

    // a study of the store runs again under the same id: there is nothing left to do
    await again<RunRow>('runs.start', { text: null, study: row.study, threads: null, provider: null })
    const redone = await until(again, (one) => one.id === '2' && one.state === 'finished')
    expect(redone.study).toBe(row.study)
    // nobody holds the store now: the study can be taken away, cells and all
    expect(await again<unknown[]>('studies.remove', { study: row.study })).toEqual([])
    stop()
    await other.close()
    const store = openStore(made.home, { readOnly: true })
    expect([store.studies.list(), store.paces.list()]).toEqual([[], []])
    store.close()
  }, 120_000)
})
