import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabError } from '../../main/base/errors.ts'
import { readText } from '../../main/base/files.ts'

describe('text files', () => {
  let folder: string
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'lab-text-'))))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, bytes: Uint8Array) => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }
  const faultOf = (path: string) => {
    try {
      return readText(path)
    } catch (error) {
      expect(error).toBeInstanceOf(LabError)
      return `${(error as LabError).code}: ${(error as LabError).message}`
    }
  }

  it('are read as they are, a byte order mark and the stand-in for unknown characters among them', () => {
    for (const text of ['', 'naïve\r\n😀', '\uFEFFname: a', 'a \uFFFD b']) {
      expect(readText(write('good.txt', Buffer.from(text)))).toBe(text)
    }
  })

  it.each([
    ['Latin-1', Buffer.from('task: a\ntitle: caf\xe9\n', 'latin1'), 'line 2 (0xe9)'],
    ['cut off within a character', Buffer.from('naïve').subarray(0, 3), 'line 1 (0xc3)'],
    ['cut off within the stand-in', Buffer.from('\n\uFFFD').subarray(0, 3), 'line 2 (0xbf)'],
  ])('in %s are named with the place of the first such byte', (_, bytes, place) => {
    const path = write('bad.txt', bytes)
    expect(faultOf(path)).toBe(`file/text: Expected text in UTF-8 in ${path}, got other bytes in ${place}.`)
  })

  it('that are not there, or are folders, are named as that', () => {
    const path = join(folder, 'none.txt')
    expect(faultOf(path)).toBe(`file/missing: Expected a file or folder at ${path}, found none.`)
    expect(faultOf(folder)).toBe(`file/missing: Expected a file at ${folder}, got a folder.`)
  })
})
