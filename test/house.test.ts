import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  chance,
  cycles,
  doors,
  DOORS,
  endings,
  layers,
  leaves,
  LONGEST,
  names,
  packages,
  roomOf,
  sizes,
  window,
} from './house/rules.ts'
import { importsOf, readSources } from './house/sources.ts'

const root = join(import.meta.dirname, '..')
const house = readSources(root, ['main', 'preload', 'renderer', 'test', 'bench'])
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

describe('the house', () => {
  it('has rooms that import only from the rooms before them', () => expect(layers(house)).toEqual([]))
  it('has one door per heavy package', () => expect(doors(house)).toEqual([]))
  it('has a contract that imports nothing and a window that knows only the contract', () => expect(window(house)).toEqual([]))
  it('names files in imports, .ts and all', () => expect(endings(house)).toEqual([]))
  it('needs to run only what is installed to run', () => expect(packages(house, Object.keys(manifest.dependencies))).toEqual([]))
  it('has no way back between rooms', () => expect(cycles(house)).toEqual([]))
  it('takes chance and time from where a run can be run again', () => expect(chance(house)).toEqual([]))
  it('exports nothing without a name', () => expect(names(house)).toEqual([]))
  it('has files one can read', () => expect(sizes(house)).toEqual([]))
  it('is large enough that these rules saw something', () => {
    expect(house.length).toBeGreaterThan(100)
    expect(house.flatMap(importsOf).length).toBeGreaterThan(500)
    const rooms = new Set(house.map(({ path }) => roomOf(path)).filter((room) => room !== undefined))
    expect(rooms.size).toBeGreaterThan(14)
  })
  it('says where the door of each heavy package is, and each is used', () => {
    const others = house.filter(({ path }) => !path.startsWith('test/house'))
    const config = { path: 'electron.vite.config.ts', text: readFileSync(join(root, 'electron.vite.config.ts'), 'utf8') }
    const isUsed = (name: string) => [...others, config].some(({ text }) => text.includes(`'${name}`))
    expect(Object.keys(DOORS).filter((name) => !isUsed(name))).toEqual([])
  })
})

describe('a deliberate break is seen', () => {
  it.each([
    ['base knows the store', 'main/base/x.ts', `import { openStore } from '../store/open.ts'`],
    ['compress runs a model, by type alone', 'main/compress/x.ts', `import type { Session } from '../engine/session.ts'`],
    ['the engine knows tasks, on demand', 'main/engine/x.ts', `const t = await import('../tasks/task.ts')`],
    ['the store hands on what a study is', 'main/store/x.ts', `export * from '../study/spec.ts'`],
    ['a host looks into the engine', 'main/host/x.ts', `import '../engine/session.ts'`],
    ['a job calls the contract', 'main/jobs/x.ts', `import { answer } from '../api/index.ts'`],
    ['the Electron entry reaches past the hosts', 'main/index.ts', `import { openBench } from './bench.ts'`],
    ['a room is made up', 'main/utils/x.ts', `import '../base/errors.ts'`],
    ['a room reaches into the window', 'main/bundle/x.ts', `import '../../renderer/main.ts'`],
  ])('%s', (_, path, text) => expect(layers([{ path, text }])).toHaveLength(1))

  it.each([
    ['electron in the command line', 'main/host/cli.ts', `import { app } from 'electron'`],
    ['the runtime outside its door', 'main/engine/language.ts', `import type { InferenceSession } from 'onnxruntime-node'`],
    ['a database in the api', 'main/api/x.ts', `import Sqlite from 'better-sqlite3'`],
    ['a part of echarts in a chart', 'main/charts/trend.ts', `import { LineChart } from 'echarts/charts'`],
    ['the tokenizer library in scoring', 'main/score/x.ts', `import { Tokenizer } from '@huggingface/tokenizers'`],
    ['a browser in the engine', 'main/engine/x.ts', `import chromium from '@sparticuz/chromium'`],
    ['a browser driver in a host', 'main/host/web.ts', `const { chromium } = await import('playwright-core')`],
  ])('%s', (_, path, text) => expect(doors([{ path, text }])).toHaveLength(1))

  it.each([
    ['the contract imports a type', 'preload/contract.ts', `import type { Fault } from '../main/base/errors.ts'`],
    ['the bridge imports node', 'preload/bridge.ts', `import fs from 'node:fs'`],
    [
      'a view imports a room',
      'renderer/views/X.vue',
      `<script setup lang="ts">import { planStudy } from '../../main/study/plan.ts'</script>`,
    ],
    ['a chart reaches past the window', 'renderer/charts/x.ts', `import { renderSvg } from '../../main/bundle/svg.ts'`],
    ['a store imports node', 'renderer/stores/x.ts', `import { join } from 'node:path'`],
  ])('%s', (_, path, text) => expect(window([{ path, text }])).toHaveLength(1))

  it('an import leaves out the ending', () => {
    expect(endings([{ path: 'main/base/x.ts', text: `import { LabError } from './errors'` }])).toHaveLength(1)
  })
  it('main uses a package that is only there for development', () => {
    expect(packages([{ path: 'main/base/x.ts', text: `import Ajv from 'ajv'` }], ['zod'])).toHaveLength(1)
  })
  it('two rooms know each other', () => {
    const loop = [
      { path: 'main/tasks/x.ts', text: `import type { Scorer } from '../score/scorer.ts'` },
      { path: 'main/score/x.ts', text: `import type { Task } from '../tasks/task.ts'` },
    ]
    expect(cycles(loop)).toEqual(['tasks → score → tasks'])
  })
  it.each([
    ['chance without a seed', 'main/compress/x.ts', 'const r = Math.random()'],
    ['a clock in a room', 'main/study/x.ts', 'const now = new Date().toISOString()'],
  ])('%s', (_, path, text) => expect(chance([{ path, text }])).toHaveLength(1))
  it('a file exports something without a name', () => {
    expect(names([{ path: 'main/api/x.ts', text: 'const a = 1\nexport default a\n' }])).toHaveLength(1)
  })
  it('a file grows beyond reading', () => {
    expect(sizes([{ path: 'main/api/x.ts', text: 'const a = 1\n'.repeat(LONGEST + 1) }])).toHaveLength(1)
    expect(sizes([{ path: 'main/api/x.ts', text: 'const a = 1\n'.repeat(LONGEST) }])).toEqual([])
  })
  it.each([
    ['a member without its file', ['wanda', 'gptq'], 'main/x/gptq.ts is missing, though "gptq" is listed'],
    ['a file that nobody listed', [], 'main/x/wanda.ts is not listed'],
  ])('%s', (_, ids, complaint) => {
    const files = [{ path: 'main/x/wanda.ts', text: 'export const wanda = {}' }]
    expect(leaves(ids, 'main/x', files)).toEqual([complaint])
  })
  it('a file whose export has another name', () => {
    const files = [{ path: 'main/x/exact-match.ts', text: 'export const exact = {}' }]
    expect(leaves(['exact-match'], 'main/x', files)).toEqual(['main/x/exact-match.ts exports no exactMatch'])
  })
})

