import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { difficultyColumns, readDifficulty, readGroups } from '../../main/study/difficulty.ts'
import { parseStudy } from '../../main/study/spec.ts'
import { describeShared, shared } from '../make/shared.ts'
import { makeFolder } from '../make/store.ts'

const tasks = ['blimp_a', 'blimp_b', 'other']
const csv = 'paradigm,field,human\na,syntax,0.9\nb,semantics,0.5\nc,syntax,x\n'
const table = '{ table: people.csv, key: paradigm, prefix: blimp_, '

function studyIn(folder: string, rest: string) {
  const text = `name: s\nmodels: [{ folder: m }]\ntasks: [blimp]\ncompress: [{ method: random, sparsity: 0.5 }]\n${rest}`
  return parseStudy(text, join(folder, 's.yaml'))
}
const entry = (estimator: string, value = 'human') => `difficulty: [${table} value: ${value}, estimator: ${estimator} }]\n`

describe('difficulty', () => {
  it('is the human gap (H − dense)/H, the human error 1 − H, or what is declared; null for tasks without', () => {
    using folder = makeFolder()
    writeFileSync(join(folder.path, 'people.csv'), csv)
    const read = (rest: string) => difficultyColumns(readDifficulty(studyIn(folder.path, rest), tasks))[0]!
    const gap = read(entry('human-gap'))
    expect([gap.of('blimp_a', 0.6), gap.of('blimp_b', 0.6)]).toEqual([(0.9 - 0.6) / 0.9, (0.5 - 0.6) / 0.5])
    expect([gap.of('blimp_a', undefined), gap.of('other', 0.6), gap.of('a', 0.6)]).toEqual([null, null, null])
    const error = read(entry('human-error'))
    expect(error.of('blimp_b', undefined)).toBe(0.5)
    const declared = read('difficulty: [{ estimator: declared, values: { other: -3 } }]')
    expect([declared.of('other', 0.1), declared.of('blimp_a', 0.1)]).toEqual([-3, null])
  })

  it('is the error of the uncompressed model, or what an item-response fit over the compressed ones says', () => {
    const read = (rest: string) => readDifficulty(studyIn('/s', rest), tasks)
    const [dense] = difficultyColumns(read('difficulty: [{ estimator: dense-error }]'))
    expect([dense!.of('other', 0.75), dense!.of('other', undefined)]).toEqual([0.25, null])
    const response = (model: string, task: string) => (model === 'm' && task === 'other' ? 1.5 : undefined)
    const [items] = difficultyColumns(read('difficulty: [{ estimator: item-response }]'), { response })
    expect([items!.of('other', 0.1, 'm'), items!.of('blimp_a', 0.1, 'm')]).toEqual([1.5, null])
  })

  it('is taken from human scores written in the study, or from the published ones that come with the lab', () => {
    const given = 'difficulty: [{ estimator: human-gap, values: { other: 0.8 }, source: a study of ours }]'
    const [table] = readDifficulty(studyIn('/s', given), tasks)
    expect(table).toEqual({ estimator: 'human-gap', source: 'a study of ours', values: { other: 0.8 } })
    const published = "difficulty: [{ estimator: human-error, table: 'lab:facts/human-scores.csv', key: task, value: score }]"
    // the GLUE human baseline, WinoGrande and CommonsenseQA as paper.md 2.6 lists them
    const known = { cola: 0.664, sst2: 0.978, stsb: 0.927, qqp: 0.804, mnli: 0.92, qnli: 0.912, rte: 0.936, winogrande: 0.94 }
    const [human] = readDifficulty(studyIn('/s', published), [...Object.keys(known), 'mrpc', 'commonsense_qa'])
    expect(human!.values).toEqual({ ...known, mrpc: 0.808, commonsense_qa: 0.889 })
  })

  it('gives tasks the groups of a table', () => {
    using folder = makeFolder()
    writeFileSync(join(folder.path, 'people.csv'), csv)
    expect([...readGroups(studyIn(folder.path, `groups: ${table} value: field }`), tasks)]).toEqual([['blimp_a', 'syntax'], ['blimp_b', 'semantics']]) // prettier-ignore
    expect(readGroups(studyIn(folder.path, ''), tasks).size).toBe(0)
  })

  it.each([
    ['a missing table', entry('human-gap').replace('people', 'peeple'), 'Expected the table "peeple.csv"'],
    ['a missing column', entry('human-gap', 'humn'), 'did you mean "human"?'],
    [
      'a score that is none',
      entry('human-gap', 'field'),
      'above 0 and up to 1 in column "field" of people.csv for blimp_a, got "syntax"',
    ],
    ['a table without these tasks', entry('human-gap').replace('blimp_', 'x_'), 'name a task of the study (blimp_a, …), got x_a'],
  ])('refuses %s by name', (_, rest, message) => {
    using folder = makeFolder()
    writeFileSync(join(folder.path, 'people.csv'), csv)
    expect(() => readDifficulty(studyIn(folder.path, rest), tasks)).toThrow(message)
  })
})

describeShared('the human accuracies of BLiMP', () => {
  it('reach all 67 paradigms from the pack', () => {
    const rest = `data: ${shared('data')}\n${entry('human-error', 'human_accuracy').replace('people.csv', 'nyu-mll/blimp/human_and_lm_accuracy.csv')}`
    const all = ['blimp_adjunct_island', 'blimp_anaphor_gender_agreement']
    const [column] = difficultyColumns(readDifficulty(studyIn('/nowhere', rest), all))
    expect(column!.of('blimp_adjunct_island', undefined)).toBeCloseTo(0.06, 12)
  })
})
