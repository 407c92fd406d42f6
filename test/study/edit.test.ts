import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createRng } from '../../main/base/rng.ts'
import type { Json } from '../../main/base/json.ts'
import { editStudy, type EditPath } from '../../main/study/edit.ts'

const TEXT = `# lead
name: x   # name here
models:
  - { folder: 'lab:demo/model', name: world } # the model

tasks: [world, blimp]
# before compress
compress:
  - { method: magnitude, sparsity: [.3, 0.50] }
  - method: random
    seeds: [0, 1]
description: >
  Some
  words.
limit: 3
`

/** The lines of two texts that differ. */
function changed(before: string, after: string): { gone: string[]; come: string[] } {
  const [a, b] = [before.split('\n'), after.split('\n')]
  return { gone: a.filter((line) => !b.includes(line)), come: b.filter((line) => !a.includes(line)) }
}

describe('editing a study file', () => {
  it.each<[string, EditPath, Json, { gone: string[]; come: string[] }]>([
    ['a word', ['name'], 'y', { gone: ['name: x   # name here'], come: ['name: y   # name here'] }],
    ['a list inside a line', ['compress', 0, 'sparsity'], [0.2, 0.4], { gone: ['  - { method: magnitude, sparsity: [.3, 0.50] }'], come: ['  - { method: magnitude, sparsity: [0.2, 0.4] }'] }], // prettier-ignore
    ['a number of a list', ['compress', 0, 'sparsity', 1], 0.6, { gone: ['  - { method: magnitude, sparsity: [.3, 0.50] }'], come: ['  - { method: magnitude, sparsity: [.3, 0.6] }'] }], // prettier-ignore
    ['a member of an item that has lines of its own', ['compress', 1, 'seeds'], [5], { gone: ['    seeds: [0, 1]'], come: ['    seeds: [5]'] }], // prettier-ignore
    ['words over lines', ['description'], 'One: line', { gone: ['description: >', '  Some', '  words.'], come: ["description: 'One: line'"].map((line) => line.replaceAll("'", '"')) }], // prettier-ignore
  ])('exchanges %s and touches nothing else', (_, path, value, difference) => {
    expect(changed(TEXT, editStudy(TEXT, path, value))).toEqual(difference)
  })
  it('adds to a list, inside its brackets or on a line of its own', () => {
    expect(changed(TEXT, editStudy(TEXT, ['tasks', 2], 'glue, all'))).toEqual({ gone: ['tasks: [world, blimp]'], come: ['tasks: [world, blimp, "glue, all"]'] }) // prettier-ignore
    expect(changed(TEXT, editStudy(TEXT, ['compress', 2], { method: 'rtn', bits: [4] }))).toEqual({ gone: [], come: ['  - { method: rtn, bits: [4] }'] }) // prettier-ignore
  })
  it('adds a key where there was none, of the study or of an entry', () => {
    expect(changed(TEXT, editStudy(TEXT, ['title'], 'T'))).toEqual({ gone: [], come: ['title: T'] })
    expect(changed(TEXT, editStudy(TEXT, ['compress', 1, 'group'], 'row'))).toEqual({ gone: [], come: ['    group: row'] })
    expect(changed(TEXT, editStudy(TEXT, ['models', 0, 'note'], 1)).come).toEqual(["  - { folder: 'lab:demo/model', name: world, note: 1 } # the model"]) // prettier-ignore
    expect(parse(editStudy('', ['name'], 'n'))).toEqual({ name: 'n' })
    expect(parse(editStudy(TEXT, ['engine', 'threads'], 2))).toMatchObject({ engine: { threads: 2 } })
  })
  it('takes out a value with its line or its comma, and leaves what was said above it', () => {
    expect(changed(TEXT, editStudy(TEXT, ['limit'], null))).toEqual({ gone: ['limit: 3'], come: [] })
    expect(changed(TEXT, editStudy(TEXT, ['tasks', 0], null)).come).toEqual(['tasks: [blimp]'])
    expect(changed(TEXT, editStudy(TEXT, ['compress', 0], null))).toEqual({ gone: ['  - { method: magnitude, sparsity: [.3, 0.50] }'], come: [] }) // prettier-ignore
    expect(changed(TEXT, editStudy(TEXT, ['compress', 1, 'method'], null))).toMatchObject({ come: ['  - seeds: [0, 1]'] })
    expect(parse(editStudy(TEXT, ['models', 0, 'name'], null))).toMatchObject({ models: [{ folder: 'lab:demo/model' }] })
  })
  it('gives the very text back where nothing changes', () => {
    for (const path of [['name'], ['tasks'], ['compress', 0]] as const) {
      const value = path.reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], parse(TEXT)) as Json
      expect(editStudy(TEXT, path, value)).toBe(TEXT)
    }
    expect(editStudy(TEXT, ['nothing'], null)).toBe(TEXT)
  })
  it('says where there can be no value', () => {
    expect(() => editStudy(TEXT, ['tasks', 4], 'x')).toThrow(/index from 0 to 2 below tasks, got 4 \(number\)/)
    expect(() => editStudy(TEXT, ['name', 'more'], 'x')).toThrow(/plain value/)
    expect(() => editStudy(TEXT, ['compress', 'x'], 'x')).toThrow(/index from 0 to 2/)
    expect(() => editStudy(TEXT, [], 'x')).toThrow(/path/)
    expect(() => editStudy('a: [1', ['a'], 'x')).toThrow(/Expected YAML/)
  })
  it('means what was asked, for any value at any place of the studies that come with the lab', () => {
    const folder = join(import.meta.dirname, '..', '..', 'resources')
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /^(demo|studies).*\.yaml$/.test(name),
    )
    const rng = createRng('edit')
    const values: Json[] = ['plain', 'with: colon', '- dash', '3', 3.5, true, [], {}, [1, 'a, b'], { deep: [{ er: '#' }] }, '']
    const comments = (text: string) => text.split('\n').filter((line) => /^\s*#/.test(line))
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8')
      const paths = pathsOf(parse(text) as Json)
      for (let n = 0; n < 3; n++) {
        const [path, value] = [paths[rng.int(paths.length)]!, values[rng.int(values.length)]!]
        const edited = editStudy(text, path, value)
        expect([name, path, parse(edited)]).toEqual([name, path, withValue(parse(text) as Json, path, value)])
        const isInside = text.split('\n').length - edited.split('\n').length
        if (isInside <= 0) expect(comments(edited)).toEqual(comments(text))
      }
    }
    expect(names.length).toBeGreaterThan(3)
  })
})

function pathsOf(value: Json): EditPath[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const part = Array.isArray(value) ? Number(key) : key
    return [[part], ...pathsOf(inner as Json).map((path) => [part, ...path])]
  })
}

function withValue(root: Json, path: EditPath, value: Json): Json {
  const copy = structuredClone(root)
  const parent = path.slice(0, -1).reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown>)[part], copy)
  ;(parent as Record<PropertyKey, unknown>)[path.at(-1)!] = value
  return copy
}
