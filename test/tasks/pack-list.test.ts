import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogOf } from '../../main/tasks/index.ts'
import { listPacks } from '../../main/tasks/pack-list.ts'
import { countRows } from '../../main/tasks/rows.ts'
import { makeFolder } from '../make/store.ts'

describe('data packs', () => {
  it('are listed with their splits, rows and the tasks that read them, under the names they go by now', () => {
    using data = makeFolder()
    const put = (path: string, text: string) => {
      mkdirSync(join(data.path, path, '..'), { recursive: true })
      writeFileSync(join(data.path, path), text)
    }
    put('nyu-mll/blimp/adjunct_island/train.jsonl', '{"a":1}\n{"a":2}\n')
    put('own/default/test.jsonl', '{"a":1}\n{"a":2}\n{"a":3}')
    put('own/default/validation.txt', 'one\n')
    put('own/LICENSE.txt', 'free\n')
    put('.hidden/default/test.jsonl', '{}\n')
    const { packs, missing } = listPacks([data.path, '/nowhere/at/all'], catalogOf())
    expect(missing).toEqual(['/nowhere/at/all'])
    expect(packs.map(({ pack, config, splits, tasks }) => [pack, config, splits.map(({ name, rows, bytes }) => `${name} ${rows} ${bytes}`), tasks])).toEqual([
      ['nyu-mll/blimp', 'adjunct_island', ['train 2 16'], ['blimp_adjunct_island']],
      ['own', 'default', ['test 3 23', 'validation 1 4'], []],
    ]) // prettier-ignore
  })
  it('are counted anew when a file has changed', () => {
    using folder = makeFolder()
    const path = join(folder.path, 'rows.jsonl')
    writeFileSync(path, '1\n2\n')
    expect(countRows(path)).toBe(2)
    writeFileSync(path, '1\n2\n3\n')
    utimesSync(path, 1, 1)
    expect(countRows(path)).toBe(3)
    writeFileSync(path, '')
    expect(countRows(path)).toBe(0)
  })
})
