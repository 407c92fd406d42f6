import { readFileSync } from 'node:fs'
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { openStore } from '../../main/store/open.ts'
import { describeBrowser } from '../make/browser.ts'
import { makeFolder } from '../make/store.ts'
import { addStudy } from '../make/studies.ts'
import { windowTests } from '../make/window-tests.ts'

const LONG = 'A title that nobody would print on a page, with_a_word_that_does_not_end_'.repeat(4)

describeBrowser('the window', { timeout: 180_000 }, () => {
  const at = windowTests()

  const open = async (home: string, route?: string) => {
    await at.open(home, route === undefined ? {} : { route })
    return at.window.page
  }
  /** Rows of the table of results, without its head. */
  const rows = (): Locator => at.window.page.getByRole('grid', { name: 'Results, row by row' }).locator('.body [role=row]')

  it('greets an empty lab with one obvious thing to do, and shows a study as soon as it is there', async () => {
    using home = makeFolder()
    const page = await open(home.path)
    await page.getByRole('heading', { name: 'What does compression break first?' }).waitFor()
    await page.getByRole('button', { name: 'Run the demo study' }).waitFor()
    expect(new URL(page.url()).hash).toBe('') // the key is not left where it can be copied from
    addStudy(home.path)
    await page.getByRole('button', { name: 'A small study' }).waitFor()
  })
  it('shows a study: its chart, its rows with their intervals, what it says in short, and keeps it as files', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const page = await open(home.path)
    await at.window.text('8 of 9 cells')
    await at.window.text('1 failed')
    await page.getByRole('img', { name: /Drop against Difficulty: 3 marks in 1 panel/ }).waitFor()
    await rows().first().waitFor()
    expect(await rows().count()).toBe(3) // three tasks at the level in the middle
    await page.getByLabel('Find rows').fill('mid')
    await page.getByText('1 of 8 rows').waitFor()
    await page.getByLabel('Find rows').fill('')
    await page.getByRole('button', { name: 'Task and level' }).click()
    await page.getByRole('columnheader', { name: 'Task and level' }).and(page.locator('[aria-sort=descending]')).waitFor()
    expect(await rows().first().textContent()).toContain('middling')
    await rows().first().click()
    await page.getByText('1 chosen').first().waitFor()
    await page.getByRole('heading', { name: 'In short' }).waitFor()
    for (const [label, file, start] of [
      ['Report, as one HTML page', 'small-report.html', '<!doctype html>'],
      [/CSV|csv/, 'small-results.csv', 'model,'],
    ] as const) {
      await page.getByRole('button', { name: 'Keep' }).click()
      const saving = page.waitForEvent('download')
      await page.getByRole('group', { name: 'Keep' }).getByRole('button', { name: label }).first().click()
      const saved = await saving
      expect(saved.suggestedFilename()).toBe(file)
      expect(readFileSync(await saved.path(), 'utf8').slice(0, start.length)).toBe(start)
    }
    await page.getByText('1 cell failed', { exact: true }).click()
    await at.window.text('The engine process ended (SIGKILL).')
  })
  it('draws what is chosen: other columns across and up, panels, and figures as SVG', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const page = await open(home.path)
    await page.getByRole('img', { name: /Drop against Difficulty/ }).waitFor()
    await page.getByLabel(/^Across/).selectOption('sparsity')
    await page.getByLabel(/^Up/).selectOption('value')
    await page.getByLabel(/^Panels/).selectOption('task')
    await page.getByRole('img', { name: /Score against Sparsity: \d+ marks in 3 panels/ }).waitFor()
    await page.getByRole('button', { name: 'As at first' }).click()
    await page.getByRole('img', { name: /Drop against Difficulty/ }).waitFor()
    const box = (await page.locator('.hero .place').boundingBox())!
    await page.mouse.move(box.x + 30, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 5, box.y + box.height - 20, { steps: 4 })
    await page.mouse.up()
    await page.getByText('3 chosen').first().waitFor()
    await page.getByLabel('Chosen rows only').check()
    expect(await rows().count()).toBe(3)
    const saving = page.waitForEvent('download')
    await page.locator('.hero').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'SVG' }).click()
    const svg = readFileSync(await (await saving).path(), 'utf8')
    expect(svg).toMatch(/^<svg/)
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(5)
  })
  it('hears of cells that are done meanwhile, and shows them when asked', async () => {
    using home = makeFolder()
    addStudy(home.path, { done: 4, failed: 0, state: 'interrupted' })
    const page = await open(home.path)
    await at.window.text('4 of 9 cells')
    await page.getByText(/of 4 rows|^4 rows/).waitFor()
    addStudy(home.path, { done: 9, failed: 0, state: 'finished' })
    await at.window.text('5 more cells are done.')
    await page.getByRole('button', { name: 'Show them' }).click()
    await page.getByText(/of 9 rows/).waitFor()
    expect(await page.getByText('more cells are done').count()).toBe(0)
  })
  it('finds every view, study and setting by name, from the keyboard', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const page = await open(home.path)
    await at.window.text('8 of 9 cells')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Go to, or do' }).fill('settings')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('i')
    await page.getByRole('heading', { name: 'Items' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Items' }).waitFor()
  })
  it('keeps long names inside the window and shows what they are, narrow or wide', async () => {
    using home = makeFolder()
    const id = addStudy(home.path, {
      ...{ name: 'b'.repeat(80), title: LONG, tasks: ['hard_'.repeat(40), 'easy'] },
      ...{ done: 6, failed: 0, state: 'finished' },
    })
    const page = await open(home.path, `results/${id.slice(0, 8)}`)
    await rows().first().waitFor()
    for (const width of [720, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 })
      const isTooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
      expect([width, isTooWide]).toEqual([width, false])
    }
    await page
      .locator(`[title="${'hard_'.repeat(40)}"]`)
      .first()
      .waitFor()
  })
  it('says what is wrong with a store, and what to do, where there should be studies', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const store = openStore(home.path)
    store.studies.save({ id: 'e'.repeat(32), name: 'odd', title: 'Odd', spec: null, createdAt: '2026-11-25' }, [
      { fingerprint: 'a'.repeat(64), label: 'a', modelName: 'm', taskLabel: 't', taskGroup: '' },
    ], 'interrupted') // prettier-ignore
    store.close()
    const page = await open(home.path, 'results/eeeeeeee')
    await page.getByRole('alert').first().waitFor()
    await page.getByRole('button', { name: 'Odd' }).click()
    await page.getByRole('button', { name: 'A small study' }).click()
    await rows().first().waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
  it('says that the lab is gone when it is, and goes on with what it has', async () => {
    using home = makeFolder()
    addStudy(home.path)
    await open(home.path)
    await rows().first().waitFor()
    await at.window.lab.close()
    await at.window.text('The lab no longer answers')
    await at.window.text('Start it again with "npm start"')
    expect(await rows().count()).toBe(3)
    const others = at.window.complaints.filter((words) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY/.test(words))
    at.window.complaints.splice(0, Infinity, ...others)
  })
  it('does not answer a page that has not the key', async () => {
    using home = makeFolder()
    addStudy(home.path)
    const page = await open(home.path)
    const stranger = await page.context().newPage()
    await stranger.goto(`http://127.0.0.1:${at.window.lab.port}/`)
    await stranger.getByText('Expected the key of this lab, got none.').first().waitFor()
    expect(await stranger.getByText('A small study').count()).toBe(0)
  })
  it('runs no script but its own: the policy holds in a browser', async () => {
    using home = makeFolder()
    const page = await open(home.path)
    await page.getByRole('button', { name: 'Run the demo study' }).waitFor()
    const ran = await page.evaluate(`(async () => {
      const script = document.createElement('script')
      script.textContent = 'window.ran = true'
      document.body.append(script)
      const reached = await fetch('https://example.com/').then(() => true, () => false)
      return [window.ran === true, reached]
    })()`)
    expect(ran).toEqual([false, false])
    expect(at.window.complaints.filter((words) => words.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2)
    at.window.complaints.length = 0
  })
})
