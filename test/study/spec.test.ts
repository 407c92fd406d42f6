import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { toFault } from '../../main/base/errors.ts'
import { parseStudy, studySchema } from '../../main/study/spec.ts'

const resources = join(import.meta.dirname, '..', '..', 'resources')
const shipped = readdirSync(join(resources, 'studies')).filter((name) => name.endsWith('.yaml'))

const small = `name: small
models:
  - folder: models/tiny
tasks: [blimp, { task: arc_easy, shots: 5 }, tasks/own.yaml]
limit: 20
compress:
  - method: magnitude
    sparsity: [0, 0.5]
`
const fault = (text: string) => {
  try {
    parseStudy(text, '/studies/small.yaml')
    return undefined
  } catch (error) {
    return toFault(error)
  }
}

describe('a study file', () => {
  it('gives absolute paths from where it lies, and defaults', () => {
    const study = parseStudy(small, '/studies/small.yaml')
    expect(study).toMatchObject({
      title: 'small',
      models: [{ folder: '/studies/models/tiny', name: 'tiny' }],
      engine: { provider: 'cpu', threads: 0, batchTokens: 4096 },
      data: undefined,
      tasks: [
        { task: 'blimp', limit: 20, shots: undefined },
        { task: 'arc_easy', limit: 20, shots: 5 },
        { task: '/studies/tasks/own.yaml', limit: 20 },
      ],
      difficulty: [],
    })
  })

  it.each([
    ['broken YAML', small.replace('[0, 0.5]', '[0, 0.5'), 'study/yaml', ':9:1'],
    ['a key twice', `${small}name: again\n`, 'study/yaml', ':9:1'],
    ['an unknown key', `${small}modles: []\n`, 'study/field', 'small.yaml:9:1'],
    [
      'a misspelt key, with the nearest known one',
      small.replace('sparsity', 'sparcity'),
      'study/field',
      'did you mean "sparsity"? at /studies/small.yaml:8:5',
    ],
    [
      'an unknown key in a union',
      small.replace('shots', 'shot'),
      'study/field',
      'got "shot"; did you mean "shots"? at /studies/small.yaml:4:34',
    ],
    [
      'sparsity of 1',
      small.replace('0.5]', '1]'),
      'compress/quota',
      'Expected a number below 1 for compress[0].sparsity[1], got 1 (number) at /studies/small.yaml:8:19',
    ],
    [
      'sparsity below 0',
      small.replace('[0, 0.5]', '-0.1'),
      'compress/quota',
      'a number from 0 for compress[0].sparsity, got -0.1 (number)',
    ],
    ['sparsity as text', small.replace('[0, 0.5]', 'half'), 'compress/quota', 'got "half" (string)'],
    [
      'no sparsity at all',
      small.replace('    sparsity: [0, 0.5]\n', ''),
      'compress/quota',
      'got neither at /studies/small.yaml:7:5',
    ],
    [
      'keeping more than there are',
      small.replace('sparsity: [0, 0.5]', 'pattern: { keep: [8, 9], of: 8 }'),
      'compress/pattern',
      'from 1 to 8 in a pattern of 8, got 9',
    ],
    ['keeping none', small.replace('sparsity: [0, 0.5]', 'pattern: { keep: 0, of: 8 }'), 'compress/pattern', 'got 0 (number)'],
    ['a bare pattern', small.replace('sparsity: [0, 0.5]', 'pattern: "4:8"'), 'compress/pattern', 'got "4:8" (string)'],
    ['a pattern and a sparsity', `${small}    pattern: { keep: 4, of: 8 }\n`, 'compress/pattern', 'says it already'],
    ['an unknown method', small.replace('magnitude', 'magnitud'), 'compress/method', 'perhaps "magnitude"'],
    ['an unknown parameter', `${small}    params: { alpha: 1 }\n`, 'study/field', '"alpha"'],
    [
      'no models',
      small.replace(/models:\n.*\n/, 'models: []\n'),
      'study/field',
      'Expected a list of at least 1 for models, got [] (list)',
    ],
    ['two models of one name', small.replace('tasks:', '  - folder: other/tiny\ntasks:'), 'study/field', '"tiny" twice'],
    ['a name with blanks', small.replace('small', 'a name'), 'study/field', 'got "a name"'],
    ['nothing', '', 'study/field', 'small.yaml:1:1'],
  ])('with %s is refused by name and place', (_, text, code, message) => {
    expect(fault(text)).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it.each(shipped)('%s, shipped with the lab, is read', (name) => {
    const path = join(resources, 'studies', name)
    expect(parseStudy(readFileSync(path, 'utf8'), path).name).toBe(name.replace('.yaml', ''))
  })
})

describe('a compression', () => {
  const calibration = 'calibration: { text: a.txt, length: 8, order: one-pass }\n'
  const study = (entry: string, rest = calibration) => small.replace(/ {2}- method[^]*/, `  - ${entry}\n${rest}`)
  it.each([
    ['{ method: rtn, bits: [16, 8, 6, 4, 3, 2] }'],
    ['{ method: gptq, bits: 3, params: { per: tensor, shrink: true, range: published, symmetric: true } }'],
    ['{ method: noise, bits: [4, 3], seeds: [0, 1], params: { like: gptq, with: { groupSize: 32 } } }'],
    ['{ method: matched, pattern: { keep: 2, of: 4 }, params: { like: wanda } }'],
    ['{ method: sparsegpt, sparsity: 0.7, profile: { kind: owl, m: 3, lambda: 0.1, spread: published } }'],
    ['{ method: sparsegpt, pattern: { keep: 1, of: 3 }, params: { blockSize: 96 } }'],
  ])('may be %s', (entry) => {
    expect(fault(study(entry))).toBeUndefined()
  })
  it('with a profile by name has the published settings', () => {
    const { compress } = parseStudy(study('{ method: magnitude, sparsity: 0.5, profile: owl }'), '/studies/small.yaml')
    expect(compress[0]!.profile).toEqual({ kind: 'owl', m: 5, lambda: 0.08 })
  })
  it.each([
    ['{ method: rtn, bits: 9 }', 'study/field', 'one of 2, 3, 4, 5, 6, 7, 8, 16'],
    ['{ method: rtn, bits: 4, params: { per: tensor, groupSize: 8 } }', 'study/field', 'no groupSize'],
    ['{ method: noise, sparsity: 0.5, params: { like: rtn } }', 'study/field', 'bits for rtn'],
    ['{ method: noise, bits: 4, params: { like: wanda } }', 'study/field', 'no bits for wanda'],
    ['{ method: noise, sparsity: 0.5, params: { like: wand } }', 'study/field', 'one of random, magnitude'],
    [
      '{ method: noise, sparsity: 0.5, params: { like: sparsegpt, with: { damping: 3 } } }',
      'study/field',
      'for with.damping, got 3',
    ],
    ['{ method: wanda, sparsity: [0.5, 0.05], profile: owl }', 'compress/quota', 'from 0.08 up to, not including, 0.92'],
    ['{ method: magnitude, group: model, sparsity: 0.5, profile: owl }', 'compress/quota', 'layer, row beside a profile'],
    ['{ method: wanda, pattern: { keep: 2, of: 4 }, profile: owl }', 'compress/pattern', 'no keep-of pattern beside a profile'],
    ['{ method: rtn, bits: 4, profile: owl }', 'study/field', 'it quantises and removes nothing'],
    ['{ method: sparsegpt, pattern: { keep: 1, of: 3 } }', 'compress/pattern', 'a blockSize that is a multiple of 3'],
    ['{ method: wanda, sparsity: 0.5, bits: 4 }', 'study/field', 'no bits for wanda'],
  ])('%s is refused before anything starts', (entry, code, message) => {
    expect(fault(study(entry))).toMatchObject({ code, message: expect.stringContaining(message) as string })
  })
  it.each([
    ['{ method: matched, sparsity: 0.5, params: { like: magnitude } }', 'matched, which needs hessian'],
    ['{ method: noise, sparsity: 0.5, params: { like: wanda } }', 'noise, which needs inputNorm'],
    ['{ method: magnitude, sparsity: 0.5, profile: owl }', 'magnitude, which needs inputNorm'],
  ])('%s needs calibration', (entry, message) => {
    expect(fault(study(entry, ''))).toMatchObject({ code: 'compress/stats', message: expect.stringContaining(message) as string })
  })
})

describe('the JSON Schema of study files', () => {
  const check = new Ajv2020({ strict: false }).compile(studySchema() as object)

  it('is the one shipped (else: npm run lab -- export schema --out resources/schema/study.json)', () => {
    expect(JSON.parse(readFileSync(join(resources, 'schema', 'study.json'), 'utf8'))).toEqual(studySchema())
  })

  it.each(shipped)('accepts %s', (name) => {
    check(parse(readFileSync(join(resources, 'studies', name), 'utf8')))
    expect(check.errors).toBeNull()
  })

  it.each([
    ['an unknown key', small.replace('sparsity', 'sparcity')],
    ['sparsity of 1', small.replace('0.5]', '1]')],
    ['an unknown method', small.replace('magnitude', 'magnitud')],
    ['keeping none', small.replace('sparsity: [0, 0.5]', 'pattern: { keep: 0, of: 8 }')],
    ['no models', small.replace(/models:\n.*\n/, 'models: []\n')],
  ])('refuses %s', (_, text) => {
    expect(check(parse(text))).toBe(false)
  })

  it('describes every field', () => {
    const bare: string[] = []
    const walk = (node: Record<string, unknown>, path: string) => {
      for (const [name, inner] of Object.entries((node.properties ?? {}) as Record<string, Record<string, unknown>>)) {
        if (!inner.description) bare.push(`${path}.${name}`)
        walk(inner, `${path}.${name}`)
      }
      for (const inner of (node.anyOf ?? []) as Record<string, unknown>[]) walk(inner, path)
      if (node.items) walk(node.items as Record<string, unknown>, path)
    }
    walk(studySchema() as Record<string, unknown>, '')
    expect(bare).toEqual([])
  })
})
