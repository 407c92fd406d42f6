import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, type InlineConfig } from 'vite'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import config from '../../electron.vite.config.ts'
import { openReader, type Reader } from '../../main/api/reader.ts'
import { readPage, type Page as BuiltPage } from '../../main/host/page.ts'
import { web, type RunningWeb } from '../../main/host/web.ts'
import { openStore } from '../../main/store/open.ts'
import { describeBrowser, openBrowser } from '../make/browser.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'

const LONG = 'A title that nobody would print on a page, with_a_word_that_does_not_end_'.repeat(4)

describeBrowser('the window', () => {
  const folder = makeFolder()
  let built: BuiltPage
  let browser: Browser
  let page: Page
  let reader: Reader
  let lab: RunningWeb
  /** What the browser complained of. */
  let complaints: string[]

  beforeAll(async () => {
    const outDir = join(folder.path, 'page')
    const { renderer } = config as { renderer: InlineConfig }
    const building = build({
      ...renderer,
      configFile: false,
      logLevel: 'warn',
      build: { ...renderer.build, outDir, emptyOutDir: true },
    })
    ;[browser] = await Promise.all([openBrowser(), building])
    built = readPage(outDir)
  })
  afterEach(async () => {
    await page.context().close()
    await lab.close()
    reader.close()
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    folder[Symbol.dispose]()
  })

  /** Opens the window on the store of a folder. */
  async function open(home: string): Promise<void> {
    reader = openReader(home)
    lab = await web.start(reader, built)
    complaints = []
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    page = await context.newPage()
    page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(lab.address)
  }
  const text = (words: string | RegExp) => page.getByText(words).first().waitFor()
  const isTooWide = () => page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')

  it('says how to begin where there is no study, and shows one as soon as it is there', async () => {
    using home = makeFolder()
    await open(home.path)
    await page.getByRole('heading', { name: 'No study yet' }).waitFor()
    await text('npm run lab -- run my-study.yaml')
    expect(new URL(page.url()).hash).toBe('') // the key is not left where it can be copied from
    addStudy(home.path)
    await page.getByRole('heading', { name: 'A small study' }).waitFor()
  })
  it('shows a study: how far it is, its figures, its tasks with what cannot be relied on', async () => {
    using home = makeFolder()
    addStudy(home.path)
    await open(home.path)
    await page.getByRole('heading', { name: 'A small study' }).waitFor()
    await text(/8 of 9 cells done, 1 failed/)
    const rows = page.locator('tbody tr')
    await rows.first().waitFor()
    // hardest first: that is the question
    expect(await rows.locator('.task').allTextContents()).toEqual(['hard', 'middling', 'easy'])
    await page.getByLabel('Find').fill('mid')
    expect(await rows.locator('.task').allTextContents()).toEqual(['middling'])
    await page.getByLabel('Find').fill('')
    await page.getByRole('button', { name: 'Task', exact: true }).click()
    expect(await rows.locator('.task').allTextContents()).toEqual(['easy', 'hard', 'middling'])
    await page.getByLabel('Level').selectOption({ label: 'uncompressed' })
    expect(await rows.count()).toBe(3)
    const figure = page.getByRole('tabpanel').locator('img')
    await page.waitForFunction(`document.querySelector('[role=tabpanel] img').naturalWidth > 300`)
    const first = await figure.getAttribute('src')
    await page.getByRole('tab').first().press('ArrowRight')
    expect(await page.getByRole('tab').nth(1).getAttribute('aria-selected')).toBe('true')
    await page.waitForFunction(`document.querySelector('[role=tabpanel] img').src !== '${first}'`)
    await page.getByRole('heading', { name: 'In short' }).waitFor()
    await text('3 tasks')
    for (const [label, file, start] of [
      ['Report', 'small-report.html', '<!doctype html>'],
      ['CSV', 'small-results.csv', 'model,'],
    ] as const) {
      const saving = page.waitForEvent('download')
      await page.getByRole('button', { name: label, exact: true }).click()
      const saved = await saving
      expect(saved.suggestedFilename()).toBe(file)
      expect(readFileSync(await saved.path(), 'utf8').slice(0, start.length)).toBe(start)
    }
    await page.getByText('1 cell failed', { exact: true }).click()
    await text('The engine process ended (SIGKILL).')
  })
  it('hears of cells that are done meanwhile, and shows them when asked', async () => {
    using home = makeFolder()
    addStudy(home.path, { done: 4, failed: 0, state: 'interrupted' })
    await open(home.path)
    await text('4 of 9 cells done')
    await page.locator('tbody tr').first().waitFor()
    addStudy(home.path, { done: 9, failed: 0, state: 'finished' })
    await text('5 more cells are done.')
    await page.getByRole('button', { name: 'Show them' }).click()
    await page.getByLabel('Level').selectOption({ label: 'magnitude, 80 % zeros' })
    expect(await page.locator('tbody tr').count()).toBe(3)
    expect(await page.getByText('more cells are done').count()).toBe(0)
  })
  it('keeps long names inside the window and shows what they are, narrow or wide', async () => {
    using home = makeFolder()
    addStudy(home.path, {
      name: 'b'.repeat(80),
      title: LONG,
      tasks: ['hard_'.repeat(40), 'easy'],
      done: 6,
      failed: 0,
      state: 'finished',
    })
    addStudy(home.path)
    await open(home.path)
    await page.getByRole('button', { name: LONG.slice(0, 20) }).click()
    await page.getByRole('heading', { name: LONG.slice(0, 20) }).waitFor()
    await page.locator('tbody tr').first().waitFor()
    for (const width of [720, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      expect([width, await isTooWide()]).toEqual([width, false])
    }
    await page.locator(`[title="${'hard_'.repeat(40)}"]`).waitFor()
  })
  it('says what is wrong with a store, and what to do, where there should be studies', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const store = openStore(home.path)
    store.studies.save({ id: 'e'.repeat(32), name: 'odd', title: 'Odd', spec: null, createdAt: '2026-11-25' }, [
      { fingerprint: 'a'.repeat(64), label: 'a', modelName: 'm', taskLabel: 't', taskGroup: '' },
    ], 'interrupted') // prettier-ignore
    store.close()
    await open(home.path)
    await page.getByRole('heading', { name: 'Odd' }).waitFor()
    await page.getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'A small study' }).click()
    await page.locator('tbody tr').first().waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
  it('says that the lab is gone when it is, and goes on with what it has', async () => {
    using home = makeFolder()
    addStudy(home.path)
    await open(home.path)
    await page.locator('tbody tr').first().waitFor()
    await lab.close()
    await text('The lab no longer answers')
    await text('Start it again with "npm start"')
    expect(await page.locator('tbody tr').count()).toBe(3)
    complaints = complaints.filter((words) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(words))
  })
  it('does not answer a page that has not the key', async () => {
    using home = makeFolder()
    addStudy(home.path)
    await open(home.path)
    const stranger = await page.context().newPage()
    await stranger.goto(`http://127.0.0.1:${lab.port}/`)
    await stranger.getByText('Expected the key of this lab, got none.').first().waitFor()
    expect(await stranger.locator('tbody tr').count()).toBe(0)
  })
  it('runs no script but its own: the policy holds in a browser', async () => {
    using home = makeFolder()
    await open(home.path)
    await page.getByRole('heading', { name: 'No study yet' }).waitFor()
    const ran = await page.evaluate(`(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(script)
      const reached = await fetch('https://example.com/').then(() => true, () => false)
      return [window.ran === true, reached]
    })()`)
    expect(ran).toEqual([false, false])
    expect(complaints.filter((words) => words.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2)
    complaints = []
  })
})
