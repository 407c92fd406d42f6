import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { draftFolder, listDrafts, readDraft, removeDraft, saveDraft } from '../../main/store/drafts.ts'
import { makeFolder } from '../make/store.ts'

describe('drafts', () => {
  it('are kept, listed with the last changed first, and taken away', () => {
    using home = makeFolder()
    expect(listDrafts(home.path)).toEqual([])
    for (const [i, name] of ['first', 'second'].entries()) {
      saveDraft(home.path, name, `name: ${name}\n`)
      utimesSync(join(draftFolder(home.path), `${name}.yaml`), i, i)
    }
    expect(listDrafts(home.path).map(({ name, bytes }) => `${name} ${bytes}`)).toEqual(['second 13', 'first 12'])
    saveDraft(home.path, 'first', 'name: other\n')
    expect(readDraft(home.path, 'first')).toBe('name: other\n')
    removeDraft(home.path, 'first')
    expect(listDrafts(home.path).map(({ name }) => name)).toEqual(['second'])
    expect(() => readDraft(home.path, 'secnd')).toThrow('perhaps "second"')
  })
  it('have names that are file names on any system and lead nowhere', () => {
    using home = makeFolder()
    writeFileSync(join(home.path, 'outside.yaml'), 'x')
    const names = [
      ...[
        '',
        '.',
        '..',
        '../outside',
        '..\\outside',
        '/etc/passwd',
        'a/b',
        'a\\b',
        'a\0b',
        'con',
        'nul.x',
        'com1',
        'a.',
        '.hidden',
      ],
      ...[
        'A',
        'ä',
        'a b',
        'a:b',
        '%2e%2e',
        '-a',
        '__proto__',
        'x'.repeat(81),
        'a\n',
        '..%2foutside',
        'file://a',
        'C:x',
        'a*',
        'a?',
      ],
    ]
    for (const name of names) {
      for (const act of [saveDraft, readDraft, removeDraft] as const)
        expect(() => act(home.path, name, 'text')).toThrow(expect.objectContaining({ code: 'draft/name' }))
    }
    expect(readdirSync(home.path)).toEqual(['outside.yaml'])
    expect(existsSync(draftFolder(home.path))).toBe(false)
  })
})
