// The window as a person meets it: in a real browser, on a real store. Milliseconds, and what the machine was doing meanwhile.
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { Reader, Tell } from '../main/api/reader.ts'
import { buildIfStale, ROOT } from '../main/host/build.ts'
import type { LogLine, RunRow, StudyRow } from '../preload/contract.ts'
import { openBrowser } from '../test/make/browser.ts'
import { memoryOf, slopeOf } from '../test/make/memory.ts'
import { redraw, showManyRows } from '../test/make/redraw.ts'
import { serve } from '../test/make/serve.ts'
import { makeFolder } from '../test/make/store.ts'
import { addStudy } from '../test/make/studies.ts'
import { builtPage, openWindow } from '../test/make/window.ts'

const STUDIES = 100
const REALISTIC = {
  ...{ tasks: Array.from({ length: 8 }, (_, t) => `task_${t}`), levels: [0.1, 0.3, 0.5, 0.7, 0.9], items: 200 },
  ...{ done: 48, failed: 0, state: 'finished' as const },
}
const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!
const load = () => ({ 'load of the machine': loadavg()[0]! })

/** From "npm run lab -- serve" to a window that shows the newest of a hundred studies and answers a click, the middle of five starts. */
export async function benchStart(): Promise<Record<string, number>> {
  using home = makeFolder()
  for (let k = 0; k < STUDIES; k++) addStudy(home.path, { ...REALISTIC, name: `study-${k}`, title: `Study ${k}` })
  buildIfStale()
  const browser = await openBrowser()
  const starts: Awaited<ReturnType<typeof startOnce>>[] = []
  for (let k = 0; k < 5; k++) starts.push(await startOnce(browser, home.path))
  await browser.close()
  const of = (part: keyof (typeof starts)[number]) => middle(starts.map((start) => start[part]))
  return { 'back end': of('backEnd'), page: of('page'), 'first data': of('data'), 'first click': of('click'), 'in all': of('all'), ...load() } // prettier-ignore
}

async function startOnce(browser: Awaited<ReturnType<typeof openBrowser>>, home: string) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  const at = [performance.now()]
  const { address, end } = await serve(home, [join(ROOT, 'setup.mjs'), 'main/host/enter.ts', 'cli'])
  at.push(performance.now())
  await page.goto(address, { waitUntil: 'commit' })
  await page.locator('nav.rail').waitFor()
  at.push(performance.now())
  await page.locator('[role=grid] .body [role=row]').first().waitFor()
  at.push(performance.now())
  await page.locator('.filters .chip').nth(1).click()
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
  at.push(performance.now())
  await end('SIGTERM')
  await page.context().close()
  const [backEnd, shown, data, click] = at.slice(1).map((time, i) => time - at[i]!) as [number, number, number, number]
  return { backEnd, page: shown, data, click, all: at[4]! - at[0]! }
}

/** What a filter of a hundred thousand result rows takes until it is drawn, and what of that the renderer's main thread works. */
export async function benchRedraw(): Promise<Record<string, number>> {
  using home = makeFolder()
  addStudy(home.path, { levels: [0.2, 0.4, 0.6, 0.8], done: 15, failed: 0, state: 'finished' })
  const browser = await openBrowser()
  const window = await openWindow(browser, await builtPage(), home.path, { route: 'settings' })
  await showManyRows(window.page, 100_000)
  await redraw(window.page, 8) // compiled by then
  const { wall, cpu } = await redraw(window.page, 24)
  await window.close()
  await browser.close()
  return { 'until drawn, middle': middle(wall), 'until drawn, longest': Math.max(...wall), 'main thread': cpu, ...load() }
}

/** An hour of a run whose log is as long as a window keeps: what moves three times a second, and a cell with a line of the log each second. */
const HOUR = { moves: 12_000, cells: 3600, before: 20_000, samples: 24, ms: 120_000 }

/** What the renderer holds over the messages of an hour, sent in two minutes, collected and counted 24 times; the first four warm it up. */
export async function benchMemory(): Promise<Record<string, number>> {
  using home = makeFolder()
  const study = addStudy(home.path, REALISTIC)
  let tell: Tell = () => {}
  const lines = Array.from({ length: HOUR.before }, (_, i) => lineAt(i))
  const through = (reader: Reader): Reader => ({
    ...reader,
    answer: async (name, argument) =>
      name === 'runs.log'
        ? { ok: true, value: linesAfter(lines, (argument as { after: number }).after) }
        : reader.answer(name, argument),
    watch(hear) {
      tell = hear
      return reader.watch((event, value) => event !== 'runs.changed' && event !== 'studies.changed' && hear(event, value))
    },
  })
  const browser = await openBrowser()
  const window = await openWindow(browser, await builtPage(), home.path, { route: 'run' }, through)
  const [row] = ((await window.reader.answer('studies.list', null)) as { value: StudyRow[] }).value
  const kept: Awaited<ReturnType<typeof memoryOf>>[] = []
  const began = performance.now()
  for (let sent = 0; sent < HOUR.moves; sent++) {
    const cells = Math.floor((sent * HOUR.cells) / HOUR.moves)
    tell('runs.changed', [runAt(study, sent, cells)])
    if (cells >= lines.length - HOUR.before) {
      lines.push(lineAt(lines.length))
      tell('studies.changed', [{ ...row!, state: 'running', cells: HOUR.cells, done: cells }])
    }
    if (sent % (HOUR.moves / HOUR.samples) === 0) kept.push(await memoryOf(window.page))
    const ahead = began + (sent * HOUR.ms) / HOUR.moves - performance.now()
    if (ahead > 0) await new Promise((done) => setTimeout(done, ahead))
  }
  kept.push(await memoryOf(window.page))
  await window.close()
  await browser.close()
  const steady = kept.slice(4)
  const mebibytes = steady.map(({ heap }) => heap / 2 ** 20)
  return {
    ...{ 'heap at first, MiB': mebibytes[0]!, 'heap at last, MiB': mebibytes.at(-1)!, 'heap, MiB an hour': slopeOf(mebibytes, 1 / HOUR.samples) }, // prettier-ignore
    ...{ 'nodes at first': steady[0]!.nodes, 'nodes at last': steady.at(-1)!.nodes },
    ...{ 'listeners at first': steady[0]!.listeners, 'listeners at last': steady.at(-1)!.listeners },
    ...load(),
  }
}

const lineAt = (i: number): LogLine => ({ n: i + 1, at: '2026-11-25T10:00:00.000Z', level: 'info', text: `Done: world · magnitude 0.5 · task ${i}` }) // prettier-ignore

function linesAfter(lines: readonly LogLine[], after: number) {
  return { lines: lines.slice(after, after + 2000), isEnd: after + 2000 >= lines.length }
}

function runAt(study: string, sent: number, done: number): RunRow {
  const first = Math.max(0, sent - 199)
  return {
    ...{ id: '1', study, name: 'hour', title: 'An hour of work', state: 'running', done, total: HOUR.cells },
    cell: { label: `world · magnitude 0.5 · task ${done % 48}`, done: sent % 100, total: 100 },
    ...{ elapsedMs: 300 * sent, etaMs: 300 * (HOUR.moves - sent), tokensPerSecond: 12_000 + (sent % 500), memoryBytes: 4e8 },
    losses: Array.from({ length: Math.min(200, sent) }, (_, i) => ({ step: first + i, loss: 4 / (1 + (first + i) / 1000) })),
    ...{ fault: null, said: [], threads: 1, provider: 'cpu' },
    ...{ createdAt: '2026-11-25T10:00:00.000Z', startedAt: '2026-11-25T10:00:00.000Z', endedAt: null },
  }
}
