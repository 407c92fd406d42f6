import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../main/host/page.ts'
import { makeFolder } from '../make/store.ts'

describe('the built page', () => {
  it('gives its own files and nothing else, by whatever name it is asked', () => {
    using folder = makeFolder()
    const page = join(folder.path, 'page')
    mkdirSync(join(page, 'assets'), { recursive: true })
    for (const [name, text] of [['index.html', 'page'], ['assets/a.js', 'script'], ['assets/notes.txt', 'no'], ['.env', 'no']] as const) writeFileSync(join(page, name), text) // prettier-ignore
    writeFileSync(join(folder.path, 'secret.html'), 'secret')
    symlinkSync(join(folder.path, 'secret.html'), join(page, 'link.html'))
    symlinkSync(folder.path, join(page, 'up'))
    const built = readPage(page)
    expect(['/', '/index.html', '/assets/a.js'].map((path) => built.find(path)?.body.toString())).toEqual([
      'page',
      'page',
      'script',
    ])
    const steps = [
      '..',
      '%2e%2e',
      '..%2f',
      '%252e%252e',
      '..\\',
      '..%5c',
      '....',
      '.',
      '%c0%ae%c0%ae',
      '..;',
      '．．',
      'assets/..',
      'up',
      'x/../..',
    ]
    const ends = [
      'secret.html',
      'link.html',
      'page/index.html',
      'etc/passwd',
      '.env',
      'assets/notes.txt',
      'index.html%00',
      'index.html/',
      '',
    ]
    const asked = steps.flatMap((step) => ends.flatMap((end) => [`/${step}/${end}`, `/${step}/${step}/${end}`, `${step}/${end}`]))
    expect(asked.length).toBeGreaterThan(300)
    for (const path of [
      ...asked,
      '/link.html',
      '/up/secret.html',
      '/.env',
      '//',
      '',
      'file:///etc/passwd',
      'C:\\x',
      '__proto__',
      'constructor',
    ])
      expect([path, built.find(path)]).toEqual([path, undefined])
  })
})
