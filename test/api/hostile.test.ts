import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, callNames } from '../../main/api/index.ts'
import { createRng } from '../../main/base/rng.ts'
import type { Json } from '../../main/base/json.ts'
import { openBench, type Bench } from '../../main/bench.ts'
import { makeFolder } from '../make/store.ts'

describe('a call from a stranger', () => {
  const home = makeFolder()
  let bench: Bench
  beforeAll(() => (bench = openBench({ home: home.path, readOnly: true })))
  afterAll(() => {
    bench.close()
    home[Symbol.dispose]()
  })
  const rng = createRng('hostile')
  const pick = <T>(list: readonly T[]): T => list[rng.int(list.length)]!
  const KEYS = [
    'study',
    'folder',
    'name',
    'run',
    'text',
    'path',
    'value',
    'to',
    '__proto__',
    'constructor',
    'toString',
    '',
    'limit',
  ]
  const TEXTS = [
    '',
    'x',
    '../../etc/passwd',
    '/etc/passwd',
    'a\0b',
    '%2e%2e/',
    '\ud800',
    'x'.repeat(5000),
    '1',
    '__proto__',
    'file://x',
  ]

  function made(depth: number): Json {
    const kind = rng.int(depth > 3 ? 4 : 6)
    if (kind === 0) return pick([0, -1, 1e308, 0.5, 2 ** 53, 1])
    if (kind === 1) return pick([true, false])
    if (kind <= 3) return pick(TEXTS)
    if (kind === 4) return Array.from({ length: rng.int(4) }, () => made(depth + 1))
    // from text, as it comes over a wire: only so is __proto__ a key of its own
    return JSON.parse(
      `{${Array.from({ length: rng.int(4) }, () => `${JSON.stringify(pick(KEYS))}:${JSON.stringify(made(depth + 1))}`).join()}}`,
    ) as Json
  }

  it('is answered in values ten thousand times, changes no prototype and writes nothing but what it may', async () => {
    const slow = new Set(['doctor.read'])
    const names = callNames.filter((name) => !slow.has(name))
    const done: string[] = []
    for (let i = 0; i < 10_000; i++) {
      const name = rng.int(10) === 0 ? pick([...KEYS, 'studies.__proto__']) : pick(names)
      const argument = made(0)
      const reply = await answer(bench, name, argument)
      if (!reply.ok)
        expect([reply.error.code === 'app/unexpected', JSON.stringify(argument)]).toEqual([false, JSON.stringify(argument)])
      else done.push(name)
    }
    expect(({} as Record<string, unknown>).study).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
    // what may succeed by luck, and what it may write
    const lucky = ['settings.write', 'folders.browse', 'drafts.check', 'drafts.save', 'drafts.remove', 'drafts.edit']
    expect([...new Set(done)].filter((name) => !lucky.includes(name))).toEqual([])
    const written = readdirSync(home.path, { recursive: true, encoding: 'utf8' })
    expect(written.filter((name) => !/^(settings\.json|drafts([/\\][x1]\.yaml)?)$/.test(name))).toEqual([])
  })
})
