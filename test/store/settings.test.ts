import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSettings, settingsChange, writeSettings } from '../../main/store/settings.ts'
import { makeFolder } from '../make/store.ts'

describe('settings', () => {
  it('are as they come until some are set, and then keep the others', () => {
    using home = makeFolder()
    expect(readSettings(home.path)).toMatchObject({ provider: null, libraryFolders: [], isNetworkAllowed: true, textScale: 1 })
    expect(writeSettings(home.path, { theme: 'dark', libraryFolders: ['/models'] })).toMatchObject({ theme: 'dark' })
    expect(writeSettings(home.path, { threads: 4 })).toMatchObject({ theme: 'dark', libraryFolders: ['/models'], threads: 4 })
    expect(readSettings(home.path)).toMatchObject({ theme: 'dark', libraryFolders: ['/models'], threads: 4 })
  })
  it('of a newer lab stay in the file', () => {
    using home = makeFolder()
    const path = join(home.path, 'settings.json')
    writeFileSync(path, '{"theme":"light","later":{"deep":1}}')
    expect(writeSettings(home.path, { threads: 1 })).not.toHaveProperty('later')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ theme: 'light', later: { deep: 1 }, threads: 1 })
  })
  it('that are none are refused with what came, and left as they are', () => {
    using home = makeFolder()
    const path = join(home.path, 'settings.json')
    for (const text of ['{', '[]', '{"theme":"pink"}', '{"threads":-1}', '{"dataFolders":[""]}', 'null']) {
      writeFileSync(path, text)
      expect(() => readSettings(home.path)).toThrow(expect.objectContaining({ code: 'settings/file' }))
      expect(() => writeSettings(home.path, { threads: 1 })).toThrow(expect.objectContaining({ code: 'settings/file' }))
      expect(readFileSync(path, 'utf8')).toBe(text)
    }
  })
  it('take no change that nobody knows', () => {
    for (const change of [{ colour: 1 }, { textScale: 9 }, { libraryFolders: 'x' }, { isNetworkAllowed: 'no' }])
      expect(settingsChange.safeParse(change).success).toBe(false)
    expect(settingsChange.safeParse({}).success).toBe(true)
  })
})
