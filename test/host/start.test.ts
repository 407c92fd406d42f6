import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const root = join(import.meta.dirname, '..', '..')
let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

/** Starts a program of ours without a display and waits for the address it prints. */
async function start(file: string, home: string, ...args: string[]): Promise<{ address: string; said: () => string }> {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
  const begun = spawn(process.execPath, [join(root, file), ...args], { env: { ...env, LAB_HOME: home } })
  child = begun
  let said = ''
  return new Promise((done, fail) => {
    const hear = (part: Buffer) => {
      said += part.toString()
      const address = /http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]+/.exec(said)?.[0]
      if (address) done({ address, said: () => said })
    }
    begun.stdout.on('data', hear)
    begun.stderr.on('data', hear)
    begun.once('exit', (code) => fail(new Error(`ended with ${code}: ${said}`)))
  })
}

/** A call as the page makes it. */
async function call(address: string, name: string): Promise<unknown> {
  const { origin, hash } = new URL(address)
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}`, 'content-type': 'application/json' }
  return (await fetch(`${origin}/call/${name}`, { method: 'POST', headers, body: 'null' })).json()
}

function ended(): Promise<number | null> {
  return new Promise((done) => child!.once('exit', done))
}

describe('npm start where there is no display', () => {
  const home = makeFolder()
  beforeAll(() => {
    addStudy(home.path)
    return () => home[Symbol.dispose]()
  })

  it('builds the window where that is needed, serves it as a page, and ends at Ctrl-C', async () => {
    const { address, said } = await start('main/host/start.ts', home.path)
    expect(said()).toContain('The address holds the key to it')
    const html = await (await fetch(address)).text()
    const script = /src="\.?(\/assets\/[^"]+\.js)"/.exec(html)![1]!
    expect((await fetch(new URL(script, address))).headers.get('content-type')).toContain('text/javascript')
    expect(await call(address, 'studies.list')).toMatchObject({ ok: true, value: [{ name: 'small' }] })
    child!.kill('SIGINT')
    expect(await ended()).toBe(0)
  })
  it('has built an entry for Electron that finds everything from where it lies', async () => {
    const { address } = await start('out/main/index.js', home.path)
    expect(await call(address, 'lab.about')).toMatchObject({
      ok: true,
      value: { home: home.path, version: expect.stringMatching(/^\d/) as string },
    })
    const { value } = (await call(address, 'tasks.list')) as { value: { name: string }[] }
    expect(value.map(({ name }) => name)).toContain('blimp')
  })
  it('enters the bundle it has built, which says the same as the source', async () => {
    const { address } = await start('main/host/enter.ts', home.path, 'start')
    expect(await call(address, 'studies.list')).toMatchObject({ ok: true, value: [{ name: 'small' }] })
    child!.kill('SIGINT')
    expect(await ended()).toBe(0)
    const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
    const say = (...words: string[]) => spawnSync(process.execPath, [...words, 'status', '--json'], { cwd: root, env: { ...env, LAB_HOME: home.path }, encoding: 'utf8' }).stdout // prettier-ignore
    const [bundled, source] = [say('out/main/cli.js'), say('main/host/cli.ts')]
    expect(bundled).toBe(source)
    expect(bundled).toContain('"small"')
  })
  it('has built a bridge that stands alone, as a sandbox asks', () => {
    const bridge = readFileSync(join(root, 'out', 'preload', 'bridge.cjs'), 'utf8')
    expect([...bridge.matchAll(/require\(([^)]*)\)/g)].map(([, name]) => name!.replace(/["'`]/g, ''))).toEqual(['electron'])
    expect(bridge).not.toMatch(/^import |^export /m)
  })
})
