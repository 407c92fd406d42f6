import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadEntry } from '../../../main/jobs/study/prepare.ts'
import { rereadItem } from '../../../main/jobs/study/reread.ts'
import { parseStudy } from '../../../main/study/spec.ts'
import { makeStudy } from '../../make/study.ts'

describe('an item read again', () => {
  it('is what was asked while its data is there and the same; else it is said why not', async () => {
    using made = makeStudy({ items: 5 })
    const study = parseStudy(readFileSync(made.file, 'utf8'), made.file)
    const [task] = loadEntry(study.tasks[0]!, study.data)
    const items = await Array.fromAsync(task!.items(undefined))
    expect(await rereadItem(study, task!, 3, undefined)).toEqual({ question: items[3]!.question, why: null })
    expect((await rereadItem(study, task!, 5, undefined)).why).toMatch(/no item 5/)
    // the study's own folder is gone: another one may have the pack
    const moved = { ...study, data: join(made.folder, 'gone') }
    expect((await rereadItem(moved, task!, 3, undefined)).why).toMatch(/Expected a data folder/)
    expect((await rereadItem(moved, task!, 3, study.data)).question).toEqual(items[3]!.question)
    const file = join(made.folder, 'data', 'made_0', 'default', 'test.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('question', 'question ').replace('question ', 'question'))
    writeFileSync(file, `${readFileSync(file, 'utf8')}${readFileSync(file, 'utf8').split('\n')[0]}\n`)
    expect((await rereadItem(study, task!, 3, undefined)).why).toMatch(/has changed/)
    expect((await rereadItem(study, { id: 'none', hash: '' }, 0, undefined)).why).toMatch(/"none"/)
  })
})
