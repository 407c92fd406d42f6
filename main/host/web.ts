// The window as a page on loopback, for where Electron cannot be had. Whoever may load pages in a browser here is a stranger until
// Host, Origin and key say otherwise; the order of the checks is that of the questions one can answer without trusting anything.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ApiName } from '../../preload/contract.ts'
import { LabError, toFault, type FaultCode } from '../base/errors.ts'
import { sha256 } from '../base/files.ts'
import type { Reader } from '../api/reader.ts'
import type { Host, Running } from './host.ts'
import { launchNode } from './launch.ts'
import { PAGE_HEADERS, type Page } from './page.ts'

/** A page on loopback with the key that its calls must carry. */
export interface RunningWeb extends Running {
  readonly port: number
  readonly key: string
}

/** Bytes of one argument at most: words, or drawings and pictures of a page that has shown its key. */
const MOST_BYTES = 1 << 20
const MOST_DRAWN = 64 << 20
const DRAWN: readonly string[] = ['charts.pdf', 'files.zip'] satisfies readonly ApiName[]
/** Milliseconds that a request may take to arrive. */
const ARRIVAL_MS = 10_000
/** A line now and then, so that both ends notice when the other is gone. */
const BEAT_MS = 15_000

export const web = {
  id: 'web',
  launch: launchNode,
  async start(reader: Reader, page: Page): Promise<RunningWeb> {
    const key = randomBytes(32).toString('base64url')
    const handle = createHandler(reader, page, key)
    const servers = await listen(handle)
    const { port } = servers[0]!.address() as AddressInfo
    const closed = Promise.all(servers.map((server) => new Promise<void>((done) => server.once('close', done))))
    return {
      // after the #, so that the key is never sent, logged or handed on; the page takes it from there and clears it
      address: `http://127.0.0.1:${port}/#key=${key}`,
      ...{ port, key, closed: closed.then(() => undefined) },
      async close() {
        for (const server of servers) {
          server.close()
          server.closeAllConnections()
        }
        await closed
      },
    }
  },
} satisfies Host

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** One port, chosen by the system, on 127.0.0.1 and, where there is such a thing, on ::1: nobody else can have it under "localhost". */
async function listen(handle: Handler): Promise<Server[]> {
  const first = await listenOn('127.0.0.1', 0, handle)
  const { port } = first.address() as AddressInfo
  try {
    return [first, await listenOn('::1', port, handle)]
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return [first]
    first.close()
    if (code === 'EADDRINUSE') return listen(handle) // somebody has that port on ::1: another one, then
    throw error
  }
}

function listenOn(address: string, port: number, handle: Handler): Promise<Server> {
  const options = {
    ...{ requestTimeout: ARRIVAL_MS, headersTimeout: ARRIVAL_MS, connectionsCheckingInterval: 1000 },
    ...{ requireHostHeader: false, maxHeaderSize: 16 << 10 },
  }
  const server = createServer(options, handle)
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen({ host: address, port, exclusive: true }, () => done(server))
  })
}

/** A request that is not answered, with the status that says why. */
class Refusal extends LabError {
  readonly status: number
  constructor(status: number, code: FaultCode, message: string) {
    super(code, message)
    this.status = status
  }
}

function createHandler(reader: Reader, page: Page, key: string): Handler {
  return (request, response) => {
    respond(request, response, { reader, page, key }).catch((error: unknown) => {
      const status = error instanceof Refusal ? error.status : 500
      sendJson(response, status, { ok: false, error: toFault(error) })
    })
  }
}

interface Place {
  readonly reader: Reader
  readonly page: Page
  readonly key: string
}

async function respond(request: IncomingMessage, response: ServerResponse, { reader, page, key }: Place): Promise<void> {
  checkHost(request)
  checkOrigin(request)
  const pathname = (request.url ?? '/').split('?', 1)[0]!
  if (pathname.startsWith('/call/')) {
    checkKey(request, key)
    checkMethod(request, 'POST')
    const name = pathname.slice('/call/'.length)
    const argument = await readJson(request, DRAWN.includes(name) ? MOST_DRAWN : MOST_BYTES)
    return sendJson(response, 200, await reader.answer(name, argument))
  }
  if (pathname === '/events') {
    checkKey(request, key)
    checkMethod(request, 'GET')
    return sendEvents(response, reader)
  }
  checkMethod(request, 'GET')
  const asset = page.find(pathname)
  if (!asset) throw new Refusal(404, 'host/refused', 'There is no such file in the page.')
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': asset.type }).end(asset.body)
}

/** A page of another site that has its name point here is same-origin to the browser; only Host tells. */
function checkHost(request: IncomingMessage): void {
  const given = request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]!.toLowerCase() === 'host')
  const port = request.socket.localPort
  const known = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  if (given.length === 1 && known.includes(given[0]!)) return
  throw new Refusal(403, 'host/refused', `Expected to be called as ${known[0]}, got ${given.join(' and ') || 'no name'}.`)
}

/** A browser says who asks; a program says nothing. */
function checkOrigin(request: IncomingMessage): void {
  const { origin, host, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new Refusal(403, 'host/refused', `Expected a call from this page, got one from ${origin}.`)
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Refusal(403, 'host/refused', `Expected a call from this page, got a ${String(site)} one.`)
  }
}

function checkKey(request: IncomingMessage, key: string): void {
  const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  // hashes are of equal length, which the comparison needs, and tell nothing by the time they take
  if (timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(key)))) return
  throw new Refusal(401, 'host/refused', `Expected the key of this lab, got ${given ? 'another one' : 'none'}.`)
}

function checkMethod(request: IncomingMessage, expected: 'GET' | 'POST'): void {
  if (request.method === expected) return
  throw new Refusal(405, 'host/refused', `Expected ${expected}, got ${request.method}.`)
}

async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  const type = request.headers['content-type'] ?? ''
  if (!/^application\/json(\s*;\s*charset=utf-8)?$/i.test(type)) {
    throw new Refusal(415, 'host/refused', `Expected application/json, got ${type || 'no content type'}.`)
  }
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > most) throw new Refusal(413, 'api/argument', `Expected at most ${most} bytes, got more.`)
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch (error) {
    throw new Refusal(400, 'api/argument', `Expected JSON, got something else (${String(error)}).`)
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.destroy()
  const body = Buffer.from(JSON.stringify(value))
  // a request that was refused may still be arriving; its connection is of no more use
  const connection = status === 200 ? {} : { connection: 'close' }
  const type = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }
  response.writeHead(status, { ...PAGE_HEADERS, ...connection, ...type }).end(body)
}

/** One event a line, as JSON: [name, value]; an empty line now and then. */
function sendEvents(response: ServerResponse, reader: Reader): void {
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' })
  const stop = reader.watch((event, value) => response.write(`${JSON.stringify([event, value])}\n`))
  const beat = setInterval(() => response.write('\n'), BEAT_MS)
  response.once('close', () => {
    stop()
    clearInterval(beat)
  })
}
