// What goes wrong meanwhile, as seen in the window: the engine, a run or the whole lab is killed, a model is gone, there is nothing yet.
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { openBench, runStudy } from '../../main/bench.ts'
import { openStore } from '../../main/store/open.ts'
import type { LogLine, Reply, RunRow } from '../../preload/contract.ts'
import { describeBrowser } from '../make/browser.ts'
import { isRunning } from '../make/processes.ts'
import { childrenOf, serve } from '../make/serve.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'
import { makeStudy, type MadeStudy } from '../make/study.ts'
import { windowTests } from '../make/window-tests.ts'

const LONG = 'a_name_that_nobody_would_type_and_that_has_no_end_'.repeat(3)

/** The study file with paths that hold anywhere. */
function textOf(made: MadeStudy, more: Readonly<Record<string, unknown>> = {}): string {
  const spec = parse(readFileSync(made.file, 'utf8')) as { tasks: string[] }
  return JSON.stringify({ ...spec, data: join(made.folder, 'data'), tasks: spec.tasks.map((task) => join(made.folder, task)), ...more }) // prettier-ignore
}

describeBrowser('a window in trouble', { timeout: 240_000 }, () => {
  const at = windowTests()

  const open = async (home: string, route: string) => {
    await at.open(home, { route })
    return at.window.page
  }
  const ask = async <T>(name: string, argument: unknown) =>
    ((await at.window.reader.answer(name, argument)) as Reply<T> & { value: T }).value
  const start = (text: string) => ask<RunRow>('runs.start', { text, study: null, threads: 1, provider: 'cpu' })
  /** The process of a run, as its log names the newest. */
  const processOf = async (run: string) => {
    const { lines } = await ask<{ lines: LogLine[] }>('runs.log', { run, after: 0 })
    return Number(/process (\d+)/.exec(lines.findLast(({ text }) => text.startsWith('Started in'))!.text)![1])
  }
  const cellsDone = async (least: number): Promise<RunRow> => {
    for (;;) {
      const [row] = await ask<RunRow[]>('runs.list', null)
      if (row!.done >= least || row!.state !== 'running') return row!
      await new Promise((done) => setTimeout(done, 25))
    }
  }

  it('Run: says that the engine died, and later its process, and has every cell at the end', async () => {
    using made = makeStudy({ items: 1500 })
    const page = await open(made.home, 'run')
    const { id } = await start(textOf(made))
    await cellsDone(1)
    const run = await processOf(id)
    const engine = childrenOf(run).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child'))!
    process.kill(engine, 'SIGKILL')
    const said = page.getByRole('list', { name: 'What the lab did' })
    await said
      .getByText(/The engine died at .* and was started again; that cell is tried once more at the end\./)
      .first()
      .waitFor()
    process.kill(run, 'SIGKILL')
    await said.getByText('Its process ended with SIGKILL; it was started again and goes on where it was.').waitFor()
    await page.getByRole('article', { name: 'made' }).getByText('finished', { exact: true }).waitFor()
    await page.getByText('10 of 10 cells').waitFor()
    expect([isRunning(engine), isRunning(run)]).toEqual([false, false])
    const { lines } = await ask<{ lines: LogLine[] }>('runs.log', { run: id, after: 0 })
    const done = lines.flatMap(({ text }) => (text.startsWith('Done: ') ? [text] : []))
    expect(new Set(done).size).toBeGreaterThanOrEqual(9) // one may have been on record before its line was read
    expect(done).toHaveLength(new Set(done).size)
  })
  it('Run: a lab that was killed and started again goes on with what it ran, and the window says so', async () => {
    using made = makeStudy({ items: 1500 })
    const first = await serve(made.home)
    const context = await at.browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    await page.goto(first.address)
    await page.evaluate(`location.hash = '#/run'`)
    await page.evaluate(`sessionStorage.getItem('lab-key')`).then(async (key) => {
      const headers = { authorization: `Bearer ${String(key)}`, 'content-type': 'application/json' }
      const data = { text: textOf(made), study: null, threads: 1, provider: 'cpu' }
      const answered = await fetch(`${new URL(first.address).origin}/call/runs.start`, { method: 'POST', headers, body: JSON.stringify(data) }) // prettier-ignore
      expect(await answered.json()).toMatchObject({ ok: true })
    })
    await page.getByText(/^[1-9] of 10 cells/).waitFor()
    const [run] = childrenOf(first.child.pid!)
    await first.end('SIGKILL')
    await page.getByText('The lab no longer answers').first().waitFor()
    await page.getByText(/^[1-9] of 10 cells/).waitFor() // what was known stays
    while (isRunning(run!)) await new Promise((done) => setTimeout(done, 25)) // nothing is left behind
    const second = await serve(made.home)
    try {
      await page.goto(second.address)
      await page.evaluate(`location.hash = '#/run'`)
      await page.getByTitle('The lab was closed while this ran; it goes on where it was.').waitFor()
      await page.getByRole('article', { name: 'made' }).getByText('finished', { exact: true }).waitFor()
      await page.getByText('10 of 10 cells').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    } finally {
      await second.end('SIGTERM')
      await context.close()
    }
    const store = openStore(made.home, { readOnly: true })
    expect(store.studies.list()).toMatchObject([{ state: 'finished', done: 10, failed: 0 }])
    store.close()
  })
  it('Run: tells the desktop once that a run has ended, reloaded meanwhile and an hour later by its clock', async () => {
    using made = makeStudy({ items: 3000 })
    const page = await open(made.home, 'run')
    await page.addInitScript(`{
      const told = JSON.parse(sessionStorage.getItem('told') ?? '[]')
      window.Notification = class {
        static permission = 'granted'
        constructor(title, { body }) {
          told.push([title, body])
          sessionStorage.setItem('told', JSON.stringify(told))
        }
      }
      document.hasFocus = () => false
    }`)
    await page.clock.install()
    await page.reload()
    await start(textOf(made))
    await page.getByText(/^[1-9] of 10 cells/).waitFor()
    await page.reload()
    await page.getByText(/^\d+ of 10 cells/).waitFor()
    await page.clock.fastForward('01:00:00')
    await page.getByRole('article', { name: 'made' }).getByText('finished', { exact: true }).waitFor()
    await page.clock.fastForward('01:00:00')
    await page.getByText('10 of 10 cells').waitFor()
    expect(await page.evaluate(`JSON.parse(sessionStorage.getItem('told'))`)).toEqual([['made', 'finished, 10 cells done']])
  })
  it('a study whose model folder is gone keeps its results and items, and says on a new run what is missing', async () => {
    using made = makeStudy({ items: 12, compress: ['{ method: magnitude, sparsity: [0.5] }'] })
    const bench = openBench({ home: made.home, readOnly: false })
    await runStudy(bench, made.file, { signal: new AbortController().signal, onProgress: () => {} })
    bench.close()
    const text = textOf(made)
    renameSync(made.model, `${made.model}-gone`)
    try {
      const page = await open(made.home, 'results')
      await page.getByRole('grid', { name: 'Results, row by row' }).locator('.body [role=row]').first().waitFor()
      await at.window.go('items')
      await page.getByLabel(/^Which/).selectOption('all')
      await page.getByRole('grid', { name: 'Items' }).locator('.body [role=row]').first().click()
      await page.getByRole('heading', { name: 'Margin, level by level' }).waitFor()
      await at.window.go('run')
      await start(text.replace('magnitude', 'random'))
      const alert = page.getByRole('article', { name: 'made' }).getByRole('alert')
      await alert.waitFor()
      expect(await alert.textContent()).toContain(made.model)
    } finally {
      rmSync(`${made.model}-gone`, { recursive: true })
    }
  })
  it('every view says what it lacks where there is no study, one that has not begun, and one alone', async () => {
    using empty = makeFolder()
    let page = await open(empty.path, 'items')
    for (const route of ['items', 'compare', 'results']) {
      await at.window.go(route)
      await page.getByRole('button', { name: 'Run the demo study' }).waitFor()
    }
    await at.window.go('bundles')
    await page.getByText('A bundle of somebody else').waitFor()
    await page.getByLabel('File of the bundle').fill('/nowhere/at-all.zip')
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('alert').getByText('/nowhere/at-all.zip').waitFor()
    await at.window.close()
    using alone = makeFolder()
    addStudy(alone.path, { done: 0, failed: 2, state: 'failed' })
    page = await open(alone.path, 'results')
    await page.getByText('2 cells failed').waitFor()
    await page.getByText('The engine process ended (SIGKILL).').first().waitFor()
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    await at.window.go('items')
    await page.getByText('No cell is done, so that there are no items.').waitFor()
    await at.window.go('compare')
    await page.getByText('Choose two studies or more').waitFor()
    await at.window.go('bundles')
    await page.getByText('Export as a bundle').waitFor()
    await page.getByLabel('File on this machine').fill('/dev/null/study.zip')
    await page.getByRole('button', { name: 'Write to this file' }).click()
    await page.getByRole('alert').first().waitFor()
  })
  it('no view is wider than a narrow window, however long the names', async () => {
    using home = makeFolder()
    const wish = {
      tasks: [`${LONG}_hard`, `${LONG}_easy`],
      levels: [0.5],
      items: 20,
      done: 4,
      failed: 0,
      state: 'finished' as const,
    }
    const ids = ['one', 'two'].map((name) => addStudy(home.path, { ...wish, name: `${LONG}${name}`, title: `${LONG}${name}` }))
    const [one, two] = ids.map((id) => id.slice(0, 8))
    const page = await open(home.path, `items/${one}`)
    await page.setViewportSize({ width: 720, height: 800 })
    const views: readonly (readonly [route: string, sign: string])[] = [
      [`items/${one}`, 'Choose an item'],
      [`compare/${one}/${two}`, 'Settings that differ'],
      [`bundles/${one}`, 'Export as a bundle'],
      ['design/new', 'It can be run.'],
      ['run', 'Nothing runs'],
    ]
    const wide: string[] = []
    for (const [route, sign] of views) {
      await at.window.go(route)
      await page.getByText(sign).first().waitFor()
      if (await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')) wide.push(route)
    }
    expect(wide).toEqual([])
  })
})
