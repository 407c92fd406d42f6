import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const cellsOf = (text: string) =>
  text.split('\n').flatMap((line) =>
    line.startsWith('|')
      ? [
          line
            .split('|')
            .slice(1, -1)
            .map((cell) => cell.trim()),
        ]
      : [],
  )
const rows = cellsOf(read('docs/security.md')).filter(([, , , file]) => file?.startsWith('test/'))
const facts = read('docs/spec/platform.md')
const sectionOf = (name: string) =>
  facts.slice(facts.indexOf(`## ${name}. `), facts.indexOf('\n## ', facts.indexOf(`## ${name}. `) + 1))

describe('docs/security.md', () => {
  it('names tests that are there', () => {
    const missing = rows.filter(([, , test, file]) => !existsSync(join(root, file!)) || !read(file!).includes(`'${test}'`))
    expect(missing).toEqual([])
    expect(rows.length).toBeGreaterThan(20)
  })
  it('has a row for every item of the security list (platform.md B3) and every check of the loopback page (C4)', () => {
    const items = new Set(rows.map(([item]) => item))
    const listed = cellsOf(sectionOf('B3')).map(([item]) => item!).filter((item) => item !== 'Item' && !item.startsWith('-')) // prettier-ignore
    expect(listed).toHaveLength(9)
    expect(listed.filter((item) => !items.has(item))).toEqual([])
    const checks = [...sectionOf('C4').matchAll(/(?:^|[\s;])([1-7])\. /gm)].map(([, number]) => number)
    expect(checks).toEqual(['1', '2', '3', '4', '5', '6', '7'])
    expect(checks.filter((number) => ![...items].some((item) => item!.startsWith(`${number}. `)))).toEqual([])
  })
})
