import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReader, type Reader } from '../../main/api/reader.ts'
import { CONTENT_POLICY, readPage } from '../../main/host/page.ts'
import { web, type RunningWeb } from '../../main/host/web.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const home = makeFolder()
const built = makeFolder()
let reader: Reader
let lab: RunningWeb

beforeAll(async () => {
  addStudy(home.path)
  mkdirSync(join(built.path, 'assets'))
  writeFileSync(join(built.path, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(built.path, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(built.path, 'notes.txt'), 'not a part of the page')
  symlinkSync('/etc/hostname', join(built.path, 'link.js'))
  reader = openReader(home.path)
  lab = await web.start(reader, readPage(built.path))
})
afterAll(async () => {
  await lab.close()
  await reader.close()
  home[Symbol.dispose]()
  built[Symbol.dispose]()
})

/** One request, byte for byte as written; a browser or library would correct what is tested here. */
function send(lines: readonly string[], body = ''): Promise<{ status: number; head: string; body: string }> {
  return new Promise((done, fail) => {
    const socket = createConnection({ host: '127.0.0.1', port: lab.port })
    let text = ''
    socket.setEncoding('utf8').on('data', (part) => (text += part))
    socket.on('error', fail).on('close', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n')
      done({ status: Number(head.split(' ')[1]), head, body: rest.join('\r\n\r\n') })
    })
    socket.write(`${[...lines, 'Connection: close', '', ''].join('\r\n')}${body}`)
  })
}
const here = () => `Host: 127.0.0.1:${lab.port}`
const key = () => `Authorization: Bearer ${lab.key}`
const get = (path: string, ...lines: string[]) => send([`GET ${path} HTTP/1.1`, ...lines])
const JSON_TYPE = 'Content-Type: application/json'
function post(path: string, body: string, ...lines: string[]) {
  return send([`POST ${path} HTTP/1.1`, `Content-Length: ${Buffer.byteLength(body)}`, ...lines], body)
}

describe('the page on loopback', () => {
  it('answers a call that comes from its own page with its key', async () => {
    const { status, body } = await post(
      '/call/studies.list',
      'null',
      here(),
      key(),
      JSON_TYPE,
      `Origin: http://127.0.0.1:${lab.port}`,
    )
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ ok: true, value: [{ name: 'small', cells: 9, done: 8, failed: 1 }] })
  })
  it.each(['localhost', '127.0.0.1', '[::1]'])('is known as %s', async (name) => {
    expect((await get('/', `Host: ${name}:${lab.port}`)).status).toBe(200)
  })
  it('is not known by any other name: 403', async () => {
    const port = lab.port
    const names = [
      `evil.example:${port}`,
      `127.0.0.1.nip.io:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `localhost.:${port}`,
      '',
    ]
    for (const name of names) expect([name, (await get('/', `Host: ${name}`)).status]).toEqual([name, 403])
    expect((await get('/')).status).toBe(403) // no Host at all
    expect((await get('/', here(), here())).status).toBe(403)
    expect((await get('/', here(), `Host: evil.example:${port}`)).status).toBe(403)
    expect((await send([`GET http://evil.example/ HTTP/1.1`, `Host: evil.example`])).status).toBe(403)
  })
  it('does not answer pages of other origins, the key notwithstanding: 403', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${lab.port}`,
      `http://localhost:${lab.port}`,
      'http://127.0.0.1',
    ]) {
      const { status, head } = await post('/call/studies.list', 'null', here(), key(), JSON_TYPE, `Origin: ${origin}`)
      expect([origin, status]).toEqual([origin, 403])
      expect(head.toLowerCase()).not.toContain('access-control')
    }
    for (const site of ['cross-site', 'same-site']) expect((await get('/', here(), `Sec-Fetch-Site: ${site}`)).status).toBe(403)
    for (const site of ['same-origin', 'none']) expect((await get('/', here(), `Sec-Fetch-Site: ${site}`)).status).toBe(200)
  })
  it('does not answer without its key: 401, for calls and for events', async () => {
    const wrong = ['', 'Bearer', 'Bearer x', `Bearer ${lab.key.slice(1)}`, `Bearer ${lab.key}x`, `Basic ${lab.key}`, lab.key]
    for (const value of wrong) {
      const line = `Authorization: ${value}`
      expect([value, (await post('/call/studies.list', 'null', here(), JSON_TYPE, line)).status]).toEqual([value, 401])
      expect([value, (await get('/events', here(), line)).status]).toEqual([value, 401])
    }
    expect((await post(`/call/studies.list?key=${lab.key}`, 'null', here(), JSON_TYPE)).status).toBe(401)
    expect(Buffer.from(lab.key, 'base64url')).toHaveLength(32)
  })
  it('asks who calls before it looks at what is called', async () => {
    const stranger = await post('/call/none', 'x', 'Host: evil.example', 'Origin: http://evil.example')
    const foreign = await post('/call/none', 'x', here(), 'Origin: http://evil.example')
    const keyless = await post('/call/none', 'x', here())
    expect([stranger.status, foreign.status, keyless.status]).toEqual([403, 403, 401])
  })
  it('takes JSON alone, and no more of it than any argument needs', async () => {
    const call = (body: string, ...lines: string[]) => post('/call/studies.list', body, here(), key(), ...lines)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx']) {
      expect([type, (await call('null', `Content-Type: ${type}`)).status]).toEqual([type, 415])
    }
    expect((await call('null')).status).toBe(415)
    expect((await call('{', JSON_TYPE)).status).toBe(400)
    expect((await call(`"${'x'.repeat(1 << 20)}"`, JSON_TYPE)).status).toBe(413)
    // drawings are larger than words
    const drawing = `{"svg":"${'x'.repeat(1 << 20)}","title":""}`
    expect((await post('/call/charts.pdf', drawing, here(), key(), JSON_TYPE)).status).toBe(200)
    expect((await post('/call/charts.pdf', drawing, here(), JSON_TYPE)).status).toBe(401)
    expect((await get('/call/studies.list', here(), key())).status).toBe(405)
    expect((await post('/', 'null', here(), key(), JSON_TYPE)).status).toBe(405)
  })
  it.concurrent('waits for no request that takes longer than ten seconds to arrive', async () => {
    const ends = [[`GET / HTTP/1.1`, here()], ['POST /call/studies.list HTTP/1.1', here(), key(), JSON_TYPE, 'Content-Length: 4', '', '']].map((lines) => {
      const socket = createConnection({ host: '127.0.0.1', port: lab.port })
      socket.resume().write(lines.join('\r\n')) // and no more
      const began = performance.now()
      return new Promise<number>((done) => socket.on('error', () => {}).on('close', () => done(performance.now() - began)))
    }) // prettier-ignore
    for (const ms of await Promise.all(ends)) {
      expect(ms).toBeGreaterThan(9000)
      expect(ms).toBeLessThan(30_000)
    }
  })
  it('says what it does not know, as a value', async () => {
    for (const name of ['studies.lost', '__proto__', 'constructor', '../x', '%00']) {
      const { status, body } = await post(`/call/${name}`, 'null', here(), key(), JSON_TYPE)
      expect([name, status, (JSON.parse(body) as { error: { code: string } }).error.code]).toEqual([name, 200, 'api/unknown'])
    }
    const { body } = await post('/call/studies.show', '{"study":""}', here(), key(), JSON_TYPE)
    expect(JSON.parse(body)).toMatchObject({ ok: false, error: { code: 'api/argument' } })
  })
  it('serves the files of the page and nothing else', async () => {
    expect((await get('/', here())).body).toContain('<title>page</title>')
    expect((await get('/assets/a.js?v=1', here())).status).toBe(200)
    const climbs = ['..', '%2e%2e', '..%2f..', '....//', '..\\..', '%5c..%5c', '/etc', '//etc', '%00', 'C:', 'assets/..', '.']
    const paths = climbs.flatMap((climb) => [`/${climb}/etc/passwd`, `/assets/${climb}/index.html`, `/${climb}/notes.txt`])
    for (const path of [...paths, '/notes.txt', '/link.js', '/assets', '/assets/', '/index', '*', '/__proto__']) {
      expect([path, (await get(path, here())).status]).toEqual([path, 404])
    }
  })
  it('tells the browser to run and reach nothing but itself', async () => {
    const { head } = await get('/', here())
    expect(CONTENT_POLICY).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-src 'none'; frame-ancestors 'none'",
    )
    expect(head).toContain(`content-security-policy: ${CONTENT_POLICY}`)
    expect(head).toContain('x-content-type-options: nosniff')
    expect(head).toContain('referrer-policy: no-referrer')
  })
  it('listens on loopback only', async () => {
    const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const asked = all.filter(({ family, address }) => family === 'IPv4' || address === '::1')
    for (const { address, internal } of asked) {
      const answered = new Promise((done) => {
        const socket = createConnection({ host: address, port: lab.port, timeout: 2000 }, () => (socket.destroy(), done(true)))
        socket.on('error', () => done(false)).on('timeout', () => done(false))
      })
      expect([address, await answered]).toEqual([address, internal])
    }
    expect(lab.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]{43}$/)
  })
  it('says the list of studies at once and again when it changes', async () => {
    const response = await fetch(`http://127.0.0.1:${lab.port}/events`, { headers: { authorization: `Bearer ${lab.key}` } })
    const lines = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const waiting: string[] = []
    /** The next word about studies: others come between. */
    const next = async (): Promise<[string, { name: string }[]]> => {
      while (waiting.length === 0) waiting.push(...(await lines.read()).value!.split('\n').filter((line) => line.includes('studies.changed'))) // prettier-ignore
      return JSON.parse(waiting.shift()!) as [string, { name: string }[]]
    }
    expect(await next()).toMatchObject(['studies.changed', [{ name: 'small' }]])
    addStudy(home.path, { name: 'newer', title: 'Newer', state: 'finished', done: 9, failed: 0 })
    const [event, rows] = await next()
    expect([event, rows.map(({ name }) => name).sort()]).toEqual(['studies.changed', ['newer', 'small']])
    await lines.cancel()
  })
})
