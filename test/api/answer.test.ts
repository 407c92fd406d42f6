import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, callNames } from '../../main/api/index.ts'
import { openBench, type Bench } from '../../main/bench.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const home = makeFolder()
let bench: Bench

beforeAll(() => {
  addStudy(home.path)
  bench = openBench({ home: home.path, readOnly: true })
})
afterAll(() => {
  bench.close()
  home[Symbol.dispose]()
})

describe('a call', () => {
  it('is answered with plain data: what JSON says of it is all there is', async () => {
    for (const name of [
      'lab.about',
      'studies.list',
      'studies.schema',
      'exports.list',
      'methods.list',
      'models.architectures',
      'tasks.list',
    ]) {
      const reply = await answer(bench, name, null)
      expect([name, reply.ok]).toEqual([name, true])
      expect(JSON.parse(JSON.stringify(reply))).toEqual(reply)
    }
  })
  it('that nobody knows is told the nearest one', async () => {
    const reply = await answer(bench, 'studies.lst', null)
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'api/unknown', message: expect.stringContaining('"studies.list"') as string },
    })
    for (const name of ['__proto__', 'constructor', 'toString', ''])
      expect(await answer(bench, name, null)).toMatchObject({ ok: false })
  })
  it('never rejects, whatever it is given', async () => {
    const odd = [
      undefined,
      null,
      NaN,
      0,
      '',
      'x',
      [],
      {},
      { study: null },
      { study: 'none', extra: 1 },
      { study: 'x'.repeat(1e5) },
      new Date(0),
    ]
    const slow = ['doctor.read', 'studies.schema', 'tasks.list', 'templates.list', 'packs.list']
    for (const name of callNames.filter((call) => !slow.includes(call))) {
      for (const argument of odd) {
        const reply = await answer(bench, name, argument)
        if (!reply.ok)
          expect(reply.error).toMatchObject({ code: expect.any(String) as string, hint: expect.any(String) as string })
        // what takes nothing, or a change of nothing
        else if (argument !== null) expect([name, Object.keys(argument as object)]).toEqual(['settings.write', []])
      }
    }
  })
  it('says what of its argument is wrong, and what came', async () => {
    const wrong = await answer(bench, 'studies.table', { study: 'small', width: 'wide', hasColour: false })
    expect(wrong).toMatchObject({ ok: false, error: { code: 'api/argument' } })
    expect(wrong.ok || wrong.error.message).toMatch(/"studies\.table".*"width".*"wide" \(string\)/)
    const more = await answer(bench, 'studies.show', { study: 'small', also: 1 })
    expect(more.ok || more.error.message).toContain('also')
  })
  it('finds a study by name, id, and the start of an id, and says which there are where there is none', async () => {
    const list = await answer(bench, 'studies.list', null)
    const { id } = (list as { value: { id: string }[] }).value[0]!
    for (const study of ['small', id, id.slice(0, 4)])
      expect(await answer(bench, 'studies.show', { study })).toMatchObject({ ok: true, value: { id } })
    const none = await answer(bench, 'studies.show', { study: 'smal' })
    expect(none).toMatchObject({
      ok: false,
      error: { code: 'study/unknown', message: expect.stringContaining('small') as string },
    })
  })
  it('tells the cells that failed, with why', async () => {
    const reply = await answer(bench, 'studies.faults', { study: 'small' })
    expect(reply).toMatchObject({
      ok: true,
      value: [{ label: expect.stringContaining('hard') as string, fault: { code: 'engine/died' } }],
    })
  })
  it('for a format that nobody writes says which are written', async () => {
    const reply = await answer(bench, 'studies.export', { study: 'small', format: 'cvs' })
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'api/argument', message: expect.stringMatching(/csv.*"cvs"/) as string },
    })
  })
})
