import { describe, expect, it } from 'vitest'
import { sha256 } from '../../main/base/files.ts'
import { compressionLabel, levelsOf, planStudy, studyId, type Resolved } from '../../main/study/plan.ts'
import { parseStudy, type CompressEntry } from '../../main/study/spec.ts'
import type { Task } from '../../main/tasks/task.ts'

const task = (id: string): Task => ({
  ...{ id, version: 1, label: `Task ${id}`, group: undefined, ask: 'choice', scorers: ['acc'], shots: 0, hash: sha256(id) },
  async *items() {},
})
const model = (name: string) => ({ name, weights: sha256(name), tokenizer: sha256('t'), graph: sha256('g') })
const resolved: Resolved = {
  models: [model('one'), model('two')],
  tasks: [task('a'), task('b')].map((t) => ({ task: t, limit: null, group: '' })),
  ...{ scorerVersion: () => 1, askVersion: 1, compressVersion: 1, trainVersion: 1, training: new Map() },
}
const study = (compress: string, file = '/s.yaml') =>
  parseStudy(`name: s\nmodels: [{ folder: one }, { folder: two }]\ntasks: [a, b]\ncompress:\n${compress}`, file)
const plain = study(`  - { method: magnitude, sparsity: [0, 0.5] }\n  - { method: random, sparsity: [0, 0.5], seeds: [0, 1] }\n`)

describe('a plan', () => {
  it('orders cells by model, compression, task, with dense once per model and task', () => {
    const cells = planStudy(plain, resolved)
    expect(cells.map(({ label }) => label).slice(0, 8)).toEqual([
      'one · dense · Task a',
      'one · dense · Task b',
      ...['one · magnitude 0.5 model · Task a', 'one · magnitude 0.5 model · Task b'].map((x) =>
        x.replace('model', plainGroup('magnitude')),
      ),
      ...['one · random 0.5 model · Task a', 'one · random 0.5 model · Task b'].map((x) =>
        x.replace('model', plainGroup('random')),
      ),
      ...['one · random 0.5 model seed 1 · Task a', 'one · random 0.5 model seed 1 · Task b'].map((x) =>
        x.replace('model', plainGroup('random')),
      ),
    ])
    expect(cells).toHaveLength(16)
    expect(new Set(cells.map(({ fingerprint }) => fingerprint)).size).toBe(16)
    expect(new Set(cells.map(({ ledger }) => ledger)).size).toBe(8)
  })

  it('holds the dense model even where nothing lists it', () => {
    const cells = planStudy(study('  - { method: magnitude, pattern: { keep: [7, 1], of: 8 } }\n'), resolved)
    expect(
      cells.map(({ key }) => [key.compression.method, key.compression.pattern, key.compression.sparsity]).slice(0, 6),
    ).toEqual([
      ...[['dense', 'free', 0], ['dense', 'free', 0]], // prettier-ignore
      ...[['magnitude', '7:8', 0.125], ['magnitude', '7:8', 0.125]], // prettier-ignore
      ...[['magnitude', '1:8', 0.875], ['magnitude', '1:8', 0.875]], // prettier-ignore
    ])
  })

  it('is the same anywhere: on other paths, with other names and groups', () => {
    const elsewhere: Resolved = {
      ...resolved,
      models: resolved.models.map((m) => ({ ...m, name: `other ${m.name}` })),
      tasks: resolved.tasks.map((t) => ({ ...t, group: 'group' })),
    }
    const prints = (s: typeof plain, r: Resolved) => planStudy(s, r).map(({ fingerprint }) => fingerprint)
    const moved = {
      ...plain,
      file: '/elsewhere/s.yaml',
      models: plain.models.map((m) => ({ ...m, folder: `/elsewhere${m.folder}` })),
    }
    expect(prints(moved, elsewhere)).toEqual(prints(plain, resolved))
    expect(studyId('s', planStudy(plain, resolved))).toMatch(/^[0-9a-f]{32}$/)
  })

  it('keeps its fingerprints from one release to the next, or every store loses its cells', () => {
    const [first] = planStudy(plain, resolved)
    expect(first!.fingerprint).toBe('743cbe461295e51973cc4d398789979c89896a3315d274a4c7405147379d4f3e')
  })

  const [one] = resolved.models
  it.each([
    ['the weights', { models: [{ ...one!, weights: sha256('changed') }] }],
    ['the tokenizer', { models: [{ ...one!, tokenizer: sha256('changed') }] }],
    ['the graph', { models: [{ ...one!, graph: sha256('changed') }] }],
    ['a task', { tasks: [{ task: { ...task('a'), hash: sha256('changed') }, limit: null, group: '' }] }],
    ['the limit', { tasks: [{ task: task('a'), limit: 10, group: '' }] }],
    ['a scorer', { scorerVersion: () => 2 }],
    ['asking', { askVersion: 2 }],
    ['compressing', { compressVersion: 2 }],
  ])('shares no cell with the plan before %s changed', (_, change) => {
    const before = { ...resolved, models: [one!], tasks: resolved.tasks.slice(0, 1) }
    const prints = (r: Resolved) => planStudy(plain, r).map(({ fingerprint }) => fingerprint)
    const known = new Set(prints(before))
    expect(prints({ ...before, ...change }).filter((print) => known.has(print))).toEqual([])
  })

  it('names what was done in a few words', () => {
    const record = planStudy(plain, resolved).at(-1)!.key.compression
    expect(compressionLabel({ ...record, pattern: '4:8', group: 'row', params: { from: 0.1 } })).toBe(
      'random 4:8 row {"from":0.1} seed 1',
    )
    const profile = { kind: 'owl', m: 5, lambda: 0.08 } as const
    expect(compressionLabel({ ...record, method: 'wanda', group: 'row', seed: 0, profile })).toMatch(
      /^wanda [\d.]+ row owl m=5 lambda=0.08$/,
    )
  })
  it('makes a level of each number of bits, of each seed of noise, and of a profile with its defaults', () => {
    const labels = (entry: Record<string, unknown>) => levelsOf(entry as unknown as CompressEntry).map(compressionLabel)
    expect(labels({ method: 'rtn', bits: [16, 4] })).toEqual(['rtn 16 bits', 'rtn 4 bits'])
    expect(labels({ method: 'noise', bits: 3, seeds: [0, 1], params: { like: 'rtn', with: { per: 'row' } } })).toEqual([
      'noise 3 bits {"like":"rtn"}',
      'noise 3 bits {"like":"rtn"} seed 1',
    ])
    // the group of the method that is matched
    expect(labels({ method: 'noise', sparsity: 0.5, params: { like: 'wanda' } })).toEqual(['noise 0.5 row {"like":"wanda"}'])
    const profile = { kind: 'owl', m: 5, lambda: 0.08 }
    expect(labels({ method: 'magnitude', sparsity: 0.5, profile })).toEqual(['magnitude 0.5 layer owl m=5 lambda=0.08'])
    expect(labels({ method: 'magnitude', sparsity: 0.5, profile: 'uniform' })).toEqual(['magnitude 0.5 model'])
  })
})

function plainGroup(method: string): string {
  return planStudy(plain, resolved).find(({ key }) => key.compression.method === method)!.key.compression.group
}
