import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseStudy, type Study } from '../../main/study/spec.ts'
import { studyText } from '../../main/study/text.ts'

const resources = join(import.meta.dirname, '..', '..', 'resources')
const names = readdirSync(resources, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /^(demo\/(study|transfer)|studies).*\.yaml$/.test(name),
)

/** All that decides its cells: where tables lie is not, and a limit of the whole study is written to each task. */
function essence({ file: _, limit: __, difficulty, groups, ...study }: Study): string {
  const placeless = (entry: object) => ({ ...entry, table: '' })
  return JSON.stringify({ ...study, difficulty: difficulty.map(placeless), groups: groups && placeless(groups) })
}

describe('a study as a text', () => {
  it.each(names)('%s says the same wherever it is kept', (name) => {
    const path = join(resources, name)
    const study = parseStudy(readFileSync(path, 'utf8'), path)
    const again = parseStudy(studyText(study), '/elsewhere/copy.yaml')
    expect(essence(again)).toBe(essence(study))
    expect(studyText(again)).toBe(studyText(study))
  })
  it('is found in files that come with the lab', () => expect(names.length).toBeGreaterThan(3))
})