describe('ids are file names', () => {
  let lists: readonly (readonly [list: string, ids: readonly string[], folder: string])[]
  beforeAll(async () => {
    const ids = (members: readonly { readonly id: string }[]) => members.map(({ id }) => id)
    lists = [
      ['compression methods', ids((await import('../main/compress/index.ts')).methods), 'main/compress/methods'],
      ['architectures', ids((await import('../main/models/index.ts')).architectures), 'main/models'],
      ['scorers', ids((await import('../main/score/index.ts')).scorers), 'main/score'],
      ['job kinds', ids((await import('../main/jobs/index.ts')).kinds), 'main/jobs/kinds'],
      ['charts', ids((await import('../main/charts/index.ts')).charts), 'main/charts'],
      ['exports', ids((await import('../main/bundle/exports/index.ts')).exports), 'main/bundle/exports'],
      ['commands', ids((await import('../main/host/commands/index.ts')).commands), 'main/host/commands'],
      ['hosts', ids((await import('../main/host/index.ts')).hosts), 'main/host'],
    ]
  })
  it('for every list', () => {
    for (const [list, ids, folder] of lists) {
      expect(ids.length, list).toBeGreaterThan(0)
      expect([list, leaves(ids, folder, house)]).toEqual([list, []])
    }
  })
})

describe('the ground', () => {
  it('is Node 22.17 or newer: better-sqlite3 crashes on older ones', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    expect(major * 1000 + minor).toBeGreaterThanOrEqual(22_017)
  })
  it('pins every package exactly and runs no install scripts', () => {
    const ranges = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies].flatMap(Object.entries)
    expect(ranges.filter(([, range]) => !/^\d+\.\d+\.\d+$/.test(range))).toEqual([])
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('ignore-scripts=true')
  })
  it('is the same on any machine: nothing names a folder of one', () => {
    const words = ['/' + 'work/', '/' + 'home/', '/' + 'Users/', 'C:' + '\\Users']
    const pages = ['README.md', 'CHANGELOG.md', 'DECISIONS.md'].map((path) => ({
      path,
      text: readFileSync(join(root, path), 'utf8'),
    }))
    const found = [...house, ...pages].flatMap(({ path, text }) =>
      words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`),
    )
    expect(found).toEqual([])
  })
})
